// A text file line by line, whatever wrote it: UTF-8 with or without mark, UTF-16, GBK. Needs
// memory for a few lines only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace redcell::analysis {

/// A longer line is no line of a drive log.
inline constexpr std::size_t line_bytes_max = std::size_t{1} << 20;

struct TextLine {
  std::string_view text;          ///< UTF-8 without line end; valid until the next call.
  std::uint64_t number = 0;       ///< From 1.
  const char* trouble = nullptr;  ///< Why the text cannot be read; null when it can.
};

/// A conversion to UTF-8 by the system's iconv.
class Iconv {
 public:
  /// Throws LogError for an encoding that the system does not know.
  explicit Iconv(const std::string& encoding);
  ~Iconv();
  Iconv(const Iconv&) = delete;
  Iconv& operator=(const Iconv&) = delete;
  /// Appends the text of bytes to out and returns how many bytes a character cut off at the end
  /// has. What is no text becomes U+FFFD; all_text is then false.
  std::size_t append(std::string_view bytes, std::string& out, bool& all_text);

 private:
  void* handle_;
};

class TextLines {
 public:
  /// encoding: as iconv names it; empty: UTF-16 when a mark says so, else UTF-8, and GBK for
  /// lines that are not UTF-8. Throws LogError for a file that cannot be opened, is empty or
  /// is no text.
  TextLines(const std::string& path, const std::string& encoding);
  ~TextLines();
  TextLines(const TextLines&) = delete;
  TextLines& operator=(const TextLines&) = delete;

  /// False at the end. Throws LogError when the disk fails.
  [[nodiscard]] bool next(TextLine& line);
  [[nodiscard]] const std::string& encoding() const { return encoding_; }
  [[nodiscard]] std::uint64_t byte_count() const { return byte_count_; }

 private:
  void open(const std::string& path);
  void look_at_start();
  bool fill();
  bool take(TextLine& line);
  void decode(TextLine& line);

  std::string path_;
  std::string encoding_;
  int file_ = -1;
  bool file_ended_ = false;
  bool may_be_gbk_ = false;  ///< Nothing says what a line is that is not UTF-8.
  bool has_utf8_ = false;    ///< A line was in UTF-8 and not in ASCII.
  std::vector<char> raw_;    ///< Bytes of a character that the last reading cut.
  std::string window_;       ///< From begin_ on: not yet given out.
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;       ///< No line end before it.
  std::unique_ptr<Iconv> stream_;  ///< Of the whole file, where its encoding is known.
  std::unique_ptr<Iconv> gbk_;     ///< Of single lines.
  std::string converted_;
  std::uint64_t line_count_ = 0;
  std::uint64_t byte_count_ = 0;
};

/// Whether bytes are well-formed UTF-8 (RFC 3629).
[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace redcell::analysis
