#include "phy/channel/large_scale_parameters.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/math.h"
#include "phy/tables/large_scale.h"
#include "phy/tables/large_scale_correlation.h"
#include "phy/tables/large_scale_distance.h"

namespace redcell::phy {
namespace {

constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
constexpr double azimuth_spread_max_deg = 104.0;
constexpr double zenith_spread_max_deg = 52.0;

/// Columns of large_scale.
enum Column : std::size_t {
  sf_db,
  sf_far_db,
  carrier_min_ghz,
  carrier_addend,
  ds,
  asd = ds + 4,
  asa = asd + 4,
  zsa = asa + 4,
  zsd_sigma_slope = zsa + 4,
  zsd_sigma,
  k_db,
  k_sigma_db
};
static_assert(tables::large_scale.front().size() == Column::k_sigma_db + 1);
static_assert(tables::large_scale_correlation.size() == tables::large_scale.size());
static_assert(tables::large_scale_distance.size() == tables::large_scale.size());

/// The pairs in the order of the table's columns.
constexpr std::array<std::array<std::size_t, 2>, 21> pairs = {{
    {lsp_asd, lsp_ds},  {lsp_asa, lsp_ds},  {lsp_asa, lsp_sf},  {lsp_asd, lsp_sf},
    {lsp_ds, lsp_sf},   {lsp_asd, lsp_asa}, {lsp_asd, lsp_k},   {lsp_asa, lsp_k},
    {lsp_ds, lsp_k},    {lsp_sf, lsp_k},    {lsp_zsd, lsp_sf},  {lsp_zsa, lsp_sf},
    {lsp_zsd, lsp_k},   {lsp_zsa, lsp_k},   {lsp_zsd, lsp_ds},  {lsp_zsa, lsp_ds},
    {lsp_zsd, lsp_asd}, {lsp_zsa, lsp_asd}, {lsp_zsd, lsp_asa}, {lsp_zsa, lsp_asa},
    {lsp_zsd, lsp_zsa},
}};
static_assert(tables::large_scale_correlation.front().size() == pairs.size());

/// Mean of lg(ZSD in degrees), Tables 7.5-7 to 7.5-11.
double zsd_mean(const LinkClass& link, const PathGeometry& geometry) {
  const double distance_km = geometry.distance_2d.value() * 1e-3;
  const double bs_m = geometry.bs_height.value();
  const double ut_m = geometry.ut_height.value();
  const double rise = 0.01 * (ut_m - 1.5);
  const bool in_sight =
      link.state == LinkState::los || (link.state == LinkState::o2i && link.outside_in_sight);
  switch (link.surrounding) {
    case Surrounding::uma:
      return std::max(-0.5, -2.1 * distance_km - rise + (in_sight ? 0.75 : 0.9));
    case Surrounding::umi:
      return in_sight
                 ? std::max(-0.21, -14.8 * distance_km + 0.01 * std::fabs(ut_m - bs_m) + 0.83)
                 : std::max(-0.5, -3.1 * distance_km + 0.01 * std::max(ut_m - bs_m, 0.0) + 0.2);
    case Surrounding::rma:
      // Table 7.5-9 does name O2I: as without line of sight.
      return link.state == LinkState::los ? std::max(-1.0, -0.17 * distance_km - rise + 0.22)
                                          : std::max(-1.0, -0.19 * distance_km - rise + 0.28);
    case Surrounding::inh:
      return in_sight
                 ? 2.228 - 1.43 * base::log10(1.0 + parameter_carrier_ghz(link, geometry.carrier))
                 : 1.08;
    case Surrounding::inf:
      return in_sight ? 1.35 : 1.2;
  }
  RC_CHECK(!"a surrounding");
  return 0.0;
}

/// Row with the deviation of lg ZSD: that of the state its mean is of.
std::size_t zenith_row(const LinkClass& link) {
  LinkClass outdoors = link;
  const bool follows_sight = link.surrounding <= Surrounding::umi && link.state == LinkState::o2i;
  if (follows_sight && link.outside_in_sight) outdoors.state = LinkState::los;
  return table_row(outdoors);
}

/// Tables 7.5-7 to 7.5-9, degrees. RMa's is a difference of arc tangents, in degrees like all
/// angles of the table.
double zod_offset_deg(const LinkClass& link, const PathGeometry& geometry) {
  const bool in_sight =
      link.state == LinkState::los || (link.state == LinkState::o2i && link.outside_in_sight);
  const double distance_m = geometry.distance_2d.value();
  switch (link.surrounding) {
    case Surrounding::uma: {
      if (in_sight) return 0.0;
      const double carrier = base::log10(parameter_carrier_ghz(link, geometry.carrier));
      const double slope = 0.208 * carrier - 0.782;
      const double exponent = slope * base::log10(std::max(25.0, distance_m)) - 0.13 * carrier +
                              2.03 - 0.07 * (geometry.ut_height.value() - 1.5);
      return 7.66 * carrier - 5.96 - base::pow(10.0, exponent);
    }
    case Surrounding::umi:
      if (in_sight) return 0.0;
      return -base::pow(10.0, -1.5 * base::log10(std::max(10.0, distance_m)) + 3.3);
    case Surrounding::rma:
      if (link.state == LinkState::los) return 0.0;
      return (base::atan2(35.0 - 3.5, distance_m) - base::atan2(35.0 - 1.5, distance_m)) *
             (180.0 / base::pi);
    case Surrounding::inh:
    case Surrounding::inf:
      return 0.0;
  }
  RC_CHECK(!"a surrounding");
  return 0.0;
}

/// The part of the hall in the mean of lg DS, Table 7.5-6.
double hall_delay(const LinkClass& link) {
  if (link.surrounding != Surrounding::inf) return 0.0;
  return link.state == LinkState::los ? base::log10(26.0 * link.hall_m + 14.0)
                                      : base::log10(30.0 * link.hall_m + 32.0);
}

}  // namespace

Surrounding surrounding_of(Environment environment) {
  switch (environment) {
    case Environment::uma:
      return Surrounding::uma;
    case Environment::umi:
      return Surrounding::umi;
    case Environment::rma:
      return Surrounding::rma;
    case Environment::inh_open:
    case Environment::inh_mixed:
      return Surrounding::inh;
    case Environment::inf_sl:
    case Environment::inf_dl:
    case Environment::inf_sh:
    case Environment::inf_dh:
    case Environment::inf_hh:
      return Surrounding::inf;
    case Environment::free_space:
      break;
  }
  RC_CHECK(!"an environment with clusters");
  return {};
}

std::size_t table_row(const LinkClass& link) {
  const auto surrounding = static_cast<std::size_t>(link.surrounding);
  const auto state = static_cast<std::size_t>(link.state);
  const bool outdoors = link.surrounding <= Surrounding::rma;
  RC_CHECK(outdoors || link.state != LinkState::o2i);
  return outdoors ? 3 * surrounding + state : 3 + 2 * surrounding + state;
}

double parameter_carrier_ghz(const LinkClass& link, base::Hertz carrier) {
  return std::max(carrier.value() * 1e-9,
                  tables::large_scale[table_row(link)][Column::carrier_min_ghz]);
}

LspDistribution lsp_distribution(const LinkClass& link, const PathGeometry& geometry) {
  const auto& row = tables::large_scale[table_row(link)];
  const double carrier =
      base::log10(row[Column::carrier_addend] + parameter_carrier_ghz(link, geometry.carrier));
  LspDistribution out{};
  const auto set = [&](LargeScaleParameter parameter, std::size_t column) {
    out.mean[parameter] = row[column] * carrier + row[column + 1];
    out.sigma[parameter] = row[column + 2] * carrier + row[column + 3];
  };
  set(lsp_ds, Column::ds);
  set(lsp_asd, Column::asd);
  set(lsp_asa, Column::asa);
  set(lsp_zsa, Column::zsa);
  out.mean[lsp_ds] += hall_delay(link);
  out.mean[lsp_zsd] = zsd_mean(link, geometry);
  const auto& zenith = tables::large_scale[zenith_row(link)];
  out.sigma[lsp_zsd] = zenith[Column::zsd_sigma_slope] * carrier + zenith[Column::zsd_sigma];
  out.mean[lsp_k] = row[Column::k_db];
  out.sigma[lsp_k] = row[Column::k_sigma_db];
  const bool far = link.surrounding == Surrounding::rma && link.state == LinkState::los &&
                   geometry.distance_2d > rma_breakpoint_distance(geometry);
  out.sigma[lsp_sf] = row[far ? Column::sf_far_db : Column::sf_db];
  out.zod_offset_deg = zod_offset_deg(link, geometry);
  return out;
}

LspMatrix lsp_correlation(const LinkClass& link) {
  const auto& row = tables::large_scale_correlation[table_row(link)];
  LspMatrix matrix{};
  for (std::size_t i = 0; i < lsp_count; ++i) matrix[i][i] = 1.0;
  for (std::size_t pair = 0; pair < pairs.size(); ++pair) {
    const auto [i, j] = pairs[pair];
    matrix[i][j] = row[pair];
    matrix[j][i] = row[pair];
  }
  return matrix;
}

LspMatrix lsp_correlation_root(const LinkClass& link) {
  const LspMatrix matrix = lsp_correlation(link);
  LspMatrix root{};
  for (std::size_t i = 0; i < lsp_count; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double rest = matrix[i][j];
      for (std::size_t k = 0; k < j; ++k) rest -= root[i][k] * root[j][k];
      if (i == j) RC_CHECK(rest > 0.0);
      root[i][j] = i == j ? std::sqrt(rest) : rest / root[j][j];
    }
  }
  return root;
}

