#include "phy/channel/cluster.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"
#include "phy/tables/angle_scaling.h"
#include "phy/tables/cluster.h"

namespace redcell::phy {
namespace {

constexpr double ln_10 = 2.302585092994045684;
/// Step 6: clusters below this part of the strongest are removed.
constexpr double power_floor = 0.0031622776601683794;  // -25 dB
/// Step 7: the K down to which C_phi and C_theta are used.
constexpr double angle_k_min_db = -8.0;

/// Columns of the table.
enum Column : std::size_t {
  cluster_count,
  r_tau,
  zeta_db,
  xpr_db,
  xpr_sigma_db,
  c_ds_min_ns,
  c_ds_ns,
  c_ds_slope,
  c_asd_deg,
  c_asa_deg,
  c_zsa_deg
};
static_assert(tables::cluster.front().size() == Column::c_zsa_deg + 1);

/// Two standard normal numbers of two words (Box and Muller); at most 6.7 deviations.
struct NormalPair {
  double first, second;
};
NormalPair normal_pair(std::uint32_t radius_word, std::uint32_t turn_word) {
  const double radius = std::sqrt(-2.0 * base::log((radius_word + 1.0) * 0x1p-32));
  const double angle = turn_word * (2.0 * base::pi * 0x1p-32);
  return {radius * base::cos(angle), radius * base::sin(angle)};
}

/// What is drawn for one cluster.
struct Draw {
  double delay;                  ///< -ln X, eq. 7.5-1.
  double shadow;                 ///< Z, standard normal.
  std::array<double, 4> sign;    ///< X of AOA, AOD, ZOA, ZOD: 1 or -1.
  std::array<double, 4> jitter;  ///< Y of the same, standard normal.
};

Draw draw_one(const base::Random& random, base::RandomIds ids, std::uint64_t block) {
  const auto w = random.at(base::Purpose::cluster, ids, block);
  const auto v = random.at(base::Purpose::cluster, ids, block + 1);
  const NormalPair azimuth = normal_pair(v[0], v[1]);
  const NormalPair zenith = normal_pair(v[2], v[3]);
  const auto sign = [&](int bit) { return (w[3] >> bit & 1U) != 0 ? 1.0 : -1.0; };
  return {.delay = -base::log((w[0] + 0.5) * 0x1p-32),
          .shadow = normal_pair(w[1], w[2]).first,
          .sign = {sign(0), sign(1), sign(2), sign(3)},
          .jitter = {azimuth.first, azimuth.second, zenith.first, zenith.second}};
}

/// Polynomials in K (dB) of steps 5 and 7; 1 without line of sight.
double delay_factor(double k) { return 0.7705 + k * (-0.0433 + k * (0.0002 + k * 0.000017)); }
double azimuth_factor(double k) { return 1.1035 + k * (-0.028 + k * (-0.002 + k * 0.0001)); }
double zenith_factor(double k) { return 1.3086 + k * (0.0339 + k * (-0.0077 + k * 0.0002)); }

/// Clusters while they are drawn, by number.
struct Drawing {
  std::size_t count;
  std::size_t first = 0;  ///< The one that arrives first.
  std::array<Draw, cluster_count_max> draws;
  std::array<double, cluster_count_max> power;      ///< Of the rays alone; sum 1.
  std::array<double, cluster_count_max> log_power;  ///< ln of it with the direct ray, over the
                                                    ///< largest; <= 0.
};

/// Steps 5 and 6. Without the delay spread, which only stretches.
void draw_powers(const ClusterStatistics& statistics, double direct_share, Drawing& d) {
  for (std::size_t n = 1; n < d.count; ++n) {
    if (d.draws[n].delay < d.draws[d.first].delay) d.first = n;
  }
  const double least = d.draws[d.first].delay;
  double total = 0.0;
  for (std::size_t n = 0; n < d.count; ++n) {
    d.log_power[n] = -(d.draws[n].delay - least) * (statistics.delay_scaling - 1.0) -
                     statistics.shadowing_db * d.draws[n].shadow * (ln_10 / 10.0);
    d.power[n] = base::exp(d.log_power[n]);
    total += d.power[n];
  }
  double largest = 0.0;
  for (std::size_t n = 0; n < d.count; ++n) {
    d.power[n] /= total;
    const double whole = (1.0 - direct_share) * d.power[n] + (n == d.first ? direct_share : 0.0);
    largest = std::max(largest, whole);
  }
  const double common = base::log((1.0 - direct_share) / (total * largest));
  for (std::size_t n = 0; n < d.count; ++n) d.log_power[n] += common;
  if (direct_share > 0.0) {
    const double whole = (1.0 - direct_share) * d.power[d.first] + direct_share;
    d.log_power[d.first] = base::log(whole / largest);
  }
  // The largest is 0 but for rounding.
  for (std::size_t n = 0; n < d.count; ++n) d.log_power[n] = std::min(d.log_power[n], 0.0);
}

/// Step 7 for one of the four angles, in degrees, before the rays.
struct AnglePlan {
  std::size_t draw;  ///< Index in sign and jitter.
  double reach_deg;  ///< Times the root of -ln power (azimuth) or -ln power (zenith).
  double jitter_deg;
  double centre_deg;  ///< Where the direct ray points, or what stands for it.
  bool is_azimuth;
  bool in_sight;
};

AnglePlan azimuth_plan(std::size_t draw, double spread_deg, double scaling, double centre_deg) {
  return {.draw = draw,
          .reach_deg = 2.0 * (spread_deg / 1.4) / scaling,
          .jitter_deg = spread_deg / 7.0,
          .centre_deg = centre_deg,
          .is_azimuth = true,
          .in_sight = false};
}

AnglePlan zenith_plan(std::size_t draw, double spread_deg, double scaling, double centre_deg) {
  return {.draw = draw,
          .reach_deg = spread_deg / scaling,
          .jitter_deg = spread_deg / 7.0,
          .centre_deg = centre_deg,
          .is_azimuth = false,
          .in_sight = false};
}

double raw_angle(const Drawing& d, const AnglePlan& plan, std::size_t n) {
  const double depth = -d.log_power[n];
  const double reach = plan.reach_deg * (plan.is_azimuth ? std::sqrt(depth) : depth);
  return d.draws[n].sign[plan.draw] * reach + d.draws[n].jitter[plan.draw] * plan.jitter_deg;
}

/// Writes one angle of the clusters that were kept.
void set_angles(const Drawing& d, const AnglePlan& plan, const Clusters& kept,
                Clusters::Slots<std::uint32_t>& angle) {
  // Eq. 7.5-12 and 7.5-17: with line of sight the first cluster comes straight.
  const double straight_deg = plan.in_sight ? raw_angle(d, plan, d.first) : 0.0;
  for (std::size_t rank = 0; rank < kept.count; ++rank) {
    angle[rank] = turns_of(raw_angle(d, plan, kept.name[rank]) - straight_deg + plan.centre_deg);
  }
}

/// Names, powers and delays of those within 25 dB, the strongest first; of equals the lower number.
void keep(const Drawing& d, double direct_share, double delay_unit_s, Clusters& out) {
  const auto powers_end = d.power.begin() + static_cast<std::ptrdiff_t>(d.count);
  const double threshold = power_floor * *std::max_element(d.power.begin(), powers_end);
  double kept = 0.0;
  for (std::size_t n = 0; n < d.count; ++n) {
    if (d.power[n] < threshold) continue;
    kept += d.power[n];
    std::size_t rank = out.count++;
    for (; rank > 0 && d.power[out.name[rank - 1]] < d.power[n]; --rank) {
      out.name[rank] = out.name[rank - 1];
    }
    out.name[rank] = static_cast<std::uint32_t>(n);
  }
  for (std::size_t rank = 0; rank < out.count; ++rank) {
    const std::size_t n = out.name[rank];
    out.power[rank] = static_cast<float>((1.0 - direct_share) * d.power[n] / kept);
    out.delay_s[rank] =
        static_cast<float>((d.draws[n].delay - d.draws[d.first].delay) * delay_unit_s);
  }
}

}  // namespace

std::uint32_t turns_of(double degrees) {
  const double turns = degrees / 360.0;
  const double fraction = turns - std::floor(turns);
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(fraction * 0x1p32));
}

