#include "phy/channel/response.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "base/check.h"
#include "base/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/channel/response.cpp"
#include "hwy/foreach_target.h"
// After foreach_target, as Highway demands.
#include "hwy/highway.h"
#include "phy/channel/phasor-inl.h"

#ifndef REDCELL_PHY_CHANNEL_RESPONSE_CPP
#define REDCELL_PHY_CHANNEL_RESPONSE_CPP
namespace redcell::phy {

/// Phasors that depend on a tap's delay and the grid alone, each a row of real and one of imaginary
/// parts.
enum StepPhasor : std::size_t { centre_phasor, one_step, two_steps, four_steps, step_phasor_count };
/// Phases of the same, 2^-32 turns.
enum StepPhase : std::size_t { step_phase, first_phase, step_phase_count };

/// Mirrored groups lie at centre +- (first_offset + i * spacing): their products with a tap are the
/// same up to sign. An odd grid has one more group, in the centre.
struct StepJob {
  const float* delay_s;
  std::size_t tap_count;
  double centre_hz;
  double first_offset_hz;
  double spacing_hz;
  float* phasors;         ///< [tap][StepPhasor][re, im][lane]
  std::uint32_t* phases;  ///< [tap][StepPhase][lane]

  static StepJob of(const BlockGrid& grid) {
    const double spacing_hz = grid.spacing.value();
    return {.delay_s = nullptr,
            .tap_count = 0,
            .centre_hz = grid.first_centre.value() + 0.5 * spacing_hz * (grid.count - 1),
            .first_offset_hz = grid.count % 2 == 1 ? spacing_hz : 0.5 * spacing_hz,
            .spacing_hz = spacing_hz,
            .phasors = nullptr,
            .phases = nullptr};
  }
};

struct ResponseJob {
  const float* phasors;  ///< As StepJob.
  const std::uint32_t* phases;
  const float* gain_re;
  const float* gain_im;
  std::size_t tap_count;
  std::size_t pair_count;
  std::size_t group_count;
  float* out_re;
  float* out_im;
};

/// Mirrored pairs steered at once.
inline constexpr std::size_t burst = 4;
/// Pairs from one exact phase to the next: at most five products of unit phasors in a row, so that
/// rounding stays within response_error_max.
inline constexpr std::size_t anchor_period = 16;

inline constexpr std::size_t phasor_row = 2 * base::lane_count;
inline constexpr std::size_t phasor_stride = step_phasor_count * phasor_row;
inline constexpr std::size_t phase_stride = step_phase_count * base::lane_count;

/// Working memory of one call, on its stack.
struct ResponseScratch {
  alignas(64) std::array<float, response_tap_count_max * response_port_pair_count_max *
                                    base::lane_count> gain_re;
  alignas(64) std::array<float, response_tap_count_max * response_port_pair_count_max *
                                    base::lane_count> gain_im;
  alignas(64) std::array<float, response_tap_count_max * burst * base::lane_count> steer_re;
  alignas(64) std::array<float, response_tap_count_max * burst * base::lane_count> steer_im;
  alignas(64) std::array<float, response_tap_count_max * base::lane_count> first_re;
  alignas(64) std::array<float, response_tap_count_max * base::lane_count> first_im;
};

}  // namespace redcell::phy
#endif

