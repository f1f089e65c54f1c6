// Goal: the deployment says in the words of the lower rooms what the scenario says in its own.
// Method: figures of the plan against the scenario's, converted by hand; SR occasions against a
// listing; places against the geometry of hexagons, and counts, with a fixed seed and a stated
// chance to fail by bad luck.
#include "scenarios/deployment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include "tests/scenarios/many_cells.h"

namespace redcell::scenarios {
namespace {

using testing::ElementsAre;

Deployment deployment_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const schema::Scenario scenario = ready_text(text, overrides);
  return make_deployment(scenario, base::Random(scenario.seed(), scenario.run()));
}

std::vector<std::int64_t> slots(const SrPlan& plan) {
  std::vector<std::int64_t> out;
  for (const base::Slot slot : plan.occasions) out.push_back(slot.value());
  return out;
}

phy::ResourceMap map_of(CellKind kind) {
  return phy::ResourceMap(bwp_configs(ready_text(one_cell(kind, "")).carrier(0)).front());
}

// DDDDDDDSUU: PUCCH in slots 8 and 9 of ten. The terminals take turns over the two offsets.
TEST(SrPlan, uses_uplink_slots_alone) {
  const phy::ResourceMap map = map_of(CellKind::n41_tdd);
  for (const std::uint32_t ue : {0U, 1U, 2U, 3U}) {
    const SrPlan plan = sr_plan(map, base::SlotCount(10), {ue});
    ASSERT_EQ(plan.period.value() % 10, 0);
    for (std::size_t i = 0; i < plan.occasions.size(); ++i) {
      EXPECT_EQ(plan.occasions[i].value(), static_cast<std::int64_t>(10 * i) + 8 + ue % 2);
    }
    EXPECT_EQ(static_cast<std::int64_t>(plan.occasions.size()), plan.period.value() / 10);
  }
}

// A period of 4 slots meets uplink twice in five periods, for every offset: 8, 28 ... or 9, 29 ...
TEST(SrPlan, leaves_out_occasions_that_fall_on_downlink) {
  const phy::ResourceMap map = map_of(CellKind::n41_tdd);
  for (std::uint32_t ue = 0; ue < 4; ++ue) {
    const SrPlan plan = sr_plan(map, base::SlotCount(4), {ue});
    ASSERT_FALSE(plan.occasions.empty());
    std::set<std::int64_t> offsets;
    for (const base::Slot slot : plan.occasions) {
      EXPECT_GE(slot.value() % 10, 8);
      offsets.insert(slot.value() % 4);
      EXPECT_LT(slot.value(), plan.period.value());
    }
    EXPECT_EQ(offsets.size(), 1U);
    EXPECT_TRUE(std::is_sorted(plan.occasions.begin(), plan.occasions.end()));
  }
}

TEST(SrPlan, gives_every_offset_of_fdd_its_turn) {
  const phy::ResourceMap map = map_of(CellKind::n28_fdd);
  std::set<std::int64_t> first;
  for (std::uint32_t ue = 0; ue < 10; ++ue) {
    const SrPlan plan = sr_plan(map, base::SlotCount(10), {ue});
    first.insert(slots(plan).front());
    for (std::size_t i = 1; i < plan.occasions.size(); ++i) {
      EXPECT_EQ((plan.occasions[i] - plan.occasions[i - 1]).value(), 10);
    }
  }
  EXPECT_EQ(first.size(), 10U);
}

TEST(Deployment, converts_the_units_of_a_carrier) {
  const Deployment d =
      deployment_of(one_cell(CellKind::n28_fdd, ""),
                    {"carrier[n28].power_dbm_per_mhz=40", "carrier[n28].evm_percent=2.5",
                     "carrier[n28].uplink.p0_dbm=-80", "carrier[n28].uplink.alpha=0.7"});
  ASSERT_EQ(d.layers.size(), 1U);
  const LayerRadio& radio = d.layers[0].radio;
  EXPECT_DOUBLE_EQ(radio.dl_centre.value(), 780.5e6);
  EXPECT_DOUBLE_EQ(radio.ul_centre.value(), 725.5e6);
  EXPECT_NEAR(radio.dl_re_power_w, 10.0 * 0.015, 1e-12);  // 10 W per MHz.
  EXPECT_DOUBLE_EQ(radio.gnb_evm, 0.025);
  EXPECT_DOUBLE_EQ(radio.p0_dbm, -80);
  EXPECT_DOUBLE_EQ(radio.alpha, 0.7);
  EXPECT_EQ(d.layers[0].bwps[0].bwp_dl, (phy::PrbRange{0, 106}));
  EXPECT_TRUE(d.layers[0].duplex().is_fdd());
  EXPECT_THAT(d.layers[0].cell.k1, ElementsAre(2));
  EXPECT_THAT(d.layers[0].cell.k2, ElementsAre(1));
}

TEST(Deployment, numbers_terminals_group_by_group) {
  const std::string second =
      "terminal_group { name: \"more\" count: 3 capability: \"redcap\" placement { x_m: 50 } "
      "extra_loss_db: 7 bearer { rlc_mode: UM rlc_sn_bits: 6 t_reassembly_ms: 35 } }\n";
  const Deployment d =
      deployment_of(one_cell(CellKind::n41_tdd, second), {"terminal_group[ue].count=2"});
  ASSERT_EQ(d.terminals.size(), 5U);
  ASSERT_EQ(d.groups.size(), 2U);
  EXPECT_EQ(d.groups[1].name, "more");
  EXPECT_EQ(d.groups[1].first_ue, 2U);
  EXPECT_EQ(d.groups[1].count, 3U);
  for (std::uint32_t ue = 0; ue < 5; ++ue) {
    const TerminalPlan& plan = d.terminals[ue];
    EXPECT_EQ(plan.id.value, ue);
    EXPECT_EQ(plan.group, ue < 2 ? 0U : 1U);
    EXPECT_EQ(plan.extra_loss_db, ue < 2 ? 0 : 7);
    EXPECT_EQ(plan.bearer.acknowledged, ue < 2);
  }
  EXPECT_EQ(d.terminals[4].bearer.rlc_sn_bits, 6);
  EXPECT_EQ(d.terminals[4].bearer.t_reassembly, base::milliseconds(35));
}

/// A mast of the other band, 500 m to the east.
const std::string second_mast = R"(carrier {
  name: "n28" band: "n28" scs_khz: 15 bandwidth_mhz: 20 dl_centre_mhz: 780.5 ul_centre_mhz: 725.5
  channel { path_loss: FREE_SPACE fading: NONE }
  broadcast { sib1_first_prb: 24 }
}
site { name: "far" x_m: 500 height_m: 25 sector { carrier: "n28" azimuth_deg: 270 } }
)";

