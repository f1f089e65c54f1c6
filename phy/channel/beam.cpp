#include "phy/channel/beam.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"

namespace redcell::phy {
namespace {

double sine_of(double deg) { return base::sin(deg * (base::pi / 180.0)); }
double cosine_of(double deg) { return base::cos(deg * (base::pi / 180.0)); }

/// Places on the line, in units of the RMS spread, that stand for a spread.
template <std::size_t count>
struct Quadrature {
  std::array<double, count> offset;
  std::array<double, count> weight;
};

/// Equally spaced samples of the normal density, stretched to variance 1. Close samples count for
/// more here than exact moments: their distance must stay below the width of a beam.
template <std::size_t count>
Quadrature<count> normal_quadrature(double spacing) {
  Quadrature<count> rule{};
  double total = 0.0;
  double variance = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const double x = spacing * (static_cast<double>(i) - 0.5 * (count - 1));
    rule.offset[i] = x;
    rule.weight[i] = base::exp(-0.5 * x * x);
    total += rule.weight[i];
    variance += rule.weight[i] * x * x;
  }
  for (std::size_t i = 0; i < count; ++i) {
    rule.offset[i] /= std::sqrt(variance / total);
    rule.weight[i] /= total;
  }
  return rule;
}

std::vector<double> horizontal_cosines(const PanelConfig& config) {
  const double reach = sine_of(horizontal_reach_deg);
  std::vector<double> cosines;
  for (int beam = 0; beam < config.horizontal_beams; ++beam) {
    cosines.push_back(reach * (2.0 * beam + 1.0 - config.horizontal_beams) /
                      config.horizontal_beams);
  }
  return cosines;
}

std::vector<double> vertical_cosines(const PanelConfig& config) {
  const double step_deg =
      config.vertical_beams == 1
          ? 0.0
          : (config.last_tilt_deg - config.first_tilt_deg) / (config.vertical_beams - 1);
  std::vector<double> cosines;
  for (int beam = 0; beam < config.vertical_beams; ++beam) {
    const double below_deg = config.first_tilt_deg + step_deg * beam - config.element.downtilt_deg;
    RC_CHECK(std::fabs(below_deg) <= 90.0);
    cosines.push_back(-sine_of(below_deg));
  }
  return cosines;
}

}  // namespace

BeamGrid::Plane BeamGrid::plane(int element_count, double spacing,
                                std::span<const double> cosines) {
  RC_CHECK(element_count >= 1 && spacing > 0.0);
  RC_CHECK(!cosines.empty() && cosines.size() <= plane_beams_max);
  Plane result{element_count, base::pi * spacing, {}};
  for (const double cosine : cosines) {
    const double step = result.half_turn_per_cosine * cosine;
    const double all = step * element_count;
    result.beams.push_back({base::sin(step), base::cos(step), base::sin(all), base::cos(all)});
  }
  return result;
}

BeamGrid::BeamGrid(const PanelConfig& config)
    : element_(config.element),
      horizontal_(
          plane(config.columns, config.column_spacing_wavelengths, horizontal_cosines(config))),
      vertical_(plane(config.rows, config.row_spacing_wavelengths, vertical_cosines(config))),
      downtilt_sine_(sine_of(config.element.downtilt_deg)),
      downtilt_cosine_(cosine_of(config.element.downtilt_deg)),
      floor_lin_(base::from_db((config.element.max_gain - attenuation_max).value())) {}

int BeamGrid::beam_count() const {
  return static_cast<int>(horizontal_.beams.size() * vertical_.beams.size());
}

void BeamGrid::array_factors(const Plane& plane, double cosine, std::span<double> factor) {
  // Where the elements add up in phase the quotient is 0 / 0; so near it AF differs from 1, in a
  // grating lobe of an even number from -1, by less than 1e-7 for 100 elements.
  constexpr double in_phase = 1e-5;
  const double step = plane.half_turn_per_cosine * cosine;
  const double all = step * plane.element_count;
  const double step_sine = base::sin(step);
  const double step_cosine = base::cos(step);
  const double all_sine = base::sin(all);
  const double all_cosine = base::cos(all);
  for (std::size_t beam = 0; beam < factor.size(); ++beam) {
    const Steering& to = plane.beams[beam];
    const double one = step_sine * to.step_cosine - step_cosine * to.step_sine;
    const double sum = all_sine * to.all_cosine - all_cosine * to.all_sine;
    const double level = step_cosine * to.step_cosine + step_sine * to.step_sine;
    const double in_lobe = level < 0.0 && plane.element_count % 2 == 0 ? -1.0 : 1.0;
    factor[beam] = std::fabs(one) < in_phase ? in_lobe : sum / (plane.element_count * one);
  }
}

