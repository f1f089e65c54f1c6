// Goal: the slow part of a link is a function of place: what stands together sees the same, what
// does not is independent, and its statistics are those of TR 38.901.
// Method: one terminal put in thousands of places; formulas of the standard in plain double
// precision; bounds several standard errors wide, for fixed seeds.
#include "scenarios/large_scale.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "phy/channel/antenna.h"
#include "tests/scenarios/many_cells.h"

namespace redcell::scenarios {
namespace {

constexpr double degree = std::numbers::pi / 180;
constexpr CellKind kind = CellKind::n41_tdd;
constexpr double mast_height_m = 25;
constexpr double terminal_height_m = 1.5;

std::vector<std::string> environment(const std::string& name) {
  return {on(kind, "channel.path_loss=" + name), on(kind, "channel.fading=TDL_A")};
}

TerminalLinks links_of(const LargeScale& large_scale, const TerminalPlan& terminal,
                       base::Instant t = base::Instant()) {
  TerminalLinks links;
  large_scale.links_at(terminal, t, links);
  return links;
}

void expect_same_bits(const TerminalLinks& a, const TerminalLinks& b) {
  ASSERT_EQ(a.cells.size(), b.cells.size());
  for (std::size_t cell = 0; cell < a.cells.size(); ++cell) {
    EXPECT_EQ(a.cells[cell].dl_gain_lin, b.cells[cell].dl_gain_lin);
    EXPECT_EQ(a.cells[cell].ul_gain_lin, b.cells[cell].ul_gain_lin);
    EXPECT_EQ(a.cells[cell].in_sight, b.cells[cell].in_sight);
  }
  EXPECT_EQ(a.beam_gain_lin, b.beam_gain_lin);
  EXPECT_EQ(a.ssb_gain_lin, b.ssb_gain_lin);
}

/// `count` more sites at the mast's own place: with the same way to a terminal, and surroundings of
/// their own.
std::string same_place(int count, CellKind of = kind) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += site_text(of, {.name = "twin" + std::to_string(i), .azimuth_deg = 90});
  }
  return text;
}

double distance_3d(double distance_m) {
  return std::hypot(distance_m, mast_height_m - terminal_height_m);
}

/// RMa without line of sight, Table 7.4.1-1, far beyond where the sight formula is the larger one.
double rma_nlos_db(double distance_m) {
  const double height_ratio = 5 / mast_height_m;
  const double terminal = std::log10(11.75 * terminal_height_m);
  return 161.04 - 7.1 * std::log10(20) + 7.5 * std::log10(5) -
         (24.37 - 3.7 * height_ratio * height_ratio) * std::log10(mast_height_m) +
         (43.42 - 3.1 * std::log10(mast_height_m)) * (std::log10(distance_3d(distance_m)) - 3) +
         20 * std::log10(2.593) - (3.2 * terminal * terminal - 4.97);
}

/// UMa in sight before the break point, Table 7.4.1-1.
double uma_los_db(double distance_m) {
  return 28 + 22 * std::log10(distance_3d(distance_m)) + 20 * std::log10(2.593);
}

/// UMa for terminals below 13 m, Table 7.4.2-1.
double uma_los_probability(double distance_m) {
  if (distance_m <= 18) return 1;
  return 18 / distance_m + std::exp(-distance_m / 63) * (1 - 18 / distance_m);
}

/// Correlated far links, in RMa and 20 km away and more, where nothing is in sight: shadowing of 8
/// dB that keeps 1/e of its correlation for 120 m (Tables 7.4.1-1 and 7.5-6).
constexpr double far_sigma_db = 8;
constexpr double far_correlation_m = 120;
constexpr double far_m = 20'000;

/// Shadowing of every cell in standard deviations; the sites are at the origin.
std::vector<double> far_shadows(const LargeScale& large_scale, const TerminalPlan& terminal,
                                base::Instant t = base::Instant()) {
  const phy::Position at = terminal.route.position_at(t);
  const double median_db = rma_nlos_db(std::hypot(at.east_m, at.north_m));
  std::vector<double> shadows;
  for (const CellLink& link : links_of(large_scale, terminal, t).cells) {
    shadows.push_back((db(link.dl_gain_lin) + median_db) / far_sigma_db);
  }
  return shadows;
}

