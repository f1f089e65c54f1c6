#include "analysis/field/row_order.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>
#include <utility>

#include "analysis/field/clock.h"

namespace redcell::analysis {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;

std::uint32_t device_of(const FieldRow& row) {
  return std::isnan(row.figure[UE]) ? 0U : static_cast<std::uint32_t>(row.figure[UE]);
}

bool earlier(const FieldRow& a, const FieldRow& b) {
  return std::make_tuple(a.time_ns, device_of(a), a.line) <
         std::make_tuple(b.time_ns, device_of(b), b.line);
}

bool same_content(const FieldRow& a, const FieldRow& b) {
  const auto same = [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); };
  return a.state == b.state && a.events == b.events &&
         std::equal(a.figure.begin(), a.figure.end(), b.figure.begin(), same);
}

bool has_place(const FieldRow& row) {
  // 0, 0 is what receivers say before they have found themselves.
  return !std::isnan(row.figure[LATITUDE_DEG]) && !std::isnan(row.figure[LONGITUDE_DEG]) &&
         !(row.figure[LATITUDE_DEG] == 0.0 && row.figure[LONGITUDE_DEG] == 0.0);
}

/// Metres of a degree along meridian and parallel on the WGS 84 ellipsoid.
std::pair<double, double> metres_per_degree(double latitude_deg) {
  constexpr double a_m = 6'378'137.0;
  constexpr double e2 = 6.694379990141317e-3;
  constexpr double rad = std::numbers::pi / 180.0;
  const double sine = std::sin(latitude_deg * rad);
  const double w = std::sqrt(1.0 - e2 * sine * sine);
  const double north = rad * a_m * (1.0 - e2) / (w * w * w);
  const double east = rad * a_m / w * std::cos(latitude_deg * rad);
  return {north, std::max(east, 1e-3)};
}

double whole_millimetres(double metres) { return std::round(metres * 1e3) / 1e3; }

double median(std::vector<double> values) {
  const auto middle = values.begin() + std::ssize(values) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

RowOrder::RowOrder(Take take, Sink unread, std::size_t window)
    : take_(std::move(take)), unread_(std::move(unread)), window_(window) {}

void RowOrder::add(FieldRow row) {
  if (any_passed_ && row.time_ns <= passed_ns_) {
    ++counts_.too_late;
    unread_({row.line,
             {},
             iso_time(row.time_ns),
             fmt::format("more than {} rows late: rows after it are already written. Sort the file "
                         "by time first",
                         window_)});
    return;
  }
  if (any_added_ && row.time_ns < last_added_ns_) {
    ++counts_.out_of_order;
    sorted_ = false;
  }
  any_added_ = true;
  last_added_ns_ = row.time_ns;
  whole_seconds_ &= row.time_ns % second_ns == 0;
  rows_.push_back(std::move(row));
  if (rows_.size() >= 2 * window_) pass_on(window_);
}

void RowOrder::finish() { pass_on(rows_.size()); }

void RowOrder::pass_on(std::size_t count) {
  // Devices of one time stand in order of their number.
  if (!sorted_ || !std::is_sorted(rows_.begin(), rows_.end(), earlier)) {
    std::sort(rows_.begin(), rows_.end(), earlier);
  }
  // A time is passed on whole.
  while (count < rows_.size() && count > 0 && rows_[count].time_ns == rows_[count - 1].time_ns) {
    ++count;
  }
  if (!counts_.origin_deg) place_origin(count);
  for (std::size_t begin = 0; begin < count;) {
    std::size_t end = begin + 1;
    while (end < count && rows_[end].time_ns == rows_[begin].time_ns &&
           device_of(rows_[end]) == device_of(rows_[begin])) {
      ++end;
    }
    pass_group(begin, end);
    begin = end;
  }
  if (count > 0) {
    any_passed_ = true;
    passed_ns_ = rows_[count - 1].time_ns;
  }
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(count));
  sorted_ = true;
}

