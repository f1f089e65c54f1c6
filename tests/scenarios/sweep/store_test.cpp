// Goal: a point is there whole or not at all; a second run of it does no harm and is seen.
// Method: attempts made by hand in a temporary folder.
#include "scenarios/sweep/store.h"

#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <system_error>

#include "analysis/statistics.h"
#include "scenarios/sweep/point_files.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

const std::string address = "ab34567890123456789012345678cdef";

class StoreTest : public testing::Test {
 protected:
  ~StoreTest() override { fs::remove_all(store_.folder()); }

  /// A finished attempt at the point.
  fs::path attempt(const std::string& signature) const {
    const fs::path folder = store_.begin(address);
    std::ofstream(folder / "summary.json")
        << R"({"run": {"signature": ")" << signature
        << R"(", "world": "w", "version": "v", "build_type": "b", "isa": "i", "simulated_s": 1,)"
        << R"( "wall_s": 0.5, "peak_memory_mb": 20}, "kpi": [{"name": "rtt_ms",)"
        << R"( "terminal_group": "", "statistic": "mean", "value": 7, "unit": "ms",)"
        << R"( "ci_low": null, "ci_high": null, "samples": 3}]})";
    std::ofstream(folder / "verdict.json") << R"({"result": "PASS"})";
    write_point(address, ChildEnd{.wall_s = 0.75}, folder);
    return folder;
  }

  const Store store_{fs::path(testing::TempDir()) /
                     testing::UnitTest::GetInstance()->current_test_info()->name()};
};

TEST_F(StoreTest, shows_a_point_only_when_it_is_finished) {
  const fs::path folder = attempt("s1");
  EXPECT_FALSE(store_.is_complete(address));
  EXPECT_TRUE(store_.complete().empty());
  EXPECT_FALSE(store_.finish(address, folder));
  EXPECT_TRUE(store_.is_complete(address));
  EXPECT_EQ(store_.complete(), std::set<std::string>{address});
  EXPECT_FALSE(fs::exists(folder));
  const PointResult result = read_result(store_.point(address));
  EXPECT_EQ(result.signature, "s1");
  EXPECT_EQ(result.process_s, 0.75);
  EXPECT_EQ(result.verdict, "PASS");
  ASSERT_EQ(result.kpi.size(), 1u);
  EXPECT_EQ(result.kpi[0].value, 7);
  EXPECT_EQ(result.kpi[0].ci_low, -analysis::infinity);
}

TEST_F(StoreTest, keeps_the_first_of_two_equal_runs_and_counts_the_second) {
  std::ignore = store_.finish(address, attempt("s1"));
  EXPECT_FALSE(store_.finish(address, attempt("s1")));
  EXPECT_EQ(store_.duplicate_count(), 1u);
  EXPECT_EQ(store_.complete().size(), 1u);
  EXPECT_TRUE(store_.failures().empty());
}

TEST_F(StoreTest, tells_when_a_second_run_gives_other_bits) {
  std::ignore = store_.finish(address, attempt("s1"));
  const std::optional<Failure> failure = store_.finish(address, attempt("s2"));
  ASSERT_TRUE(failure);
  EXPECT_EQ(failure->cause, causes::different);
  EXPECT_EQ(failure->words, "run twice, with signatures s1 and s2");
  EXPECT_EQ(read_result(store_.point(address)).signature, "s1");
  EXPECT_EQ(store_.failures().count(address), 1u) << "must be told until someone has looked";
}

TEST_F(StoreTest, tells_no_failure_of_a_point_that_another_task_has_finished) {
  std::ignore = store_.finish(address, attempt("s1"));
  std::ignore =
      store_.fail({.address = address, .cause = causes::time_limit, .words = "late", .log = {}},
                  store_.begin(address));
  EXPECT_TRUE(store_.failures().empty());
}

