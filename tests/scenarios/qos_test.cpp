// Goal: in whole runs a cell that ranks by QoS serves the lower priority level first, holds a
// guaranteed bit rate, and keeps packets inside the delay budget of their 5QI.
// Method: one cell of an ideal radio that others saturate; rates and latencies with the rule and
// without it, in the same world.
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "analysis/summary.h"
#include "mac/qos.h"
#include "scenarios/run.h"
#include "tests/scenarios/many_cells.h"

namespace redcell::scenarios {
namespace {

constexpr CellKind kind = CellKind::n41_tdd;

/// What the terminals of "ue" and those of "crowd" have on their bearers, and what they send.
struct Setting {
  std::string policy = "QOS";
  std::string ue_bearer;
  std::string crowd_bearer;
  std::string ue_dl_traffic = "full_buffer {";
  std::string ue_ul_traffic = "full_buffer {";
  std::string crowd_count = "1";
  std::string warm_up_s = "1.5";
};

analysis::Summary run(const Setting& setting) {
  std::string text = one_cell(kind, group_text("crowd", "count: " + setting.crowd_count +
                                                            " placement { x_m: 100 y_m: 0 } "
                                                            "bearer { rlc_mode: UM " +
                                                            setting.crowd_bearer + " }"));
  text = with(text, "pdcp_sn_bits: 18 }", "pdcp_sn_bits: 18 " + setting.ue_bearer + " }");
  for (const std::string direction : {"DOWNLINK", "UPLINK"}) {
    text += "traffic { name: \"ue" + direction + "\" terminal_group: \"ue\" " +
            (direction == "UPLINK" ? setting.ue_ul_traffic : setting.ue_dl_traffic) +
            " direction: " + direction + " } }\n";
    text += "traffic { name: \"crowd" + direction +
            "\" terminal_group: \"crowd\" full_buffer { direction: " + direction + " } }\n";
  }
  return simulate_recorded(ready_text(text, {"duration_s=4", "warm_up_s=" + setting.warm_up_s,
                                             on(kind, "scheduler.policy=" + setting.policy)}))
      .result.summary;
}

double figure(const analysis::Summary& summary, const std::string& name,
              const std::string& statistic = "mean") {
  const analysis::Kpi* kpi = summary.find(name, "ue", statistic);
  EXPECT_NE(kpi, nullptr) << name;
  return kpi ? kpi->value : 0;
}

const std::array<std::string, 2> directions{"dl", "ul"};

TEST(Qos, gives_a_saturated_cell_to_the_lower_priority_level) {
  const analysis::Summary first = run({.ue_bearer = "five_qi: 8", .crowd_bearer = "five_qi: 9"});
  const analysis::Summary last = run({.ue_bearer = "five_qi: 8", .crowd_bearer = "five_qi: 6"});
  const analysis::Summary fair =
      run({.policy = "PROPORTIONAL_FAIR", .ue_bearer = "five_qi: 8", .crowd_bearer = "five_qi: 6"});
  for (const std::string& direction : directions) {
    const std::string rate = direction + "_throughput_mbps";
    const double half = figure(fair, rate);
    EXPECT_NEAR(figure(first, rate), 2 * half, 0.05 * half) << direction;
    EXPECT_LT(figure(last, rate), 0.01 * half) << direction;
  }
}

TEST(Qos, holds_a_guaranteed_bit_rate_and_without_one_nothing) {
  const std::string crowd = "five_qi: 70";  // Level 55, that of 5QI 71 is 56.
  const analysis::Summary with_one =
      run({.ue_bearer = "five_qi: 71 gfbr_dl_mbps: 6 gfbr_ul_mbps: 2", .crowd_bearer = crowd});
  const analysis::Summary without = run({.ue_bearer = "five_qi: 71", .crowd_bearer = crowd});
  EXPECT_NEAR(figure(with_one, "dl_throughput_mbps"), 6, 0.06);
  EXPECT_NEAR(figure(with_one, "ul_throughput_mbps"), 2, 0.06);
  for (const std::string& direction : directions) {
    EXPECT_LT(figure(without, direction + "_throughput_mbps"), 0.06) << direction;
  }
}

TEST(Qos, keeps_a_flow_inside_its_delay_budget_where_proportional_fair_does_not) {
  // The flow is more than a twentieth of the cell, which is what it has where all are alike.
  Setting setting{.ue_bearer = "five_qi: 3 gfbr_dl_mbps: 16 gfbr_ul_mbps: 4",
                  .crowd_bearer = "five_qi: 9",
                  .ue_dl_traffic = "udp_rate { payload_bytes: 1200 rate_mbps: 14",
                  .ue_ul_traffic = "udp_rate { payload_bytes: 1200 rate_mbps: 2",
                  .crowd_count = "19"};
  const double budget_ms = base::to_milliseconds(mac::standardised_5qi(3)->delay_budget);
  const analysis::Summary qos = run(setting);
  setting.policy = "PROPORTIONAL_FAIR";
  const analysis::Summary fair = run(setting);
  for (const std::string& direction : directions) {
    EXPECT_LT(figure(qos, direction + "_latency_ms", "p99"), budget_ms) << direction;
    EXPECT_GT(figure(fair, direction + "_latency_ms", "p99"), budget_ms) << direction;
  }
}

TEST(Qos, keeps_a_flow_inside_its_delay_budget_beside_guarantees_of_higher_priority) {
  // The crowd's guarantee of two seconds comes at once at the beginning, for more than a second.
  const analysis::Summary qos = run({.ue_bearer = "five_qi: 71 gfbr_dl_mbps: 2 gfbr_ul_mbps: 2",
                                     .crowd_bearer = "five_qi: 4 gfbr_dl_mbps: 70 gfbr_ul_mbps: 12",
                                     .ue_dl_traffic = "udp_rate { payload_bytes: 1200 rate_mbps: 1",
                                     .ue_ul_traffic = "udp_rate { payload_bytes: 1200 rate_mbps: 1",
                                     .warm_up_s = "0"});
  const double budget_ms = base::to_milliseconds(mac::standardised_5qi(71)->delay_budget);
  for (const std::string& direction : directions) {
    EXPECT_LT(figure(qos, direction + "_latency_ms", "max"), budget_ms) << direction;
    // For most of the time nothing waits.
    EXPECT_GT(figure(qos, direction + "_latency_ms", "p95"), 0.3 * budget_ms) << direction;
  }
}

}  // namespace
}  // namespace redcell::scenarios