const LayerPlan& serving_layer(const Deployment& d) {
  const auto serves = [](const LayerPlan& layer) { return !layer.terminals.empty(); };
  EXPECT_EQ(std::count_if(d.layers.begin(), d.layers.end(), serves), 1);
  const LayerPlan& serving = *std::find_if(d.layers.begin(), d.layers.end(), serves);
  EXPECT_EQ(serving.terminals.size(), 1U);
  EXPECT_EQ(serving.cells.front().id, d.terminals.front().serving);
  return serving;
}

TEST(Deployment, serves_a_terminal_from_the_cell_it_hears_loudest) {
  for (const double x_m : {50.0, 450.0}) {
    const Deployment d = deployment_of(one_cell(CellKind::n41_tdd, second_mast),
                                       {"terminal_group[ue].placement.x_m=" + std::to_string(x_m)});
    EXPECT_EQ(serving_layer(d).carrier, x_m < 250 ? "n41" : "n28") << x_m;
  }
}

TEST(Deployment, keeps_a_band_lock) {
  for (const double x_m : {50.0, 450.0}) {
    for (const std::string lock : {"n41", "n28"}) {
      const Deployment d = deployment_of(one_cell(CellKind::n41_tdd, second_mast),
                                         {"terminal_group[ue].placement.x_m=" + std::to_string(x_m),
                                          "terminal_group[ue].carrier=" + lock});
      EXPECT_EQ(serving_layer(d).carrier, lock) << x_m;
    }
  }
}

