#include "phy/channel/correlated_field.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/lane_tile.h"
#include "base/math.h"
#include "base/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/channel/correlated_field.cpp"
#include "hwy/foreach_target.h"
// After foreach_target, as Highway demands.
#include "hwy/highway.h"
#include "phy/channel/phasor-inl.h"

#ifndef REDCELL_PHY_CHANNEL_CORRELATED_FIELD_CPP
#define REDCELL_PHY_CHANNEL_CORRELATED_FIELD_CPP
namespace redcell::phy {

/// The waves of a field and a place in 2^-10 m, modulo 2^32.
struct FieldJob {
  const std::uint32_t* east_rate;
  const std::uint32_t* north_rate;
  const std::uint32_t* start;
  std::uint32_t east;
  std::uint32_t north;
  float* sums;  ///< [lane_count]
};

}  // namespace redcell::phy
#endif

HWY_BEFORE_NAMESPACE();
namespace redcell::phy {
namespace HWY_NAMESPACE {
namespace {

/// sums[lane] = sum of the cosines of waves lane, lane + 16, ... The phases are exact modulo a
/// turn, however far the place is.
void sum_waves(const FieldJob& job) {
  const Lane d;
  const LaneU du;
  const VecU east = hn::Set(du, job.east);
  const VecU north = hn::Set(du, job.north);
  for (std::size_t lane = 0; lane < base::lane_count; lane += hn::Lanes(d)) {
    VecF sum = hn::Zero(d);
    for (std::size_t wave = lane; wave < field_wave_count; wave += base::lane_count) {
      const VecU way = hn::Add(hn::Mul(hn::Load(du, job.east_rate + wave), east),
                               hn::Mul(hn::Load(du, job.north_rate + wave), north));
      sum = hn::Add(sum, unit_phasor(hn::Add(hn::Load(du, job.start + wave), way)).re);
    }
    hn::Store(sum, d, job.sums + lane);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace redcell::phy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace redcell::phy {

HWY_EXPORT(sum_waves);

namespace {

static_assert(field_wave_count % base::lane_count == 0);

constexpr double steps_per_metre = 1024.0;
/// Wave number in rad/m of a wave that makes half a turn in one step.
constexpr double wave_number_max = base::pi * steps_per_metre;
/// Fraction of the golden ratio: multiples of it fill a circle most evenly.
constexpr double golden_turn = 0.61803398874989484820;

double fraction_of(double x) { return x - std::floor(x); }

/// Below half a turn per step, in 2^-32 turns.
std::uint32_t rate_of(double radians_per_metre) {
  const double turns = radians_per_metre / (2.0 * base::pi * steps_per_metre);
  const double scaled = std::floor(turns * 4294967295.0 + 0.5);
  return static_cast<std::uint32_t>(static_cast<std::int64_t>(scaled));
}

std::uint32_t steps_of(double metres) {
  RC_CHECK(std::fabs(metres) <= field_coordinate_max.value());
  const double steps = std::floor(metres * steps_per_metre + 0.5);
  return static_cast<std::uint32_t>(static_cast<std::int64_t>(steps));
}

}  // namespace

CorrelatedField::CorrelatedField(const base::Random& random, base::RandomIds ids,
                                 base::Metres correlation_distance, base::Metres finest) {
  RC_CHECK(base::isa_supported());
  RC_CHECK(correlation_distance.value() >= 1.0 && finest.value() >= 0.0);
  const double ratio = finest.value() / correlation_distance.value();
  // Share of the power in waves shorter than the finest: 1 / sqrt(1 + 1 / ratio^2).
  const double left_out = ratio / std::sqrt(ratio * ratio + 1.0);
  const double first_turn = random.at(base::Purpose::field_wave, ids, 0)[2] * 0x1p-32;
  for (std::size_t wave = 0; wave < field_wave_count; ++wave) {
    const auto words = random.at(base::Purpose::field_wave, ids, wave);
    const double order = static_cast<double>(wave);
    // The spectrum (1 / d) / (1 / d^2 + k^2)^(3/2) leaves the share 1 / sqrt(1 + (k d)^2) of the
    // power above k. Each wave has an equal slice of the power, and its place therein by chance.
    const double slice = (order + (words[0] + 0.5) * 0x1p-32) / field_wave_count;
    const double above = left_out + (1.0 - left_out) * slice;
    const double wave_number = std::min(
        std::sqrt(1.0 / (above * above) - 1.0) / correlation_distance.value(), wave_number_max);
    // A wave and its opposite are the same: half a circle of directions holds all.
    const double bearing = base::pi * fraction_of(first_turn + golden_turn * order);
    east_rate_[wave] = rate_of(wave_number * base::cos(bearing));
    north_rate_[wave] = rate_of(wave_number * base::sin(bearing));
    start_[wave] = words[1];
  }
}

double CorrelatedField::at(double east_m, double north_m) const {
  alignas(64) std::array<float, base::lane_count> sums;
  HWY_DYNAMIC_DISPATCH(sum_waves)
  ({.east_rate = east_rate_.data(),
    .north_rate = north_rate_.data(),
    .start = start_.data(),
    .east = steps_of(east_m),
    .north = steps_of(north_m),
    .sums = sums.data()});
  double sum = 0.0;
  for (const float part : sums) sum += part;
  return sum * std::sqrt(2.0 / field_wave_count);
}

}  // namespace redcell::phy
#endif
