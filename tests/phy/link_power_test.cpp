// Goal: open-loop power by TS 38.213 7.1.1, limited by the reductions of TS 38.101-1 Table 6.2.2-1.
// Method: figures by hand, the published table, and limits that must bite.
#include "phy/link/power.h"

#include <gtest/gtest.h>

#include <cmath>

namespace redcell::phy {
namespace {

constexpr double rounding_db = 1e-9;

// 10 PRB of 51 in the middle, 30 kHz, QPSK CP-OFDM: valid, and a test changes one field.
PuschPowerInput usual() {
  return {.p0 = base::Dbm(-90),
          .alpha = 0.8,
          .path_loss = base::Db(100),
          .mu = 1,
          .first_prb = 20,
          .prb_count = 10,
          .channel_prb_count = 51};
}

double total_dbm(const PuschPowerInput& input) {
  return pusch_power(input).per_re.value() + 10 * std::log10(12.0 * input.prb_count);
}

/// What is sent over a path that asks for more than there is.
double p_cmax_dbm(PuschPowerInput input) {
  input.path_loss = base::Db(200);
  return total_dbm(input);
}

TEST(PuschPower, follows_the_open_loop_formula) {
  // -90 + 10 log10(2 * 10) + 0.8 * 100 = 3.0103 dBm
  const PuschPower power = pusch_power(usual());
  EXPECT_NEAR(power.per_re.value(), 3.010299957 - 10 * std::log10(120.0), rounding_db);
  EXPECT_NEAR(power.headroom.value(), 21.5 - 3.010299957, rounding_db);
}

TEST(PuschPower, adds_closed_loop_commands) {
  PuschPowerInput input = usual();
  input.closed_loop = base::Db(-3);
  EXPECT_NEAR(total_dbm(input), 0.010299957, rounding_db);
}

TEST(PuschPower, is_limited_and_reports_negative_headroom) {
  PuschPowerInput input = usual();
  input.path_loss = base::Db(130);  // asks for 27.01 dBm
  const PuschPower power = pusch_power(input);
  EXPECT_NEAR(total_dbm(input), 21.5, rounding_db);
  EXPECT_NEAR(power.headroom.value(), 21.5 - 27.010299957, rounding_db);
}

TEST(PuschPower, concentrates_a_limited_terminal_on_fewer_prbs) {
  PuschPowerInput wide = usual();
  wide.path_loss = base::Db(140);
  PuschPowerInput narrow = wide;
  narrow.prb_count = 5;
  EXPECT_NEAR(pusch_power(narrow).per_re.value() - pusch_power(wide).per_re.value(),
              10 * std::log10(2.0), rounding_db);
}

struct Reduction {
  bool transform_precoding;
  int modulation_order;
  double outer_db, inner_db;
};

TEST(PuschPower, takes_the_published_reduction_of_power_class_3) {
  constexpr Reduction published[] = {
      {true, 1, 0.5, 0},   {true, 2, 1, 0},      {true, 4, 2, 1},
      {true, 6, 2.5, 2.5}, {true, 8, 4.5, 4.5},  {false, 2, 3, 1.5},
      {false, 4, 3, 2},    {false, 6, 3.5, 3.5}, {false, 8, 6.5, 6.5}};
  for (const Reduction& r : published) {
    PuschPowerInput input = usual();
    input.transform_precoding = r.transform_precoding;
    input.modulation_order = r.modulation_order;
    EXPECT_NEAR(p_cmax_dbm(input), 23 - r.inner_db, rounding_db);
    input.first_prb = 0;
    EXPECT_NEAR(p_cmax_dbm(input), 23 - r.outer_db, rounding_db);
  }
}

TEST(PuschPower, starts_from_the_power_class_it_is_given) {
  PuschPowerInput input = usual();
  input.power_class = base::Dbm(20);
  EXPECT_NEAR(p_cmax_dbm(input), 18.5, rounding_db);
}

// Start at least max(1, floor(L/2)) PRBs from both edges, and no more than half the channel
// (rounded up).
TEST(InnerAllocation, keeps_half_its_width_from_the_edges) {
  EXPECT_FALSE(is_inner_allocation(0, 1, 51));
  EXPECT_TRUE(is_inner_allocation(1, 1, 51));
  EXPECT_TRUE(is_inner_allocation(49, 1, 51));
  EXPECT_FALSE(is_inner_allocation(50, 1, 51));
  EXPECT_FALSE(is_inner_allocation(4, 10, 51));
  EXPECT_TRUE(is_inner_allocation(5, 10, 51));
  EXPECT_TRUE(is_inner_allocation(36, 10, 51));
  EXPECT_FALSE(is_inner_allocation(37, 10, 51));
  EXPECT_TRUE(is_inner_allocation(13, 26, 52));
  EXPECT_FALSE(is_inner_allocation(13, 27, 52));
  EXPECT_FALSE(is_inner_allocation(12, 26, 51)) << "26 is ceil(51 / 2), but no start is left";
}

TEST(PuschPowerDeathTest, rejects_allocations_outside_the_channel) {
  PuschPowerInput input = usual();
  input.first_prb = 45;
  EXPECT_DEATH((void)pusch_power(input), "broken precondition");
  input = usual();
  input.modulation_order = 1;
  EXPECT_DEATH((void)pusch_power(input), "broken precondition") << "pi/2-BPSK needs the precoder";
}

}  // namespace
}  // namespace redcell::phy
