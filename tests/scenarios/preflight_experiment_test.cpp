// Goal: preflight lets no traffic through that its bearer would drop for ever, and knows the names
// of exactly the figures a run can have. Method: sizes around the limits; a run with handovers,
// pings and packets, each figure of which must be a legal target.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "analysis/summary.h"
#include "scenarios/preflight.h"
#include "tests/scenarios/preflight_rule.h"
#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

class ExperimentRule : public testing::TestWithParam<Case> {};

TEST_P(ExperimentRule, finds_the_broken_and_passes_the_legal) { expect_rule(GetParam()); }

const std::string video = "traffic[video].";
const std::string limit = "terminal_group[cam].bearer.queue_limit_kb=";

std::string traffic_text(const std::string& kind) {
  return with(tdd_text, "full_buffer { }", kind + " { }");
}

INSTANTIATE_TEST_SUITE_P(
    Queues, ExperimentRule,
    testing::Values(
        Case{"a_file_that_never_fits",
             traffic_text("file_transfer"),
             {limit + "499"},
             video + "file_transfer.file_kb",
             "[ours]"},
        Case{"a_file_that_just_fits", traffic_text("file_transfer"), {limit + "500"}, "", ""},
        Case{"a_target_above_the_limit",
             traffic_text("udp_full_buffer"),
             {limit + "399"},
             video + "udp_full_buffer.queue_target_kb",
             "[ours]"},
        Case{"a_target_at_the_limit", traffic_text("udp_full_buffer"), {limit + "400"}, "", ""},
        // 120 kB and a packet of 1500 bytes.
        Case{"a_full_buffer_above_the_limit",
             tdd_text,
             {limit + "121"},
             video + "full_buffer",
             "[ours]"},
        Case{"a_full_buffer_below_the_limit", tdd_text, {limit + "122"}, "", ""},
        Case{"a_rate_at_any_limit", traffic_text("udp_rate"), {limit + "1"}, "", ""},
        Case{"a_limit_of_another_group",
             and_block(traffic_text("file_transfer"),
                       "terminal_group { name: \"b\" capability: \"redcap\"\n"
                       "placement { x_m: 50 } bearer { queue_limit_kb: 1 } }"),
             {},
             "",
             ""}),
    name_of);

const std::string budget = "terminal_group[cam].delay_budget_ms=";
const std::string load = "target[0].kpi=dl_prb_utilisation_percent";

INSTANTIATE_TEST_SUITE_P(
    Figures, ExperimentRule,
    testing::Values(
        Case{"of_mobility", tdd_text, {"target[0].kpi=handover_ratio"}, "", ""},
        Case{"of_cells_for_terminals", tdd_text, {load}, "target[0].terminal_group", "[ours]"},
        Case{"of_cells_for_cells", tdd_text, {load, "target[0].terminal_group=cells"}, "", ""},
        Case{"of_terminals_for_cells",
             tdd_text,
             {"target[0].terminal_group=cells"},
             "target[0].kpi",
             ""},
        Case{"of_a_budget_for_a_group_without",
             tdd_text,
             {"target[0].kpi=dl_satisfied_ratio", "target[0].terminal_group=cam"},
             "target[0].terminal_group",
             "[ours]"},
        Case{"of_a_budget_for_all_terminals",
             tdd_text,
             {"target[0].kpi=dl_within_budget_ratio", budget + "20"},
             "target[0].terminal_group",
             "[ours]"},
        Case{"of_a_budget_for_a_group_with",
             tdd_text,
             {"target[0].kpi=dl_satisfied_ratio", "target[0].terminal_group=cam", budget + "20"},
             "",
             ""},
        Case{"a_budget_in_the_background",
             tdd_text,
             {budget + "20", "terminal_group[cam].background=true"},
             "terminal_group[cam].delay_budget_ms",
             "[ours]"},
        Case{"no_budget_in_the_background",
             tdd_text,
             {"terminal_group[cam].background=true"},
             "",
             ""},
        Case{"a_group_called_as_the_cells",
             and_block(tdd_text,
                       "terminal_group { name: \"cells\" capability: \"redcap\"\n"
                       "placement { x_m: 50 } }"),
             {},
             "terminal_group[cells].name",
             "[ours]"}),
    name_of);

// Two masts 400 m apart, a terminal that goes from one to the other and does everything.
TEST(Figures, of_a_run_are_all_legal_targets) {
  std::string text = one_cell(CellKind::n28_fdd, R"(
traffic { name: "ping" terminal_group: "ue" ping { } }
traffic { name: "down" terminal_group: "ue" udp_rate { direction: DOWNLINK } }
traffic { name: "up" terminal_group: "ue" udp_rate { direction: UPLINK } }
site { name: "b" x_m: 400 height_m: 25 sector { carrier: "n28" azimuth_deg: 270 } }
)");
  text = with(text, "placement { x_m: 100 }",
              "route { speed_kmh: 250 way_point { x_m: 60 y_m: 10 } way_point { x_m: 390 } }");
  const std::vector<std::string> settings{"duration_s=6", "terminal_group[ue].delay_budget_ms=20"};
  const Recorded run = simulate_recorded(ready_text(text, settings));
  std::set<std::string> names;
  for (const analysis::Kpi& figure : run.result.summary.kpi) {
    std::vector<std::string> target{"target[0].kpi=" + figure.name};
    if (figure.terminal_group == analysis::cell_group) {
      target.push_back("target[0].terminal_group=cells");
    }
    const bool is_of_budget = figure.name.find("budget") != std::string::npos ||
                              figure.name.find("satisfied") != std::string::npos;
    if (is_of_budget) {
      target.insert(target.end(), {budget + "20", "target[0].terminal_group=cam"});
    }
    EXPECT_EQ(to_text(findings_of(tdd_text, target)), "");
    names.insert(figure.name);
  }
  // What the drive is for: no figure of a kind was missing.
  for (const char* name :
       {"rtt_ms", "dl_latency_ms", "ul_goodput_mbps", "handover_count", "handover_execution_ratio",
        "handover_interruption_ms", "ss_sinr_db", "dl_rank2_share_percent",
        "ul_interference_over_thermal_db", "dl_satisfied_ratio", "ul_within_budget_ratio"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

}  // namespace
}  // namespace redcell::scenarios