/// Two carriers on one grid of seven sites, and a single site after it in the file.
TEST(Deployment, numbers_cells_carrier_by_carrier_without_a_gap) {
  const std::string rest = R"(carrier {
  name: "n28" band: "n28" scs_khz: 15 bandwidth_mhz: 20 dl_centre_mhz: 780.5 ul_centre_mhz: 725.5
  channel { path_loss: FREE_SPACE fading: NONE }
  broadcast { sib1_first_prb: 24 }
}
site_grid { name: "grid" inter_site_distance_m: 500 wrap_around: false
  sector { carrier: "n28" azimuth_deg: 0 }
  sector { carrier: "n41" azimuth_deg: 120 }
  sector { carrier: "n28" azimuth_deg: 240 }
}
)" + group_text("low", "carrier: \"n28\" placement { x_m: 50 }");
  const Deployment d = deployment_of(one_cell(CellKind::n41_tdd, rest),
                                     {"terminal_group[ue].carrier=n41", "site[mast].x_m=2000"});
  ASSERT_EQ(d.sites.size(), 8U);
  EXPECT_EQ(d.sites[0].name, "mast");
  EXPECT_EQ(d.sites[1].name, "grid0");
  EXPECT_EQ(d.sites[7].name, "grid6");
  ASSERT_EQ(d.layers.size(), 2U);
  ASSERT_EQ(d.layers[0].cells.size(), 8U);
  ASSERT_EQ(d.layers[1].cells.size(), 14U);
  std::uint32_t next = 0;
  for (const LayerPlan& layer : d.layers) {
    for (const CellPlan& cell : layer.cells) EXPECT_EQ(cell.id.value, next++);
  }
  for (std::uint32_t cell = 0; cell < 8; ++cell) {
    EXPECT_EQ(d.layers[0].cells[cell].site, cell);
    EXPECT_DOUBLE_EQ(d.layers[0].cells[cell].panel.element.azimuth_deg, cell == 0 ? 0 : -30);
  }
  for (std::uint32_t cell = 0; cell < 14; ++cell) {
    EXPECT_EQ(d.layers[1].cells[cell].site, 1 + cell / 2);
    EXPECT_DOUBLE_EQ(d.layers[1].cells[cell].panel.element.azimuth_deg, cell % 2 == 0 ? 90 : -150);
  }
}

constexpr double degree = std::numbers::pi / 180;

/// Of 21 cells; sectors look at neighbours, 500 m away.
const std::vector<double> sector_bearings_deg{30, 150, 270};

/// A place as its cell sees it: angle left of the boresight, and how far out towards the edge of
/// the site's hexagon, as the share of the area within.
struct PlaceInCell {
  double off_deg = 0;
  double share = 0;
};
PlaceInCell place_in_cell(const PlanePoint& from_site_m, double bearing_deg) {
  const double angle_deg = std::atan2(from_site_m.north_m, from_site_m.east_m) / degree;
  const double off_deg = std::remainder(angle_deg - (90 - bearing_deg), 360);
  // Sides of the hexagon stand half a site distance away, across the ways to the neighbours.
  const double to_side_deg = std::remainder(off_deg, 60);
  const double edge_m = 250 / std::cos(to_side_deg * degree);
  const double out = std::hypot(from_site_m.east_m, from_site_m.north_m) / edge_m;
  return {off_deg, out * out};
}

