// Goal: what was logged is read back, whatever happens to the process, the disk or the file.
// Method: published CRC vectors; frame places computed by the test itself; a killed child; a file
// size limit as the full disk; every truncation and random bit flips with fixed seeds.
#include "analysis/kpi_log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <new>
#include <numeric>

namespace {
// Counts what the program allocates, for the promise that a warm writer allocates nothing.
std::size_t allocation_count = 0;
}  // namespace

// Not inlined: g++ then takes the pair of new and free for a mistake.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocation_count;
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace redcell::analysis {
namespace {

constexpr std::size_t frame_head_bytes = 8;

std::string path_of(const char* name) {
  return testing::TempDir() + "redcell-" + std::to_string(::getpid()) + "-" + name;
}

/// A different kind and size of record for each index.
KpiRecord record_of(int index) {
  KpiRecord record;
  if (index % 3 == 0) {
    RoundTrip& trip = *record.mutable_round_trip();
    trip.set_time_ns(index * 1'000'003LL);
    trip.set_rtt_ns(index);
  } else if (index % 3 == 1) {
    record.mutable_run_start()->set_scenario(
        std::string(static_cast<std::size_t>(index % 90), 's'));
  } else {
    record.mutable_link_bin()->set_blocks(index);
  }
  return record;
}

using Bytes = std::vector<char>;

Bytes bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

void put_bytes(const std::string& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Where each of the first records ends, were they written by somebody else.
std::vector<std::size_t> frame_ends(int count) {
  std::vector<std::size_t> ends;
  std::size_t end = kpi_log_magic.size();
  for (int i = 0; i < count; ++i) {
    end += frame_head_bytes + record_of(i).SerializeAsString().size();
    ends.push_back(end);
  }
  return ends;
}

Bytes log_of(const std::string& path, int count) {
  KpiLogWriter writer(path);
  for (int i = 0; i < count; ++i) writer.write(record_of(i));
  writer.flush();
  return bytes_of(path);
}

struct Contents {
  std::vector<std::string> records;
  std::vector<Damage> damage;
};

Contents read_all(const std::string& path) {
  Contents contents;
  KpiLogReader reader(path);
  KpiRecord record;
  while (reader.next(record)) contents.records.push_back(record.SerializeAsString());
  contents.damage = reader.damage();
  return contents;
}

std::uint64_t damaged_bytes(const Contents& contents) {
  std::uint64_t bytes = 0;
  for (const Damage& damage : contents.damage) bytes += damage.bytes;
  return bytes;
}

TEST(Crc32c, equals_the_published_vectors) {
  // RFC 3720 B.4, and the check value of the CRC catalogue.
  std::vector<std::uint8_t> bytes(32, 0);
  EXPECT_EQ(crc32c(bytes), 0x8A9136AAU);
  bytes.assign(32, 0xFF);
  EXPECT_EQ(crc32c(bytes), 0x62A8AB43U);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  EXPECT_EQ(crc32c(bytes), 0x46DD794EU);
  const std::vector<std::uint8_t> digits = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  EXPECT_EQ(crc32c(digits), 0xE3069283U);
}

TEST(Crc32c, continues_where_it_stopped) {
  std::vector<std::uint8_t> bytes(101);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{7});
  const std::span<const std::uint8_t> all(bytes);
  for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
    EXPECT_EQ(crc32c(all.subspan(cut), crc32c(all.first(cut))), crc32c(all)) << cut;
  }
}

TEST(KpiLog, returns_every_record_in_order) {
  const std::string path = path_of("order.kpi");
  constexpr int count = 20'000;  // Some buffers full.
  const Bytes bytes = log_of(path, count);
  EXPECT_EQ(bytes.size(), frame_ends(count).back());
  const Contents contents = read_all(path);
  ASSERT_EQ(contents.records.size(), static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    ASSERT_EQ(contents.records[static_cast<std::size_t>(i)], record_of(i).SerializeAsString());
  }
  EXPECT_TRUE(contents.damage.empty());
}

TEST(KpiLog, takes_the_largest_record) {
  const std::string path = path_of("large.kpi");
  KpiRecord large;
  large.mutable_run_start()->set_scenario(std::string(kpi_record_bytes_max - 16, 'x'));
  ASSERT_LE(large.ByteSizeLong(), kpi_record_bytes_max);
  KpiLogWriter writer(path);
  for (int i = 0; i < 9; ++i) writer.write(large);
  writer.flush();
  EXPECT_EQ(read_all(path).records.size(), 9U);
}

TEST(KpiLogDeathTest, rejects_an_empty_record) {
  KpiLogWriter writer(path_of("empty.kpi"));
  EXPECT_DEATH(writer.write(KpiRecord()), "broken precondition");
}

TEST(KpiLogWriter, allocates_nothing_once_warm) {
  KpiLogWriter writer(path_of("warm.kpi"));
  KpiRecord record;
  const auto log_latency = [&](int index) {
    record.Clear();
    record.mutable_packet_latency()->set_time_ns(index);
    record.mutable_packet_latency()->set_total_ns(index * 31LL);
    writer.write(record);
    record.Clear();
    record.mutable_throughput_bin()->set_mac_bytes_acked(index);
    writer.write(record);
  };
  log_latency(1);
  const std::size_t before = allocation_count;
  for (int i = 0; i < 50'000; ++i) log_latency(i);
  EXPECT_EQ(allocation_count, before);
}

TEST(KpiLogWriter, leaves_every_flushed_record_when_it_is_killed) {
  const std::string path = path_of("killed.kpi");
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    KpiLogWriter writer(path);
    for (int i = 0; i < 1000; ++i) writer.write(record_of(i));
    writer.flush();
    for (int i = 1000; i < 9000; ++i) writer.write(record_of(i));
    ::raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const Contents contents = read_all(path);
  ASSERT_GE(contents.records.size(), 1000U);
  for (std::size_t i = 0; i < contents.records.size(); ++i) {
    ASSERT_EQ(contents.records[i], record_of(static_cast<int>(i)).SerializeAsString());
  }
}

/// While it lives, files cannot grow beyond a size.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(KpiLogWriter, tells_when_the_disk_is_full_and_continues_when_it_is_not) {
  const std::string path = path_of("full.kpi");
  KpiLogWriter writer(path);
  for (int i = 0; i < 500; ++i) writer.write(record_of(i));
  {
    const FullDisk full(5001);
    EXPECT_THROW(writer.flush(), LogError);
    EXPECT_EQ(bytes_of(path).size(), 5001U) << "what fits is written";
    EXPECT_GT(read_all(path).records.size(), 50U) << "and readable";
    EXPECT_THROW(writer.flush(), LogError);
  }
  writer.flush();
  const Contents contents = read_all(path);
  EXPECT_EQ(contents.records.size(), 500U);
  EXPECT_TRUE(contents.damage.empty());
}

TEST(KpiLogWriter, names_the_file_it_cannot_create) {
  try {
    KpiLogWriter writer("/nonexistent-folder/run.kpi");
    FAIL() << "created a file in a folder that is not there";
  } catch (const LogError& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent-folder/run.kpi"), std::string::npos);
  }
}

TEST(KpiLogReader, refuses_what_is_no_log) {
  EXPECT_THROW(read_all(path_of("missing.kpi")), LogError);
  const std::string path = path_of("text.kpi");
  put_bytes(path, Bytes(3000, 'a'));
  EXPECT_THROW(read_all(path), LogError);
  put_bytes(path, {});
  EXPECT_THROW(read_all(path), LogError);
}

TEST(KpiLogReader, reads_a_log_cut_at_any_byte) {
  const std::string path = path_of("cut.kpi");
  constexpr int count = 40;
  const Bytes whole = log_of(path, count);
  const std::vector<std::size_t> ends = frame_ends(count);
  for (std::size_t size = kpi_log_magic.size(); size < whole.size(); ++size) {
    put_bytes(path, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    const Contents contents = read_all(path);
    const auto complete =
        static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), size) - ends.begin());
    ASSERT_EQ(contents.records.size(), complete) << "cut at " << size;
    const std::size_t end = complete == 0 ? kpi_log_magic.size() : ends[complete - 1];
    ASSERT_EQ(damaged_bytes(contents), size - end);
    if (size > end) {
      ASSERT_EQ(contents.damage.back().what, "cut off inside a record");
    }
  }
}

