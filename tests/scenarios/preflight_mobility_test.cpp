// Goal: preflight takes the values of Mobility that RRC can signal, all of them, and no others, of
// which it names the nearest. Method: the lists of TS 38.331 6.3.2 once more, every value, and one
// between each two.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scenarios/preflight.h"
#include "tests/scenarios/preflight_rule.h"

namespace redcell::scenarios {
namespace {

const std::string mobility = "carrier[n41].mobility.";

struct List {
  const char* field;
  std::vector<double> values;
};

void PrintTo(const List& list, std::ostream* out) { *out << list.field; }

std::vector<double> steps(double first, double last, double step) {
  std::vector<double> values;
  for (double value = first; value <= last; value += step) values.push_back(value);
  return values;
}

class MobilityList : public testing::TestWithParam<List> {
 protected:
  static std::vector<Finding> findings_with(double value) {
    return findings_of(tdd_text, {fmt::format("{}{}={}", mobility, GetParam().field, value)});
  }
};

TEST_P(MobilityList, takes_what_rrc_can_signal) {
  for (const double value : GetParam().values) {
    EXPECT_EQ(to_text(findings_with(value)), "") << value;
  }
}

TEST_P(MobilityList, names_the_nearest_of_what_it_cannot) {
  const std::vector<double>& values = GetParam().values;
  int tried = 0;
  for (std::size_t i = 1; i < values.size(); ++i) {
    const double below = values[i - 1];
    const double above = values[i];
    const bool is_count = GetParam().field[0] == 'n' || GetParam().field[0] == 'f';
    if (is_count && above - below < 2) continue;
    const double between = is_count ? below + 1 : (below + above) / 2;
    const std::vector<Finding> findings = findings_with(between);
    ASSERT_EQ(findings.size(), 1U) << between;
    EXPECT_EQ(findings[0].path, mobility + GetParam().field);
    EXPECT_TRUE(findings[0].allowed.starts_with(fmt::format("{} or {}", below, above)))
        << findings[0].allowed;
    EXPECT_TRUE(findings[0].clause.starts_with("TS 38.331 6.3.2")) << findings[0].clause;
    ++tried;
  }
  EXPECT_GT(tried, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Fields, MobilityList,
    testing::Values(
        List{"a3_offset_db", steps(-15, 15, 0.5)}, List{"hysteresis_db", steps(0, 15, 0.5)},
        List{"time_to_trigger_ms",
             {0, 40, 64, 80, 100, 128, 160, 256, 320, 480, 512, 640, 1024, 1280, 2560, 5120}},
        List{"filter_coefficient", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 13, 15, 17, 19}},
        List{"report_interval_ms", {120, 240, 480, 640, 1024, 2048, 5120, 10240, 20480}},
        List{"t304_ms", {50, 100, 150, 200, 500, 1000, 2000, 10000}},
        List{"t310_ms", {0, 50, 100, 200, 500, 1000, 2000, 4000, 6000}},
        List{"n310", {1, 2, 3, 4, 6, 8, 10, 20}}, List{"n311", {1, 2, 3, 4, 5, 6, 8, 10}},
        List{"preamble_target_dbm", steps(-202, -60, 2)}),
    [](const testing::TestParamInfo<List>& p) { return std::string(p.param.field); });

TEST(MobilityRule, names_the_last_value_to_one_beyond_it) {
  const auto findings = findings_of(tdd_text, {mobility + "report_interval_ms=30720"});
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].allowed, "20480 ms, the nearest that RRC can signal");
}

}  // namespace
}  // namespace redcell::scenarios
