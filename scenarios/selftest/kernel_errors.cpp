#include "scenarios/selftest/kernel_errors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <complex>
#include <memory>
#include <numbers>
#include <utility>

#include "base/math.h"
#include "base/targets.h"
#include "hwy/targets.h"
#include "phy/channel/cdl.h"
#include "phy/channel/cluster_tile.h"
#include "scenarios/hash.h"

namespace redcell::scenarios {
namespace {

using Complex = std::complex<double>;

/// Of four branches by two ports, and of those at the first position.
constexpr std::size_t pair_count = 8;
constexpr std::size_t position_pairs = 4;
constexpr std::uint32_t tile_count = 4;
constexpr phy::BlockGrid grid{base::Hertz(-25 * 360e3), base::Hertz(360e3), 51};

Complex unit(double turns) {
  return std::polar(1.0, 2.0 * std::numbers::pi * std::remainder(turns, 1.0));
}

/// Every third link is in sight.
phy::ClusterLink link_of(std::uint32_t ue) {
  const phy::LinkClass kind{.surrounding = phy::Surrounding::uma,
                            .state = ue % 3 == 0 ? phy::LinkState::los : phy::LinkState::nlos};
  phy::ClusterLink link;
  link.site = ue;
  link.kind = kind;
  link.east_m = 141.0 - 17.3 * ue;
  link.north_m = 52.0 + 9.1 * ue;
  link.carrier = base::Hertz(2.6e9);
  link.distribution = phy::lsp_distribution(kind, {.distance_2d = base::Metres(150.0),
                                                   .bs_height = base::Metres(25.0),
                                                   .ut_height = base::Metres(1.5),
                                                   .carrier = link.carrier});
  link.spreads = phy::large_scale_parameters(link.distribution, {});
  link.departure = {.azimuth_deg = -20.0, .zenith_deg = 99.0};
  link.arrival = {.azimuth_deg = 160.0, .zenith_deg = 81.0};
  return link;
}

/// A sum and the magnitudes that went into it.
struct Sum {
  Complex value = 0.0;
  double size = 0.0;
  void add(Complex term) {
    value += term;
    size += std::abs(term);
  }
  [[nodiscard]] double error_of(Complex found) const {
    return size > 0.0 ? std::abs(found - value) / size : std::abs(found);
  }
};

/// Where its direct ray leaves to, and its clusters.
struct Drawn {
  phy::ClusterLink link;
  phy::Clusters clusters;
};

/// Links in UMa, drawn.
Drawn drawn_link(const base::Random& random, std::uint32_t ue) {
  phy::ClusterLink link = link_of(ue);
  const phy::ClusterRegions regions(random, link.site, link.kind.surrounding);
  link.regions = regions.at(link.kind.state, link.east_m, link.north_m);
  return {.link = link, .clusters = phy::draw_clusters(random, link)};
}

/// CDL-A to E by turns.
Drawn line_link(std::uint32_t ue) {
  phy::CdlScaling scaling{};
  scaling.delay_spread = base::Seconds(300e-9);
  const phy::CdlChannel line =
      phy::cdl_channel(static_cast<phy::CdlProfile>(ue % 5), scaling, {.a = ue, .b = 0});
  phy::ClusterLink link = link_of(ue);
  link.departure = line.departure;
  return {.link = link, .clusters = line.clusters};
}

/// Taps of one tile against their rays, which kernels of their own draw.
class Bench {
 public:
  Bench(const base::Random& random, phy::Surrounding surrounding)
      : random_(random),
        panel_({.columns = 8, .horizontal_beams = 8}),
        tile_(random_, {.surrounding = surrounding,
                        .grids = {grid},
                        .branch_count = 4,
                        .port_count = 2,
                        .polarisation = {}}) {}