ClusterStatistics cluster_statistics(const LinkClass& link, base::Hertz carrier) {
  const auto& row = tables::cluster[table_row(link)];
  const auto scaling =
      std::find_if(tables::angle_scaling.begin(), tables::angle_scaling.end(),
                   [&](const auto& s) { return s[0] == row[Column::cluster_count]; });
  RC_CHECK(scaling != tables::angle_scaling.end());
  double delay_ns = row[Column::c_ds_ns];
  if (row[Column::c_ds_slope] != 0.0) {
    delay_ns = std::max(
        row[Column::c_ds_min_ns],
        delay_ns + row[Column::c_ds_slope] * base::log10(parameter_carrier_ghz(link, carrier)));
  }
  return {.cluster_count = static_cast<std::size_t>(row[Column::cluster_count]),
          .delay_scaling = row[Column::r_tau],
          .shadowing_db = row[Column::zeta_db],
          .xpr_mean_db = row[Column::xpr_db],
          .xpr_sigma_db = row[Column::xpr_sigma_db],
          .delay_spread_s = delay_ns * 1e-9,
          .asd_deg = row[Column::c_asd_deg],
          .asa_deg = row[Column::c_asa_deg],
          .zsa_deg = row[Column::c_zsa_deg],
          .azimuth_scaling = (*scaling)[1],
          .zenith_scaling = (*scaling)[2]};
}