HWY_BEFORE_NAMESPACE();
namespace redcell::phy {
namespace HWY_NAMESPACE {
namespace {

/// Phases of 16 delays at one frequency, 2^-32 turns: the fraction is read off the mantissa of the
/// turns plus 1.5 x 2^20, whose last place is 2^-32.
HWY_INLINE void delay_phases(const float* delay_s, double frequency_hz, std::uint32_t* phase) {
  for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
    const double turns = static_cast<double>(delay_s[lane]) * frequency_hz;
    phase[lane] = static_cast<std::uint32_t>(std::bit_cast<std::uint64_t>(turns + 0x1.8p20));
  }
}

HWY_INLINE Phasor load(const float* re, const float* im) {
  const Lane d;
  return {hn::Load(d, re), hn::Load(d, im)};
}

HWY_INLINE void store(Phasor value, float* re, float* im) {
  const Lane d;
  hn::Store(value.re, d, re);
  hn::Store(value.im, d, im);
}

/// exp(-j 2 pi phase).
HWY_INLINE Phasor delayed(VecU phase) { return unit_phasor(hn::Sub(hn::Zero(LaneU()), phase)); }

void prepare_steps(const StepJob& job) {
  const LaneU du;
  alignas(64) std::array<std::uint32_t, base::lane_count> centre_phase;
  for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
    const float* delay_s = job.delay_s + tap * base::lane_count;
    std::uint32_t* step_row = job.phases + tap * phase_stride + step_phase * base::lane_count;
    std::uint32_t* first_row = job.phases + tap * phase_stride + first_phase * base::lane_count;
    delay_phases(delay_s, job.centre_hz, centre_phase.data());
    delay_phases(delay_s, job.spacing_hz, step_row);
    delay_phases(delay_s, job.first_offset_hz, first_row);
    for (std::size_t lane = 0; lane < base::lane_count; lane += hn::Lanes(du)) {
      const auto put = [&](StepPhasor which, VecU phase) HWY_ATTR {
        float* row = job.phasors + tap * phasor_stride + which * phasor_row + lane;
        store(delayed(phase), row, row + base::lane_count);
      };
      const VecU step = hn::Load(du, step_row + lane);
      put(centre_phasor, hn::Load(du, centre_phase.data() + lane));
      put(one_step, step);
      put(two_steps, hn::ShiftLeft<1>(step));
      put(four_steps, hn::ShiftLeft<2>(step));
    }
  }
}

HWY_INLINE Phasor step_of(const ResponseJob& job, std::size_t tap, StepPhasor which,
                          std::size_t lane) {
  const float* row = job.phasors + tap * phasor_stride + which * phasor_row + lane;
  return load(row, row + base::lane_count);
}

/// Turns the gains to the grid's centre, for all lanes.
void turn_gains(const ResponseJob& job, ResponseScratch& scratch) {
  for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
    for (std::size_t lane = 0; lane < base::lane_count; lane += hn::Lanes(Lane())) {
      const Phasor turn = step_of(job, tap, centre_phasor, lane);
      for (std::size_t pair = 0; pair < job.pair_count; ++pair) {
        const std::size_t gain = (tap * job.pair_count + pair) * base::lane_count + lane;
        store(multiply(load(job.gain_re + gain, job.gain_im + gain), turn), &scratch.gain_re[gain],
              &scratch.gain_im[gain]);
      }
    }
  }
}

/// Where the steering of a burst stands: its first mirrored pair and the lanes.
struct BurstPlace {
  std::size_t first;
  std::size_t lane;
};

/// Steering of one tap to the first pair of a burst: by its exact phase now and then, else one
/// burst further than before.
HWY_INLINE Phasor steer_first(const ResponseJob& job, std::size_t tap, BurstPlace place,
                              const ResponseScratch& scratch) {
  const LaneU du;
  const std::size_t at = tap * base::lane_count + place.lane;
  if (place.first % anchor_period != 0) {
    return multiply(load(&scratch.first_re[at], &scratch.first_im[at]),
                    step_of(job, tap, four_steps, place.lane));
  }
  const std::uint32_t* phases = job.phases + tap * phase_stride + place.lane;
  const VecU steps = hn::Set(du, static_cast<std::uint32_t>(place.first));
  return delayed(hn::Add(hn::Load(du, phases + first_phase * base::lane_count),
                         hn::Mul(hn::Load(du, phases + step_phase * base::lane_count), steps)));
}

/// Steering of all taps to the mirrored pairs of groups of a burst.
HWY_INLINE void steer(const ResponseJob& job, BurstPlace place, ResponseScratch& scratch) {
  for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
    const std::size_t at = tap * base::lane_count + place.lane;
    const Phasor w0 = steer_first(job, tap, place, scratch);
    store(w0, &scratch.first_re[at], &scratch.first_im[at]);
    const Phasor w1 = multiply(w0, step_of(job, tap, one_step, place.lane));
    const Phasor step2 = step_of(job, tap, two_steps, place.lane);
    float* re = scratch.steer_re.data() + tap * burst * base::lane_count + place.lane;
    float* im = scratch.steer_im.data() + tap * burst * base::lane_count + place.lane;
    store(w0, re, im);
    store(w1, re + base::lane_count, im + base::lane_count);
    store(multiply(w0, step2), re + 2 * base::lane_count, im + 2 * base::lane_count);
    store(multiply(w1, step2), re + 3 * base::lane_count, im + 3 * base::lane_count);
  }
}

