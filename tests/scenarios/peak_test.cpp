// Goal: rates follow from the configuration by the arithmetic of TS 38.214 and are written nowhere.
// Method: one full buffer in a radio without errors. The oracle adds up, slot by slot over the
// measured seconds, the block that each slot's free PRBs (in uplink: their longest run) hold at the
// highest scheme; one parameter changes at a time.
#include "scenarios/run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "phy/nr/block_fit.h"
#include "phy/nr/mcs_table.h"
#include "phy/nr/resource_map.h"
#include "phy/nr/tbs.h"
#include "scenarios/deployment.h"
#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

/// Blocks at the edge of the measured seconds are acknowledged in the neighbouring one.
constexpr double rate_error_max = 0.005;

phy::McsTable table_of(schema::MacMcsTable table) {
  if (table == schema::QAM256) return phy::McsTable::qam256;
  return table == schema::QAM64 ? phy::McsTable::qam64 : phy::McsTable::qam64_low_se;
}

base::McsIndex highest(phy::McsTable table, int modulation_order) {
  int index = phy::mcs_count(table) - 1;
  while (phy::mcs(table, base::McsIndex(index)).modulation_order > modulation_order) --index;
  return base::McsIndex(index);
}

/// Mbps of one direction from 1 s to the end.
double expected_mbps(const schema::Scenario& scenario, base::Direction direction) {
  const bool is_downlink = direction == base::Direction::downlink;
  const schema::Carrier& carrier = scenario.carrier(0);
  const schema::Capability& capability = scenario.capability(0);
  const phy::ResourceMap map(bwp_configs(carrier).front());
  const phy::McsTable table =
      table_of(is_downlink ? carrier.downlink().mcs_table() : carrier.uplink().mcs_table());
  const int order = is_downlink ? static_cast<int>(capability.max_dl_modulation())
                                : static_cast<int>(capability.max_ul_modulation());
  const int layers =
      is_downlink ? static_cast<int>(std::min(capability.max_dl_layers(), capability.rx_branches()))
                  : 1;
  const std::int64_t slots_per_s = 1000 * map.config().numerology.slots_per_ms();
  const auto seconds = static_cast<std::int64_t>(scenario.duration_s()) - 1;
  double bits = 0;
  for (std::int64_t slot = slots_per_s; slot < (seconds + 1) * slots_per_s; ++slot) {
    const phy::SlotResources& resources =
        is_downlink ? map.downlink(base::Slot(slot)) : map.uplink(base::Slot(slot));
    if (resources.symbols.count == 0) continue;
    // A bitmap names any PRBs in downlink, a range contiguous ones in uplink
    // (TS 38.214 5.1.2.2, 6.1.2.2.2).
    const phy::PrbRange whole{.first = 0, .count = static_cast<int>(resources.data_re.size())};
    const phy::PrbRange run = is_downlink ? whole : phy::longest_usable_run(resources);
    if (run.count == 0) continue;
    const phy::BlockFit fit = phy::fit_block({.table = table,
                                              .wanted = highest(table, order),
                                              .first_prb = run.first,
                                              .prb_count = run.count,
                                              .layer_count = layers},
                                             resources);
    bits += static_cast<double>(fit.tbs.value());
  }
  return bits * 1e-6 / static_cast<double>(seconds);
}

struct Change {
  const char* name;
  CellKind kind;
  std::vector<std::string> overrides;
};

void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

class PeakRate : public testing::TestWithParam<Change> {};

TEST_P(PeakRate, is_the_sum_of_the_blocks_that_the_slots_hold) {
  const Change& change = GetParam();
  const std::string text = one_cell(change.kind, full_buffer("DOWNLINK") + full_buffer("UPLINK"));
  const schema::Scenario scenario = ready_text(
      text, std::vector<std::string>{"duration_s=3", "terminal_group[ue].extra_loss_db=-20"} +
                change.overrides);
  const Recorded run = simulate_recorded(scenario);
  for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
    const bool is_downlink = direction == base::Direction::downlink;
    const double expected = expected_mbps(scenario, direction);
    const double measured = kpi(run, is_downlink ? "dl_throughput_mbps" : "ul_throughput_mbps");
    ASSERT_GT(expected, 1);
    EXPECT_NEAR(measured, expected, rate_error_max * expected) << (is_downlink ? "DL" : "UL");
  }
}

std::vector<Change> changes() {
  const auto n41 = CellKind::n41_tdd;
  const auto n28 = CellKind::n28_fdd;
  return {
      {"n41", n41, {}},
      {"n28", n28, {}},
      {"qam64_terminal",
       n41,
       {"capability[redcap].max_dl_modulation=QAM_64",
        "capability[redcap].max_ul_modulation=QAM_64"}},
      {"qam64_table",
       n28,
       {on(n28, "downlink.mcs_table=QAM64"), on(n28, "uplink.mcs_table=QAM64")}},
      {"one_layer", n41, {"capability[redcap].max_dl_layers=1"}},
      {"one_branch",
       n28,
       {"capability[redcap].rx_branches=1", "capability[redcap].max_dl_layers=1"}},
      {"more_uplink_slots",
       n41,
       {on(n41, "tdd[0].dl_slots=3"), on(n41, "tdd[0].ul_slots=1"),
        on(n41, "tdd[0].period_ms=2.5")}},
      {"longer_special_slot",
       n41,
       {on(n41, "tdd[0].dl_symbols=10"), on(n41, "tdd[0].ul_symbols=2")}},
      {"scs_15",
       n41,
       {on(n41, "scs_khz=15"), on(n41, "bandwidth_mhz=20"), on(n41, "redcap_bwp.prb_count=106"),
        on(n41, "tdd[0].dl_slots=3"), on(n41, "tdd[0].ul_slots=1")}},
      {"more_dmrs",
       n28,
       {on(n28, "downlink.dmrs.additional_position=2"),
        on(n28, "uplink.dmrs.additional_position=3")}},
      {"two_cdm_groups_without_data", n41, {on(n41, "downlink.dmrs.cdm_groups_without_data=2")}},
      {"eight_beams", n41, {on(n41, "broadcast.ssb_beam_count=8")}},
      {"four_beams", n28, {on(n28, "broadcast.ssb_beam_count=4")}},
      {"wide_coreset", n41, {on(n41, "downlink.coreset_symbols=2")}},
      {"wide_pucch", n28, {on(n28, "uplink.pucch_prb_count=16")}},
      {"no_prach", n41, {on(n41, "uplink.prach_prb_count=0")}},
  };
}

INSTANTIATE_TEST_SUITE_P(Changes, PeakRate, testing::ValuesIn(changes()),
                         [](const auto& each) { return std::string(each.param.name); });

// A change that changes nothing would prove nothing.
TEST(PeakRate, moves_with_every_change) {
  const auto scenario = [](const Change& change) {
    return ready_text(one_cell(change.kind, full_buffer("DOWNLINK")), change.overrides);
  };
  for (const Change& change : changes()) {
    if (change.overrides.empty()) continue;
    const schema::Scenario plain = scenario({"", change.kind, {}});
    const schema::Scenario changed = scenario(change);
    const bool moved = expected_mbps(plain, base::Direction::downlink) !=
                           expected_mbps(changed, base::Direction::downlink) ||
                       expected_mbps(plain, base::Direction::uplink) !=
                           expected_mbps(changed, base::Direction::uplink);
    EXPECT_TRUE(moved) << change.name;
  }
}

}  // namespace
}  // namespace redcell::scenarios
