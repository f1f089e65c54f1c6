#include "phy/channel/fading.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "base/check.h"
#include "base/math.h"
#include "base/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/channel/fading.cpp"
#include "hwy/foreach_target.h"
// After foreach_target, as Highway demands.
#include "hwy/highway.h"
#include "phy/channel/phasor-inl.h"

#ifndef REDCELL_PHY_CHANNEL_FADING_CPP
#define REDCELL_PHY_CHANNEL_FADING_CPP
namespace redcell::phy {

/// Sums the sinusoids of all taps and port pairs. Row counts as in FadingTile.
struct TapGainJob {
  std::size_t tap_count;
  std::size_t rx_count;
  std::size_t tx_count;
  const std::uint32_t* start;
  const std::uint32_t* rate;
  const float* amplitude;
  const std::uint32_t* los_start;
  const float* los_amplitude;
  bool has_los;  ///< Some lane has a line-of-sight ray.
  const std::uint32_t* whole;
  const float* fraction;
  float* gain_re;
  float* gain_im;
};

/// TR 38.901 7.7.2: the line-of-sight ray moves with 0.7 of the largest Doppler shift. In turns per
/// wavelength, 2^-31.
inline constexpr std::int32_t los_rate = 1503238553;

/// Branches at one position of the terminal: the two polarisations.
inline constexpr std::size_t position_branches = 2;

}  // namespace redcell::phy
#endif

