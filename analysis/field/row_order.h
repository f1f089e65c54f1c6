// Rows of a field log put in order: sorted by time, duplicates out, places made plain metres.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "analysis/field/row_reader.h"

namespace redcell::analysis {

/// [ours] A longer time without a row is a gap.
inline constexpr std::int64_t gap_ns_min = 5'000'000'000;
/// [ours] A place that asks for more is a jump of the receiver: faster than any road or rail.
inline constexpr double jump_mps_min = 150.0;
/// [ours] So many places in a row that agree with one another are believed, jump or not.
inline constexpr int jump_fixes_max = 3;
/// Rows kept while sorting: a row may come so many rows late, at the least.
inline constexpr std::size_t order_rows = 200'000;

struct OrderCounts {
  std::uint64_t rows = 0;          ///< Passed on.
  std::uint64_t duplicates = 0;    ///< As a row of the same time before them: left out.
  std::uint64_t out_of_order = 0;  ///< Earlier than the row before them: sorted in.
  std::uint64_t too_late = 0;      ///< Earlier than rows that were passed on: left out.
  std::uint64_t shared_times = 0;  ///< Moved within their second, which another row has too.
  std::uint64_t gaps = 0;
  std::int64_t gap_sum_ns = 0;
  std::int64_t gap_longest_ns = 0;
  std::uint64_t gap_longest_line = 0;
  std::uint64_t jumps = 0;  ///< Their places are left out.
  std::uint64_t without_place = 0;
  std::int64_t first_ns = 0;
  std::int64_t last_ns = 0;
  std::optional<std::pair<double, double>> origin_deg;  ///< Latitude, longitude of 0 east, 0 north.
};

class RowOrder {
 public:
  using Take = std::function<void(const FieldRow&)>;
  using Sink = std::function<void(const Unread&)>;
  /// take gets each row with EAST_M and NORTH_M filled from its place; unread what is left out and
  /// is no duplicate. window: rows kept, as order_rows.
  RowOrder(Take take, Sink unread, std::size_t window = order_rows);

  void add(FieldRow row);
  void finish();
  [[nodiscard]] const OrderCounts& counts() const { return counts_; }

 private:
  struct Place {
    double latitude_deg = 0.0;
    double longitude_deg = 0.0;
    std::int64_t time_ns = 0;
  };
  /// What is known of one device.
  struct Track {
    std::optional<Place> last;
    std::optional<Place> doubted;  ///< A jump's.
    int doubted_count = 0;         ///< Places that agree with it.
    std::int64_t last_ns = 0;
    bool begun = false;
  };

  void pass_on(std::size_t count);
  void pass_group(std::size_t begin, std::size_t end);
  void place_origin(std::size_t count);
  void place(Track& track, FieldRow& row);
  [[nodiscard]] bool believes(Track& track, const Place& place);
  void count_gap(Track& track, const FieldRow& row);

  Take take_;
  Sink unread_;
  std::size_t window_;
  std::vector<FieldRow> rows_;
  std::map<std::uint32_t, Track> tracks_;  ///< [device]
  bool sorted_ = true;
  bool whole_seconds_ = true;
  bool any_added_ = false;
  bool any_passed_ = false;
  std::int64_t last_added_ns_ = 0;
  std::int64_t passed_ns_ = 0;
  double metres_per_degree_east_ = 0.0;
  double metres_per_degree_north_ = 0.0;
  OrderCounts counts_;
};

}  // namespace redcell::analysis
