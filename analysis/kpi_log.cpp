#include "analysis/kpi_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/check.h"

namespace redcell::analysis {
namespace {

constexpr std::size_t frame_head_bytes = 8;
constexpr std::size_t buffer_bytes = std::size_t{256} << 10;
constexpr std::size_t window_bytes = buffer_bytes;

using CrcTables = std::array<std::array<std::uint32_t, 256>, 8>;

/// Row k advances the CRC of a byte by k further zero bytes, so that eight bytes are done at once.
constexpr CrcTables make_crc_tables() {
  constexpr std::uint32_t castagnoli_reflected = 0x82F63B78U;
  CrcTables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) ? castagnoli_reflected : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t row = 1; row < tables.size(); ++row) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = tables[row - 1][byte];
      tables[row][byte] = (crc >> 8) ^ tables[0][crc & 0xFFU];
    }
  }
  return tables;
}

constexpr CrcTables crc_tables = make_crc_tables();

std::uint32_t load_u32(const std::uint8_t* from) {
  return std::uint32_t{from[0]} | std::uint32_t{from[1]} << 8 | std::uint32_t{from[2]} << 16 |
         std::uint32_t{from[3]} << 24;
}

void store_u32(std::uint8_t* to, std::uint32_t value) {
  for (int byte = 0; byte < 4; ++byte) to[byte] = static_cast<std::uint8_t>(value >> (8 * byte));
}

/// The CRC of a frame at its first byte: length, then payload.
std::uint32_t frame_crc(const std::uint8_t* frame, std::size_t payload_bytes) {
  return crc32c({frame + frame_head_bytes, payload_bytes}, crc32c({frame, 4}));
}

[[noreturn]] void fail(const std::string& path, const char* what) {
  throw LogError(fmt::format("{}: {}: {}", path, what, std::strerror(errno)));
}

}  // namespace

std::uint32_t crc32c(std::span<const std::uint8_t> bytes, std::uint32_t before) {
  const auto& t = crc_tables;
  std::uint32_t crc = ~before;
  const std::uint8_t* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8) {
    const std::uint32_t low = crc ^ load_u32(p);
    const std::uint32_t high = load_u32(p + 4);
    crc = t[7][low & 0xFFU] ^ t[6][low >> 8 & 0xFFU] ^ t[5][low >> 16 & 0xFFU] ^ t[4][low >> 24] ^
          t[3][high & 0xFFU] ^ t[2][high >> 8 & 0xFFU] ^ t[1][high >> 16 & 0xFFU] ^
          t[0][high >> 24];
  }
  for (; left > 0; --left, ++p) crc = (crc >> 8) ^ t[0][(crc ^ *p) & 0xFFU];
  return ~crc;
}

KpiLogWriter::KpiLogWriter(const std::string& path)
    : path_(path), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {
  if (file_ < 0) fail(path_, "cannot create");
  buffer_.reserve(buffer_bytes);
  buffer_.assign(kpi_log_magic.begin(), kpi_log_magic.end());
  try {
    flush();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

KpiLogWriter::~KpiLogWriter() {
  try {
    flush();
  } catch (const LogError&) {
    // The caller's own flush() has told, or will never ask.
  }
  ::close(file_);
}

void KpiLogWriter::write(const KpiRecord& record) {
  const std::size_t payload_bytes = record.ByteSizeLong();
  RC_CHECK(payload_bytes > 0 && payload_bytes <= kpi_record_bytes_max);
  const std::size_t bytes = frame_head_bytes + payload_bytes;
  if (buffer_.size() + bytes > buffer_bytes) flush();
  const std::size_t begin = buffer_.size();
  buffer_.resize(begin + bytes);
  std::uint8_t* frame = buffer_.data() + begin;
  store_u32(frame, static_cast<std::uint32_t>(payload_bytes));
  record.SerializeWithCachedSizesToArray(frame + frame_head_bytes);
  store_u32(frame + 4, frame_crc(frame, payload_bytes));
}

void KpiLogWriter::flush() {
  std::size_t done = 0;
  while (done < buffer_.size()) {
    const ssize_t written = ::write(file_, buffer_.data() + done, buffer_.size() - done);
    if (written >= 0) {
      done += static_cast<std::size_t>(written);
    } else if (errno != EINTR) {
      const int error = errno;
      buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(done));
      errno = error;
      fail(path_, "cannot write");
    }
  }
  buffer_.clear();
}

KpiLogReader::KpiLogReader(const std::string& path)
    : path_(path), file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)), window_(window_bytes) {
  if (file_ < 0) fail(path_, "cannot open");
  try {
    const std::size_t head = std::min(fill(kpi_log_magic.size()), kpi_log_magic.size());
    head_valid_ = head == kpi_log_magic.size() &&
                  std::memcmp(window_.data(), kpi_log_magic.data(), head) == 0;
    if (head_valid_) advance(head);
  } catch (...) {
    ::close(file_);
    throw;
  }
}