  /// Pre: one link a lane.
  void measure(const std::vector<Drawn>& links, double& tap_error, double& response_error) {
    std::vector<double> travelled(base::lane_count);
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      const phy::ClusterLink& link = links[lane].link;
      tile_.set_link(lane, {.link = link, .panel = panel_, .beam = 3}, links[lane].clusters);
      travelled[lane] = 31.37 * link.site;
    }
    tile_.refresh(travelled);
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      for (std::size_t pair = 0; pair < pair_count; ++pair) {
        tap_error = std::max(tap_error, tap_error_of(links[lane], lane, pair, travelled[lane]));
        response_error = std::max(response_error, response_error_of(lane, pair));
      }
    }
    hash_response();
  }
  /// Each lane goes over from the link of its neighbour. Pre: as above, none by lines.
  void change_over(const std::vector<Drawn>& links) {
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      const phy::ClusterLink& former = links[(lane + 1) % base::lane_count].link;
      const phy::TrackedLink last{.link = former, .panel = panel_, .beam = 2};
      tile_.set_link(lane, {.link = links[lane].link, .panel = panel_, .beam = 3},
                     {last, {43.1, 43.1}});
    }
    tile_.refresh(std::vector<double>(base::lane_count, 0.2));
    hash_response();
  }
  [[nodiscard]] std::uint64_t hash() const { return hash_.value(); }

 private:
  void hash_response() {
    for (const base::LaneTile* part : {&tile_.response_re(), &tile_.response_im()}) {
      for (std::size_t i = 0; i < part->row_count() * base::lane_count; ++i) {
        hash_.add(static_cast<std::uint64_t>(std::bit_cast<std::uint32_t>(part->data()[i])));
      }
    }
  }

  /// Of the taps that rays add up to; the direct ray is one number.
  [[nodiscard]] double tap_error_of(const Drawn& drawn, std::size_t lane, std::size_t pair,
                                    double wavelengths) const {
    const phy::Clusters& clusters = drawn.clusters;
    const auto rays = std::make_unique<phy::Rays>();
    const auto beam = std::make_unique<phy::RayRows<float>>();
    const double per_wavelength = drawn.link.carrier.value() / base::speed_of_light_mps;
    phy::draw_rays(random_, clusters,
                   {.east_wavelengths = drawn.link.east_m * per_wavelength,
                    .north_wavelengths = drawn.link.north_m * per_wavelength},
                   *rays);
    const double mean = panel_.amplitudes({.rays = rays->departures,
                                           .cluster_power = clusters.power,
                                           .cluster_count = clusters.count,
                                           .direct = drawn.link.departure,
                                           .direct_share = clusters.direct_share},
                                          3, *beam);
    // The second position lies half a wavelength ahead.
    const double way = wavelengths + (pair < position_pairs ? 0.0 : 0.5);
    std::vector<Sum> wanted(tile_.taps().delay_s.row_count());
    for (std::size_t rank = 0; rank < clusters.count; ++rank) {
      for (std::size_t row = 0; row < phy::ray_count; ++row) {
        const std::size_t part = row < phy::sub_cluster_rows[1]   ? 0
                                 : row < phy::sub_cluster_rows[2] ? 1
                                                                  : 2;
        const std::size_t tap = rank < 2 ? 1 + 3 * rank + part : 5 + rank;
        const std::uint32_t word = rays->gain[pair % position_pairs][row][rank];
        const Complex gain(static_cast<std::int16_t>(word & 0xFFFFU),
                           static_cast<std::int32_t>(word) * 0x1p-16);
        const double rate = static_cast<std::int32_t>(rays->rate[row][rank]) * 0x1p-31;
        const double scale = static_cast<double>(rays->scale[rank]) *
                             static_cast<double>((*beam)[row][rank]) *
                             std::sqrt(clusters.power[rank] / 20.0 / mean);
        wanted[tap].add(gain * scale * unit(rate * way));
      }
    }
    double largest = 0.0;
    for (std::size_t tap = 1; tap < wanted.size(); ++tap) {
      largest = std::max(largest, wanted[tap].error_of(tap_at(tap, lane, pair)));
    }
    return largest;
  }

  [[nodiscard]] double response_error_of(std::size_t lane, std::size_t pair) const {
    double largest = 0.0;
    for (int group = 0; group < grid.count; ++group) {
      Sum sum;
      const double hz = grid.first_centre.value() + group * grid.spacing.value();
      for (std::size_t tap = 0; tap < tile_.taps().delay_s.row_count(); ++tap) {
        const double delay_s = static_cast<double>(tile_.taps().delay_s.at(tap, lane));
        sum.add(tap_at(tap, lane, pair) * unit(-hz * delay_s));
      }
      const std::size_t row = static_cast<std::size_t>(group) * pair_count + pair;
      const Complex found(tile_.response_re().at(row, lane), tile_.response_im().at(row, lane));
      largest = std::max(largest, sum.error_of(found));
    }
    return largest;
  }

  [[nodiscard]] Complex tap_at(std::size_t tap, std::size_t lane, std::size_t pair) const {
    const std::size_t row = tap * pair_count + pair;
    return {tile_.taps().gain_re.at(row, lane), tile_.taps().gain_im.at(row, lane)};
  }

  base::Random random_;
  phy::BeamGrid panel_;
  phy::ClusterTile tile_;
  Hash hash_;
};

}  // namespace

bool KernelCheck::passed() const {
  return has_same_bits && std::all_of(errors.begin(), errors.end(), [](const KernelError& error) {
           return error.largest <= error.allowed;
         });
}

KernelCheck check_kernels(std::uint32_t seed) {
  KernelCheck check;
  std::vector<std::uint64_t> hashes;
  using Target = std::pair<std::int64_t, const char*>;
  for (const auto& [target, name] : {Target{HWY_AVX2, "AVX2"}, Target{HWY_AVX3, "AVX-512"}}) {
    if ((hwy::SupportedTargets() & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    const base::Random random(seed, 1);
    Bench bench(random, phy::Surrounding::uma);
    // Has rows for every line's clusters.
    Bench line_bench(random, phy::Surrounding::inf);
    double taps = 0.0;
    double line_taps = 0.0;
    double response = 0.0;
    for (std::uint32_t tile = 0; tile < tile_count; ++tile) {
      std::vector<Drawn> links;
      std::vector<Drawn> lines;
      for (std::uint32_t lane = 0; lane < base::lane_count; ++lane) {
        links.push_back(drawn_link(random, tile * base::lane_count + lane));
        lines.push_back(line_link(tile * base::lane_count + lane));
      }
      bench.measure(links, taps, response);
      bench.change_over(links);
      line_bench.measure(lines, line_taps, response);
    }
    hwy::SetSupportedTargetsForTest(0);
    hashes.push_back(bench.hash() ^ line_bench.hash());
    check.errors.push_back({.isa = name,
                            .kernel = "taps of 400 rays",
                            .largest = taps,
                            .allowed = phy::cluster_tap_error_max});
    check.errors.push_back({.isa = name,
                            .kernel = "taps of CDL-A to E",
                            .largest = line_taps,
                            .allowed = phy::cluster_tap_error_max});
    check.errors.push_back({.isa = name,
                            .kernel = "response of 51 groups",
                            .largest = response,
                            .allowed = phy::response_error_max});
  }
  check.has_same_bits =
      std::adjacent_find(hashes.begin(), hashes.end(), std::not_equal_to<>()) == hashes.end();
  return check;
}

}  // namespace redcell::scenarios
