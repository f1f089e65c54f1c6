#include "phy/channel/response.h"

#include <algorithm>
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

/// Groups are steered in bursts: a centre and pairs mirrored around it, whose products with a tap
/// are the same up to sign.
inline constexpr std::size_t mirror_count = 4;
inline constexpr std::size_t burst_groups = 2 * mirror_count + 1;
/// Bursts that go by products from one exact phase in their middle: at most three of them in a row,
/// and one more inside a burst, so that rounding stays within response_error_max.
inline constexpr std::size_t block_bursts = 7;

constexpr std::size_t burst_count(std::size_t groups) {
  return (groups + burst_groups - 1) / burst_groups;
}
constexpr std::size_t block_count(std::size_t groups) {
  return (burst_count(groups) + block_bursts - 1) / block_bursts;
}

/// The bursts of a block and the one in its middle.
struct Block {
  std::size_t first, middle, end;
};
constexpr Block block_at(std::size_t index, std::size_t groups) {
  const std::size_t first = index * block_bursts;
  const std::size_t end = std::min(first + block_bursts, burst_count(groups));
  return {.first = first, .middle = first + (end - first) / 2, .end = end};
}

/// Phasors of a tap that depend on its delay and the grid alone, each a row of real and one of
/// imaginary parts: to each mirrored group, from burst to burst, and to the middle of each block.
inline constexpr std::size_t burst_phasor = mirror_count;
inline constexpr std::size_t first_block_phasor = burst_phasor + 1;
constexpr std::size_t phasor_count(std::size_t groups) {
  return first_block_phasor + block_count(groups);
}

struct StepJob {
  const float* delay_s;
  std::size_t tap_count;
  std::size_t group_count;
  double first_hz;
  double spacing_hz;
  float* phasors;  ///< [tap][phasor][re, im][lane]
};

struct ResponseJob {
  const float* phasors;  ///< As StepJob.
  const float* gain_re;
  const float* gain_im;
  std::size_t tap_count;
  std::size_t pair_count;
  std::size_t group_count;
  float* out_re;
  float* out_im;
};

inline constexpr std::size_t phasor_row = 2 * base::lane_count;

/// Gains turned to the centre of a burst, [tap][pair][lane].
struct TurnedGains {
  static constexpr std::size_t size =
      response_tap_count_max * response_port_pair_count_max * base::lane_count;
  alignas(64) std::array<float, size> re;
  alignas(64) std::array<float, size> im;
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
  alignas(64) std::array<std::uint32_t, base::lane_count> phase;
  for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
    const float* delay_s = job.delay_s + tap * base::lane_count;
    float* row = job.phasors + tap * phasor_count(job.group_count) * phasor_row;
    const auto put = [&](double frequency_hz) HWY_ATTR {
      delay_phases(delay_s, frequency_hz, phase.data());
      for (std::size_t lane = 0; lane < base::lane_count; lane += hn::Lanes(du)) {
        store(delayed(hn::Load(du, phase.data() + lane)), row + lane,
              row + base::lane_count + lane);
      }
      row += phasor_row;
    };
    for (std::size_t mirror = 1; mirror <= mirror_count; ++mirror) {
      put(static_cast<double>(mirror) * job.spacing_hz);
    }
    put(static_cast<double>(burst_groups) * job.spacing_hz);
    for (std::size_t block = 0; block < block_count(job.group_count); ++block) {
      const std::size_t middle = block_at(block, job.group_count).middle;
      put(job.first_hz +
          static_cast<double>(middle * burst_groups + mirror_count) * job.spacing_hz);
    }
  }
}

HWY_INLINE Phasor phasor_of(const ResponseJob& job, std::size_t tap, std::size_t which,
                            std::size_t lane) {
  const float* row =
      job.phasors + (tap * phasor_count(job.group_count) + which) * phasor_row + lane;
  return load(row, row + base::lane_count);
}

/// One burst of one port pair.
struct Place {
  std::size_t burst;
  std::size_t pair;
  std::size_t lane;
};

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

HWY_INLINE void store_group(const ResponseJob& job, Phasor value, std::size_t group, Place place) {
  if (group >= job.group_count) return;
  const std::size_t at = (group * job.pair_count + place.pair) * base::lane_count + place.lane;
  store(value, job.out_re + at, job.out_im + at);
}

HWY_INLINE void store_mirrored(const ResponseJob& job, const MirrorSums& sums, std::size_t step,
                               Place place) {
  const std::size_t centre = place.burst * burst_groups + mirror_count;
  store_group(job, {hn::Sub(sums.ac, sums.bs), hn::Add(sums.as, sums.bc)}, centre + step, place);
  store_group(job, {hn::Add(sums.ac, sums.bs), hn::Sub(sums.bc, sums.as)}, centre - step, place);
}

/// Mirrored pairs of groups that are summed at once: as many as registers hold, each by its name,
/// for sums in an array would lie in memory.
constexpr bool sums_four = hn::MaxLanes(Lane()) == base::lane_count;
static_assert(mirror_count == 4);