KpiLogReader::~KpiLogReader() { ::close(file_); }

/// Makes at least that many bytes available from position_ on, as far as the file has them.
std::size_t KpiLogReader::fill(std::size_t bytes) {
  if (end_ - position_ >= bytes || file_ended_) return end_ - position_;
  // Room for several such frames, so that moving the rest to the front is rare.
  if (4 * bytes > window_.size()) window_.resize(4 * bytes);
  std::memmove(window_.data(), window_.data() + position_, end_ - position_);
  end_ -= position_;
  position_ = 0;
  while (end_ < window_.size() && !file_ended_) {
    const ssize_t got = ::read(file_, window_.data() + end_, window_.size() - end_);
    if (got < 0 && errno != EINTR) fail(path_, "cannot read");
    if (got == 0) file_ended_ = true;
    if (got > 0) end_ += static_cast<std::size_t>(got);
  }
  return end_ - position_;
}

void KpiLogReader::advance(std::size_t bytes) {
  position_ += bytes;
  offset_ += bytes;
}

/// Looks at position_; takes the frame there if it is valid, else stays.
KpiLogReader::Frame KpiLogReader::take_frame(KpiRecord& record) {
  if (fill(frame_head_bytes) < frame_head_bytes) return Frame::cut_off;
  const std::size_t payload_bytes = load_u32(window_.data() + position_);
  if (payload_bytes > kpi_record_bytes_max) return Frame::broken;
  const std::size_t bytes = frame_head_bytes + payload_bytes;
  if (fill(bytes) < bytes) return Frame::cut_off;
  const std::uint8_t* frame = window_.data() + position_;
  if (load_u32(frame + 4) != frame_crc(frame, payload_bytes)) return Frame::broken;
  if (!record.ParseFromArray(frame + frame_head_bytes, static_cast<int>(payload_bytes))) {
    return Frame::broken;
  }
  advance(bytes);
  frame_bytes_ = bytes;
  return Frame::valid;
}

bool KpiLogReader::next(KpiRecord& record) {
  const std::uint64_t begin = offset_;
  if (fill(1) > 0) {
    const Frame first = take_frame(record);
    Frame frame = first;
    while (frame != Frame::valid && fill(1) > 0) {
      advance(1);
      frame = take_frame(record);
    }
    const bool found = frame == Frame::valid;
    if (first != Frame::valid) {
      const std::uint64_t end = found ? offset_ - frame_bytes_ : offset_;
      const bool cut_off = !found && first == Frame::cut_off;
      damage_.push_back(
          {begin, end - begin, cut_off ? "cut off inside a record" : "no valid record"});
    }
    if (found) {
      any_record_ = true;
      return true;
    }
  }
  if (!head_valid_ && !any_record_) throw LogError(fmt::format("{}: not a KPI log", path_));
  return false;
}

}  // namespace redcell::analysis
