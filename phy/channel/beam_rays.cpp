#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/lane_tile.h"
#include "base/math.h"
#include "base/targets.h"
#include "phy/channel/beam.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/channel/beam_rays.cpp"
#include "hwy/foreach_target.h"
// After foreach_target, as Highway demands.
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"
#include "phy/channel/phasor-inl.h"

#ifndef REDCELL_PHY_CHANNEL_BEAM_RAYS_CPP
#define REDCELL_PHY_CHANNEL_BEAM_RAYS_CPP
namespace redcell::phy {

/// The rows or the columns of a panel and some of its beams in that plane.
struct PlaneJob {
  int element_count;
  float spacing;  ///< Wavelengths.
  std::size_t beam_count;
  std::array<float, plane_beams_max> sine;  ///< Of half the phase step of a beam.
  std::array<float, plane_beams_max> cosine;
};

struct PanelJob {
  const std::uint32_t* direction;  ///< [ray][cluster_slots]
  const float* power;              ///< [cluster_slots] of one ray of the cluster.
  std::size_t cluster_count;
  std::uint32_t azimuth;  ///< Boresight, 2^-32 turns.
  float downtilt_sine;
  float downtilt_cosine;
  float gain_max_lin;
  float floor_lin;
  PlaneJob horizontal;
  PlaneJob vertical;
  float* sums;       ///< [vertical beam][horizontal beam][lane_count]
  float* amplitude;  ///< [ray][cluster_slots] of the one beam, or null.

  static PanelJob of(const BeamGrid& grid, const DepartingPower& power, int beam);
};

}  // namespace redcell::phy
#endif