// Sixteen equal parts of the cell: 30 degrees by a quarter of the area out to the edge.
TEST(Deployment, spreads_the_terminals_of_each_cell_evenly_over_it) {
  constexpr double chi_square_max = 56.5;  // 15 degrees of freedom: exceeded once in a million.
  constexpr std::uint32_t per_cell = 80;
  const Deployment d = deployment_of(
      no_cell(CellKind::n41_tdd, grid_text(CellKind::n41_tdd, 1)),
      {"terminal_group[ue].placement.x_m=0", "terminal_group[ue].placement.per_cell=true",
       "terminal_group[ue].count=" + std::to_string(per_cell)});
  ASSERT_EQ(d.terminals.size(), 21U * per_cell);
  EXPECT_EQ(d.groups.front().count, 21U * per_cell);
  std::array<double, 16> parts{};
  int outside = 0;
  for (const TerminalPlan& terminal : d.terminals) {
    const std::uint32_t cell = terminal.id.value % 21;
    const SitePlan& site = d.sites[cell / 3];
    const phy::Position at = terminal.route.position_at(base::Instant());
    const PlaceInCell place = place_in_cell(
        {.east_m = at.east_m - site.position.east_m, .north_m = at.north_m - site.position.north_m},
        sector_bearings_deg[cell % 3]);
    if (std::fabs(place.off_deg) > 60 + 1e-6 || place.share > 1 + 1e-6) {
      ++outside;
      continue;
    }
    const auto angle = static_cast<std::size_t>(std::clamp((place.off_deg + 60) / 30, 0.0, 3.9));
    const auto ring = static_cast<std::size_t>(std::min(4 * place.share, 3.9));
    parts[4 * angle + ring] += 1;
  }
  EXPECT_EQ(outside, 0);
  const double expected = 21.0 * per_cell / 16;
  double chi_square = 0;
  for (const double part : parts) chi_square += (part - expected) * (part - expected) / expected;
  EXPECT_LT(chi_square, chi_square_max);
}

// A group locked to a carrier is spread over the cells that have it.
TEST(Deployment, spreads_terminals_over_the_cells_they_may_use) {
  const std::string rest =
      R"(carrier {
  name: "n28" band: "n28" scs_khz: 15 bandwidth_mhz: 20 dl_centre_mhz: 780.5 ul_centre_mhz: 725.5
  channel { path_loss: FREE_SPACE fading: NONE }
  broadcast { sib1_first_prb: 24 }
}
site_grid { name: "low" rings: 0 sector { carrier: "n28" azimuth_deg: 30 } }
)" + grid_text(CellKind::n41_tdd, 1) +
      group_text("locked", "carrier: \"n28\" count: 5 placement { per_cell: true }") +
      group_text("free", "count: 2 placement { per_cell: true }");
  const Deployment d = deployment_of(no_cell(CellKind::n41_tdd, rest));
  ASSERT_EQ(d.groups.size(), 3U);
  EXPECT_EQ(d.groups[0].count, 1U);
  EXPECT_EQ(d.groups[1].count, 5U);
  EXPECT_EQ(d.groups[2].count, 2U * 22);
  EXPECT_EQ(d.groups[2].first_ue, 6U);
}

// 600 of 2000, give or take 4.9 standard deviations: a chance of one in a million.
TEST(Deployment, puts_a_share_of_the_terminals_inside) {
  const auto inside = [](const std::string& percent) {
    const Deployment d =
        deployment_of(one_cell(CellKind::n41_tdd, ""),
                      {"terminal_group[ue].count=2000", "terminal_group[ue].penetration=CAR",
                       "terminal_group[ue].indoor_percent=" + percent});
    for (const TerminalPlan& terminal : d.terminals) {
      EXPECT_TRUE(terminal.penetration == phy::PenetrationModel::car ||
                  terminal.penetration == phy::PenetrationModel::none);
    }
    return std::count_if(d.terminals.begin(), d.terminals.end(), [](const TerminalPlan& t) {
      return t.penetration == phy::PenetrationModel::car;
    });
  };
  EXPECT_EQ(inside("100"), 2000);
  EXPECT_EQ(inside("0"), 0);
  EXPECT_NEAR(static_cast<double>(inside("30")), 600, 4.9 * std::sqrt(2000 * 0.3 * 0.7));
}

TEST(Deployment, names_what_a_terminal_is_inside_of) {
  for (const auto& [name, model] :
       {std::pair{"OUTDOOR", phy::PenetrationModel::none},
        {"CAR", phy::PenetrationModel::car},
        {"CAR_METALLISED", phy::PenetrationModel::car_metallised},
        {"BUILDING_LOW_LOSS", phy::PenetrationModel::building_low_loss},
        {"BUILDING_HIGH_LOSS", phy::PenetrationModel::building_high_loss}}) {
    const Deployment d = deployment_of(one_cell(CellKind::n41_tdd, ""),
                                       {on(CellKind::n41_tdd, "channel.path_loss=UMA"),
                                        std::string("terminal_group[ue].penetration=") + name});
    EXPECT_EQ(d.terminals.front().penetration, model) << name;
  }
}