TEST(LargeScale, is_the_same_for_two_terminals_in_one_place) {
  const World world(no_cell(kind, grid_text(kind, 1)),
                    environment("UMA") + std::vector<std::string>{"terminal_group[ue].count=2"});
  const LargeScale large_scale = world.large_scale();
  for (const double east_m : {-1'000.0, 35.0, 220.0}) {
    const TerminalPlan first = standing_at(world.terminal(0), east_m, 70);
    const TerminalPlan second = standing_at(world.terminal(1), east_m, 70);
    expect_same_bits(links_of(large_scale, first), links_of(large_scale, second));
  }
}

TEST(LargeScale, is_free_space_and_the_element_where_nothing_else_is) {
  for (const CellKind each : {CellKind::n41_tdd, CellKind::n28_fdd}) {
    const World world(one_cell(each, ""),
                      {"site[mast].sector[0].downtilt_deg=9", "terminal_group[ue].extra_loss_db=4",
                       "capability[redcap].antenna_gain_dbi=-3"});
    const LargeScale large_scale = world.large_scale();
    const phy::SectorPattern pattern{.max_gain = base::Db(17), .azimuth_deg = 0, .downtilt_deg = 9};
    for (const double azimuth_deg : {-170.0, -60.0, 0.0, 25.0, 110.0}) {
      for (const double distance_m : {20.0, 300.0}) {
        const TerminalLinks links = links_of(
            large_scale, standing_at(world.terminal(0), distance_m * std::cos(azimuth_deg * degree),
                                     distance_m * std::sin(azimuth_deg * degree)));
        const double d = distance_3d(distance_m);
        const CellLink& link = links.cells.front();
        EXPECT_TRUE(link.in_sight);
        EXPECT_NEAR(link.dl_gain_lin / (friis(d, dl_centre_hz(each)) * linear(-7)), 1, 1e-9);
        EXPECT_NEAR(link.ul_gain_lin / (friis(d, ul_centre_hz(each)) * linear(-7)), 1, 1e-9);
        const double zenith_deg =
            90 + std::atan2(mast_height_m - terminal_height_m, distance_m) / degree;
        const double element_db =
            phy::element_gain(pattern, {.azimuth_deg = azimuth_deg, .zenith_deg = zenith_deg})
                .value();
        EXPECT_NEAR(static_cast<double>(links.beam_gain_lin.front()) / linear(element_db), 1, 1e-6);
        EXPECT_NEAR(large_scale.ssb_gain_lin(links, 0) / (link.dl_gain_lin * linear(element_db)), 1,
                    1e-6);
      }
    }
  }
}

/// Horizontal cut of the element, Table 7.3-1, seen level.
double level_element_db(double off_deg) {
  return 17 - std::min(12 * off_deg * off_deg / (65 * 65), 30.0);
}

TEST(LargeScale, gives_the_sectors_of_a_site_one_path) {
  std::string site = "site { name: \"three\" height_m: 1.5 ";
  for (const char* azimuth : {"90", "210", "330"}) {
    site += std::string("sector { carrier: \"n41\" downtilt_deg: 0 azimuth_deg: ") + azimuth + " }";
  }
  const World drawn(no_cell(kind, grid_text(kind, 1)), environment("UMA"));
  const LargeScale large_scale = drawn.large_scale();
  int in_sight = 0;
  for (int i = 0; i < 40; ++i) {
    const TerminalLinks links =
        links_of(large_scale, standing_at(drawn.terminal(0), 37.0 * i, 11.0 * i));
    for (std::size_t cell = 0; cell < links.cells.size(); cell += 3) {
      in_sight += links.cells[cell].in_sight ? 1 : 0;
      for (const std::size_t sector : {cell + 1, cell + 2}) {
        EXPECT_EQ(links.cells[sector].dl_gain_lin, links.cells[cell].dl_gain_lin);
        EXPECT_EQ(links.cells[sector].ul_gain_lin, links.cells[cell].ul_gain_lin);
        EXPECT_EQ(links.cells[sector].in_sight, links.cells[cell].in_sight);
      }
    }
  }
  EXPECT_GT(in_sight, 10);  // Both states were there.
  EXPECT_LT(in_sight, 40 * 7 - 10);

  const World level(no_cell(kind, site + "}\n"));
  const TerminalLinks links = links_of(
      level.large_scale(),
      standing_at(level.terminal(0), 400 * std::cos(20 * degree), 400 * std::sin(20 * degree)));
  // 20 degrees left of the first, 140 right of the third, which looks at 120 degrees from east.
  const std::vector<double> off_deg{20, 140, 100};
  for (std::size_t cell = 1; cell < 3; ++cell) {
    const auto total = [&](std::size_t c) {
      return links.cells[c].dl_gain_lin * static_cast<double>(links.beam_gain_lin[c]);
    };
    EXPECT_NEAR(db(total(cell) / total(0)),
                level_element_db(off_deg[cell]) - level_element_db(off_deg[0]), 1e-4);
  }
}

struct Moments {
  double sum = 0;
  double square = 0;
  double product = 0;  ///< With another number.
  double count = 0;
  void add(double x, double y) {
    sum += x;
    square += x * x;
    product += x * y;
    ++count;
  }
};

// Some 8000 places that know nothing of each other: a standard error of 0.011 in all three.
TEST(LargeScale, shadows_as_the_standard_has_it_and_each_site_by_itself) {
  const World world(one_cell(kind, same_place(1)), environment("RMA"));
  const LargeScale large_scale = world.large_scale();
  Moments shadow;
  for (int ring = 0; ring < 5; ++ring) {
    const double radius_m = far_m + 2'500 * ring;
    const double step = far_correlation_m / radius_m;
    for (double angle = 0; angle < 2 * std::numbers::pi; angle += step) {
      const TerminalPlan terminal =
          standing_at(world.terminal(0), radius_m * std::cos(angle), radius_m * std::sin(angle));
      const std::vector<double> both = far_shadows(large_scale, terminal);
      shadow.add(both[0], both[1]);
    }
  }
  EXPECT_GT(shadow.count, 6'000);
  EXPECT_NEAR(shadow.sum / shadow.count, 0, 0.06);
  EXPECT_NEAR(std::sqrt(shadow.square / shadow.count), 1, 0.05);
  EXPECT_NEAR(shadow.product / shadow.count, 0, 0.06);
}

// Another band stands behind other obstacles.
TEST(LargeScale, shadows_each_carrier_by_itself) {
  const std::string second = R"(carrier {
  name: "n28" band: "n28" scs_khz: 15 bandwidth_mhz: 20 dl_centre_mhz: 780.5 ul_centre_mhz: 725.5
  channel { path_loss: RMA fading: TDL_A }
  broadcast { sib1_first_prb: 24 }
}
site { name: "both" sector { carrier: "n41" } sector { carrier: "n28" } }
)";
  const World world(no_cell(kind, second), environment("RMA"));
  const Deployment network = make_network(world.scenario());
  ASSERT_EQ(network.layers.size(), 2U);
  const LargeScale high(network.layers[0], world.deployment(), world.random());
  const LargeScale low(network.layers[1], world.deployment(), world.random());
  // The lower carrier's median, of which the difference is one of frequencies.
  const double offset_db = 20 * std::log10(2593 / 780.5);
  Moments shadow;
  for (double angle = 0; angle < 2 * std::numbers::pi; angle += 0.004) {
    const TerminalPlan terminal =
        standing_at(world.terminal(0), 30'000 * std::cos(angle), 30'000 * std::sin(angle));
    shadow.add(far_shadows(high, terminal)[0],
               far_shadows(low, terminal)[0] - offset_db / far_sigma_db);
  }
  EXPECT_NEAR(shadow.square / shadow.count, 1, 0.16);
  EXPECT_NEAR(shadow.product / shadow.count, 0, 0.12);
}