HWY_BEFORE_NAMESPACE();
namespace redcell::phy {
namespace HWY_NAMESPACE {
namespace {

/// A ray in the panel's frame (7.1.3).
struct InFrame {
  VecF forward, left, up;
};

HWY_INLINE InFrame in_frame(const PanelJob& job, VecU direction) {
  const Lane d;
  const LaneU du;
  const VecU azimuth = hn::AndNot(hn::Set(du, 0xFFFFu), direction);
  const VecU zenith = hn::ShiftLeft<15>(hn::And(direction, hn::Set(du, 0xFFFFu)));
  const Phasor turn = unit_phasor(hn::Sub(azimuth, hn::Set(du, job.azimuth)));
  const Phasor height = unit_phasor(zenith);
  const VecF level = hn::Mul(height.im, turn.re);
  const VecF sine = hn::Set(d, job.downtilt_sine);
  const VecF cosine = hn::Set(d, job.downtilt_cosine);
  return {hn::NegMulAdd(height.re, sine, hn::Mul(level, cosine)), hn::Mul(height.im, turn.im),
          hn::MulAdd(height.re, cosine, hn::Mul(level, sine))};
}

/// Table 7.3-1.
HWY_INLINE VecF element_gain(const PanelJob& job, const InFrame& ray) {
  const Lane d;
  const VecF one = hn::Set(d, 1.0f);
  const VecF side = hn::Set(d, 30.0f);
  const auto cut = [&](VecF angle) HWY_ATTR {
    // 12 (angle / 65 degrees)^2 with the angle in radians.
    const VecF ratio = hn::Mul(angle, hn::Set(d, static_cast<float>(180.0 / base::pi / 65.0)));
    return hn::Min(hn::Mul(hn::Set(d, 12.0f), hn::Mul(ratio, ratio)), side);
  };
  const VecF up = hn::Max(hn::Min(ray.up, one), hn::Neg(one));
  const VecF level = hn::Sqrt(
      hn::MulAdd(ray.forward, ray.forward, hn::MulAdd(ray.left, ray.left, hn::Set(d, 1e-12f))));
  const VecF turn = hn::Max(hn::Min(hn::Div(ray.forward, level), one), hn::Neg(one));
  const VecF loss_db = hn::Min(hn::Add(cut(hn::Asin(d, up)), cut(hn::Acos(d, turn))), side);
  const VecF exponent =
      hn::Mul(loss_db, hn::Set(d, static_cast<float>(-2.302585092994045684 / 10.0)));
  return hn::Mul(hn::Exp(d, exponent), hn::Set(d, job.gain_max_lin));
}

/// sin(N x) / (N sin x) as the sum of the cosines of its elements' phases: no quotient.
HWY_INLINE VecF array_factor(int element_count, VecF cosine) {
  const Lane d;
  const VecF twice = hn::MulSub(hn::Add(cosine, cosine), cosine, hn::Set(d, 1.0f));
  const bool even = element_count % 2 == 0;
  const VecF step = hn::Add(twice, twice);
  VecF before = even ? cosine : twice;
  VecF now = even ? cosine : hn::Set(d, 1.0f);
  VecF sum = even ? hn::Zero(d) : hn::Set(d, -0.5f);
  for (int k = 0; k < (element_count + 1) / 2; ++k) {
    sum = hn::Add(sum, now);
    const VecF next = hn::MulSub(step, now, before);
    before = now;
    now = next;
  }
  return hn::Mul(sum, hn::Set(d, 2.0f / static_cast<float>(element_count)));
}

/// factor[beam] of a plane for a direction cosine.
HWY_INLINE void array_factors(const PlaneJob& plane, VecF cosine, VecF* factor) {
  const Lane d;
  // Half the phase step in 2^-32 turns: cosine * spacing * 2^31, by 2^28 and eight.
  const VecF scaled = hn::Mul(cosine, hn::Set(d, plane.spacing * 0x1p28f));
  const Phasor step = unit_phasor(hn::ShiftLeft<3>(hn::BitCast(LaneU(), hn::NearestInt(scaled))));
  for (std::size_t beam = 0; beam < plane.beam_count; ++beam) {
    const VecF off = hn::MulAdd(step.re, hn::Set(d, plane.cosine[beam]),
                                hn::Mul(step.im, hn::Set(d, plane.sine[beam])));
    factor[beam] = array_factor(plane.element_count, off);
  }
}

HWY_INLINE void add_row(const PanelJob& job, std::size_t row, std::size_t first) {
  const Lane d;
  std::array<VecF, plane_beams_max> horizontal;
  std::array<VecF, plane_beams_max> vertical;
  const InFrame ray = in_frame(job, hn::Load(LaneU(), job.direction + row * cluster_slots + first));
  array_factors(job.horizontal, ray.left, horizontal.data());
  array_factors(job.vertical, ray.up, vertical.data());
  const VecF element = element_gain(job, ray);
  const VecF power = hn::Load(d, job.power + first);
  const VecF least = hn::Set(d, job.floor_lin);
  float* sums = job.sums + first % base::lane_count;
  for (std::size_t v = 0; v < job.vertical.beam_count; ++v) {
    const VecF tall = hn::Mul(element, hn::Mul(vertical[v], vertical[v]));
    for (std::size_t h = 0; h < job.horizontal.beam_count; ++h) {
      const VecF gain = hn::Max(hn::Mul(tall, hn::Mul(horizontal[h], horizontal[h])), least);
      hn::Store(hn::MulAdd(power, gain, hn::Load(d, sums)), d, sums);
      sums += base::lane_count;
      if (job.amplitude != nullptr) {
        const VecF signed_as = hn::Mul(vertical[v], horizontal[h]);
        hn::Store(hn::CopySign(hn::Sqrt(gain), signed_as), d,
                  job.amplitude + row * cluster_slots + first);
      }
    }
  }
}

void look_through(const PanelJob& job) {
  for (std::size_t first = 0; first < job.cluster_count; first += hn::Lanes(Lane())) {
    for (std::size_t row = 0; row < ray_count; ++row) add_row(job, row, first);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace redcell::phy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace redcell::phy {

HWY_EXPORT(look_through);

namespace {

using RayPower = Clusters::Slots<float>;

/// Power of one ray of each cluster; nothing where there is no cluster.
RayPower ray_power(const DepartingPower& power) {
  RC_CHECK(power.cluster_count <= cluster_count_max);
  RayPower out{};
  for (std::size_t rank = 0; rank < power.cluster_count; ++rank) {
    out[rank] = power.cluster_power[rank] / static_cast<float>(ray_count);
  }
  return out;
}

float sum_lanes(const float* lanes) {
  float sum = 0.0F;
  for (std::size_t lane = 0; lane < base::lane_count; ++lane) sum += lanes[lane];
  return sum;
}

}  // namespace

PanelJob PanelJob::of(const BeamGrid& grid, const DepartingPower& power, int beam) {
  const auto plane = [](const BeamGrid::Plane& from, std::size_t first, std::size_t count) {
    PlaneJob to{.element_count = from.element_count,
                .spacing = static_cast<float>(from.half_turn_per_cosine / base::pi),
                .beam_count = count,
                .sine = {},
                .cosine = {}};
    for (std::size_t i = 0; i < count; ++i) {
      to.sine[i] = static_cast<float>(from.beams[first + i].step_sine);
      to.cosine[i] = static_cast<float>(from.beams[first + i].step_cosine);
    }
    return to;
  };
  const std::size_t columns = grid.horizontal_.beams.size();
  const bool all = beam < 0;
  const auto index = static_cast<std::size_t>(std::max(beam, 0));
  return {.direction = power.rays.direction.data(),
          .power = nullptr,
          .cluster_count = power.cluster_count,
          .azimuth = turns_of(grid.element_.azimuth_deg),
          .downtilt_sine = static_cast<float>(grid.downtilt_sine_),
          .downtilt_cosine = static_cast<float>(grid.downtilt_cosine_),
          .gain_max_lin = static_cast<float>(base::from_db(grid.element_.max_gain.value())),
          .floor_lin = static_cast<float>(grid.floor_lin_),
          .horizontal = plane(grid.horizontal_, all ? 0 : index % columns, all ? columns : 1),
          .vertical = plane(grid.vertical_, all ? 0 : index / columns,
                            all ? grid.vertical_.beams.size() : 1),
          .sums = nullptr,
          .amplitude = nullptr};
}

void BeamGrid::gains(const DepartingPower& power, std::span<float> gain_lin) const {
  RC_CHECK(beam_count() <= cluster_beams_max);
  RC_CHECK(gain_lin.size() == static_cast<std::size_t>(beam_count()));
  alignas(64) std::array<float, cluster_beams_max * base::lane_count> sums;
  std::fill_n(sums.begin(), gain_lin.size() * base::lane_count, 0.0F);
  alignas(64) const RayPower one = ray_power(power);
  PanelJob job = PanelJob::of(*this, power, -1);
  job.power = one.data();
  job.sums = sums.data();
  HWY_DYNAMIC_DISPATCH(look_through)(job);
  if (power.direct_share > 0.0) {
    gains(power.direct, AngularSpread{}, gain_lin);
  } else {
    std::fill(gain_lin.begin(), gain_lin.end(), 0.0F);
  }
  const auto direct_share = static_cast<float>(power.direct_share);
  for (std::size_t beam = 0; beam < gain_lin.size(); ++beam) {
    gain_lin[beam] = direct_share * gain_lin[beam] + sum_lanes(&sums[beam * base::lane_count]);
  }
}

float BeamGrid::amplitudes(const DepartingPower& power, int beam, RayRows<float>& amplitude) const {
  RC_CHECK(beam >= 0 && beam < beam_count());
  alignas(64) std::array<float, base::lane_count> sums{};
  alignas(64) const RayPower one = ray_power(power);
  PanelJob job = PanelJob::of(*this, power, beam);
  job.power = one.data();
  job.sums = sums.data();
  job.amplitude = amplitude.data();
  HWY_DYNAMIC_DISPATCH(look_through)(job);
  const auto direct_share = static_cast<float>(power.direct_share);
  const float direct = direct_share > 0.0F ? gain(power.direct, beam) : 0.0F;
  return direct_share * direct + sum_lanes(sums.data());
}

float BeamGrid::gain(RayDirection ray, int beam) const {
  const float root = amplitude(ray, beam);
  return root * root;
}

float BeamGrid::amplitude(RayDirection ray, int beam) const {
  RC_CHECK(beam >= 0 && beam < beam_count());
  std::array<double, plane_beams_max> factor;
  const auto columns = static_cast<int>(horizontal_.beams.size());
  array_factors(vertical_, up_of(ray), std::span(factor).first(vertical_.beams.size()));
  const double tall = factor[static_cast<std::size_t>(beam / columns)];
  array_factors(horizontal_, left_of(ray), std::span(factor).first(horizontal_.beams.size()));
  const double both = tall * factor[static_cast<std::size_t>(beam % columns)];
  const double element_lin = base::from_db(element_gain(element_, ray).value());
  const double power = std::max(element_lin * (both * both), floor_lin_);
  return static_cast<float>(both < 0.0 ? -std::sqrt(power) : std::sqrt(power));
}

}  // namespace redcell::phy
#endif