LspArray lsp_correlation_distances_m(const LinkClass& link) {
  return tables::large_scale_distance[table_row(link)];
}

LargeScaleParameters large_scale_parameters(const LspDistribution& distribution,
                                            const LspArray& deviates) {
  const auto value = [&](LargeScaleParameter parameter) {
    return distribution.mean[parameter] + distribution.sigma[parameter] * deviates[parameter];
  };
  const auto spread = [&](LargeScaleParameter parameter) {
    return base::pow(10.0, value(parameter));
  };
  return {.shadowing_db = value(lsp_sf),
          .k_factor_db = value(lsp_k),
          .delay_spread_s = spread(lsp_ds),
          .asd_deg = std::min(spread(lsp_asd), azimuth_spread_max_deg),
          .asa_deg = std::min(spread(lsp_asa), azimuth_spread_max_deg),
          .zsd_deg = std::min(spread(lsp_zsd), zenith_spread_max_deg),
          .zsa_deg = std::min(spread(lsp_zsa), zenith_spread_max_deg)};
}

LspFields::LspFields(const base::Random& random, std::uint32_t source, Surrounding surrounding) {
  const std::uint32_t state_count = surrounding <= Surrounding::rma ? 3 : 2;
  for (std::uint32_t state = 0; state < state_count; ++state) {
    const LinkClass link{.surrounding = surrounding, .state = static_cast<LinkState>(state)};
    const LspArray distances_m = lsp_correlation_distances_m(link);
    State& fields = states_.emplace_back();
    fields.root = lsp_correlation_root(link);
    for (std::uint32_t parameter = 0; parameter < lsp_count; ++parameter) {
      fields.field_of[parameter] = none;
      if (distances_m[parameter] == 0.0) continue;
      fields.field_of[parameter] = fields.fields.size();
      fields.fields.emplace_back(random,
                                 base::RandomIds{.a = source, .b = 16 + 8 * state + parameter},
                                 base::Metres(distances_m[parameter]));
    }
  }
}

LspArray LspFields::at(LinkState state, double east_m, double north_m) const {
  RC_CHECK(static_cast<std::size_t>(state) < states_.size());
  const State& fields = states_[static_cast<std::size_t>(state)];
  LspArray own{};
  for (std::size_t parameter = 0; parameter < lsp_count; ++parameter) {
    const std::size_t field = fields.field_of[parameter];
    if (field != none) own[parameter] = fields.fields[field].at(east_m, north_m);
  }
  LspArray mixed{};
  for (std::size_t i = 0; i < lsp_count; ++i) {
    for (std::size_t j = 0; j <= i; ++j) mixed[i] += fields.root[i][j] * own[j];
  }
  return mixed;
}

}  // namespace redcell::phy