/// A one-terminal scenario whose terminals go `route`.
std::string on_the_way(const std::string& route) {
  std::string text = one_cell(CellKind::n41_tdd, "");
  const std::string placement = "  placement { x_m: 100 }";
  text.replace(text.find(placement), placement.size(), "route { " + route + " }");
  return text;
}

void expect_at(const TerminalPlan& terminal, double t_s, const PlanePoint& expected) {
  constexpr double error_max_m = 1e-4;
  const base::Instant t(static_cast<std::int64_t>(t_s * 1e9));
  const phy::Position at = terminal.route.position_at(t);
  EXPECT_NEAR(at.east_m, expected.east_m, error_max_m) << t_s;
  EXPECT_NEAR(at.north_m, expected.north_m, error_max_m) << t_s;
}

// A square of 100 m: five terminals 80 m apart, the first 20 m from the first corner; 10 m/s.
TEST(Deployment, spreads_terminals_over_their_loop) {
  const Deployment d = deployment_of(on_the_way(R"(speed_kmh: 36 loop: true start_offset_m: 20
    way_point { x_m: 0 y_m: 0 } way_point { x_m: 100 y_m: 0 } way_point { x_m: 100 y_m: 100 }
    way_point { x_m: 0 y_m: 100 })"),
                                     {"terminal_group[ue].count=5"});
  ASSERT_EQ(d.terminals.size(), 5U);
  const std::vector<PlanePoint> at_first{{20, 0}, {100, 0}, {100, 80}, {40, 100}, {0, 60}};
  const std::vector<PlanePoint> later{{70, 0}, {100, 50}, {70, 100}, {0, 90}, {0, 10}};
  for (std::size_t ue = 0; ue < 5; ++ue) {
    expect_at(d.terminals[ue], 0, at_first[ue]);
    expect_at(d.terminals[ue], 5, later[ue]);
    expect_at(d.terminals[ue], 45, later[ue]);
  }
}

// 10 m/s as the route has it, 20 m/s as a point has it, and three seconds' halt.
TEST(Deployment, sends_terminals_along_their_way_points) {
  const Deployment d = deployment_of(on_the_way(R"(speed_kmh: 36
    way_point { x_m: 10 y_m: 20 } way_point { x_m: 110 y_m: 20 wait_s: 3 speed_kmh: 72 }
    way_point { x_m: 110 y_m: -80 })"),
                                     {"terminal_group[ue].count=2"});
  for (const TerminalPlan& terminal : d.terminals) {
    expect_at(terminal, 0, {10, 20});
    expect_at(terminal, 9, {100, 20});
    expect_at(terminal, 12.5, {110, 20});
    expect_at(terminal, 14, {110, 0});
    expect_at(terminal, 100, {110, -80});
  }
}

TEST(Deployment, keeps_a_random_way_in_its_circle) {
  const Deployment d = deployment_of(
      on_the_way("random_way { radius_m: 60 min_speed_kmh: 30 max_speed_kmh: 60 }"),
      {"terminal_group[ue].count=20", "terminal_group[ue].placement.x_m=300", "duration_s=60"});
  double farthest_m = 0;
  for (const TerminalPlan& terminal : d.terminals) {
    expect_at(terminal, 0, {300, 0});
    for (int t_s = 0; t_s <= 60; ++t_s) {
      const phy::Position at = terminal.route.position_at(base::Instant(t_s * 1'000'000'000LL));
      farthest_m = std::max(farthest_m, std::hypot(at.east_m - 300, at.north_m));
    }
  }
  EXPECT_LE(farthest_m, 60 + 1e-6);
  EXPECT_GT(farthest_m, 50);
}

TEST(Deployment, knows_who_is_there_for_load_only) {
  const Deployment d =
      deployment_of(one_cell(CellKind::n41_tdd, group_text("load", "background: true count: 2")));
  ASSERT_EQ(d.groups.size(), 2U);
  EXPECT_FALSE(d.groups[0].is_background);
  EXPECT_TRUE(d.groups[1].is_background);
  for (const TerminalPlan& terminal : d.terminals) {
    EXPECT_EQ(terminal.is_background, terminal.id.value > 0);
  }
}

}  // namespace
}  // namespace redcell::scenarios
