// Goal: in a whole run, terminals of the wide BWP fill what is beside the RedCap BWP and cost a
// saturated RedCap terminal of their own cell nothing. Method: the same run with and without the
// wide terminal's traffic; PRBs and bytes of each terminal from the records.
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "scenarios/run.h"
#include "tests/scenarios/two_bwps.h"

namespace redcell::scenarios {
namespace {

/// Of one terminal in one direction.
struct Sum {
  std::int64_t bytes = 0;
  std::int64_t prbs = 0;
};

std::array<Sum, 2> sums(const Recorded& run, std::uint32_t ue) {
  std::array<Sum, 2> out{};
  for (const analysis::KpiRecord& record : run.records) {
    if (record.has_throughput_bin() && record.throughput_bin().ue() == ue) {
      const bool is_uplink = record.throughput_bin().direction() == analysis::UPLINK;
      out[is_uplink ? 1 : 0].bytes += record.throughput_bin().mac_bytes_acked();
    }
    if (record.has_link_bin() && record.link_bin().ue() == ue) {
      const bool is_uplink = record.link_bin().direction() == analysis::UPLINK;
      out[is_uplink ? 1 : 0].prbs += record.link_bin().prb_sum();
    }
  }
  return out;
}

std::string traffic_of(const std::string& group) {
  std::string text;
  for (const char* direction : {"DOWNLINK", "UPLINK"}) {
    text += "traffic { name: \"" + group + direction + "\" terminal_group: \"" + group +
            "\" full_buffer { direction: " + direction + " packet_bytes: 1500 } }\n";
  }
  return text;
}

Recorded run_of(const TwoBwps& bwps, const std::string& fading, bool has_wide_traffic) {
  const std::string text =
      two_bwps(bwps, wide_group_text("wide", "placement { x_m: 110 y_m: 5 }") + traffic_of("ue") +
                         (has_wide_traffic ? traffic_of("wide") : std::string()));
  return simulate_recorded(
      ready_text(text, {"duration_s=1", "warm_up_s=0.2", on(bwps.kind, "channel.fading=") + fading,
                        "terminal_group[ue].route.fading_speed_kmh=3"}));
}

// The narrow BWP is served first and has CCEs and terminals a slot of its own; PUCCH is kept free
// for both in either run, a cell does not disturb itself, and chance belongs to each terminal: the
// model leaves nothing by which the runs could differ.
class TwoBwpsRun : public testing::TestWithParam<TwoBwps> {};

TEST_P(TwoBwpsRun, leaves_a_saturated_redcap_terminal_what_it_has_alone) {
  for (const char* fading : {"NONE", "TDL_A"}) {
    const std::array<Sum, 2> alone = sums(run_of(GetParam(), fading, false), 0);
    const std::array<Sum, 2> beside = sums(run_of(GetParam(), fading, true), 0);
    for (const std::size_t direction : {0U, 1U}) {
      ASSERT_GT(alone[direction].bytes, 500'000) << fading << " " << direction;
      EXPECT_EQ(beside[direction].bytes, alone[direction].bytes) << fading << " " << direction;
      EXPECT_EQ(beside[direction].prbs, alone[direction].prbs) << fading << " " << direction;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Carriers, TwoBwpsRun,
                         testing::Values(TwoBwps{CellKind::n41_tdd, 0},
                                         TwoBwps{CellKind::n41_tdd, 100},
                                         TwoBwps{CellKind::n28_fdd, 0}),
                         [](const auto& each) { return name_of(each.param); });

// 273 PRBs of which 51 are the other's: in the downlink groups of 16 that begin at PRB 64, in the
// uplink PRBs 51 to 270.
TEST(TwoBwpsRun, fills_the_rest_of_the_carrier_with_the_wide_terminal) {
  const Recorded run = run_of({.kind = CellKind::n41_tdd}, "NONE", true);
  const std::array<Sum, 2> redcap = sums(run, 0);
  const std::array<Sum, 2> wide = sums(run, 1);
  for (const std::size_t direction : {0U, 1U}) {
    EXPECT_GT(wide[direction].prbs, 3 * redcap[direction].prbs) << direction;
    EXPECT_GT(wide[direction].bytes, 3 * redcap[direction].bytes) << direction;
  }
}

}  // namespace
}  // namespace redcell::scenarios