void BeamGrid::vertical_power(const Fan& fan, std::span<double> power) const {
  // Three points of a normal spread, exact to the fifth moment.
  constexpr Quadrature<3> around = {{-1.7320508075688772, 0.0, 1.7320508075688772},
                                    {1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0}};
  std::fill(power.begin(), power.end(), 0.0);
  std::array<double, plane_beams_max> one;
  for (std::size_t i = 0; i < around.offset.size(); ++i) {
    const double offset_deg = fan.zenith_spread_deg * around.offset[i];
    const double up = up_of({fan.direction.azimuth_deg, fan.direction.zenith_deg + offset_deg});
    array_factors(vertical_, up, std::span(one).first(power.size()));
    const double weight = fan.zenith_spread_deg == 0.0 ? 1.0 : around.weight[i];
    for (std::size_t beam = 0; beam < power.size(); ++beam) {
      power[beam] += weight * (one[beam] * one[beam]);
    }
    if (fan.zenith_spread_deg == 0.0) return;
  }
}

double BeamGrid::left_of(RayDirection ray) const {
  return sine_of(ray.zenith_deg) * sine_of(ray.azimuth_deg - element_.azimuth_deg);
}

double BeamGrid::up_of(RayDirection ray) const {
  const double forward = cosine_of(ray.azimuth_deg - element_.azimuth_deg);
  return sine_of(ray.zenith_deg) * forward * downtilt_sine_ +
         cosine_of(ray.zenith_deg) * downtilt_cosine_;
}

void BeamGrid::add(const Fan& fan, std::span<float> gain_lin) const {
  std::array<double, plane_beams_max> horizontal_store;
  std::array<double, plane_beams_max> vertical_store;
  const auto horizontal = std::span(horizontal_store).first(horizontal_.beams.size());
  const auto vertical = std::span(vertical_store).first(vertical_.beams.size());
  array_factors(horizontal_, left_of(fan.direction), horizontal);
  vertical_power(fan, vertical);
  const double element_lin = base::from_db(element_gain(element_, fan.direction).value());
  float* gain = gain_lin.data();
  for (const double row : vertical) {
    for (const double factor : horizontal) {
      const double product = std::max(element_lin * row * (factor * factor), floor_lin_);
      *gain++ += static_cast<float>(fan.weight * product);
    }
  }
}

void BeamGrid::gains(RayDirection ray, const AngularSpread& spread,
                     std::span<float> gain_lin) const {
  static const Quadrature<17> around = normal_quadrature<17>(0.35);
  RC_CHECK(gain_lin.size() == static_cast<std::size_t>(beam_count()));
  RC_CHECK(spread.azimuth_deg >= 0.0 && spread.zenith_deg >= 0.0);
  RC_CHECK(spread.direct_share >= 0.0 && spread.direct_share <= 1.0);
  std::fill(gain_lin.begin(), gain_lin.end(), 0.0f);
  const bool narrow = spread.azimuth_deg == 0.0 && spread.zenith_deg == 0.0;
  const double direct_share = narrow ? 1.0 : spread.direct_share;
  if (direct_share > 0.0) add({ray, 0.0, direct_share}, gain_lin);
  if (direct_share == 1.0) return;
  for (std::size_t i = 0; i < around.offset.size(); ++i) {
    const double offset_deg = spread.azimuth_deg * around.offset[i];
    add({.direction = {ray.azimuth_deg + offset_deg, ray.zenith_deg},
         .zenith_spread_deg = spread.zenith_deg,
         .weight = (1.0 - direct_share) * around.weight[i]},
        gain_lin);
  }
}

}  // namespace redcell::phy
