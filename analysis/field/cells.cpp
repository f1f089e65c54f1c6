#include "analysis/field/cells.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace redcell::analysis {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::optional<double> point_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  if (!std::isfinite(value)) return {};
  return value;
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string folded(std::string_view text) {
  std::string out;
  for (const char c : trimmed(text)) {
    const bool blank = is_blank(c);
    if (blank && out.ends_with(' ')) continue;
    const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    out += blank ? ' ' : small;
  }
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  const auto escape = [&](unsigned char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += "\\x";
    out += digits[c >> 4U];
    out += digits[c & 0xFU];
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 'x');
    if (c < 0x20 || c == 0x7F) {
      escape(c);
    } else if (c == 0xC2 && next >= 0x80 && next < 0xA0) {  // U+0080 to U+009F.
      escape(next);
      ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool CellCutter::cut(std::string_view line) {
  cells_.clear();
  if (std::memchr(line.data(), '"', line.size()) != nullptr) return cut_quoted(line);
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = line.find(separator_, begin)) != std::string_view::npos;) {
    cells_.push_back(trimmed(line.substr(begin, end - begin)));
    begin = end + 1;
  }
  cells_.push_back(trimmed(line.substr(begin)));
  return true;
}

bool CellCutter::cut_quoted(std::string_view line) {
  // Texts may not move while cells point into them.
  unquoted_.resize(static_cast<std::size_t>(std::count(line.begin(), line.end(), '"')));
  std::size_t used = 0, i = 0;
  while (true) {
    while (i < line.size() && is_blank(line[i]) && line[i] != separator_) ++i;
    if (i < line.size() && line[i] == '"') {
      std::string& text = unquoted_[used++];
      text.clear();
      for (++i;; ++i) {
        if (i >= line.size()) return false;
        if (line[i] == '"' && i + 1 < line.size() && line[i + 1] == '"') {
          ++i;
        } else if (line[i] == '"') {
          break;
        }
        text += line[i];
      }
      ++i;
      cells_.push_back(trimmed(text));
      while (i < line.size() && is_blank(line[i]) && line[i] != separator_) ++i;
      if (i < line.size() && line[i] != separator_) return false;
    } else {
      const std::size_t end = std::min(line.find(separator_, i), line.size());
      cells_.push_back(trimmed(line.substr(i, end - i)));
      i = end;
    }
    if (i >= line.size()) return true;
    ++i;
  }
}

std::optional<Number> number_of(std::string_view text) {
  if (const auto value = point_number(text)) return Number{*value, false};
  constexpr std::size_t digits_max = 64;
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos || text.size() > digits_max) return {};
  if (text.find_first_of(",.", comma + 1) != std::string_view::npos) return {};
  if (text.find('.') != std::string_view::npos) return {};
  std::array<char, digits_max> copy{};
  std::copy(text.begin(), text.end(), copy.begin());
  copy[comma] = '.';
  const auto value = point_number({copy.data(), text.size()});
  if (!value) return {};
  return Number{*value, true};
}

}  // namespace redcell::analysis
