#include "phy/channel/cluster_tile.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "base/math.h"
#include "base/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/channel/cluster_tile.cpp"
#include "hwy/foreach_target.h"
// After foreach_target, as Highway demands.
#include "hwy/highway.h"
#include "phy/channel/phasor-inl.h"

#ifndef REDCELL_PHY_CHANNEL_CLUSTER_TILE_CPP
#define REDCELL_PHY_CHANNEL_CLUSTER_TILE_CPP
namespace redcell::phy {

/// Rows as in ClusterTile.
struct ClusterTapJob {
  std::size_t cluster_rows;
  std::size_t used_rows;  ///< Clusters that some lane has.
  std::size_t pair_count;
  std::size_t position_pairs;  ///< Of them, at the first position: all, or a half.
  const std::uint32_t* rate;
  const std::uint32_t* gain;
  const float* beam;
  const float* amplitude;
  const std::uint32_t* direct_start;
  const std::uint32_t* direct_rate;
  const float* direct_amplitude;
  const float* direct_beam;
  const std::uint32_t* whole;
  const float* fraction;
  float* gain_re;
  float* gain_im;
};

inline constexpr std::uint32_t half_turn = 0x80000000U;
inline constexpr std::size_t direct_taps = 1;
/// Branches at one position, and how far ahead of the first the second one lies.
inline constexpr std::size_t position_branches = 2;
inline constexpr double position_wavelengths = 0.5;

}  // namespace redcell::phy
#endif

