// Goal: tapped delay lines are those of TR 38.901 7.7.2, scaled as 7.7.3 and 7.7.6 say.
// Method: golden points of the tables, moments computed in double from the returned taps, and the
// table's own K factors.
#include "phy/channel/tdl.h"

#include <gtest/gtest.h>

#include <cmath>

namespace redcell::phy {
namespace {

constexpr TdlProfile profiles[] = {TdlProfile::tdl_a, TdlProfile::tdl_b, TdlProfile::tdl_c,
                                   TdlProfile::tdl_d, TdlProfile::tdl_e};

struct Moments {
  double power = 0.0;
  double los = 0.0;
  double spread_s = 0.0;
};

Moments moments(const std::vector<TdlTap>& taps) {
  Moments m;
  double first = 0.0;
  double second = 0.0;
  for (const TdlTap& tap : taps) {
    const double power = tap.rayleigh_power_lin + tap.los_power_lin;
    m.power += power;
    m.los += tap.los_power_lin;
    first += power * tap.delay_s;
    second += power * tap.delay_s * tap.delay_s;
  }
  m.spread_s = std::sqrt(second / m.power - first * first / (m.power * m.power));
  return m;
}

TEST(Tdl, powers_sum_to_one) {
  for (const TdlProfile profile : profiles) {
    EXPECT_NEAR(moments(tdl_taps(profile, {base::Seconds(1e-7), {}})).power, 1.0, 1e-14);
  }
}

TEST(Tdl, has_the_tables_delays_and_powers) {
  // Tables 7.7.2-1 to 7.7.2-5: number of delays, the last one, and the last power over the first
  // Rayleigh power.
  const struct {
    std::size_t count;
    double last_delay;
    double last_over_first_db;
  } expected[] = {{23, 9.6586, -29.7 + 13.4},
                  {23, 4.7834, -11.3},
                  {24, 8.6523, -22.8 + 4.4},
                  {13, 12.525, -27.7 + 13.5},
                  {14, 20.6519, -29.2 + 22.03}};
  for (std::size_t i = 0; i < 5; ++i) {
    const auto taps = tdl_taps(profiles[i], {base::Seconds(1.0), {}});
    ASSERT_EQ(taps.size(), expected[i].count);
    EXPECT_LE(taps.size(), static_cast<std::size_t>(tdl_tap_count_max));
    EXPECT_NEAR(taps.back().delay_s, expected[i].last_delay, 1e-12);
    EXPECT_NEAR(10.0 * std::log10(taps.back().rayleigh_power_lin / taps.front().rayleigh_power_lin),
                expected[i].last_over_first_db, 1e-9);
    EXPECT_EQ(taps.front().delay_s, 0.0);
  }
  // TDL-A's second tap is its strongest, at 0.3819; TDL-C's sixth at 0.6366.
  const auto a = tdl_taps(TdlProfile::tdl_a, {base::Seconds(1.0), {}});
  EXPECT_NEAR(10.0 * std::log10(a[1].rayleigh_power_lin / a[0].rayleigh_power_lin), 13.4, 1e-9);
  EXPECT_NEAR(a[1].delay_s, 0.3819, 1e-12);
  const auto c = tdl_taps(TdlProfile::tdl_c, {base::Seconds(1.0), {}});
  EXPECT_NEAR(10.0 * std::log10(c[5].rayleigh_power_lin / c[0].rayleigh_power_lin), 4.4, 1e-9);
  EXPECT_NEAR(c[5].delay_s, 0.6366, 1e-12);
}

TEST(Tdl, line_of_sight_is_in_the_first_tap_of_d_and_e_alone) {
  for (const TdlProfile profile : profiles) {
    const auto taps = tdl_taps(profile, {base::Seconds(1e-7), {}});
    EXPECT_EQ(taps.front().los_power_lin > 0.0, has_line_of_sight(profile));
    for (std::size_t tap = 1; tap < taps.size(); ++tap) EXPECT_EQ(taps[tap].los_power_lin, 0.0);
  }
  // Table 7.7.2-4 gives TDL-D's first tap a K factor of 13.3 dB, Table 7.7.2-5 TDL-E's 22 dB.
  const auto d = tdl_taps(TdlProfile::tdl_d, {base::Seconds(1e-7), {}}).front();
  EXPECT_NEAR(10.0 * std::log10(d.los_power_lin / d.rayleigh_power_lin), 13.3, 1e-9);
  const auto e = tdl_taps(TdlProfile::tdl_e, {base::Seconds(1e-7), {}}).front();
  EXPECT_NEAR(10.0 * std::log10(e.los_power_lin / e.rayleigh_power_lin), 22.0, 1e-9);
}

TEST(Tdl, delay_spread_is_the_wanted_one) {
  // The printed tables have a spread of 1 within the rounding of their powers and delays.
  constexpr double table_rounding = 0.01;
  for (const TdlProfile profile : profiles) {
    for (const double wanted_s : {30e-9, 100e-9, 363e-9}) {
      const Moments m = moments(tdl_taps(profile, {base::Seconds(wanted_s), {}}));
      EXPECT_NEAR(m.spread_s / wanted_s, 1.0, table_rounding);
    }
    EXPECT_EQ(tdl_taps(profile, {base::Seconds(0.0), {}}).back().delay_s, 0.0);
  }
}

TEST(Tdl, k_factor_is_the_wanted_one_and_keeps_the_delay_spread) {
  for (const TdlProfile profile : {TdlProfile::tdl_d, TdlProfile::tdl_e}) {
    for (const double k_db : {-5.0, 0.0, 7.0, 15.0}) {
      const auto taps = tdl_taps(profile, {base::Seconds(100e-9), base::Db(k_db)});
      const Moments m = moments(taps);
      EXPECT_NEAR(10.0 * std::log10(m.los / (m.power - m.los)), k_db, 1e-9);
      EXPECT_NEAR(m.spread_s, 100e-9, 1e-18);
      EXPECT_NEAR(m.power, 1.0, 1e-14);
    }
  }
}

TEST(TdlDeathTest, rejects_a_negative_spread_and_a_k_factor_without_line_of_sight) {
  EXPECT_DEATH((void)tdl_taps(TdlProfile::tdl_a, {base::Seconds(-1.0), {}}), "broken precondition");
  EXPECT_DEATH((void)tdl_taps(TdlProfile::tdl_c, {base::Seconds(1e-7), base::Db(3.0)}),
               "broken precondition");
}

}  // namespace
}  // namespace redcell::phy