/// The four products of a steering c + js with a gain a + jb, added over taps.
struct MirrorSums {
  VecF ac;
  VecF bs;
  VecF as;
  VecF bc;
};

HWY_INLINE void add_products(MirrorSums& sums, Phasor gain, Phasor w) {
  sums.ac = hn::MulAdd(gain.re, w.re, sums.ac);
  sums.bs = hn::MulAdd(gain.im, w.im, sums.bs);
  sums.as = hn::MulAdd(gain.re, w.im, sums.as);
  sums.bc = hn::MulAdd(gain.im, w.re, sums.bc);
}

/// Writes both groups of mirrored pair `mirror`.
HWY_INLINE void store_mirror(const ResponseJob& job, const MirrorSums& sums, std::size_t mirror,
                             std::size_t pair_and_lane) {
  const std::size_t stride = job.pair_count * base::lane_count;
  const std::size_t above = (job.group_count + 1) / 2 + mirror;
  const std::size_t below = job.group_count / 2 - 1 - mirror;
  const Phasor high = {hn::Sub(sums.ac, sums.bs), hn::Add(sums.as, sums.bc)};
  const Phasor low = {hn::Add(sums.ac, sums.bs), hn::Sub(sums.bc, sums.as)};
  store(high, job.out_re + above * stride + pair_and_lane,
        job.out_im + above * stride + pair_and_lane);
  store(low, job.out_re + below * stride + pair_and_lane,
        job.out_im + below * stride + pair_and_lane);
}

/// Sums all taps for two neighbouring mirrored pairs of groups: eight independent chains of
/// additions.
HWY_INLINE void sum_two_mirrors(const ResponseJob& job, std::size_t mirror,
                                std::size_t pair_and_lane, const ResponseScratch& scratch) {
  const std::size_t lane = pair_and_lane % base::lane_count;
  const VecF zero = hn::Zero(Lane());
  MirrorSums first = {zero, zero, zero, zero};
  MirrorSums second = {zero, zero, zero, zero};
  const std::size_t slot = mirror % burst * base::lane_count + lane;
  for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
    const std::size_t gain_at = tap * job.pair_count * base::lane_count + pair_and_lane;
    const std::size_t steer_at = tap * burst * base::lane_count + slot;
    const Phasor gain = load(&scratch.gain_re[gain_at], &scratch.gain_im[gain_at]);
    add_products(first, gain, load(&scratch.steer_re[steer_at], &scratch.steer_im[steer_at]));
    add_products(second, gain,
                 load(&scratch.steer_re[steer_at + base::lane_count],
                      &scratch.steer_im[steer_at + base::lane_count]));
  }
  store_mirror(job, first, mirror, pair_and_lane);
  if (mirror + 1 < job.group_count / 2) store_mirror(job, second, mirror + 1, pair_and_lane);
}

/// The centre of an odd grid, to which the gains are already turned.
HWY_INLINE void sum_centre(const ResponseJob& job, std::size_t pair_and_lane,
                           const ResponseScratch& scratch) {
  const std::size_t stride = job.pair_count * base::lane_count;
  Phasor sum = {hn::Zero(Lane()), hn::Zero(Lane())};
  for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
    const std::size_t at = tap * stride + pair_and_lane;
    const Phasor gain = load(&scratch.gain_re[at], &scratch.gain_im[at]);
    sum = {hn::Add(sum.re, gain.re), hn::Add(sum.im, gain.im)};
  }
  const std::size_t out = job.group_count / 2 * stride + pair_and_lane;
  store(sum, job.out_re + out, job.out_im + out);
}