HWY_BEFORE_NAMESPACE();
namespace redcell::phy {
namespace HWY_NAMESPACE {
namespace {

/// Sum of the sinusoids of one tap and port pair, amplitude 1 each.
HWY_INLINE Phasor sum_sinusoids(const std::uint32_t* start, const std::uint32_t* rate,
                                Travelled travelled) {
  const LaneU du;
  const LaneI di;
  Phasor sum = {hn::Zero(Lane()), hn::Zero(Lane())};
  for (std::size_t n = 0; n < sinusoid_count; ++n) {
    const VecI turns = hn::BitCast(di, hn::Load(du, rate + n * base::lane_count));
    const Phasor one =
        unit_phasor(phase_at(hn::Load(du, start + n * base::lane_count), turns, travelled));
    sum = {hn::Add(sum.re, one.re), hn::Add(sum.im, one.im)};
  }
  return sum;
}

/// Adds the line-of-sight ray to the first tap of the co-polarised pairs at one position.
HWY_INLINE void add_line_of_sight(const TapGainJob& job, std::size_t position, std::size_t lane,
                                  Travelled travelled) {
  const Lane d;
  const LaneU du;
  // Half a wavelength of a rate in 2^-31 turns is that rate in 2^-32 turns.
  const auto ahead = static_cast<std::uint32_t>(position) * static_cast<std::uint32_t>(los_rate);
  const VecU start = hn::Add(hn::Load(du, job.los_start + lane), hn::Set(du, ahead));
  const Phasor ray = unit_phasor(phase_at(start, hn::Set(LaneI(), los_rate), travelled));
  VecF amplitude = hn::Load(d, job.los_amplitude + lane);
  const std::size_t first = position * position_branches;
  for (std::size_t port = 0; first + port < job.rx_count && port < job.tx_count; ++port) {
    const std::size_t at = ((first + port) * job.tx_count + port) * base::lane_count + lane;
    const VecF re = hn::Load(d, job.gain_re + at);
    const VecF im = hn::Load(d, job.gain_im + at);
    hn::Store(hn::MulAdd(amplitude, ray.re, re), d, job.gain_re + at);
    hn::Store(hn::MulAdd(amplitude, ray.im, im), d, job.gain_im + at);
    amplitude = hn::Neg(amplitude);
  }
}

void tap_gains(const TapGainJob& job) {
  const Lane d;
  const LaneU du;
  const std::size_t pair_count = job.rx_count * job.tx_count;
  for (std::size_t lane = 0; lane < base::lane_count; lane += hn::Lanes(d)) {
    const Travelled travelled = {hn::Load(du, job.whole + lane),
                                 hn::Mul(hn::Load(d, job.fraction + lane), hn::Set(d, 0x1p-31f))};
    for (std::size_t tap = 0; tap < job.tap_count; ++tap) {
      const VecF amplitude = hn::Load(d, job.amplitude + tap * base::lane_count + lane);
      for (std::size_t pair = 0; pair < pair_count; ++pair) {
        const std::size_t row = tap * pair_count + pair;
        const std::size_t first = row * sinusoid_count * base::lane_count + lane;
        const Phasor sum = sum_sinusoids(job.start + first, job.rate + first, travelled);
        const std::size_t at = row * base::lane_count + lane;
        hn::Store(hn::Mul(amplitude, sum.re), d, job.gain_re + at);
        hn::Store(hn::Mul(amplitude, sum.im), d, job.gain_im + at);
      }
    }
    if (!job.has_los) continue;
    for (std::size_t first = 0; first < job.rx_count; first += position_branches) {
      add_line_of_sight(job, first / position_branches, lane, travelled);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace redcell::phy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace redcell::phy {

HWY_EXPORT(tap_gains);

namespace {

// Random words are numbered for two branches and two ports even where there are fewer, so that a
// terminal sees the same radio world with one branch as with two; those of a second position follow
// after the longest profile's.
constexpr std::size_t port_count_max = 2;
constexpr std::size_t tap_slots = 32;
// Phases per tap and port pair: the sinusoids, and in the last slot of the first pair the line of
// sight.
constexpr std::size_t phase_count = 16;
static_assert(sinusoid_count < phase_count);
constexpr std::uint32_t half_turn = 0x80000000u;

std::size_t count_of(int value) { return static_cast<std::size_t>(value); }

/// Start phases of one tap and port pair.
std::array<std::uint32_t, phase_count> start_phases(const base::Random& random, base::RandomIds ids,
                                                    std::size_t pair) {
  std::array<std::uint32_t, phase_count> phases{};
  for (std::size_t block = 0; block < phase_count / 4; ++block) {
    const auto words = random.at(base::Purpose::tdl_phase, ids, pair * (phase_count / 4) + block);
    for (std::size_t word = 0; word < 4; ++word) phases[4 * block + word] = words[word];
  }
  return phases;
}

/// Cosines and sines of angles that divide half a turn equally.
struct EqualAngles {
  std::array<double, sinusoid_count> cosine;
  std::array<double, sinusoid_count> sine;
};

EqualAngles equal_angles() {
  EqualAngles angles{};
  for (std::size_t n = 0; n < sinusoid_count; ++n) {
    const double angle = base::pi * static_cast<double>(n) / sinusoid_count;
    angles.cosine[n] = base::cos(angle);
    angles.sine[n] = base::sin(angle);
  }
  return angles;
}

std::vector<TdlTap> unit_taps(TdlProfile profile, std::optional<double> k_factor_db) {
  std::optional<base::Db> k_factor;
  if (k_factor_db) k_factor = base::Db(*k_factor_db);
  return tdl_taps(profile, {base::Seconds(1.0), k_factor});
}

/// Turns per wavelength, a cosine, in 2^-31.
std::uint32_t rate_of(double cosine) {
  const double scaled = std::floor(cosine * 2147483647.0 + 0.5);
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(scaled));
}

}  // namespace

FadingTile::FadingTile(const base::Random& random, const FadingConfig& config,
                       std::span<const FadingLink> links)
    : random_(random), config_(config), link_count_(links.size()), tap_count_(0) {
  RC_CHECK(base::isa_supported());
  RC_CHECK(link_count_ >= 1 && link_count_ <= base::lane_count);
  RC_CHECK(config.rx_count == 1 || config.rx_count == 2 || config.rx_count == 4);
  RC_CHECK(config.tx_count >= 1 && config.tx_count <= 2);
  RC_CHECK(config.delay_spread_s >= 0.0);
  RC_CHECK(!config.grids.empty());
  taps_ = unit_taps(config.profile, config.k_factor_db);
  if (config.sight) sight_taps_ = unit_taps(config.sight->profile, config.sight->k_factor_db);
  RC_CHECK(sight_taps_.size() <= taps_.size() && taps_.size() <= tap_slots);

  tap_count_ = taps_.size();
  const std::size_t pair_count = count_of(config.rx_count) * count_of(config.tx_count);
  std::size_t group_count = 0;
  for (const BlockGrid& grid : config.grids) {
    plans_.emplace_back(grid, tap_count_);
    group_count += count_of(grid.count);
  }
  delay_s_ = base::LaneTile(tap_count_);
  amplitude_ = base::LaneTile(tap_count_);
  start_ = base::PhaseTile(tap_count_ * pair_count * sinusoid_count);
  rate_ = base::PhaseTile(tap_count_ * pair_count * sinusoid_count);
  los_start_ = base::PhaseTile(1);
  los_amplitude_ = base::LaneTile(1);
  whole_ = base::PhaseTile(1);
  fraction_ = base::LaneTile(1);
  gain_re_ = base::LaneTile(tap_count_ * pair_count);
  gain_im_ = base::LaneTile(tap_count_ * pair_count);
  response_re_ = base::LaneTile(group_count * pair_count);
  response_im_ = base::LaneTile(group_count * pair_count);
  for (std::size_t lane = 0; lane < link_count_; ++lane) set_link(lane, links[lane]);
}

void FadingTile::set_link(std::size_t lane, const FadingLink& link) {
  RC_CHECK(lane < link_count_);
  set_powers(lane, link);
  set_sinusoids(lane, link);
}

void FadingTile::set_powers(std::size_t lane, const FadingLink& link) {
  RC_CHECK(link.delay_spread_s >= 0.0 && (!link.in_sight || config_.sight));
  const std::vector<TdlTap>& taps = link.in_sight ? sight_taps_ : taps_;
  const double common_s = link.in_sight ? config_.sight->delay_spread_s : config_.delay_spread_s;
  const double spread_s = link.delay_spread_s > 0.0 ? link.delay_spread_s : common_s;
  for (std::size_t tap = 0; tap < tap_count_; ++tap) {
    const TdlTap none{.delay_s = 0, .rayleigh_power_lin = 0, .los_power_lin = 0};
    const TdlTap& t = tap < taps.size() ? taps[tap] : none;
    delay_s_.at(tap, lane) = static_cast<float>(t.delay_s * spread_s);
    amplitude_.at(tap, lane) = static_cast<float>(std::sqrt(t.rayleigh_power_lin / sinusoid_count));
  }
  los_amplitude_.at(0, lane) = static_cast<float>(std::sqrt(taps.front().los_power_lin));
  delays_changed_ = true;
}

void FadingTile::set_sinusoids(std::size_t lane, const FadingLink& link) {
  static const EqualAngles equal = equal_angles();
  const base::RandomIds ids{link.ue, link.cell};
  const std::size_t rx_count = count_of(config_.rx_count);
  const std::size_t tx_count = count_of(config_.tx_count);
  for (std::size_t row = 0; row < tap_count_ * rx_count * tx_count; ++row) {
    const std::size_t tap = row / (rx_count * tx_count);
    const std::size_t rx = row / tx_count % rx_count;
    const std::size_t tx = row % tx_count;
    const std::size_t slot = rx / position_branches * tap_slots + tap;
    const std::size_t pair =
        (slot * position_branches + rx % position_branches) * port_count_max + tx;
    const auto phases = start_phases(random_, ids, pair);
    const std::uint32_t word = random_.at(base::Purpose::tdl_angle, ids, pair)[0];
    const double offset = base::pi / sinusoid_count * 0x1p-32 * word;
    const double cosine = base::cos(offset);
    const double sine = base::sin(offset);
    for (std::size_t n = 0; n < sinusoid_count; ++n) {
      const std::size_t at = row * sinusoid_count + n;
      start_.at(at, lane) = phases[n] + half_turn;
      rate_.at(at, lane) = rate_of(equal.cosine[n] * cosine - equal.sine[n] * sine);
    }
    if (row == 0) los_start_.at(0, lane) = phases[phase_count - 1] + half_turn;
  }
}

void FadingTile::refresh(std::span<const double> travelled_wavelengths) {
  RC_CHECK(travelled_wavelengths.size() == link_count_);
  for (std::size_t lane = 0; lane < link_count_; ++lane) {
    const double travelled = travelled_wavelengths[lane];
    RC_CHECK(travelled >= 0.0 && travelled <= travelled_wavelengths_max);
    const double whole = std::floor(travelled + 0.5);
    whole_.at(0, lane) = static_cast<std::uint32_t>(static_cast<std::uint64_t>(whole));
    fraction_.at(0, lane) = static_cast<float>(travelled - whole);
  }
  const std::span<const float> los(los_amplitude_.row(0), base::lane_count);
  const bool has_los = std::any_of(los.begin(), los.end(), [](float a) { return a != 0.0F; });
  HWY_DYNAMIC_DISPATCH(tap_gains)
  ({.tap_count = tap_count_,
    .rx_count = count_of(config_.rx_count),
    .tx_count = count_of(config_.tx_count),
    .start = start_.data(),
    .rate = rate_.data(),
    .amplitude = amplitude_.data(),
    .los_start = los_start_.data(),
    .los_amplitude = los_amplitude_.data(),
    .has_los = has_los,
    .whole = whole_.data(),
    .fraction = fraction_.data(),
    .gain_re = gain_re_.data(),
    .gain_im = gain_im_.data()});
  std::size_t row = 0;
  for (ResponsePlan& plan : plans_) {
    if (delays_changed_) plan.set_delays(delay_s_);
    plan.respond_to(taps(), {response_re_, response_im_, row});
    row += count_of(plan.group_count()) * count_of(config_.rx_count) * count_of(config_.tx_count);
  }
  delays_changed_ = false;
}

}  // namespace redcell::phy
#endif
