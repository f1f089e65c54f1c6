#include "phy/channel/cluster_rays.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"
#include "base/targets.h"
#include "phy/tables/ray_offset.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "phy/channel/cluster_rays.cpp"
#include "hwy/foreach_target.h"
// After foreach_target, as Highway demands.
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"
#include "phy/channel/phasor-inl.h"
#include "phy/channel/threefry-inl.h"

#ifndef REDCELL_PHY_CHANNEL_CLUSTER_RAYS_CPP
#define REDCELL_PHY_CHANNEL_CLUSTER_RAYS_CPP
namespace redcell::phy {

/// Blocks of random words of one cluster, below the number of its first. What is not needed for
/// departures can be left undrawn.
inline constexpr std::uint32_t blocks_per_cluster = 64;
inline constexpr std::uint32_t phase_block = 0;  ///< One for two rays: half a word a phase.
inline constexpr std::uint32_t xpr_block = 20;   ///< One for four rays, as all that follow.
inline constexpr std::uint32_t aoa_block = 25;
inline constexpr std::uint32_t zod_block = 30;
inline constexpr std::uint32_t zoa_block = 35;
inline constexpr std::uint32_t other_phase_block = 40;  ///< RayView::independent_phases.

/// Places count in steps of 2^-place_step_bits wavelengths.
inline constexpr int place_step_bits = 8;

struct RayJob {
  std::uint32_t seed;
  std::uint32_t run;
  const Clusters* clusters;
  float azimuth_turns;  ///< Of a ray with offset 1, in 2^-32 turns, at the end in question.
  float zenith_turns;
  float arrival_azimuth_turns;
  float arrival_zenith_turns;
  float xpr_mean_log;  ///< ln of the amplitude ratio: its mean, and its deviation.
  float xpr_sigma_log;
  float heading_cosine;
  float heading_sine;
  float place_cosine;  ///< Which way the place lies from the site, and how many steps.
  float place_sine;
  std::uint32_t place_steps;
  std::uint32_t first_phase_block;
  std::size_t pair_count;
  /// Parts of the four polarisations in a pair: theta-theta, theta-phi, phi-theta, phi-phi, the
  /// terminal's first.
  std::array<std::array<float, 4>, port_pair_max> parts;
  Departures* departures;
  Rays* rays;
};

/// Pairs of rows that a merge-exchange sort compares (Batcher).
struct Comparison {
  std::uint8_t low, high;
};
constexpr std::size_t comparison_count = 103;
constexpr std::array<Comparison, comparison_count> comparisons() {
  std::array<Comparison, comparison_count> list{};
  std::size_t at = 0;
  for (std::size_t p = 1; p < ray_count; p *= 2) {
    for (std::size_t k = p; k >= 1; k /= 2) {
      for (std::size_t j = k % p; j + k < ray_count; j += 2 * k) {
        for (std::size_t i = 0; i < k && i + j + k < ray_count; ++i) {
          if ((i + j) / (2 * p) != (i + j + k) / (2 * p)) continue;
          list.at(at++) = {static_cast<std::uint8_t>(i + j), static_cast<std::uint8_t>(i + j + k)};
        }
      }
    }
  }
  return list;
}
inline constexpr auto sort_network = comparisons();
static_assert(sort_network.back().high != 0);

constexpr std::array<float, cluster_slots> offsets() {
  std::array<float, cluster_slots> list{};
  for (std::size_t row = 0; row < ray_count; ++row) {
    list[row] = static_cast<float>(tables::ray_offset[row][1]);
  }
  return list;
}
alignas(64) inline constexpr auto ray_offsets = offsets();

}  // namespace redcell::phy
#endif