// Eight sites and four bearings; one field along one line misses by 0.08 (correlated_field.h), and
// 300 correlation distances of it by as much: together 0.02.
TEST(LargeScale, forgets_its_shadows_along_a_route_as_the_standard_has_it) {
  const World world(one_cell(kind, same_place(7)), environment("RMA"));
  const LargeScale large_scale = world.large_scale();
  constexpr int lags = 4;  // Of half a correlation distance each, two seconds at 30 m/s.
  std::vector<Moments> by_lag(lags + 1);
  for (const double heading_deg : {0.0, 50.0, 95.0, 140.0}) {
    TerminalPlan car = world.terminal(0);
    terminals::RouteConfig config;
    config.start = {.east_m = far_m * std::sin(heading_deg * degree),
                    .north_m = far_m * std::cos(heading_deg * degree),
                    .up_m = terminal_height_m};
    config.speed_mps = 30;
    config.heading_deg = heading_deg;
    car.route = terminals::Route(config);
    std::vector<std::vector<double>> seen;
    for (int i = 0; i < 600; ++i) {
      seen.push_back(far_shadows(large_scale, car, base::Instant(i * 2'000'000'000LL)));
    }
    for (std::size_t lag = 0; lag <= lags; ++lag) {
      for (std::size_t i = lag; i < seen.size(); ++i) {
        for (std::size_t site = 0; site < seen[i].size(); ++site) {
          by_lag[lag].add(seen[i][site], seen[i - lag][site]);
        }
      }
    }
  }
  for (std::size_t lag = 0; lag <= lags; ++lag) {
    const double correlation = by_lag[lag].product / by_lag[lag].count;
    EXPECT_NEAR(correlation, std::exp(-0.5 * static_cast<double>(lag)), 0.06) << lag;
  }
}

// 400 worlds of some 60 places each that know nothing of each other: a standard error of 0.0025.
TEST(LargeScale, sees_the_share_of_places_that_the_standard_has) {
  const World world(one_cell(kind, ""), environment("UMA"));
  double in_sight = 0;
  double expected = 0;
  double places = 0;
  for (std::uint32_t seed = 1; seed <= 400; ++seed) {
    const LargeScale large_scale(world.layer(), world.deployment(), base::Random(seed, 0));
    for (double north_m = -375; north_m <= 375; north_m += 50) {
      for (double east_m = -375; east_m <= 375; east_m += 50) {
        const TerminalPlan terminal = standing_at(world.terminal(0), east_m, north_m);
        in_sight += links_of(large_scale, terminal).cells.front().in_sight ? 1 : 0;
        expected += uma_los_probability(std::hypot(east_m, north_m));
        ++places;
      }
    }
  }
  EXPECT_GT(expected / places, 0.1);
  EXPECT_NEAR(in_sight / places, expected / places, 0.008);
}

/// Probability that two normal numbers correlated like this are both above what one is with
/// probability `share`, less the product of the two: the integral of the density along the
/// correlation, by which it grows.
double both_beyond(double share, double correlation) {
  double level = 0;  // Newton's iteration.
  const double tau = 2 * std::numbers::pi;
  for (int i = 0; i < 50; ++i) {
    const double beyond = 0.5 * std::erfc(level / std::sqrt(2.0));
    level += (beyond - share) / (std::exp(-level * level / 2) / std::sqrt(tau));
  }
  double sum = 0;
  constexpr int steps = 2'000;
  for (int i = 0; i < steps; ++i) {
    const double r = correlation * (i + 0.5) / steps;
    sum += std::exp(-level * level / (1 + r)) / (tau * std::sqrt(1 - r * r));
  }
  return sum * correlation / steps;
}

// TR 38.901 Table 7.6.3.1-2: sight forgets over 50 m in UMa and half a machine's size in a hall.
// On a circle around a mast every place has sight with the same probability. Smoothing edges may
// leave 0.06 of correlation more (0.117 near half the distance at this carrier in UMa); 200 worlds
// of at least 20 pairs leave 0.02.
TEST(LargeScale, forgets_its_sight_over_the_distance_that_the_standard_has) {
  struct Case {
    const char* environment;
    double radius_m;
    double distance_m;
    const char* mast_m;
  };
  for (const Case& c :
       {Case{"UMA", 60, 50, "25"}, Case{"INF_DH", 8, 1, "25"}, Case{"INF_SL", 20, 5, "1.6"}}) {
    std::vector<std::string> overrides = environment(c.environment);
    overrides.push_back("site[mast].height_m=" + std::string(c.mast_m));
    const World world(one_cell(kind, ""), overrides);
    for (const double lag : {0.5, 1.0, 2.0}) {
      const double turn = lag * c.distance_m / c.radius_m;
      double one = 0, both = 0, pairs = 0;
      for (std::uint32_t seed = 1; seed <= 200; ++seed) {
        const LargeScale large_scale(world.layer(), world.deployment(), base::Random(seed, 0));
        const auto sees = [&](double angle) {
          const TerminalPlan there = standing_at(world.terminal(0), c.radius_m * std::sin(angle),
                                                 c.radius_m * std::cos(angle));
          return links_of(large_scale, there).cells.front().in_sight;
        };
        for (int place = 0; place < 20; ++place) {
          const double angle = 2 * std::numbers::pi * place / 20;
          const bool first = sees(angle);
          const bool second = sees(angle + turn);
          one += (first ? 0.5 : 0) + (second ? 0.5 : 0);
          both += first && second ? 1 : 0;
          ++pairs;
        }
      }
      const double share = one / pairs;
      ASSERT_GT(share, 0.1);
      ASSERT_LT(share, 0.9);
      const double found = both / pairs - share * share;
      // Found, as the correlation that would leave it.
      double low = 0, high = 1;
      for (int i = 0; i < 30; ++i) {
        const double middle = (low + high) / 2;
        (both_beyond(share, middle) < found ? low : high) = middle;
      }
      EXPECT_NEAR(low, std::exp(-lag), 0.09) << c.environment << ' ' << lag << ' ' << share;
    }
  }
}

TEST(LargeScale, puts_a_chosen_point_in_sight_of_its_nearest_site) {
  const std::string neighbour = site_text(kind, {.name = "east", .x_m = 500, .azimuth_deg = 270});
  const World chosen(
      one_cell(kind, neighbour),
      environment("UMA") + std::vector<std::string>{"terminal_group[ue].sight=NEAREST_SITE"});
  const World drawn(one_cell(kind, neighbour), environment("UMA"));
  int was_shaded = 0;
  for (double x_m = 21; x_m < 480; x_m += 23) {
    const TerminalLinks a =
        links_of(chosen.large_scale(), standing_at(chosen.terminal(0), x_m, 30));
    const TerminalLinks b = links_of(drawn.large_scale(), standing_at(drawn.terminal(0), x_m, 30));
    const std::size_t nearest = x_m < 250 ? 0 : 1;
    const double away_m = std::hypot(nearest == 0 ? x_m : 500 - x_m, 30);
    EXPECT_TRUE(a.cells[nearest].in_sight);
    EXPECT_NEAR(db(a.cells[nearest].dl_gain_lin), -uma_los_db(away_m), 1e-6);
    EXPECT_EQ(a.cells[1 - nearest].dl_gain_lin, b.cells[1 - nearest].dl_gain_lin);
    EXPECT_EQ(a.cells[1 - nearest].in_sight, b.cells[1 - nearest].in_sight);
    was_shaded += b.cells[nearest].in_sight ? 0 : 1;
  }
  EXPECT_GT(was_shaded, 3);
}

// The same loss on every link and for as long as the terminal lives: that of its own car.
TEST(LargeScale, takes_the_car_along) {
  const std::string cars =
      group_text("car", "count: 3 placement { x_m: 100 } penetration: CAR route { speed_kmh: 90 }");
  const World world(
      one_cell(kind, same_place(2) + cars),
      environment("UMA") + std::vector<std::string>{"terminal_group[ue].route.speed_kmh=90"});
  const LargeScale large_scale = world.large_scale();
  std::vector<double> losses_db;
  for (std::uint32_t car = 1; car <= 3; ++car) {
    const auto loss_db = [&](base::Instant t, std::size_t cell) {
      return db(links_of(large_scale, world.terminal(0), t).cells[cell].dl_gain_lin /
                links_of(large_scale, world.terminal(car), t).cells[cell].dl_gain_lin);
    };
    losses_db.push_back(loss_db(base::Instant(), 0));
    for (const std::int64_t ms : {0, 500, 10'000}) {
      for (std::size_t cell = 0; cell < 3; ++cell) {
        EXPECT_NEAR(loss_db(base::Instant(ms * 1'000'000), cell), losses_db.back(), 1e-9);
      }
    }
    EXPECT_GE(losses_db.back(), 0);
    EXPECT_LT(losses_db.back(), 9 + 5 * 5);
  }
  EXPECT_NE(losses_db[0], losses_db[1]);
  EXPECT_NE(losses_db[1], losses_db[2]);
}

// Copies of a cluster of seven are sqrt(7) site distances away, at this angle against bearing 30
// degrees. A place is rounded to a thousandth of a metre: a thousandth of a decibel, with room.
TEST(LargeScale, is_the_same_in_every_copy_of_a_wrapped_grid) {
  const World world(no_cell(kind, grid_text(kind, 1, "columns: 8 horizontal_beams: 8")),
                    environment("UMA"));
  const LargeScale large_scale = world.large_scale();
  const double first = 30 * degree + std::atan2(std::sqrt(3.0) / 2, 2.5);
  const double step_m = 500 * std::sqrt(7.0);
  for (const double turn_deg : {0.0, 60.0, 180.0}) {
    const double bearing = first + turn_deg * degree;
    for (int i = 0; i < 50; ++i) {
      const double east_m = 17.0 * i - 300;
      const double north_m = 250 - 9.0 * i;
      const TerminalLinks here =
          links_of(large_scale, standing_at(world.terminal(0), east_m, north_m));
      const TerminalLinks there =
          links_of(large_scale, standing_at(world.terminal(0), east_m + step_m * std::sin(bearing),
                                            north_m + step_m * std::cos(bearing)));
      for (std::size_t cell = 0; cell < 21; ++cell) {
        EXPECT_NEAR(db(there.cells[cell].dl_gain_lin / here.cells[cell].dl_gain_lin), 0, 0.01);
        EXPECT_EQ(there.cells[cell].in_sight, here.cells[cell].in_sight);
        for (std::size_t beam = 8 * cell; beam < 8 * cell + 8; ++beam) {
          const auto ratio = static_cast<double>(there.beam_gain_lin[beam]) /
                             static_cast<double>(here.beam_gain_lin[beam]);
          EXPECT_NEAR(db(ratio), 0, 0.01);
        }
      }
    }
  }
}

// Sines of the beams lie at the middles of eight equal shares of -0.866 to 0.866, from right to
// left.
TEST(LargeScale, finds_the_beam_and_the_cell_that_are_strongest) {
  const World world(
      one_cell(kind, site_text(kind, {.name = "east", .x_m = 600, .azimuth_deg = 270})),
      {"site[mast].sector[0].columns=8", "site[mast].sector[0].horizontal_beams=8"});
  const LargeScale large_scale = world.large_scale();
  ASSERT_EQ(large_scale.beam_count(), 8U);
  for (std::size_t beam = 0; beam < 8; ++beam) {
    const double sine = std::sqrt(3.0) / 2 * (2.0 * static_cast<double>(beam) - 7) / 8;
    const TerminalLinks links =
        links_of(large_scale,
                 standing_at(world.terminal(0), 5'000 * std::sqrt(1 - sine * sine), 5'000 * sine));
    EXPECT_EQ(large_scale.best_beam(links, 0), beam);
    EXPECT_EQ(large_scale.best_beam(links, 1), 0U);  // One beam alone.
  }
  // The mast's one SS/PBCH beam takes one column of eight: 9 dB less, and so 157 m instead of 300.
  for (const double x_m : {50.0, 120.0, 200.0, 550.0}) {
    const TerminalLinks links = links_of(large_scale, standing_at(world.terminal(0), x_m, 0));
    EXPECT_EQ(large_scale.loudest(links), x_m < 157 ? 0U : 1U) << x_m;
  }
}

}  // namespace
}  // namespace redcell::scenarios