HWY_BEFORE_NAMESPACE();
namespace redcell::phy {
namespace HWY_NAMESPACE {
namespace {

/// Rays [first, end) of a cluster's column, and where their sum goes.
struct TapRays {
  std::size_t cluster;
  std::size_t first, end;
  std::size_t tap;
};

/// Adds a ray, as it is seen through the beam, with its gain for a pair.
HWY_INLINE void add_ray(Phasor& sum, Phasor seen, const std::uint32_t* gain) {
  const Lane d;
  const VecI packed = hn::BitCast(LaneI(), hn::Load(LaneU(), gain));
  const VecF re = hn::ConvertTo(d, hn::ShiftLeft<16>(packed));
  const VecF im = hn::ConvertTo(d, packed);
  sum.re = hn::NegMulAdd(seen.im, im, hn::MulAdd(seen.re, re, sum.re));
  sum.im = hn::MulAdd(seen.im, re, hn::MulAdd(seen.re, im, sum.im));
}

/// Sums some rays of the 1, 2 or 4 pairs of a position. The count is a constant and each sum has
/// its name so that they stay in registers.
///
/// The phase of a ray is that of phase_at, half a turn on: what it is multiplied with is negative.
/// At the second position it is what it will be half a wavelength further on: with a rate in 2^-31
/// turns that adds the rate in 2^-32 turns.
template <std::size_t pair_count, std::size_t position>
HWY_INLINE void sum_rays(const ClusterTapJob& job, const TapRays& rays, std::size_t lane,
                         Travelled travelled) {
  const Lane d;
  const LaneU du;
  const LaneI di;
  const VecU whole_twice = hn::ShiftLeft<1>(travelled.whole);
  const Phasor none = {hn::Zero(d), hn::Zero(d)};
  Phasor one = none, two = none, three = none, four = none;
  for (std::size_t ray = rays.first; ray < rays.end; ++ray) {
    const std::size_t row = rays.cluster * ray_count + ray;
    const std::size_t at = row * base::lane_count + lane;
    const VecU rate = hn::Load(du, job.rate + at);
    const VecF rest =
        hn::MulAdd(hn::ConvertTo(d, hn::BitCast(di, rate)), travelled.fraction, hn::Set(d, 1.5f));
    VecU phase = hn::Add(hn::Mul(whole_twice, rate), hn::ShiftLeft<9>(hn::BitCast(du, rest)));
    if constexpr (position > 0) phase = hn::Add(phase, rate);
    const Phasor turn = coarse_phasor(phase);
    const VecF beam = hn::Load(d, job.beam + at);
    const Phasor seen = {hn::Mul(beam, turn.re), hn::Mul(beam, turn.im)};
    const std::uint32_t* gain = job.gain + row * pair_count * base::lane_count + lane;
    add_ray(one, seen, gain);
    if constexpr (pair_count > 1) add_ray(two, seen, gain + base::lane_count);
    if constexpr (pair_count > 2) {
      add_ray(three, seen, gain + 2 * base::lane_count);
      add_ray(four, seen, gain + 3 * base::lane_count);
    }
  }
  const VecF amplitude = hn::Load(d, job.amplitude + rays.cluster * base::lane_count + lane);
  const auto keep = [&](const Phasor& sum, std::size_t pair) HWY_ATTR {
    const std::size_t row = rays.tap * job.pair_count + position * pair_count + pair;
    const std::size_t at = row * base::lane_count + lane;
    hn::Store(hn::Mul(amplitude, sum.re), d, job.gain_re + at);
    hn::Store(hn::Mul(amplitude, sum.im), d, job.gain_im + at);
  };
  keep(one, 0);
  if constexpr (pair_count > 1) keep(two, 1);
  if constexpr (pair_count > 2) {
    keep(three, 2);
    keep(four, 3);
  }
}

HWY_INLINE void direct_ray(const ClusterTapJob& job, std::size_t lane, Travelled travelled) {
  const Lane d;
  const LaneU du;
  const VecI rate = hn::BitCast(LaneI(), hn::Load(du, job.direct_rate + lane));
  const VecF beam = hn::Load(d, job.direct_beam + lane);
  for (std::size_t pair = 0; pair < job.pair_count; ++pair) {
    const std::size_t at = pair * base::lane_count + lane;
    const VecU start = hn::Load(du, job.direct_start + at);
    const Phasor turn = unit_phasor(phase_at(start, rate, travelled));
    const VecF amplitude = hn::Mul(beam, hn::Load(d, job.direct_amplitude + at));
    hn::Store(hn::Mul(amplitude, turn.re), d, job.gain_re + at);
    hn::Store(hn::Mul(amplitude, turn.im), d, job.gain_im + at);
  }
}

template <std::size_t pair_count>
HWY_INLINE void all_taps(const ClusterTapJob& job) {
  const Lane d;
  const LaneU du;
  for (std::size_t lane = 0; lane < base::lane_count; lane += hn::Lanes(d)) {
    const auto way = [&](std::size_t at) HWY_ATTR {
      return Travelled{hn::Load(du, job.whole + at),
                       hn::Mul(hn::Load(d, job.fraction + at), hn::Set(d, 0x1p-31f))};
    };
    const Travelled travelled = way(lane);
    direct_ray(job, lane, way(base::lane_count + lane));
    std::size_t tap = direct_taps;
    for (std::size_t cluster = 0; cluster < job.cluster_rows; ++cluster) {
      const bool is_used = cluster < job.used_rows;
      const bool is_spread = cluster < spread_cluster_count;
      const std::size_t parts = is_spread ? sub_cluster_count : 1;
      for (std::size_t part = 0; part < parts; ++part, ++tap) {
        const std::size_t first = is_spread ? sub_cluster_rows[part] : 0;
        const std::size_t end = is_spread ? sub_cluster_rows[part + 1] : ray_count;
        const TapRays rays{cluster, first, is_used ? end : first, tap};
        sum_rays<pair_count, 0>(job, rays, lane, travelled);
        if (job.pair_count > pair_count) sum_rays<pair_count, 1>(job, rays, lane, travelled);
      }
    }
  }
}

void cluster_taps(const ClusterTapJob& job) {
  if (job.position_pairs == 1) {
    all_taps<1>(job);
  } else if (job.position_pairs == 2) {
    all_taps<2>(job);
  } else {
    all_taps<4>(job);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace redcell::phy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace redcell::phy {

HWY_EXPORT(cluster_taps);

namespace {

constexpr double degree = base::pi / 180.0;

std::size_t count_of(int value) { return static_cast<std::size_t>(value); }

std::size_t most_clusters(Surrounding surrounding) {
  std::size_t most = 0;
  const int states = surrounding <= Surrounding::rma ? 3 : 2;
  for (int state = 0; state < states; ++state) {
    const LinkClass kind{.surrounding = surrounding, .state = static_cast<LinkState>(state)};
    most = std::max(most, cluster_statistics(kind, base::Hertz(1e9)).cluster_count);
  }
  return most;
}

/// First tap of a cluster.
std::size_t tap_of(std::size_t cluster) {
  return direct_taps + std::min(cluster, spread_cluster_count) * sub_cluster_count +
         (cluster > spread_cluster_count ? cluster - spread_cluster_count : 0);
}

/// Table 7.5-5, in units of c_DS.
constexpr std::array<double, sub_cluster_count> sub_cluster_delays = {0.0, 1.28, 2.56};

/// An amplitude between two: its power is the mean of theirs where they have one sign.
float between(float former, float next, double former_share) {
  const auto share = static_cast<float>(former_share);
  if (former * next < 0.0F) return share * former + (1.0F - share) * next;
  const float power = share * former * former + (1.0F - share) * next * next;
  return former + next < 0.0F ? -std::sqrt(power) : std::sqrt(power);
}

/// Turns per wavelength of the direct ray, in 2^-31.
std::uint32_t direct_rate(const TrackedLink& tracked) {
  const double scaled = std::floor(tracked.approach * 2147483647.0 + 0.5);
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(scaled));
}

}  // namespace

ClusterTile::ClusterTile(const base::Random& random, const ClusterTileConfig& config)
    : random_(random),
      config_(config),
      pair_count_(count_of(config.branch_count) * count_of(config.port_count)),
      position_pairs_(std::min(count_of(config.branch_count), position_branches) *
                      count_of(config.port_count)),
      cluster_rows_(most_clusters(config.surrounding)),
      panel_(base::lane_count),
      direct_(base::lane_count),
      direct_share_(base::lane_count),
      cluster_count_(base::lane_count),
      beam_gain_(base::lane_count),
      direct_level_(base::lane_count),
      direct_left_(base::lane_count),
      former_direct_level_(base::lane_count) {
  RC_CHECK(base::isa_supported());
  RC_CHECK(config.branch_count == 1 || config.branch_count == 2 || config.branch_count == 4);
  RC_CHECK(config.port_count >= 1 && config.port_count <= 2);
  RC_CHECK(!config.grids.empty());
  const std::size_t tap_count = tap_of(cluster_rows_);
  std::size_t group_count = 0;
  for (const BlockGrid& grid : config.grids) {
    plans_.emplace_back(grid, tap_count);
    group_count += count_of(grid.count);
  }
  const std::size_t ray_rows = cluster_rows_ * ray_count;
  power_ = base::LaneTile(cluster_rows_);
  direction_ = base::PhaseTile(ray_rows);
  rate_ = base::PhaseTile(ray_rows);
  gain_ = base::PhaseTile(ray_rows * position_pairs_);
  beam_ = base::LaneTile(ray_rows);
  open_ = base::LaneTile(cluster_rows_);
  amplitude_ = base::LaneTile(cluster_rows_);
  direct_start_ = base::PhaseTile(pair_count_);
  direct_rate_ = base::PhaseTile(1);
  direct_amplitude_ = base::LaneTile(pair_count_);
  direct_beam_ = base::LaneTile(1);
  whole_ = base::PhaseTile(2);
  fraction_ = base::LaneTile(2);
  delay_s_ = base::LaneTile(tap_count);
  gain_re_ = base::LaneTile(tap_count * pair_count_);
  gain_im_ = base::LaneTile(tap_count * pair_count_);
  former_ = base::PhaseTile(group_count * pair_count_);
  former_unit_.resize(pair_count_ / position_pairs_ * base::lane_count);
  if (has_two_positions()) {
    direct_ahead_.resize(base::lane_count);
    former_direct_ahead_.resize(base::lane_count);
  }
  response_re_ = base::LaneTile(group_count * pair_count_);
  response_im_ = base::LaneTile(group_count * pair_count_);
}

void ClusterTile::set_link(std::size_t lane, const TrackedLink& tracked) {
  RC_CHECK(tracked.link.kind.surrounding == config_.surrounding);
  set_link(lane, tracked, draw_clusters(random_, tracked.link));
}

void ClusterTile::set_link(std::size_t lane, const TrackedLink& tracked, const Clusters& clusters) {
  RC_CHECK(lane < base::lane_count);
  RC_CHECK(clusters.count <= cluster_rows_);
  RC_CHECK(std::fabs(tracked.approach) <= 1.0);
  const double per_wavelength = tracked.link.carrier.value() / base::speed_of_light_mps;
  const RayView view{.polarisation = config_.polarisation,
                     .branch_count = std::min(count_of(config_.branch_count), position_branches),
                     .port_count = count_of(config_.port_count),
                     .heading_deg = tracked.heading_deg,
                     .east_wavelengths = tracked.link.east_m * per_wavelength,
                     .north_wavelengths = tracked.link.north_m * per_wavelength,
                     .independent_phases = config_.independent_phases};
  Rays rays;
  draw_rays(random_, clusters, view, rays);
  store_clusters(lane, tracked, clusters);
  for (std::size_t rank = 0; rank < clusters.count; ++rank) {
    open_.at(rank, lane) = std::sqrt(clusters.power[rank] / static_cast<float>(ray_count)) *
                           rays.scale[rank] * 0x1p-16F;
  }
  store_rays(lane, clusters.count, rays);
  store_direct(lane, tracked, view);
  for (std::size_t at = lane; at < former_unit_.size(); at += base::lane_count) {
    former_unit_[at] = 0.0F;
  }
  set_blockage(lane, tracked.blockage != nullptr ? *tracked.blockage : LinkBlockage{});
  set_beam(lane, tracked.beam);
}

void ClusterTile::set_blockage(std::size_t lane, const LinkBlockage& blockage) {
  RC_CHECK(lane < base::lane_count && panel_[lane] != nullptr);
  direct_left_[lane] = blockage.direct;
  for (std::size_t rank = 0; rank < cluster_rows_; ++rank) {
    amplitude_.at(rank, lane) = blockage.cluster[rank] * open_.at(rank, lane);
  }
}

void ClusterTile::store_clusters(std::size_t lane, const TrackedLink& tracked,
                                 const Clusters& clusters) {
  delays_changed_ = true;
  panel_[lane] = &tracked.panel;
  direct_[lane] = tracked.link.departure;
  direct_share_[lane] = clusters.direct_share;
  cluster_count_[lane] = clusters.count;
  for (std::size_t rank = 0; rank < cluster_rows_; ++rank) {
    power_.at(rank, lane) = clusters.power[rank];
    open_.at(rank, lane) = 0.0F;
    const std::size_t parts = rank < spread_cluster_count ? sub_cluster_count : 1;
    for (std::size_t part = 0; part < parts; ++part) {
      delay_s_.at(tap_of(rank) + part, lane) =
          clusters.delay_s[rank] +
          static_cast<float>(sub_cluster_delays[part] * clusters.delay_spread_s);
    }
  }
}

void ClusterTile::store_rays(std::size_t lane, std::size_t cluster_count, const Rays& rays) {
  for (std::size_t rank = 0; rank < cluster_count; ++rank) {
    for (std::size_t ray = 0; ray < ray_count; ++ray) {
      const std::size_t row = rank * ray_count + ray;
      direction_.data()[row * base::lane_count + lane] = rays.departures.direction[ray][rank];
      rate_.data()[row * base::lane_count + lane] = rays.rate[ray][rank];
      for (std::size_t pair = 0; pair < position_pairs_; ++pair) {
        gain_.data()[(row * position_pairs_ + pair) * base::lane_count + lane] =
            rays.gain[pair][ray][rank];
      }
    }
  }
}

void ClusterTile::store_direct(std::size_t lane, const TrackedLink& tracked, const RayView& view) {
  const double wavelengths =
      tracked.distance_m * tracked.link.carrier.value() / base::speed_of_light_mps;
  const std::uint32_t start = turns_of(-360.0 * (wavelengths - std::floor(wavelengths)));
  for (std::size_t pair = 0; pair < pair_count_; ++pair) {
    // Eq. 7.5-29: theta stays, phi turns its sign.
    const std::array<float, 4> part = polarisation_parts(view, pair % position_pairs_);
    direct_start_.at(pair, lane) = start + half_turn;
    direct_amplitude_.at(pair, lane) = part[0] - part[3];
  }
  direct_rate_.at(0, lane) = direct_rate(tracked);
  if (!has_two_positions()) return;
  // Not the rate, which is the mean over a segment: a terminal that stands has none.
  const RayDirection& from = tracked.link.arrival;
  const double along = base::sin(from.zenith_deg * degree) *
                       base::cos((from.azimuth_deg - tracked.heading_deg) * degree);
  direct_ahead_[lane] = static_cast<float>(position_wavelengths * along);
  place_direct(lane, 0.0);
}

void ClusterTile::set_beam(std::size_t lane, int beam) {
  RC_CHECK(lane < base::lane_count && panel_[lane] != nullptr);
  Departures departures;
  alignas(64) Clusters::Slots<float> power{};
  RayRows<float> amplitude;
  const std::size_t count = cluster_count_[lane];
  for (std::size_t rank = 0; rank < count; ++rank) {
    power[rank] = power_.at(rank, lane);
    for (std::size_t ray = 0; ray < ray_count; ++ray) {
      departures.direction[ray][rank] =
          direction_.data()[(rank * ray_count + ray) * base::lane_count + lane];
    }
  }
  const DepartingPower leaving{.rays = departures,
                               .cluster_power = power,
                               .cluster_count = count,
                               .direct = direct_[lane],
                               .direct_share = direct_share_[lane]};
  beam_gain_[lane] = panel_[lane]->amplitudes(leaving, beam, amplitude);
  const float per_gain = 1.0F / std::sqrt(beam_gain_[lane]);
  for (std::size_t rank = 0; rank < count; ++rank) {
    for (std::size_t ray = 0; ray < ray_count; ++ray) {
      beam_.data()[(rank * ray_count + ray) * base::lane_count + lane] =
          -amplitude[ray][rank] * per_gain;
    }
  }
  direct_level_[lane] = static_cast<float>(std::sqrt(direct_share_[lane])) *
                        panel_[lane]->amplitude(direct_[lane], beam) * per_gain;
  direct_beam_.at(0, lane) = direct_level_[lane];
}

void ClusterTile::travel(std::size_t lane, const LinkWay& way) {
  std::size_t row = 0;
  for (const double wavelengths : {way.scattered, way.direct}) {
    RC_CHECK(wavelengths >= 0.0 && wavelengths <= cluster_wavelengths_max);
    const double whole = std::floor(wavelengths + 0.5);
    whole_.at(row, lane) = static_cast<std::uint32_t>(static_cast<std::uint64_t>(whole));
    fraction_.at(row, lane) = static_cast<float>(wavelengths - whole);
    ++row;
  }
}

void ClusterTile::refresh(std::span<const double> travelled_wavelengths) {
  RC_CHECK(travelled_wavelengths.size() == base::lane_count);
  std::array<LinkWay, base::lane_count> ways;
  for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
    ways[lane] = {travelled_wavelengths[lane], travelled_wavelengths[lane]};
  }
  refresh(ways);
}

void ClusterTile::refresh(std::span<const LinkWay> ways) {
  RC_CHECK(ways.size() == base::lane_count);
  std::array<double, base::lane_count> former{};
  for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
    if (panel_[lane] == nullptr) continue;
    travel(lane, ways[lane]);
    former[lane] = former_weight(lane, ways[lane].scattered);
    if (has_two_positions()) place_direct(lane, former[lane]);
    const float level = direct_level_[lane] * direct_left_[lane];
    direct_beam_.at(0, lane) =
        former[lane] > 0.0 ? between(former_direct_level_[lane], level, former[lane] * former[lane])
                           : level;
  }
  sum_taps();
  for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
    if (former[lane] > 0.0) weaken(lane, former[lane]);
  }
  respond();
  for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
    if (former[lane] > 0.0) add_former(lane, former[lane]);
  }
}

void ClusterTile::sum_taps() {
  HWY_DYNAMIC_DISPATCH(cluster_taps)
  ({.cluster_rows = cluster_rows_,
    .used_rows = *std::max_element(cluster_count_.begin(), cluster_count_.end()),
    .pair_count = pair_count_,
    .position_pairs = position_pairs_,
    .rate = rate_.data(),
    .gain = gain_.data(),
    .beam = beam_.data(),
    .amplitude = amplitude_.data(),
    .direct_start = direct_start_.data(),
    .direct_rate = direct_rate_.data(),
    .direct_amplitude = direct_amplitude_.data(),
    .direct_beam = direct_beam_.data(),
    .whole = whole_.data(),
    .fraction = fraction_.data(),
    .gain_re = gain_re_.data(),
    .gain_im = gain_im_.data()});
}

void ClusterTile::respond() {
  std::size_t row = 0;
  for (ResponsePlan& plan : plans_) {
    if (delays_changed_) plan.set_delays(delay_s_);
    plan.respond_to(taps(), {response_re_, response_im_, row});
    row += count_of(plan.group_count()) * pair_count_;
  }
  delays_changed_ = false;
}

std::size_t ClusterTile::byte_count() const {
  std::size_t rows = 0;
  for (const ResponsePlan& plan : plans_) rows += plan.row_count();
  for (const base::LaneTile* tile :
       {&power_, &beam_, &open_, &amplitude_, &direct_amplitude_, &direct_beam_, &fraction_,
        &delay_s_, &gain_re_, &gain_im_, &response_re_, &response_im_}) {
    rows += tile->row_count();
  }
  for (const base::PhaseTile* tile :
       {&direction_, &rate_, &gain_, &direct_start_, &direct_rate_, &whole_, &former_}) {
    rows += tile->row_count();
  }
  const std::size_t per_lane = sizeof(const BeamGrid*) + sizeof(RayDirection) + sizeof(double) +
                               sizeof(std::size_t) + 4 * sizeof(float);
  const std::size_t of_positions =
      former_unit_.size() + direct_ahead_.size() + former_direct_ahead_.size();
  return base::lane_count * (rows * sizeof(float) + per_lane) + of_positions * sizeof(float);
}

}  // namespace redcell::phy
#endif