/// Sums all taps for two mirrored pairs of groups of a burst, or four.
HWY_INLINE void sum_mirrors(const ResponseJob& job, const TurnedGains& gains, Place place,
                            std::size_t first) {
  const VecF zero = hn::Zero(Lane());
  const MirrorSums none = {zero, zero, zero, zero};
  MirrorSums one = none, two = none, three = none, four = none;
  for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
    const std::size_t at = (tap * job.pair_count + place.pair) * base::lane_count + place.lane;
    const Phasor gain = load(&gains.re[at], &gains.im[at]);
    add_products(one, gain, phasor_of(job, tap, first, place.lane));
    add_products(two, gain, phasor_of(job, tap, first + 1, place.lane));
    if constexpr (sums_four) {
      add_products(three, gain, phasor_of(job, tap, first + 2, place.lane));
      add_products(four, gain, phasor_of(job, tap, first + 3, place.lane));
    }
  }
  store_mirrored(job, one, first + 1, place);
  store_mirrored(job, two, first + 2, place);
  if constexpr (sums_four) {
    store_mirrored(job, three, first + 3, place);
    store_mirrored(job, four, first + 4, place);
  }
}

/// Gains to be turned, and the phasor that turns them.
struct TurnedBy {
  const float* re;
  const float* im;
  std::size_t phasor;
  bool is_back = false;
};

/// Turns the gains of all taps to a burst, and sums its centre.
HWY_INLINE void turn_to(const ResponseJob& job, const TurnedBy& from, TurnedGains& gains,
                        Place place) {
  const VecF sign = hn::Set(Lane(), from.is_back ? -1.0f : 1.0f);
  Phasor sum = {hn::Zero(Lane()), hn::Zero(Lane())};
  for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
    const std::size_t at = (tap * job.pair_count + place.pair) * base::lane_count + place.lane;
    Phasor step = phasor_of(job, tap, from.phasor, place.lane);
    step.im = hn::Mul(step.im, sign);
    const Phasor gain = multiply(load(from.re + at, from.im + at), step);
    store(gain, &gains.re[at], &gains.im[at]);
    sum = {hn::Add(sum.re, gain.re), hn::Add(sum.im, gain.im)};
  }
  store_group(job, sum, place.burst * burst_groups + mirror_count, place);
}

HWY_INLINE void sum_burst(const ResponseJob& job, const TurnedGains& gains, Place place) {
  sum_mirrors(job, gains, place, 0);
  if constexpr (!sums_four) sum_mirrors(job, gains, place, 2);
}

void respond(const ResponseJob& job) {
  TurnedGains middle;
  TurnedGains aside;
  for (std::size_t lane = 0; lane < base::lane_count; lane += hn::Lanes(Lane())) {
    for (std::size_t index = 0; index < block_count(job.group_count); ++index) {
      const Block block = block_at(index, job.group_count);
      for (std::size_t pair = 0; pair < job.pair_count; ++pair) {
        Place place{block.middle, pair, lane};
        turn_to(job, {job.gain_re, job.gain_im, first_block_phasor + index}, middle, place);
        sum_burst(job, middle, place);
        for (const bool is_back : {false, true}) {
          const TurnedGains* from = &middle;
          place.burst = block.middle;
          while (is_back ? place.burst-- > block.first : ++place.burst < block.end) {
            turn_to(job, {from->re.data(), from->im.data(), burst_phasor, is_back}, aside, place);
            sum_burst(job, aside, place);
            from = &aside;
          }
        }
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
          .gain_re = taps.gain_re.data(),
          .gain_im = taps.gain_im.data(),
          .tap_count = tap_count,
          .pair_count = pair_count,
          .group_count = groups,
          .out_re = response.re.row(response.first_row),
          .out_im = response.im.row(response.first_row)};
}

}  // namespace

ResponsePlan::ResponsePlan(const BlockGrid& grid, std::size_t tap_count)
    : grid_(grid), tap_count_(tap_count) {
  RC_CHECK(grid.count > 0 && grid.spacing.value() > 0.0);
  RC_CHECK(tap_count >= 1 && tap_count <= response_tap_count_max);
  phasors_ = base::LaneTile(tap_count * phasor_count(static_cast<std::size_t>(grid.count)) * 2);
}

void ResponsePlan::set_delays(const base::LaneTile& delay_s) {
  RC_CHECK(delay_s.row_count() == tap_count_);
  HWY_DYNAMIC_DISPATCH(prepare_steps)
  ({.delay_s = delay_s.data(),
    .tap_count = tap_count_,
    .group_count = static_cast<std::size_t>(grid_.count),
    .first_hz = grid_.first_centre.value(),
    .spacing_hz = grid_.spacing.value(),
    .phasors = phasors_.data()});
}

void ResponsePlan::respond_to(const TapTile& taps, const ResponseTile& response) const {
  ResponseJob job = job_of(taps, grid_.count, response);
  RC_CHECK(job.tap_count == tap_count_);
  job.phasors = phasors_.data();
  HWY_DYNAMIC_DISPATCH(respond)(job);
}

}  // namespace redcell::phy
#endif