/// Rows of one device and one time: equal ones are left out, others of a clock of whole seconds are
/// spread over the second.
void RowOrder::pass_group(std::size_t begin, std::size_t end) {
  constexpr std::size_t compared_max = 16;
  Track& track = tracks_[device_of(rows_[begin])];
  std::size_t kept = begin;
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t from = kept - begin > compared_max ? kept - compared_max : begin;
    bool known = false;
    for (std::size_t k = from; k < kept && !known; ++k) known = same_content(rows_[k], rows_[i]);
    if (known) {
      ++counts_.duplicates;
      continue;
    }
    if (kept != i) std::swap(rows_[kept], rows_[i]);
    ++kept;
  }
  const auto count = static_cast<std::int64_t>(kept - begin);
  for (std::size_t i = begin; i < kept; ++i) {
    FieldRow& row = rows_[i];
    const std::int64_t time_ns = row.time_ns;
    if (whole_seconds_ && i > begin) {
      row.time_ns += static_cast<std::int64_t>(i - begin) * second_ns / count;
      ++counts_.shared_times;
    }
    count_gap(track, row);
    place(track, row);
    if (counts_.rows == 0) counts_.first_ns = row.time_ns;
    counts_.last_ns = row.time_ns;
    ++counts_.rows;
    take_(row);
    row.time_ns = time_ns;
  }
}

void RowOrder::count_gap(Track& track, const FieldRow& row) {
  const std::int64_t step_ns = row.time_ns - track.last_ns;
  if (track.begun && step_ns > gap_ns_min) {
    ++counts_.gaps;
    counts_.gap_sum_ns += step_ns;
    if (step_ns > counts_.gap_longest_ns) {
      counts_.gap_longest_ns = step_ns;
      counts_.gap_longest_line = row.line;
    }
  }
  track.begun = true;
  track.last_ns = row.time_ns;
}

/// The middle of what was read first, so that one bad place does not decide.
void RowOrder::place_origin(std::size_t count) {
  std::vector<double> latitudes, longitudes;
  for (std::size_t i = 0; i < count; ++i) {
    if (!has_place(rows_[i])) continue;
    latitudes.push_back(rows_[i].figure[LATITUDE_DEG]);
    longitudes.push_back(rows_[i].figure[LONGITUDE_DEG]);
  }
  if (latitudes.empty()) return;
  counts_.origin_deg = {median(std::move(latitudes)), median(std::move(longitudes))};
  std::tie(metres_per_degree_north_, metres_per_degree_east_) =
      metres_per_degree(counts_.origin_deg->first);
}

bool RowOrder::believes(Track& track, const Place& place) {
  const auto reachable = [&](const Place& from) {
    const double north = (place.latitude_deg - from.latitude_deg) * metres_per_degree_north_;
    const double east = (place.longitude_deg - from.longitude_deg) * metres_per_degree_east_;
    const double seconds =
        std::max(1.0, static_cast<double>(place.time_ns - from.time_ns) / second_ns);
    return std::hypot(north, east) <= jump_mps_min * seconds;
  };
  if (!track.last || reachable(*track.last)) {
    track.last = place;
    track.doubted.reset();
    return true;
  }
  const bool agrees = track.doubted && reachable(*track.doubted);
  track.doubted_count = agrees ? track.doubted_count + 1 : 1;
  track.doubted = place;
  if (track.doubted_count <= jump_fixes_max) return false;
  track.last = place;
  track.doubted.reset();
  return true;
}

void RowOrder::place(Track& track, FieldRow& row) {
  if (!std::isnan(row.figure[EAST_M]) && !std::isnan(row.figure[NORTH_M])) return;
  if (!has_place(row) || !counts_.origin_deg) {
    ++counts_.without_place;
    return;
  }
  const Place place = {row.figure[LATITUDE_DEG], row.figure[LONGITUDE_DEG], row.time_ns};
  if (!believes(track, place)) {
    ++counts_.jumps;
    unread_({row.line, "place", fmt::format("{}, {}", place.latitude_deg, place.longitude_deg),
             fmt::format("a jump: more than {} m/s from the places before", jump_mps_min)});
    return;
  }
  const auto [latitude_deg, longitude_deg] = *counts_.origin_deg;
  row.figure[NORTH_M] =
      whole_millimetres((place.latitude_deg - latitude_deg) * metres_per_degree_north_);
  row.figure[EAST_M] =
      whole_millimetres((place.longitude_deg - longitude_deg) * metres_per_degree_east_);
}

}  // namespace redcell::analysis
