// Goal: the aggregation level of a DCI follows the link: one receive branch less needs about one
// level more, and no level is wanted that the link does not ask for. Method: a terminal with a
// small packet a slot on a TDL-A channel, moved by extra loss over the range of levels; levels of
// all DCIs wanted, as the run's records have them.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

/// [ours] What "about one level" may be: combining brings 3 dB, a level, and diversity adds.
constexpr double least_levels = 0.5;
constexpr double most_levels = 1.5;

/// DCIs wanted at levels 1, 2, 4, 8 and 16.
using Levels = std::array<double, 5>;

Levels levels_of(int branches, double extra_loss_db) {
  const CellKind kind = CellKind::n28_fdd;
  const std::string packets =
      "traffic { name: \"packets\" terminal_group: \"ue\" "
      "udp_rate { direction: DOWNLINK payload_bytes: 40 rate_mbps: 0.32 } }\n";
  const Recorded run = simulate_recorded(
      ready_text(one_cell(kind, packets),
                 std::vector<std::string>{
                     on(kind, "downlink.aggregation_level=1"), on(kind, "downlink.mcs_table=QAM64"),
                     on(kind, "downlink.coreset_symbols=2"), "capability[redcap].max_dl_layers=1",
                     "capability[redcap].max_bandwidth_mhz=25",
                     "capability[redcap].rx_branches=" + std::to_string(branches)} +
                     fading_overrides(kind, 30, extra_loss_db)));
  Levels out{};
  for (const analysis::KpiRecord& record : run.records) {
    for (const analysis::CellBin::Pdcch& row : record.cell_bin().pdcch()) {
      EXPECT_EQ(row.bwp(), 0U);
      const auto level = static_cast<std::size_t>(std::lround(std::log2(row.aggregation_level())));
      out.at(level) += static_cast<double>(row.dci_sent() + row.dci_blocked());
    }
  }
  return out;
}

/// Mean number of doublings.
double mean_level(const Levels& levels) {
  double sum = 0;
  double count = 0;
  for (std::size_t level = 0; level < levels.size(); ++level) {
    sum += static_cast<double>(level) * levels[level];
    count += levels[level];
  }
  EXPECT_GT(count, 1000);
  return sum / count;
}

TEST(PdcchLevels, are_about_one_higher_with_one_branch_less) {
  std::array<double, 2> mean{};
  constexpr std::array losses_db{85.0, 87.0, 89.0};
  for (const double loss_db : losses_db) {
    const double one = mean_level(levels_of(1, loss_db));
    const double two = mean_level(levels_of(2, loss_db));
    EXPECT_GT(one, two) << loss_db << " dB";
    mean[0] += one / losses_db.size();
    mean[1] += two / losses_db.size();
  }
  EXPECT_GT(mean[0] - mean[1], least_levels);
  EXPECT_LT(mean[0] - mean[1], most_levels);
}

// Twice the branches bring as much again, but less diversity than the second of two.
TEST(PdcchLevels, are_lower_with_four_branches_than_with_two) {
  std::array<double, 2> mean{};
  constexpr std::array losses_db{86.0, 88.0, 90.0};
  for (const double loss_db : losses_db) {
    mean[0] += mean_level(levels_of(2, loss_db)) / losses_db.size();
    mean[1] += mean_level(levels_of(4, loss_db)) / losses_db.size();
  }
  EXPECT_GT(mean[0] - mean[1], least_levels);
  EXPECT_LT(mean[0] - mean[1], most_levels);
}

TEST(PdcchLevels, are_the_least_near_the_mast) {
  const Levels levels = levels_of(1, 40);
  EXPECT_GT(levels[0], 1000);
  EXPECT_EQ(levels[1] + levels[2] + levels[3] + levels[4], 0);
}

}  // namespace
}  // namespace redcell::scenarios
