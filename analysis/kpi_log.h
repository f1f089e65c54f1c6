// The KPI log: an 8-byte head, then frames {u32 length, u32 crc, payload}, little endian.
//
// The CRC32C (Castagnoli) covers length and payload, so that a stretch of zeros is no frame; the
// payload is one KpiRecord in protobuf wire format. Whatever happens to a file, each undamaged
// frame is found.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "analysis/log_error.h"
#include "analysis/schema/kpi_log.pb.h"

namespace redcell::analysis {

/// Format 1. The line end shows what a transfer as text would do to the file. An array, because the
/// text of a string_view in a header may have another address in each source file.
inline constexpr std::array<char, 8> kpi_log_magic = {'R', 'C', 'K', 'P', 'I', '\x01', '\r', '\n'};
inline constexpr std::size_t kpi_record_bytes_max = std::size_t{1} << 20;

/// CRC32C of bytes, continuing from the crc of what came before (0 at the start). RFC 3720 B.4.
[[nodiscard]] std::uint32_t crc32c(std::span<const std::uint8_t> bytes, std::uint32_t before = 0);

/// Writes records in order. Whole frames are handed to the system at once: after the process is
/// killed every record before the last flush() is in the file, and a frame cut in two is recognised
/// by the reader.
class KpiLogWriter {
 public:
  /// Creates or empties the file and writes its head. Throws LogError.
  explicit KpiLogWriter(const std::string& path);
  ~KpiLogWriter();
  KpiLogWriter(const KpiLogWriter&) = delete;
  KpiLogWriter& operator=(const KpiLogWriter&) = delete;

  /// Appends a record; no allocation once warm. Pre: serialised it has 1 to kpi_record_bytes_max
  /// bytes. Throws LogError when the file cannot take it (disk full); what was written stays
  /// readable, and a later flush() continues where the file ended.
  void write(const KpiRecord& record);
  /// Hands all that was written to the system. Call at least once a simulated second and at the
  /// end: a destructor can report no error. Throws LogError.
  void flush();

 private:
  std::string path_;
  int file_ = -1;
  std::vector<std::uint8_t> buffer_;  ///< Not yet handed over; may begin inside a frame.
};

/// Bytes of a log that hold no record.
struct Damage {
  std::uint64_t offset = 0;  ///< From the start of the file.
  std::uint64_t bytes = 0;
  std::string what;  ///< In words: "cut off inside a record" or "no valid record".
};

/// Reads the records of a log, skipping and listing what is damaged. Needs memory for a few records
/// only.
class KpiLogReader {
 public:
  /// Throws LogError when the file cannot be opened.
  explicit KpiLogReader(const std::string& path);
  ~KpiLogReader();
  KpiLogReader(const KpiLogReader&) = delete;
  KpiLogReader& operator=(const KpiLogReader&) = delete;

  /// Fills record with the next one; false at the end. Throws LogError when the disk fails, and
  /// when the file neither begins like a KPI log nor holds a record.
  [[nodiscard]] bool next(KpiRecord& record);
  /// What was skipped so far, in file order; what lies between two records is one entry.
  [[nodiscard]] const std::vector<Damage>& damage() const { return damage_; }

 private:
  enum class Frame { valid, broken, cut_off };
  std::size_t fill(std::size_t bytes);
  void advance(std::size_t bytes);
  [[nodiscard]] Frame take_frame(KpiRecord& record);

  std::string path_;
  int file_ = -1;
  std::vector<std::uint8_t> window_;  ///< Bytes [0, end_) are a stretch of the file.
  std::size_t position_ = 0;          ///< Next byte to read in window_.
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;     ///< Of the next byte to read, in the file.
  std::size_t frame_bytes_ = 0;  ///< Of the last frame taken.
  bool file_ended_ = false;
  bool head_valid_ = false;
  bool any_record_ = false;
  std::vector<Damage> damage_;
};

}  // namespace redcell::analysis
