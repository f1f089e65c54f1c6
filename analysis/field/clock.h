// Times as logs write them, to one count of nanoseconds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redcell::analysis {

/// [ours] Days that times without a date may go on behind the date given last.
inline constexpr std::int64_t clock_days_max = 3'650;

/// Of days in the proleptic Gregorian calendar since 1970-01-01.
[[nodiscard]] std::int64_t days_since_1970(int year, int month, int day);

/// "2019-12-16T07:22:43Z" of nanoseconds since 1970.
[[nodiscard]] std::string iso_time(std::int64_t time_ns);

/// Reads times in a few formats. A format is text with %Y %y %m %b %d %H %I %p %M %S %f %z %s %Q:
/// %f is a fraction behind a point, a comma or a colon, and may be absent; %z is Z, +08, +0800 or
/// +08:00; %s and %Q are seconds and milliseconds since 1970, with decimals.
class Clock {
 public:
  /// Throws LogError for a format it does not know.
  Clock(std::vector<std::string> formats, std::optional<double> utc_offset_h);

  /// Nanoseconds since 1970 (UTC); absent for a text of no format. Times without a date lie on the
  /// date given last (1970-01-01 at first); when they fall by more than half a day, the next day
  /// begins; when they rise as much within an hour of that, rows are out of order and belong to the
  /// day before. Absent, too, more than clock_days_max days behind the date.
  [[nodiscard]] std::optional<std::int64_t> read(std::string_view text);
  /// The date of times that have none. False when the text is not of the format.
  [[nodiscard]] bool set_date(std::string_view text, const std::string& format);

  [[nodiscard]] bool zone_known() const { return offset_given_ || zone_seen_; }
  [[nodiscard]] std::uint64_t midnight_count() const { return midnight_count_; }

 private:
  /// The day of a time that has none, behind the date given last; absent beyond the bound.
  [[nodiscard]] std::optional<std::int64_t> day_of(std::int64_t of_day_ns);

  std::vector<std::string> formats_;
  std::size_t last_ = 0;  ///< The format that fitted last is tried first.
  std::int64_t offset_ns_ = 0;
  bool offset_given_ = false;
  bool zone_seen_ = false;
  std::int64_t date_ = 0;
  std::int64_t days_passed_ = 0;
  bool midnight_is_near_ = false;  ///< Less than an hour ago.
  std::int64_t last_of_day_ns_ = 0;
  std::uint64_t midnight_count_ = 0;
};

}  // namespace redcell::analysis