TEST(KpiLogReader, loses_only_the_records_whose_bits_flipped) {
  const std::string path = path_of("flip.kpi");
  constexpr int count = 60;
  const Bytes whole = log_of(path, count);
  const std::vector<std::size_t> ends = frame_ends(count);
  std::uint64_t chance = 2024;
  const auto below = [&](std::uint64_t limit) {
    chance = chance * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>((chance >> 33) % limit);
  };
  for (int round = 0; round < 400; ++round) {
    Bytes damaged = whole;
    std::vector<bool> hit(count, false);
    for (std::size_t flips = 1 + below(5); flips > 0; --flips) {
      const std::size_t at = below(whole.size());
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << below(8)));
      if (at < kpi_log_magic.size()) continue;
      hit[static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), at) - ends.begin())] =
          true;
    }
    put_bytes(path, damaged);
    std::vector<std::string> expected;
    for (int i = 0; i < count; ++i) {
      const auto index = static_cast<std::size_t>(i);
      const std::size_t begin = i == 0 ? kpi_log_magic.size() : ends[index - 1];
      // Two flips of one bit undo each other.
      const bool same = std::equal(whole.begin() + static_cast<std::ptrdiff_t>(begin),
                                   whole.begin() + static_cast<std::ptrdiff_t>(ends[index]),
                                   damaged.begin() + static_cast<std::ptrdiff_t>(begin));
      ASSERT_TRUE(same || hit[index]);
      if (same) expected.push_back(record_of(i).SerializeAsString());
    }
    ASSERT_EQ(read_all(path).records, expected) << "seed 2024, round " << round;
  }
}

