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

/// Mirrored groups lie at centre +- (first_offset + i * spacing): their products with a tap are the
/// same up to sign. An odd grid has one more group, in the centre.
struct ResponseJob {
  const float* delay_s;
  const float* gain_re;
  const float* gain_im;
  std::size_t tap_count;
  std::size_t pair_count;
  std::size_t group_count;
  double centre_hz;
  double first_offset_hz;
  double spacing_hz;
  float* out_re;
  float* out_im;
};

/// Mirrored pairs steered at once.
inline constexpr std::size_t burst = 4;
/// Pairs from one exact phase to the next: at most five products of unit phasors in a row, so that
/// rounding stays within response_error_max.
inline constexpr std::size_t anchor_period = 16;

/// Working memory of one call, on its stack.
struct ResponseScratch {
  using Rows = std::array<float, response_tap_count_max * base::lane_count>;
  alignas(64) std::array<float, response_tap_count_max * response_port_pair_count_max *
                                    base::lane_count> gain_re;
  alignas(64) std::array<float, response_tap_count_max * response_port_pair_count_max *
                                    base::lane_count> gain_im;
  alignas(64) std::array<float, response_tap_count_max * burst * base::lane_count> steer_re;
  alignas(64) std::array<float, response_tap_count_max * burst * base::lane_count> steer_im;
  alignas(64) Rows step_re;
  alignas(64) Rows step_im;
  alignas(64) Rows step2_re;
  alignas(64) Rows step2_im;
  alignas(64) Rows step4_re;
  alignas(64) Rows step4_im;
  alignas(64) Rows first_re;
  alignas(64) Rows first_im;
  alignas(64) std::array<std::uint32_t, response_tap_count_max * base::lane_count> step_phase;
  alignas(64) std::array<std::uint32_t, response_tap_count_max * base::lane_count> first_phase;
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

/// Turns the gains to the grid's centre and prepares the recurrence, for all lanes.
void prepare(const ResponseJob& job, ResponseScratch& scratch) {
  const LaneU du;
  const std::size_t width = hn::Lanes(du);
  alignas(64) std::array<std::uint32_t, base::lane_count> centre_phase;
  for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
    const std::size_t row = tap * base::lane_count;
    delay_phases(job.delay_s + row, job.centre_hz, centre_phase.data());
    delay_phases(job.delay_s + row, job.spacing_hz, scratch.step_phase.data() + row);
    delay_phases(job.delay_s + row, job.first_offset_hz, scratch.first_phase.data() + row);
    for (std::size_t lane = 0; lane < base::lane_count; lane += width) {
      const std::size_t at = row + lane;
      const VecU step = hn::Load(du, scratch.step_phase.data() + at);
      store(delayed(step), &scratch.step_re[at], &scratch.step_im[at]);
      store(delayed(hn::ShiftLeft<1>(step)), &scratch.step2_re[at], &scratch.step2_im[at]);
      store(delayed(hn::ShiftLeft<2>(step)), &scratch.step4_re[at], &scratch.step4_im[at]);
      const Phasor turn = delayed(hn::Load(du, centre_phase.data() + lane));
      for (std::size_t pair = 0; pair < job.pair_count; ++pair) {
        const std::size_t gain = (tap * job.pair_count + pair) * base::lane_count + lane;
        store(multiply(load(job.gain_re + gain, job.gain_im + gain), turn), &scratch.gain_re[gain],
              &scratch.gain_im[gain]);
      }
    }
  }
}

/// Steering of one tap to mirrored pair `first`: by its exact phase now and then, else one burst
/// further than before.
HWY_INLINE Phasor steer_first(std::size_t first, std::size_t at, const ResponseScratch& scratch) {
  const LaneU du;
  if (first % anchor_period != 0) {
    return multiply(load(&scratch.first_re[at], &scratch.first_im[at]),
                    load(&scratch.step4_re[at], &scratch.step4_im[at]));
  }
  const VecU steps = hn::Set(du, static_cast<std::uint32_t>(first));
  return delayed(hn::Add(hn::Load(du, scratch.first_phase.data() + at),
                         hn::Mul(hn::Load(du, scratch.step_phase.data() + at), steps)));
}

/// Steering of all taps to the mirrored pairs of groups from `first` on.
HWY_INLINE void steer(const ResponseJob& job, std::size_t first, std::size_t lane,
                      ResponseScratch& scratch) {
  for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
    const std::size_t at = tap * base::lane_count + lane;
    const Phasor w0 = steer_first(first, at, scratch);
    store(w0, &scratch.first_re[at], &scratch.first_im[at]);
    const Phasor w1 = multiply(w0, load(&scratch.step_re[at], &scratch.step_im[at]));
    const Phasor step2 = load(&scratch.step2_re[at], &scratch.step2_im[at]);
    float* re = scratch.steer_re.data() + tap * burst * base::lane_count + lane;
    float* im = scratch.steer_im.data() + tap * burst * base::lane_count + lane;
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
  prepare(job, scratch);
  const std::size_t mirror_count = job.group_count / 2;
  const std::size_t width = hn::Lanes(Lane());
  for (std::size_t lane = 0; lane < base::lane_count; lane += width) {
    if (job.group_count % 2 == 1) {
      for (std::size_t pair = 0; pair < job.pair_count; ++pair) {
        sum_centre(job, pair * base::lane_count + lane, scratch);
      }
    }
    for (std::size_t first = 0; first < mirror_count; first += burst) {
      steer(job, first, lane, scratch);
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

HWY_EXPORT(respond);

void channel_response(const TapTile& taps, const BlockGrid& grid, const ResponseTile& response) {
  const std::size_t tap_count = taps.delay_s.row_count();
  RC_CHECK(tap_count >= 1 && tap_count <= response_tap_count_max);
  RC_CHECK(taps.gain_re.row_count() % tap_count == 0);
  RC_CHECK(taps.gain_im.row_count() == taps.gain_re.row_count());
  const std::size_t pair_count = taps.gain_re.row_count() / tap_count;
  RC_CHECK(pair_count >= 1 && pair_count <= response_port_pair_count_max);
  RC_CHECK(grid.count > 0 && grid.spacing.value() > 0.0);
  const auto group_count = static_cast<std::size_t>(grid.count);
  const std::size_t row_end = response.first_row + group_count * pair_count;
  RC_CHECK(response.re.row_count() >= row_end && response.im.row_count() >= row_end);

  const double spacing_hz = grid.spacing.value();
  const double centre_hz = grid.first_centre.value() + 0.5 * spacing_hz * (grid.count - 1);
  HWY_DYNAMIC_DISPATCH(respond)
  ({.delay_s = taps.delay_s.data(),
    .gain_re = taps.gain_re.data(),
    .gain_im = taps.gain_im.data(),
    .tap_count = tap_count,
    .pair_count = pair_count,
    .group_count = group_count,
    .centre_hz = centre_hz,
    .first_offset_hz = grid.count % 2 == 1 ? spacing_hz : 0.5 * spacing_hz,
    .spacing_hz = spacing_hz,
    .out_re = response.re.row(response.first_row),
    .out_im = response.im.row(response.first_row)});
}

}  // namespace redcell::phy
#endif
