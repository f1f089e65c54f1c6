#include "analysis/field/clock.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

#include "analysis/field/cells.h"
#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t day_ns = 86'400 * second_ns;
constexpr std::string_view letters = "YymbdHIpMSfzsQ";

/// What a text said, part by part; -1 where it said nothing.
struct Parts {
  int year = -1, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0;
  int half = -1;  ///< 0 before noon, 1 after.
  std::int64_t fraction_ns = 0;
  std::int64_t since_1970_ns = -1;
  std::optional<std::int64_t> zone_ns;
};

/// Eats text from the front.
class Eater {
 public:
  explicit Eater(std::string_view text) : text_(text) {}

  [[nodiscard]] bool empty() const { return text_.empty(); }
  bool eat(char c) {
    if (!text_.starts_with(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  /// At least one digit, at most as many as given, a value within the range.
  bool number(int& value, std::size_t digits, std::pair<int, int> range) {
    std::size_t count = 0;
    int sum = 0;
    while (count < digits && count < text_.size() && is_digit(text_[count])) {
      sum = 10 * sum + (text_[count++] - '0');
    }
    if (count == 0 || sum < range.first || sum > range.second) return false;
    text_.remove_prefix(count);
    value = sum;
    return true;
  }
  /// Nothing, or a mark with digits behind it.
  bool fraction(std::int64_t& value_ns) {
    value_ns = 0;
    if (text_.empty() || (text_[0] != '.' && text_[0] != ',' && text_[0] != ':')) return true;
    std::size_t count = 1;
    std::int64_t weight_ns = second_ns;
    for (; count < text_.size() && is_digit(text_[count]); ++count) {
      weight_ns /= 10;
      value_ns += weight_ns * (text_[count] - '0');
    }
    if (count == 1) return false;
    text_.remove_prefix(count);
    return true;
  }
  bool month_name(int& month) {
    constexpr std::string_view names = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (text_.size() < 3) return false;
    const std::size_t at = names.find(folded(text_.substr(0, 3)));
    if (at == std::string_view::npos || at % 3 != 0) return false;
    month = static_cast<int>(at / 3) + 1;
    text_.remove_prefix(3);
    return true;
  }
  bool half(int& half_of_day) {
    const std::string word = folded(text_.substr(0, 2));
    if (word != "am" && word != "pm") return false;
    half_of_day = word == "pm" ? 1 : 0;
    text_.remove_prefix(2);
    return true;
  }
  bool zone(std::optional<std::int64_t>& zone_ns) {
    if (eat('Z')) {
      zone_ns = 0;
      return true;
    }
    const bool west = text_.starts_with('-');
    if (!eat('+') && !eat('-')) return false;
    int hours = 0, minutes = 0;
    if (!number(hours, 2, {0, 14})) return false;
    if (eat(':') || (!text_.empty() && is_digit(text_[0]))) {
      if (!number(minutes, 2, {0, 59})) return false;
    }
    zone_ns = (west ? -1 : 1) * (hours * 3600 + minutes * 60) * second_ns;
    return true;
  }
  bool count_since_1970(std::int64_t& value_ns, double unit_ns) {
    const std::size_t end = std::min(text_.find_first_not_of("0123456789.,"), text_.size());
    const auto number = number_of(text_.substr(0, end));
    constexpr double seconds_max = 8e9;
    if (!number || number->value * unit_ns > seconds_max * 1e9) return false;
    text_.remove_prefix(end);
    // Whole seconds apart, so that nanoseconds survive the double.
    const double per_second = 1e9 / unit_ns;
    const double seconds = std::floor(number->value / per_second);
    const double rest_ns = (number->value - seconds * per_second) * unit_ns;
    value_ns = static_cast<std::int64_t>(seconds) * second_ns + std::llround(rest_ns);
    return true;
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  std::string_view text_;
};

bool eat_part(Eater& text, char letter, Parts& parts) {
  switch (letter) {
    case 'Y':
      return text.number(parts.year, 4, {1970, 2200});
    case 'y':
      if (!text.number(parts.year, 2, {0, 99})) return false;
      parts.year += 2000;
      return true;
    case 'm':
      return text.number(parts.month, 2, {1, 12});
    case 'b':
      return text.month_name(parts.month);
    case 'd':
      return text.number(parts.day, 2, {1, 31});
    case 'H':
      return text.number(parts.hour, 2, {0, 23});
    case 'I':
      return text.number(parts.hour, 2, {1, 12});
    case 'p':
      return text.half(parts.half);
    case 'M':
      return text.number(parts.minute, 2, {0, 59});
    case 'S':
      return text.number(parts.second, 2, {0, 60});
    case 'f':
      return text.fraction(parts.fraction_ns);
    case 'z':
      return text.zone(parts.zone_ns);
    case 's':
      return text.count_since_1970(parts.since_1970_ns, 1e9);
    default:
      return text.count_since_1970(parts.since_1970_ns, 1e6);
  }
}

bool days_exist(const Parts& parts) {
  if (parts.year < 0) return true;
  constexpr std::array<int, 12> days = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = parts.year % 4 == 0 && (parts.year % 100 != 0 || parts.year % 400 == 0);
  if (parts.month == 2 && !leap) return parts.day <= 28;
  return parts.day <= days[static_cast<std::size_t>(parts.month - 1)];
}

std::optional<Parts> parts_of(std::string_view text, const std::string& format) {
  Parts parts;
  Eater eater(text);
  for (std::size_t i = 0; i < format.size(); ++i) {
    const bool eaten =
        format[i] == '%' ? eat_part(eater, format[++i], parts) : eater.eat(format[i]);
    if (!eaten) return {};
  }
  if (!eater.empty() || !days_exist(parts)) return {};
  if (parts.half >= 0) parts.hour = parts.hour % 12 + 12 * parts.half;
  return parts;
}

}  // namespace

std::int64_t days_since_1970(int year, int month, int day) {
  // Years begin in March, so that the leap day is a year's last.
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t m = (month + 9) % 12;
  const std::int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
  constexpr std::int64_t days_to_1970 = 719'468;
  return days - days_to_1970;
}

std::string iso_time(std::int64_t time_ns) {
  const auto floored = [](std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); };
  const std::int64_t seconds = floored(time_ns, second_ns);
  const std::int64_t day = floored(seconds, 86'400), of_day = seconds - 86'400 * day;
  int year = 1970;
  while (days_since_1970(year, 1, 1) > day) --year;
  while (days_since_1970(year + 1, 1, 1) <= day) ++year;
  int month = 1;
  while (month < 12 && days_since_1970(year, month + 1, 1) <= day) ++month;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", year, month,
                     day - days_since_1970(year, month, 1) + 1, of_day / 3600, of_day / 60 % 60,
                     of_day % 60);
}

Clock::Clock(std::vector<std::string> formats, std::optional<double> utc_offset_h)
    : formats_(std::move(formats)), offset_given_(utc_offset_h.has_value()) {
  for (const std::string& format : formats_) {
    for (std::size_t i = 0; i < format.size(); ++i) {
      if (format[i] != '%') continue;
      if (++i >= format.size() || letters.find(format[i]) == std::string_view::npos) {
        throw LogError(
            fmt::format("found time format \"{}\"; allowed behind %: one of {}", format, letters));
      }
    }
  }
  if (utc_offset_h) offset_ns_ = std::llround(*utc_offset_h * 3600.0) * second_ns;
}

std::optional<std::int64_t> Clock::read(std::string_view text) {
  for (std::size_t tried = 0; tried < formats_.size(); ++tried) {
    const std::size_t index = (last_ + tried) % formats_.size();
    const auto parts = parts_of(text, formats_[index]);
    if (!parts) continue;
    last_ = index;
    if (parts->since_1970_ns >= 0) {
      zone_seen_ = true;
      return parts->since_1970_ns;
    }
    const std::int64_t of_day_ns =
        (parts->hour * 3600 + parts->minute * 60 + parts->second) * second_ns + parts->fraction_ns;
    const std::optional<std::int64_t> day =
        parts->year >= 0 ? days_since_1970(parts->year, parts->month, parts->day)
                         : day_of(of_day_ns);
    if (!day) return {};
    zone_seen_ |= parts->zone_ns.has_value();
    return *day * day_ns + of_day_ns - parts->zone_ns.value_or(offset_ns_);
  }
  return {};
}

std::optional<std::int64_t> Clock::day_of(std::int64_t of_day_ns) {
  constexpr std::int64_t near_ns = 3600 * second_ns;
  if (last_of_day_ns_ - of_day_ns > day_ns / 2) {
    if (days_passed_ == clock_days_max) return {};
    ++days_passed_;
    ++midnight_count_;
    midnight_is_near_ = true;
  } else if (of_day_ns - last_of_day_ns_ > day_ns / 2 && midnight_is_near_) {
    --days_passed_;
    --midnight_count_;
    midnight_is_near_ = false;
  } else if (of_day_ns > near_ns) {
    midnight_is_near_ = false;
  }
  last_of_day_ns_ = of_day_ns;
  return date_ + days_passed_;
}

bool Clock::set_date(std::string_view text, const std::string& format) {
  const auto parts = parts_of(text, format);
  if (!parts || parts->year < 0) return false;
  date_ = days_since_1970(parts->year, parts->month, parts->day);
  days_passed_ = 0;
  midnight_is_near_ = false;
  last_of_day_ns_ = 0;
  return true;
}

}  // namespace redcell::analysis