TEST(KpiLogReader, finds_its_way_after_zeros_noise_and_a_lost_stretch) {
  const std::string path = path_of("gap.kpi");
  constexpr int count = 30;
  const Bytes whole = log_of(path, count);
  const std::vector<std::size_t> ends = frame_ends(count);
  const auto at = [&](std::size_t offset) {
    return whole.begin() + static_cast<std::ptrdiff_t>(offset);
  };
  Bytes damaged(whole.begin(), at(ends[9]));
  damaged.insert(damaged.end(), 5000, '\0');
  damaged.insert(damaged.end(), at(ends[9]), at(ends[14]));
  for (int i = 0; i < 3000; ++i) damaged.push_back(static_cast<char>(i * i * 31 + i));
  damaged.insert(damaged.end(), at(ends[19] + 3), whole.end());
  put_bytes(path, damaged);
  const Contents contents = read_all(path);
  EXPECT_EQ(contents.records.size(), 10U + 5U + 9U);
  ASSERT_EQ(contents.damage.size(), 2U);
  EXPECT_EQ(contents.damage[0].offset, ends[9]);
  EXPECT_EQ(contents.damage[0].bytes, 5000U);
  EXPECT_EQ(contents.damage[0].what, "no valid record");
  EXPECT_EQ(contents.damage[1].bytes, 3000U + (ends[20] - ends[19] - 3));
}

TEST(KpiLogReader, survives_noise_of_any_kind) {
  const std::string path = path_of("noise.kpi");
  std::uint64_t chance = 7;
  for (int round = 0; round < 100; ++round) {
    Bytes noise(kpi_log_magic.begin(), kpi_log_magic.end());
    for (int i = 0; i < 4000; ++i) {
      chance = chance * 6364136223846793005ULL + 1442695040888963407ULL;
      // Many zeros make lengths plausible.
      noise.push_back(chance >> 62 == 0 ? static_cast<char>(chance >> 40) : '\0');
    }
    put_bytes(path, noise);
    const Contents contents = read_all(path);
    ASSERT_TRUE(contents.records.empty()) << "seed 7, round " << round;
    ASSERT_EQ(damaged_bytes(contents), 4000U);
  }
}

}  // namespace
}  // namespace redcell::analysis