Clusters draw_clusters(const base::Random& random, const ClusterLink& link) {
  const ClusterStatistics statistics = cluster_statistics(link.kind, link.carrier);
  const LargeScaleParameters& spreads = link.spreads;
  RC_CHECK(spreads.delay_spread_s > 0.0 && spreads.asd_deg > 0.0 && spreads.asa_deg > 0.0);
  RC_CHECK(spreads.zsd_deg > 0.0 && spreads.zsa_deg > 0.0);
  const bool in_sight = link.kind.state == LinkState::los;
  const double k_db = spreads.k_factor_db;
  const double k_lin = in_sight ? base::from_db(k_db) : 0.0;

  Drawing d{.count = statistics.cluster_count, .draws = {}, .power = {}, .log_power = {}};
  const base::RandomIds ids{.a = 4 * link.floor + static_cast<std::uint32_t>(link.kind.state),
                            .b = link.site};
  for (std::size_t n = 0; n < d.count; ++n) {
    d.draws[n] = draw_one(random, ids, std::uint64_t{link.regions[n]} << 32 | 2 * n);
  }
  Clusters out;
  out.ids = ids;
  out.xpr_mean_db = statistics.xpr_mean_db;
  out.xpr_sigma_db = statistics.xpr_sigma_db;
  out.delay_spread_s = statistics.delay_spread_s;
  out.direct_share = k_lin / (k_lin + 1.0);
  draw_powers(statistics, out.direct_share, d);
  const double stretch = in_sight ? delay_factor(k_db) : 1.0;
  keep(d, out.direct_share, statistics.delay_scaling * spreads.delay_spread_s / stretch, out);
  for (std::size_t rank = 0; rank < out.count; ++rank) {
    out.region[rank] = link.regions[out.name[rank]];
  }

  const double angle_k_db = std::max(k_db, angle_k_min_db);
  const double c_phi = statistics.azimuth_scaling * (in_sight ? azimuth_factor(angle_k_db) : 1.0);
  const double c_theta = statistics.zenith_scaling * (in_sight ? zenith_factor(angle_k_db) : 1.0);
  const double zoa_deg = link.kind.state == LinkState::o2i ? 90.0 : link.arrival.zenith_deg;
  const double zod_deg = link.departure.zenith_deg + link.distribution.zod_offset_deg;
  const auto set = [&](AnglePlan plan, Clusters::Slots<std::uint32_t>& angle) {
    plan.in_sight = in_sight;
    set_angles(d, plan, out, angle);
  };
  set(azimuth_plan(0, spreads.asa_deg, c_phi, link.arrival.azimuth_deg), out.aoa);
  set(azimuth_plan(1, spreads.asd_deg, c_phi, link.departure.azimuth_deg), out.aod);
  set(zenith_plan(2, spreads.zsa_deg, c_theta, zoa_deg), out.zoa);
  set(zenith_plan(3, spreads.zsd_deg, c_theta, zod_deg), out.zod);
  out.ray_asd_deg = statistics.asd_deg;
  out.ray_asa_deg = statistics.asa_deg;
  out.ray_zsa_deg = statistics.zsa_deg;
  out.ray_zsd_deg = 0.375 * base::pow(10.0, link.distribution.mean[lsp_zsd]);
  return out;
}

double mean_pair_power(const ClusterStatistics& statistics, double direct_share) {
  const double unit = ln_10 / 10.0;
  const double sigma = statistics.xpr_sigma_db * unit;
  const double crossed = base::exp(-statistics.xpr_mean_db * unit + 0.5 * sigma * sigma);
  return 0.5 * (1.0 + (1.0 - direct_share) * crossed);
}

}  // namespace redcell::phy
