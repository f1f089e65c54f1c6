#include "phy/channel/cluster_regions.h"

#include <cmath>

#include "base/check.h"
#include "base/math.h"
#include "phy/channel/correlated_field.h"
#include "phy/tables/cluster_distance.h"

namespace redcell::phy {
namespace {

constexpr std::uint64_t first_block = 64;

double unit(std::uint32_t word) { return (word + 0.5) * 0x1p-32; }

/// Side of a tile. Places d apart along it are in one row with probability E[max(1 - d / side, 0)],
/// which is exp(-d / length) when the side is the sum of two exponential numbers.
double side_m(double length_m, std::uint32_t first, std::uint32_t second) {
  return -length_m * (base::log(unit(first)) + base::log(unit(second)));
}

std::uint32_t row_of(double tiles) {
  return static_cast<std::uint32_t>(static_cast<std::int64_t>(std::floor(tiles))) & 0xFFFFU;
}

}  // namespace

base::Metres cluster_correlation_distance(const LinkClass& link) {
  return base::Metres(tables::cluster_distance[table_row(link)][0]);
}

ClusterRegions::ClusterRegions(const base::Random& random, std::uint32_t site,
                               Surrounding surrounding) {
  const std::uint32_t state_count = surrounding <= Surrounding::rma ? 3 : 2;
  for (std::uint32_t state = 0; state < state_count; ++state) {
    const LinkClass link{.surrounding = surrounding, .state = static_cast<LinkState>(state)};
    // Two places d apart are d (|cos| + |sin|) apart along the sides, 4 / pi d on average over all
    // ways to turn the tiles.
    const double length_m = cluster_correlation_distance(link).value() * 4.0 / base::pi;
    auto& tilings = states_.emplace_back();
    for (std::size_t cluster = 0; cluster < tilings.size(); ++cluster) {
      const base::RandomIds ids{.a = state, .b = site};
      const auto sides = random.at(base::Purpose::cluster, ids, first_block + 2 * cluster);
      const auto pose = random.at(base::Purpose::cluster, ids, first_block + 2 * cluster + 1);
      const double turn = 2.0 * base::pi * unit(pose[0]);
      const double across_m = side_m(length_m, sides[0], sides[1]);
      const double along_m = side_m(length_m, sides[2], sides[3]);
      tilings[cluster] = {
          .rows = {base::cos(turn) / across_m, base::sin(turn) / across_m, unit(pose[1])},
          .columns = {-base::sin(turn) / along_m, base::cos(turn) / along_m, unit(pose[2])}};
    }
  }
}

ClusterRegionNames ClusterRegions::at(LinkState state, double east_m, double north_m) const {
  RC_CHECK(static_cast<std::size_t>(state) < states_.size());
  RC_CHECK(std::fabs(east_m) <= field_coordinate_max.value());
  RC_CHECK(std::fabs(north_m) <= field_coordinate_max.value());
  const auto& tilings = states_[static_cast<std::size_t>(state)];
  ClusterRegionNames names;
  for (std::size_t cluster = 0; cluster < names.size(); ++cluster) {
    const auto [rows, columns] = tilings[cluster];
    const auto tile = [&](const Rows& r) {
      return row_of(r.per_east_m * east_m + r.per_north_m * north_m + r.start);
    };
    names[cluster] = tile(rows) << 16 | tile(columns);
  }
  return names;
}

}  // namespace redcell::phy
