#include "phy/channel/tdl.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "base/check.h"
#include "base/math.h"
#include "phy/tables/tdl_a.h"
#include "phy/tables/tdl_b.h"
#include "phy/tables/tdl_c.h"
#include "phy/tables/tdl_d.h"
#include "phy/tables/tdl_e.h"

namespace redcell::phy {
namespace {

/// Reads rows of normalized_delay, power_db, is_los. A line-of-sight row joins the Rayleigh row
/// that follows it at the same delay.
template <std::size_t row_count>
std::vector<TdlTap> taps_of(const std::array<std::array<double, 3>, row_count>& table) {
  std::vector<TdlTap> taps;
  double los_power_lin = 0.0;
  for (const auto& [delay, power_db, is_los] : table) {
    if (is_los != 0.0) {
      los_power_lin = base::from_db(power_db);
      continue;
    }
    taps.push_back({delay, base::from_db(power_db), los_power_lin});
    los_power_lin = 0.0;
  }
  return taps;
}

std::vector<TdlTap> table_of(TdlProfile profile) {
  switch (profile) {
    case TdlProfile::tdl_a:
      return taps_of(tables::tdl_a);
    case TdlProfile::tdl_b:
      return taps_of(tables::tdl_b);
    case TdlProfile::tdl_c:
      return taps_of(tables::tdl_c);
    case TdlProfile::tdl_d:
      return taps_of(tables::tdl_d);
    case TdlProfile::tdl_e:
      return taps_of(tables::tdl_e);
  }
  RC_CHECK(!"a TDL profile");
  return {};
}

double power_of(const TdlTap& tap) { return tap.rayleigh_power_lin + tap.los_power_lin; }

double rms_delay_spread(const std::vector<TdlTap>& taps) {
  double power = 0.0;
  double mean = 0.0;
  for (const TdlTap& tap : taps) {
    power += power_of(tap);
    mean += power_of(tap) * tap.delay_s;
  }
  mean /= power;
  double square = 0.0;
  for (const TdlTap& tap : taps) {
    square += power_of(tap) * (tap.delay_s - mean) * (tap.delay_s - mean);
  }
  return std::sqrt(square / power);
}

/// Clause 7.7.6: the line of sight keeps its power, the rest is scaled, then the delays to
/// spread 1.
void scale_k_factor(std::vector<TdlTap>& taps, base::Db k_factor) {
  double rayleigh = 0.0;
  for (const TdlTap& tap : taps) rayleigh += tap.rayleigh_power_lin;
  const double wanted = taps.front().los_power_lin / base::from_db(k_factor.value());
  for (TdlTap& tap : taps) tap.rayleigh_power_lin *= wanted / rayleigh;
  const double spread = rms_delay_spread(taps);
  for (TdlTap& tap : taps) tap.delay_s /= spread;
}

}  // namespace

bool has_line_of_sight(TdlProfile profile) {
  return profile == TdlProfile::tdl_d || profile == TdlProfile::tdl_e;
}

std::vector<TdlTap> tdl_taps(TdlProfile profile, const TdlScaling& scaling) {
  RC_CHECK(scaling.delay_spread.value() >= 0.0);
  RC_CHECK(!scaling.k_factor || has_line_of_sight(profile));
  std::vector<TdlTap> taps = table_of(profile);
  if (scaling.k_factor) scale_k_factor(taps, *scaling.k_factor);
  double power = 0.0;
  for (const TdlTap& tap : taps) power += power_of(tap);
  for (TdlTap& tap : taps) {
    tap.delay_s *= scaling.delay_spread.value();
    tap.rayleigh_power_lin /= power;
    tap.los_power_lin /= power;
  }
  return taps;
}

}  // namespace redcell::phy
