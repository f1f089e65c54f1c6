// Goal: the calculator's answers are the standard's, and overheads cost what they must.
// Method: TS 38.306 by hand in double; laws (layers, TDD share, overheads) for the rate of blocks.
#include "scenarios/calc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <tuple>

#include "scenarios/resolve.h"
#include "tests/scenarios/load_example.h"
#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

using testing::HasSubstr;

PeakRate peak(const PeakQuestion& question, base::Direction direction) {
  for (const PeakRate& rate : peak_rates(peak_scenario(question))) {
    if (rate.direction == direction) return rate;
  }
  ADD_FAILURE() << "no such direction";
  return {};
}

constexpr auto downlink = base::Direction::downlink;
constexpr auto uplink = base::Direction::uplink;

TEST(PeakRates, formula_is_that_of_the_standard) {
  // v Q f R 12 N / Ts (1 - OH), TS 38.306 4.1.2, 51 PRB at 30 kHz and 106 at 15 kHz.
  const double r = 948.0 / 1024;
  EXPECT_NEAR(peak({}, downlink).formula_mbps, 2 * 8 * r * 12 * 51 * 28e3 * 0.86 * 1e-6, 1e-6);
  EXPECT_NEAR(peak({}, uplink).formula_mbps, 8 * r * 12 * 51 * 28e3 * 0.92 * 1e-6, 1e-6);
  const PeakQuestion n28{.band = "n28", .scs_khz = 15, .modulation = "64qam", .layer_count = 1};
  EXPECT_NEAR(peak(n28, downlink).formula_mbps, 6 * r * 12 * 106 * 14e3 * 0.86 * 1e-6, 1e-6);
}

TEST(PeakRates, blocks_fill_the_resource_elements_of_the_slots) {
  // 70 data-bearing uplink-free figures aside, FDD at 15 kHz: 1000 slots a second of 106 PRB. One
  // CORESET symbol on 48 PRB leaves 13 symbols, of which DMRS takes 2 x 6 RE a PRB: 144 RE before
  // broadcast, which may cost a tenth.
  const PeakQuestion n28{.band = "n28", .scs_khz = 15};
  const double without_broadcast_mbps = 106 * 144 * 16 * (948.0 / 1024) * 1e-3;
  const double blocks_mbps = peak(n28, downlink).blocks_mbps;
  EXPECT_LT(blocks_mbps, without_broadcast_mbps);
  EXPECT_GT(blocks_mbps, 0.9 * without_broadcast_mbps);
}

TEST(PeakRates, fall_with_every_overhead_and_rise_with_layers) {
  const double plain = peak({}, downlink).blocks_mbps;
  const std::vector<std::string> costs{"downlink.coreset_symbols=2",
                                       "downlink.dmrs.additional_position=2",
                                       "broadcast.sib1_prb_count=24", "broadcast.ssb_beam_count=8"};
  for (const std::string& cost : costs) {
    EXPECT_LT(peak({.overrides = {cost}}, downlink).blocks_mbps, plain) << cost;
  }
  const double one_layer = peak({.layer_count = 1}, downlink).blocks_mbps;
  EXPECT_NEAR(plain / one_layer, 2, 0.02);
  EXPECT_LT(peak({.modulation = "64qam"}, downlink).blocks_mbps, plain);
  EXPECT_LT(peak({.overrides = {"uplink.pucch_prb_count=10"}}, uplink).blocks_mbps,
            peak({}, uplink).blocks_mbps);
}

TEST(PeakRates, follow_the_tdd_pattern) {
  const double two_slots = peak({.patterns = {"5:7:6:2:4"}}, uplink).blocks_mbps;
  const double four_slots = peak({.patterns = {"5:5:6:4:4"}}, uplink).blocks_mbps;
  // One of the slots of 20 ms has PRACH in it.
  EXPECT_NEAR(four_slots / two_slots, 2, 0.1);
  const double two_patterns = peak({.patterns = {"3:3:6:2:4", "2:4:0:0:0"}}, uplink).blocks_mbps;
  EXPECT_NEAR(two_patterns / two_slots, 1, 0.05);
}