TEST_F(StoreTest, forgets_a_failure_when_the_point_is_finished) {
  const fs::path folder = store_.begin(address);
  std::ofstream(folder / "log.txt") << "words\n";
  const Failure failure = store_.fail(
      {.address = address, .cause = causes::crash, .words = "killed", .log = {}}, folder);
  EXPECT_TRUE(fs::exists(failure.log));
  ASSERT_EQ(store_.failures().count(address), 1u);
  EXPECT_EQ(store_.failures().at(address).cause, causes::crash);
  EXPECT_EQ(store_.failures().at(address).words, "killed");
  std::ignore = store_.finish(address, attempt("s1"));
  EXPECT_TRUE(store_.failures().empty());
  EXPECT_FALSE(fs::exists(store_.failure(address)));
}

TEST_F(StoreTest, keeps_the_second_of_two_results_whatever_breaks_later) {
  std::ignore = store_.finish(address, attempt("s1"));
  std::ignore = store_.finish(address, attempt("s2"));
  const fs::path late = store_.begin(address);
  std::ignore = store_.fail(
      {.address = address, .cause = causes::time_limit, .words = "late", .log = {}}, late);
  EXPECT_EQ(store_.failures().at(address).cause, causes::different);
  EXPECT_EQ(read_result(store_.failure(address)).signature, "s2");
  EXPECT_FALSE(fs::exists(late));
}

TEST_F(StoreTest, says_why_before_a_failure_is_in_its_place) {
  const fs::path folder = store_.begin(address);
  std::ofstream(store_.folder() / "failed") << "no folder";  // Nothing can be moved there.
  std::ignore = store_.fail(
      {.address = address, .cause = causes::crash, .words = "killed \xff", .log = {}, .signal = 11},
      folder);
  const Failure read = read_failure(folder);
  EXPECT_EQ(read.cause, causes::crash);
  EXPECT_EQ(read.words, "killed \xEF\xBF\xBD") << "bytes that are no UTF-8 are replaced";
  EXPECT_EQ(read.signal, 11);
}

/// Answers as a file system without locks, while there is one.
class NoLocks {
 public:
  NoLocks() { is_there = true; }
  NoLocks(const NoLocks&) = delete;
  NoLocks& operator=(const NoLocks&) = delete;
  ~NoLocks() { is_there = false; }
  static inline bool is_there = false;
};

TEST_F(StoreTest, is_locked_by_one_and_tells_a_lock_refused_from_a_lock_taken) {
  {
    const FolderLock first(store_.folder());
    EXPECT_TRUE(first.is_mine());
    EXPECT_FALSE(FolderLock(store_.folder()).is_mine());
  }
  const NoLocks no_locks;
  try {
    const FolderLock lock(store_.folder());
    ADD_FAILURE() << "a file system without locks";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ENOLCK);
  }
}

TEST_F(StoreTest, clears_away_what_ended_processes_left) {
  const fs::path mine = store_.begin(address);
  const std::string host = host_name();
  const fs::path tmp = mine.parent_path();
  constexpr const char* no_process = "99999999";
  for (const std::string& name :
       {address + "." + host + "." + no_process, address + ".elsewhere." + no_process}) {
    fs::create_directory(tmp / name);
  }
  const auto count = [&] {
    return std::distance(fs::directory_iterator(tmp), fs::directory_iterator());
  };
  store_.sweep_out(false);
  EXPECT_EQ(count(), 2);
  store_.sweep_out(true);
  EXPECT_EQ(count(), 1);
  EXPECT_TRUE(fs::exists(mine));
}

TEST_F(StoreTest, freezes_equal_bases_once) {
  const std::string id = store_.freeze_base("title: 'a'");
  EXPECT_EQ(store_.freeze_base("title: 'a'"), id);
  EXPECT_NE(store_.freeze_base("title: 'b'"), id);
  EXPECT_TRUE(fs::exists(store_.base(id)));
}

}  // namespace
}  // namespace redcell::scenarios

/// In place of the C library's.
extern "C" int flock(int file, int how) noexcept {
  if (redcell::scenarios::NoLocks::is_there) {
    errno = ENOLCK;
    return -1;
  }
  return static_cast<int>(syscall(SYS_flock, file, how));
}