HWY_BEFORE_NAMESPACE();
namespace redcell::phy {
namespace HWY_NAMESPACE {
namespace {

/// Rows of one vector of clusters.
template <class V>
using Rows = std::array<V, ray_count>;

/// Some neighbouring clusters of a job.
struct Columns {
  RandomKey key;
  VecU first_block;
  VecU region;
  VecU spread;  ///< All ones where the cluster has sub-clusters.
};

HWY_INLINE Columns columns_at(const RayJob& job, std::size_t first) {
  const LaneU du;
  const VecU rank = hn::Iota(du, static_cast<std::uint32_t>(first));
  const VecU name = hn::Load(du, job.clusters->name.data() + first);
  const auto split =
      static_cast<std::uint32_t>(job.clusters->delay_spread_s > 0.0 ? spread_cluster_count : 0);
  return {.key = {.seed = job.seed,
                  .run = job.run,
                  .purpose = static_cast<std::uint32_t>(base::Purpose::ray),
                  .a = job.clusters->ids.a,
                  .b = job.clusters->ids.b},
          .first_block = hn::Mul(name, hn::Set(du, blocks_per_cluster)),
          .region = hn::Load(du, job.clusters->region.data() + first),
          .spread = hn::VecFromMask(du, hn::Lt(rank, hn::Set(du, split)))};
}

HWY_INLINE RandomWords words_of(const Columns& columns, std::uint32_t block) {
  return random_words(columns.key, {.low = hn::Add(columns.first_block, hn::Set(LaneU(), block)),
                                    .high = columns.region});
}

/// Step 8: offsets of the rays in an order by chance; of clusters with sub-clusters within those.
/// Random words are sorted, with the row in their last five bits.
HWY_INLINE Rows<VecF> coupled_offsets(const Columns& columns, std::uint32_t block) {
  const Lane d;
  const LaneU du;
  const VecU row_bits = hn::Set(du, 31u);
  Rows<VecU> keys;
  for (std::size_t row = 0; row < ray_count; row += 4) {
    const RandomWords words = words_of(columns, block + static_cast<std::uint32_t>(row / 4));
    const std::array<VecU, 4> four = {words.w0, words.w1, words.w2, words.w3};
    for (std::size_t i = 0; i < 4; ++i) {
      const auto sub = static_cast<std::uint32_t>(tables::ray_offset[row + i][2]) - 1;
      const VecU grouped = hn::Or(hn::ShiftRight<2>(four[i]), hn::Set(du, sub << 30));
      const VecU key =
          hn::Or(hn::And(columns.spread, grouped), hn::AndNot(columns.spread, four[i]));
      keys[row + i] =
          hn::Or(hn::AndNot(row_bits, key), hn::Set(du, static_cast<std::uint32_t>(row + i)));
    }
  }
  for (const Comparison& compare : sort_network) {
    const VecU low = keys[compare.low];
    const VecU high = keys[compare.high];
    keys[compare.low] = hn::Min(low, high);
    keys[compare.high] = hn::Max(low, high);
  }
  Rows<VecF> offsets;
  for (std::size_t row = 0; row < ray_count; ++row) {
    const auto from = hn::BitCast(LaneI(), hn::And(keys[row], row_bits));
    offsets[row] = hn::GatherIndex(d, ray_offsets.data(), from);
  }
  return offsets;
}

/// centre + offset * unit, in 2^-32 turns.
HWY_INLINE VecU turned(VecU centre, VecF offset, float unit) {
  const LaneU du;
  const VecF turns = hn::Mul(offset, hn::Set(Lane(), unit));
  return hn::Add(centre, hn::BitCast(du, hn::NearestInt(turns)));
}

/// A zenith beyond half a turn is as far on the other side (step 7).
HWY_INLINE VecU folded(VecU zenith) {
  const VecU other = hn::Sub(hn::Zero(LaneU()), zenith);
  return hn::Min(zenith, other);
}

void draw_directions(const RayJob& job) {
  const LaneU du;
  const Clusters& clusters = *job.clusters;
  for (std::size_t first = 0; first < clusters.count; first += hn::Lanes(du)) {
    const Rows<VecF> offset = coupled_offsets(columns_at(job, first), zod_block);
    const VecU aod = hn::Load(du, clusters.aod.data() + first);
    const VecU zod = hn::Load(du, clusters.zod.data() + first);
    for (std::size_t row = 0; row < ray_count; ++row) {
      const VecU azimuth = turned(aod, hn::Set(Lane(), ray_offsets[row]), job.azimuth_turns);
      const VecU zenith = folded(turned(zod, offset[row], job.zenith_turns));
      // Rounded to 2^-16 turns and to 2^-17 turns.
      const VecU high = hn::AndNot(hn::Set(du, 0xFFFFu), hn::Add(azimuth, hn::Set(du, 1u << 15)));
      const VecU low =
          hn::Min(hn::ShiftRight<15>(hn::Add(zenith, hn::Set(du, 1u << 14))), hn::Set(du, 0xFFFFu));
      hn::Store(hn::Or(high, low), du, job.departures->direction[row].data() + first);
    }
  }
}

/// Turns per wavelength of a way along the arrival's part, 2^-31.
HWY_INLINE VecI rate_of(VecF part) {
  // The largest float below 2^31.
  return hn::NearestInt(hn::Mul(part, hn::Set(Lane(), 2147483520.0f)));
}

/// Writes the turns of phase per wavelength travelled: the arrival's part along the heading.
/// Returns what the place adds to the phases of the rays, 2^-32 turns.
HWY_INLINE Rows<VecU> draw_rates(const RayJob& job, const Columns& columns, std::size_t first) {
  const Lane d;
  const LaneU du;
  const Clusters& clusters = *job.clusters;
  const Rows<VecF> azimuth_offset = coupled_offsets(columns, aoa_block);
  const Rows<VecF> zenith_offset = coupled_offsets(columns, zoa_block);
  const VecU aoa = hn::Load(du, clusters.aoa.data() + first);
  const VecU zoa = hn::Load(du, clusters.zoa.data() + first);
  Rows<VecU> of_place;
  for (std::size_t row = 0; row < ray_count; ++row) {
    const Phasor azimuth = unit_phasor(turned(aoa, azimuth_offset[row], job.arrival_azimuth_turns));
    const VecF level =
        unit_phasor(folded(turned(zoa, zenith_offset[row], job.arrival_zenith_turns))).im;
    const auto along = [&](float cosine, float sine) HWY_ATTR {
      return hn::Mul(
          level, hn::MulAdd(azimuth.re, hn::Set(d, cosine), hn::Mul(azimuth.im, hn::Set(d, sine))));
    };
    const VecI rate = rate_of(along(job.heading_cosine, job.heading_sine));
    hn::Store(hn::BitCast(du, rate), du, job.rays->rate[row].data() + first);
    // From 2^-31 turns a wavelength to 2^-32 turns a step: exact from there on, modulo one turn.
    const VecI step =
        hn::ShiftRight<place_step_bits - 1>(rate_of(along(job.place_cosine, job.place_sine)));
    of_place[row] = hn::Mul(hn::BitCast(du, step), hn::Set(du, job.place_steps));
  }
  return of_place;
}

/// Two standard normal numbers of two words (Box and Muller).
HWY_INLINE Phasor normal_pair(VecU radius_word, VecU turn_word) {
  const Lane d;
  const VecU whole = hn::Add(hn::ShiftRight<8>(radius_word), hn::Set(LaneU(), 1u));
  const VecF uniform = hn::Mul(hn::ConvertTo(d, hn::BitCast(LaneI(), whole)), hn::Set(d, 0x1p-24f));
  const VecF square = hn::Mul(hn::Set(d, -2.0f), hn::Log(d, uniform));
  const VecF radius = hn::Sqrt(hn::Max(square, hn::Zero(d)));
  const Phasor turn = unit_phasor(turn_word);
  return {hn::Mul(radius, turn.re), hn::Mul(radius, turn.im)};
}

/// Step 9: amplitude that changes polarisation, over what keeps it.
HWY_INLINE Rows<VecF> crossed_amplitudes(const RayJob& job, const Columns& columns) {
  const Lane d;
  Rows<VecF> crossed;
  for (std::size_t row = 0; row < ray_count; row += 4) {
    const RandomWords words = words_of(columns, xpr_block + static_cast<std::uint32_t>(row / 4));
    const Phasor first = normal_pair(words.w0, words.w1);
    const Phasor second = normal_pair(words.w2, words.w3);
    const std::array<VecF, 4> four = {first.re, first.im, second.re, second.im};
    for (std::size_t i = 0; i < 4; ++i) {
      crossed[row + i] = hn::Exp(
          d, hn::MulAdd(hn::Set(d, job.xpr_sigma_log), four[i], hn::Set(d, job.xpr_mean_log)));
    }
  }
  return crossed;
}

/// Steps 10 and 11, eq. 7.5-22 without antennas' gain: the four phases, seen through a pair.
HWY_INLINE void draw_gains(const RayJob& job, const Columns& columns, std::size_t first,
                           const Rows<VecU>& of_place) {
  const Lane d;
  const LaneU du;
  const Rows<VecF> crossed = crossed_amplitudes(job, columns);
  std::array<std::array<Phasor, port_pair_max>, ray_count> gain;
  VecF largest = hn::Zero(d);
  RandomWords w = {};
  for (std::size_t row = 0; row < ray_count; ++row) {
    if (row % 2 == 0) {
      w = words_of(columns, job.first_phase_block + static_cast<std::uint32_t>(row / 2));
    } else {
      w = {hn::ShiftLeft<16>(w.w0), hn::ShiftLeft<16>(w.w1), hn::ShiftLeft<16>(w.w2),
           hn::ShiftLeft<16>(w.w3)};
    }
    const auto phasor = [&](VecU drawn)
                            HWY_ATTR { return coarse_phasor(hn::Add(drawn, of_place[row])); };
    const std::array<Phasor, 4> turn = {phasor(w.w0), phasor(w.w1), phasor(w.w2), phasor(w.w3)};
    for (std::size_t pair = 0; pair < job.pair_count; ++pair) {
      const std::array<float, 4>& part = job.parts[pair];
      const VecF theta_phi = hn::Mul(hn::Set(d, part[1]), crossed[row]);
      const VecF phi_theta = hn::Mul(hn::Set(d, part[2]), crossed[row]);
      const VecF theta = hn::Set(d, part[0]);
      const VecF phi = hn::Set(d, part[3]);
      const auto sum = [&](VecF a, VecF b, VecF c, VecF e) HWY_ATTR {
        return hn::MulAdd(phi, e,
                          hn::MulAdd(phi_theta, c, hn::MulAdd(theta_phi, b, hn::Mul(theta, a))));
      };
      const Phasor g = {sum(turn[0].re, turn[1].re, turn[2].re, turn[3].re),
                        sum(turn[0].im, turn[1].im, turn[2].im, turn[3].im)};
      gain[row][pair] = g;
      largest = hn::Max(largest, hn::Max(hn::Abs(g.re), hn::Abs(g.im)));
    }
  }
  // A pair of ports that no ray reaches keeps its zeros.
  largest = hn::Max(largest, hn::Set(d, 1e-20f));
  const VecF per_gain = hn::Div(hn::Set(d, 32767.0f), largest);
  hn::Store(hn::Mul(largest, hn::Set(d, 1.0f / 32767.0f)), d, job.rays->scale.data() + first);
  for (std::size_t row = 0; row < ray_count; ++row) {
    for (std::size_t pair = 0; pair < job.pair_count; ++pair) {
      const VecU low =
          hn::And(hn::BitCast(du, hn::NearestInt(hn::Mul(gain[row][pair].re, per_gain))),
                  hn::Set(du, 0xFFFFu));
      // What the lower half adds to the whole word.
      const VecF above = hn::Mul(hn::ConvertTo(d, hn::BitCast(LaneI(), low)), hn::Set(d, 0x1p-16f));
      const VecF im = hn::MulSub(gain[row][pair].im, per_gain, above);
      const VecU packed = hn::Or(low, hn::ShiftLeft<16>(hn::BitCast(du, hn::NearestInt(im))));
      hn::Store(packed, du, job.rays->gain[pair][row].data() + first);
    }
  }
}

void draw_all(const RayJob& job) {
  draw_directions(job);
  for (std::size_t first = 0; first < job.clusters->count; first += hn::Lanes(Lane())) {
    const Columns columns = columns_at(job, first);
    draw_gains(job, columns, first, draw_rates(job, columns, first));
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace redcell::phy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace redcell::phy {

HWY_EXPORT(draw_directions);
HWY_EXPORT(draw_all);

namespace {

constexpr double degree = base::pi / 180.0;
constexpr double half_ln_10_per_db = 2.302585092994045684 / 20.0;

std::uint32_t steps_of(double wavelengths) {
  const double steps = std::floor(wavelengths * (1 << place_step_bits) + 0.5);
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(steps));
}

float turns_per_offset(double degrees) { return static_cast<float>(degrees / 360.0 * 0x1p32); }

RayJob job_of(const base::Random& random, const Clusters& clusters, Departures& departures) {
  RayJob job{};
  job.seed = random.seed();
  job.run = random.run();
  job.clusters = &clusters;
  job.azimuth_turns = turns_per_offset(clusters.ray_asd_deg);
  job.zenith_turns = turns_per_offset(clusters.ray_zsd_deg);
  job.departures = &departures;
  return job;
}

}  // namespace

void draw_departures(const base::Random& random, const Clusters& clusters, Departures& departures) {
  const RayJob job = job_of(random, clusters, departures);
  HWY_DYNAMIC_DISPATCH(draw_directions)(job);
}

void draw_rays(const base::Random& random, const Clusters& clusters, const RayView& view,
               Rays& rays) {
  RC_CHECK(view.branch_count >= 1 && view.branch_count <= 2);
  RC_CHECK(view.port_count >= 1 && view.port_count <= 2);
  RayJob job = job_of(random, clusters, rays.departures);
  job.arrival_azimuth_turns = turns_per_offset(clusters.ray_asa_deg);
  job.arrival_zenith_turns = turns_per_offset(clusters.ray_zsa_deg);
  job.xpr_mean_log = static_cast<float>(-clusters.xpr_mean_db * half_ln_10_per_db);
  job.xpr_sigma_log = static_cast<float>(-clusters.xpr_sigma_db * half_ln_10_per_db);
  job.heading_cosine = static_cast<float>(base::cos(view.heading_deg * degree));
  job.heading_sine = static_cast<float>(base::sin(view.heading_deg * degree));
  const double east = view.east_wavelengths;
  const double north = view.north_wavelengths;
  const double way = std::sqrt(east * east + north * north);
  job.place_cosine = way > 0.0 ? static_cast<float>(east / way) : 1.0F;
  job.place_sine = way > 0.0 ? static_cast<float>(north / way) : 0.0F;
  job.place_steps = steps_of(way);
  job.first_phase_block = view.independent_phases ? other_phase_block : phase_block;
  job.pair_count = view.branch_count * view.port_count;
  for (std::size_t pair = 0; pair < job.pair_count; ++pair) {
    job.parts[pair] = polarisation_parts(view, pair);
  }
  job.rays = &rays;
  HWY_DYNAMIC_DISPATCH(draw_all)(job);
}

std::array<float, 4> polarisation_parts(const RayView& view, std::size_t pair) {
  const auto slant = [](double first_deg, std::size_t index) {
    return (first_deg - 90.0 * static_cast<double>(index)) * degree;
  };
  const double rx = slant(view.polarisation.branch_slant_deg, pair / view.port_count);
  const double tx = slant(view.polarisation.port_slant_deg, pair % view.port_count);
  return {static_cast<float>(base::cos(rx) * base::cos(tx)),
          static_cast<float>(base::cos(rx) * base::sin(tx)),
          static_cast<float>(base::sin(rx) * base::cos(tx)),
          static_cast<float>(base::sin(rx) * base::sin(tx))};
}

}  // namespace redcell::phy
#endif
