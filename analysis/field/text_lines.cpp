#include "analysis/field/text_lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <iconv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{1} << 18;
constexpr std::string_view utf8_mark = "\xEF\xBB\xBF";
constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_ascii(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080U) != 0) return false;
  }
  for (; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0x80U) != 0) return false;
  }
  return true;
}

/// Bytes of the character that begins with this one; 0 for none.
std::size_t utf8_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if ((first & 0xF0U) == 0xE0) return 3;
  return first >= 0xF0 && first <= 0xF4 ? 4 : 0;
}

/// The second byte keeps out what would be written shorter, surrogates, and more than U+10FFFF.
bool second_fits(unsigned char first, unsigned char second) {
  if (first == 0xE0) return second >= 0xA0;
  if (first == 0xED) return second <= 0x9F;
  if (first == 0xF0) return second >= 0x90;
  if (first == 0xF4) return second <= 0x8F;
  return true;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t length = utf8_length(byte(i));
    if (length == 0 || i + length > bytes.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((byte(i + k) & 0xC0U) != 0x80) return false;
    }
    if (length > 2 && !second_fits(byte(i), byte(i + 1))) return false;
    i += length;
  }
  return true;
}

Iconv::Iconv(const std::string& encoding) : handle_(::iconv_open("UTF-8", encoding.c_str())) {
  const auto failed = reinterpret_cast<void*>(-1);
  if (handle_ == failed) {
    throw LogError(fmt::format(
        "found encoding \"{}\"; allowed: one that iconv knows, such as UTF-8, GBK or UTF-16LE",
        encoding));
  }
}

Iconv::~Iconv() { ::iconv_close(handle_); }

std::size_t Iconv::append(std::string_view bytes, std::string& out, bool& all_text) {
  std::array<char, 4096> buffer{};
  char* from = const_cast<char*>(bytes.data());  // iconv does not write there.
  std::size_t left = bytes.size();
  while (left > 0) {
    char* to = buffer.data();
    std::size_t room = buffer.size();
    const std::size_t result = ::iconv(handle_, &from, &left, &to, &room);
    const int error = result == static_cast<std::size_t>(-1) ? errno : 0;
    out.append(buffer.data(), buffer.size() - room);
    if (error == EINVAL) return left;
    if (error != EILSEQ) continue;
    all_text = false;
    out.append(replacement);
    ++from;
    --left;
  }
  return 0;
}

