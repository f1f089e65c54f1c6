// `redcell selftest channel`: the channel against 3GPP's calibration, on the user's own machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/selftest/calibration_curves.h"
#include "scenarios/selftest/calibration_drop.h"
#include "scenarios/selftest/stamp.h"

namespace redcell::scenarios {

struct ChannelSelftestOptions {
  std::string place;                  ///< A name of drop_place_names; empty: all.
  std::optional<double> carrier_ghz;  ///< Empty: 6, 30 and 70.
  std::uint32_t seed = 1;
  int terminals_per_sector = 100;
  std::string csv;       ///< A file to write; empty: none.
  std::string pictures;  ///< A folder for pictures; empty: none.
  bool quiet = false;
};

/// One metric of a drop at 5, 10, ... 95 %.
struct DropRow {
  DropPlace place;
  double carrier_ghz = 0.0;
  std::string metric;  ///< coupling_loss, geometry, geometry_with_noise, ds, asd, asa, zsd, zsa.
  std::string unit;
  std::vector<double> samples;
  /// Furthest from the reference's distribution at the percentiles that are known; nullopt: no
  /// reference is held.
  std::optional<double> ks_distance{};
  std::optional<bool> in_bounds{};  ///< Of what is allowed against the reference.
};

/// What a metric must keep to, at `percents`; infinite where all is allowed.
struct Reference {
  Percentiles middle;
  Percentiles low;
  Percentiles high;
};
/// Nothing where no curve is held.
[[nodiscard]] std::optional<Reference> reference_of(const DropRow& row);

/// The metrics of both phases, in the order above.
[[nodiscard]] std::vector<DropRow> selftest_rows(const DropConfig& config,
                                                 const DropProgress& progress = {});

/// "scenario,freq_ghz,metric,unit,samples,p05,...,p95" and a line each.
[[nodiscard]] std::string selftest_csv(const std::vector<DropRow>& rows);

/// All places and carriers, and terminals enough for the companies' bands. What is less says
/// nothing of the channel as a whole.
[[nodiscard]] bool is_whole(const ChannelSelftestOptions& options);

/// Leaves the stamp of a whole self-test (stamp.h), with the key of the program as it was when the
/// test began; nullopt: not known. A line for the user.
[[nodiscard]] std::string leave_stamp_of(const ChannelSelftestOptions& options,
                                         const std::optional<StampKey>& key, bool has_passed);

/// Prints tables and leaves the stamp. Returns the exit code: 0; 1 when a metric or a kernel is out
/// of bounds; 2 for a file that cannot be written.
int channel_selftest_command(const ChannelSelftestOptions& options);

}  // namespace redcell::scenarios