void respond(const ResponseJob& job) {
  ResponseScratch scratch;
  turn_gains(job, scratch);
  const std::size_t mirror_count = job.group_count / 2;
  const std::size_t width = hn::Lanes(Lane());
  for (std::size_t lane = 0; lane < base::lane_count; lane += width) {
    if (job.group_count % 2 == 1) {
      for (std::size_t pair = 0; pair < job.pair_count; ++pair) {
        sum_centre(job, pair * base::lane_count + lane, scratch);
      }
    }
    for (std::size_t first = 0; first < mirror_count; first += burst) {
      steer(job, {first, lane}, scratch);
      for (std::size_t pair = 0; pair < job.pair_count; ++pair) {
        const std::size_t pair_and_lane = pair * base::lane_count + lane;
        sum_two_mirrors(job, first, pair_and_lane, scratch);
        if (first + 2 < mirror_count) sum_two_mirrors(job, first + 2, pair_and_lane, scratch);
      }
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace redcell::phy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace redcell::phy {

HWY_EXPORT(prepare_steps);
HWY_EXPORT(respond);

namespace {

/// Checks a grid and rows, and fills what a response needs but for the steps.
ResponseJob job_of(const TapTile& taps, int group_count, const ResponseTile& response) {
  const std::size_t tap_count = taps.delay_s.row_count();
  RC_CHECK(tap_count >= 1 && tap_count <= response_tap_count_max);
  RC_CHECK(taps.gain_re.row_count() % tap_count == 0);
  RC_CHECK(taps.gain_im.row_count() == taps.gain_re.row_count());
  const std::size_t pair_count = taps.gain_re.row_count() / tap_count;
  RC_CHECK(pair_count >= 1 && pair_count <= response_port_pair_count_max);
  const auto groups = static_cast<std::size_t>(group_count);
  const std::size_t row_end = response.first_row + groups * pair_count;
  RC_CHECK(response.re.row_count() >= row_end && response.im.row_count() >= row_end);
  return {.phasors = nullptr,
          .phases = nullptr,
          .gain_re = taps.gain_re.data(),
          .gain_im = taps.gain_im.data(),
          .tap_count = tap_count,
          .pair_count = pair_count,
          .group_count = groups,
          .out_re = response.re.row(response.first_row),
          .out_im = response.im.row(response.first_row)};
}

}  // namespace

void channel_response(const TapTile& taps, const BlockGrid& grid, const ResponseTile& response) {
  RC_CHECK(grid.count > 0 && grid.spacing.value() > 0.0);
  ResponseJob job = job_of(taps, grid.count, response);
  alignas(64) std::array<float, response_tap_count_max * phasor_stride> phasors;
  alignas(64) std::array<std::uint32_t, response_tap_count_max * phase_stride> phases;
  StepJob steps = StepJob::of(grid);
  steps.delay_s = taps.delay_s.data();
  steps.tap_count = job.tap_count;
  steps.phasors = phasors.data();
  steps.phases = phases.data();
  HWY_DYNAMIC_DISPATCH(prepare_steps)(steps);
  job.phasors = phasors.data();
  job.phases = phases.data();
  HWY_DYNAMIC_DISPATCH(respond)(job);
}

ResponsePlan::ResponsePlan(const BlockGrid& grid, std::size_t tap_count)
    : grid_(grid),
      tap_count_(tap_count),
      phasors_(tap_count * step_phasor_count * 2),
      phases_(tap_count * step_phase_count) {
  RC_CHECK(grid.count > 0 && grid.spacing.value() > 0.0);
  RC_CHECK(tap_count >= 1 && tap_count <= response_tap_count_max);
}

void ResponsePlan::set_delays(const base::LaneTile& delay_s) {
  RC_CHECK(delay_s.row_count() == tap_count_);
  StepJob steps = StepJob::of(grid_);
  steps.delay_s = delay_s.data();
  steps.tap_count = tap_count_;
  steps.phasors = phasors_.data();
  steps.phases = phases_.data();
  HWY_DYNAMIC_DISPATCH(prepare_steps)(steps);
}

void ResponsePlan::respond_to(const TapTile& taps, const ResponseTile& response) const {
  ResponseJob job = job_of(taps, grid_.count, response);
  RC_CHECK(job.tap_count == tap_count_);
  job.phasors = phasors_.data();
  job.phases = phases_.data();
  HWY_DYNAMIC_DISPATCH(respond)(job);
}

}  // namespace redcell::phy
#endif