TextLines::TextLines(const std::string& path, const std::string& encoding)
    : path_(path), encoding_(encoding) {
  open(path);
  try {
    look_at_start();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

TextLines::~TextLines() { ::close(file_); }

void TextLines::open(const std::string& path) {
  file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file_ < 0) throw LogError(fmt::format("{}: cannot open: {}", path, std::strerror(errno)));
  struct stat facts {};
  if (::fstat(file_, &facts) == 0 && S_ISDIR(facts.st_mode)) {
    ::close(file_);
    throw LogError(fmt::format("{}: found a directory; allowed: a log file", path));
  }
}

void TextLines::look_at_start() {
  std::string encoding = encoding_;
  if (encoding.empty()) {
    while (window_.size() < 4096 && fill()) {
    }
    if (window_.starts_with("\xFF\xFE")) encoding = "UTF-16LE";
    if (window_.starts_with("\xFE\xFF")) encoding = "UTF-16BE";
    may_be_gbk_ = encoding.empty();
    encoding_ = may_be_gbk_ ? "UTF-8" : encoding;
  }
  if (!may_be_gbk_ && encoding != "UTF-8") {
    stream_ = std::make_unique<Iconv>(encoding);
    const std::string bytes = std::move(window_);
    window_.clear();
    bool all_text = true;
    const std::size_t left = stream_->append(bytes, window_, all_text);
    raw_.assign(bytes.end() - static_cast<std::ptrdiff_t>(left), bytes.end());
  }
  while (window_.size() < 4096 && fill()) {
  }
  if (window_.starts_with(utf8_mark)) begin_ = utf8_mark.size();
  if (begin_ == window_.size()) {
    throw LogError(fmt::format("{}: found an empty file; allowed: lines of text", path_));
  }
  const std::size_t nul = window_.find('\0');
  if (nul != std::string::npos && nul < 4096) {
    throw LogError(
        fmt::format("{}: found a binary file (a zero byte at offset {}); allowed: text, "
                    "one row a line. Export the log as CSV or text first",
                    path_, nul));
  }
}

/// More of the file behind the window; false when there is none.
bool TextLines::fill() {
  if (file_ended_) return false;
  std::vector<char> chunk(raw_.size() + chunk_bytes);
  std::copy(raw_.begin(), raw_.end(), chunk.begin());
  ssize_t count = 0;
  do {
    count = ::read(file_, chunk.data() + raw_.size(), chunk_bytes);
  } while (count < 0 && errno == EINTR);
  if (count < 0) throw LogError(fmt::format("{}: cannot read: {}", path_, std::strerror(errno)));
  file_ended_ = count == 0;
  byte_count_ += static_cast<std::uint64_t>(count);
  const std::string_view bytes(chunk.data(), raw_.size() + static_cast<std::size_t>(count));
  if (begin_ > 0) {
    window_.erase(0, begin_);
    searched_ -= std::min(searched_, begin_);
    begin_ = 0;
  }
  if (!stream_) {
    window_.append(bytes);
    return !file_ended_;
  }
  bool all_text = true;
  const std::size_t left = file_ended_ ? 0 : stream_->append(bytes, window_, all_text);
  if (file_ended_ && !raw_.empty()) window_.append(replacement);  // Half a character at the end.
  raw_.assign(bytes.end() - left, bytes.end());
  return !file_ended_;
}

bool TextLines::take(TextLine& line) {
  line = {};
  std::uint64_t skipped = 0;
  std::size_t end = std::string::npos;
  while (true) {
    end = window_.find('\n', std::max(begin_, searched_));
    if (end != std::string::npos) break;
    if (window_.size() - begin_ > line_bytes_max) {
      skipped += window_.size() - begin_;
      begin_ = window_.size();
    }
    searched_ = window_.size();
    if (!fill() && file_ended_) {
      end = window_.find('\n', std::max(begin_, searched_));
      break;
    }
  }
  const bool is_last = end == std::string::npos;
  if (is_last && begin_ == window_.size() && skipped == 0) return false;
  const std::size_t stop = is_last ? window_.size() : end;
  line.text = std::string_view(window_).substr(begin_, stop - begin_);
  if (skipped + line.text.size() > line_bytes_max) {
    line.trouble = "the line is longer than 1 MiB";
    line.text = line.text.substr(0, 80);
  }
  begin_ = searched_ = is_last ? stop : stop + 1;
  return true;
}

void TextLines::decode(TextLine& line) {
  if (line.text.ends_with('\r')) line.text.remove_suffix(1);
  if (std::memchr(line.text.data(), 0, line.text.size()) != nullptr) {
    line.trouble = "the line has zero bytes";
  }
  if (line.trouble != nullptr || is_ascii(line.text)) return;
  if (is_utf8(line.text)) {
    has_utf8_ = true;
    if (gbk_ != nullptr) encoding_ = "UTF-8 and GBK";
    return;
  }
  if (!may_be_gbk_) {
    line.trouble = "the line is not in UTF-8";
    return;
  }
  const bool known_gbk = gbk_ != nullptr;
  if (!known_gbk) gbk_ = std::make_unique<Iconv>("GB18030");
  converted_.clear();
  bool all_text = true;
  const std::size_t cut = gbk_->append(line.text, converted_, all_text);
  if (cut > 0 || !all_text) {
    line.trouble = "the line is neither in UTF-8 nor in GBK";
    if (!known_gbk) gbk_.reset();
    return;
  }
  encoding_ = has_utf8_ ? "UTF-8 and GBK" : "GBK";
  line.text = converted_;
}

bool TextLines::next(TextLine& line) {
  if (!take(line)) return false;
  line.number = ++line_count_;
  decode(line);
  return true;
}

}  // namespace redcell::analysis