TEST(PeakRates, of_a_scenario_are_those_of_its_carriers_and_capabilities) {
  const schema::Scenario full = resolve(
      load_text(
          std::string(tdd_text) +
          "capability { name: \"one\" rx_branches: 1 max_dl_layers: 1 max_ul_modulation: QAM_64 }"
          "capability { name: \"nobody\" }"
          "terminal_group { name: \"watch\" capability: \"one\" placement { x_m: 50 } }")
          .scenario);
  const std::vector<PeakRate> rates = peak_rates(full);
  ASSERT_EQ(rates.size(), 4U);
  EXPECT_EQ(rates[0].capability, "redcap");
  EXPECT_EQ(rates[2].capability, "one");
  EXPECT_EQ(rates[2].layer_count, 1);
  EXPECT_EQ(rates[3].modulation_order, 6);
  EXPECT_GT(rates[0].blocks_mbps, rates[2].blocks_mbps);
}

TEST(PeakRates, are_those_of_the_part_that_a_terminal_can_take) {
  std::set<std::tuple<std::string, std::string, int>> found;
  for (const PeakRate& rate : peak_rates(ready_library("trial-2600-drive"))) {
    found.insert({rate.carrier, rate.capability, rate.prb_count});
  }
  const std::set<std::tuple<std::string, std::string, int>> expected{{"n41", "redcap_1t2r", 51},
                                                                     {"n41", "embb", 273},
                                                                     {"n28", "redcap_1t2r", 106},
                                                                     {"n28", "embb", 160}};
  EXPECT_EQ(found, expected);
}

TEST(PeakScenario, refuses_what_preflight_refuses) {
  const auto text = [](const PeakQuestion& question) {
    try {
      static_cast<void>(peak_scenario(question));
    } catch (const ScenarioError& error) {
      return to_text(error.findings);
    }
    return std::string();
  };
  EXPECT_EQ(text({}), "");
  EXPECT_THAT(text({.band = "n400"}), HasSubstr("unknown band"));
  EXPECT_THAT(text({.bandwidth_mhz = 55}), HasSubstr("55 MHz"));
  EXPECT_THAT(text({.patterns = {"5:7:6:2"}}), HasSubstr("no TDD pattern"));
  EXPECT_THAT(text({.patterns = {"5:7:6:2:4:1"}}), HasSubstr("no TDD pattern"));
  EXPECT_THAT(text({.patterns = {"5:7.5:6:2:4"}}), HasSubstr("no TDD pattern"));
  EXPECT_THAT(text({.patterns = {"5:9:6:2:4"}}), HasSubstr("symbols in a period"));
  EXPECT_THAT(text({.overrides = {"downlink.coreset=2"}}), HasSubstr("coreset_symbols"));
}

TEST(PeakText, says_who_uses_the_resource_elements) {
  const schema::Scenario scenario = peak_scenario({});
  EXPECT_THAT(peak_text(scenario, false), testing::Not(HasSubstr("TS ")));
  const std::string verbose = peak_text(scenario, true);
  for (const char* part : {"TS 38.306 4.1.2", "TS 38.214 5.1.3.2", "ssb", "prach", "coreset"}) {
    EXPECT_THAT(verbose, HasSubstr(part));
  }
}

TEST(TbsText, is_the_number_alone_or_with_its_clause) {
  // TS 38.214 5.1.3.2 step by step: 120 RE x 10 PRB x 2 bits x 120/1024 = 281.25; n = 3, 8 x 35 =
  // 280; the next size of Table 5.1.3.2-1 is 288.
  const phy::TbsInput input{.symbol_count = 11,
                            .dmrs_re_per_prb = 12,
                            .prb_count = 10,
                            .modulation_order = 2,
                            .rate_x1024 = 120};
  EXPECT_EQ(tbs_text(input, false), "288\n");
  EXPECT_THAT(tbs_text(input, true), HasSubstr("TS 38.214 5.1.3.2"));
}

TEST(ModulationOrder, knows_four_words) {
  EXPECT_EQ(modulation_order("qpsk"), 2);
  EXPECT_EQ(modulation_order("16qam"), 4);
  EXPECT_EQ(modulation_order("64qam"), 6);
  EXPECT_EQ(modulation_order("256qam"), 8);
  EXPECT_EQ(modulation_order("QPSK"), 0);
}

}  // namespace
}  // namespace redcell::scenarios
