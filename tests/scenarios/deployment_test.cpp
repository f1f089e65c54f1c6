// Goal: the deployment says in the words of the lower rooms what the scenario says in its own.
// Method: figures of the plan against the scenario's, converted by hand; SR occasions against a
// listing.
#include "scenarios/deployment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "tests/scenarios/testing.h"

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
  return phy::ResourceMap(resource_config(ready_text(one_cell(kind, "")).carrier(0)));
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
  EXPECT_EQ(radio.bwp_prb_count, 106);
  EXPECT_EQ(d.layers[0].resources.bwp_dl, (phy::PrbRange{0, 106}));
  EXPECT_TRUE(d.layers[0].resources.duplex.is_fdd());
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

}  // namespace
}  // namespace redcell::scenarios
