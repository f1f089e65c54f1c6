// Goal: every row of the MCS and CQI tables is the standard's.
// Method: spectral efficiencies, worked out to four decimals from two published implementations'
// rows (which agree), against order times rate; and golden points row by row where an off-by-one
// would hide.
#include "phy/nr/mcs_table.h"

#include <gtest/gtest.h>

#include <span>
#include <vector>

namespace redcell::phy {
namespace {

/// The figures below have four decimals.
constexpr double print_tolerance = 0.5001e-4;

// TS 38.214 Table 5.1.3.1-1.
const std::vector<double> qam64_efficiency{
    0.2344, 0.3066, 0.377,  0.4902, 0.6016, 0.7402, 0.877,  1.0273, 1.1758, 1.3262,
    1.3281, 1.4766, 1.6953, 1.9141, 2.1602, 2.4062, 2.5703, 2.5664, 2.7305, 3.0293,
    3.3223, 3.6094, 3.9023, 4.2129, 4.5234, 4.8164, 5.1152, 5.332,  5.5547};
// TS 38.214 Table 5.1.3.1-2.
const std::vector<double> qam256_efficiency{0.2344, 0.377,  0.6016, 0.877,  1.1758, 1.4766, 1.6953,
                                            1.9141, 2.1602, 2.4062, 2.5703, 2.7305, 3.0293, 3.3223,
                                            3.6094, 3.9023, 4.2129, 4.5234, 4.8164, 5.1152, 5.332,
                                            5.5547, 5.8906, 6.2266, 6.5703, 6.9141, 7.1602, 7.4062};
// TS 38.214 Table 5.1.3.1-3.
const std::vector<double> low_se_efficiency{
    0.0586, 0.0781, 0.0977, 0.125,  0.1523, 0.1934, 0.2344, 0.3066, 0.377,  0.4902,
    0.6016, 0.7402, 0.877,  1.0273, 1.1758, 1.3281, 1.4766, 1.6953, 1.9141, 2.1602,
    2.4062, 2.5664, 2.7305, 3.0293, 3.3223, 3.6094, 3.9023, 4.2129, 4.5234};
// TS 38.214 Table 6.1.4.1-1 with q = 2.
const std::vector<double> tp_efficiency{0.2344, 0.3066, 0.377,  0.4902, 0.6016, 0.7402, 0.877,
                                        1.0273, 1.1758, 1.3262, 1.3281, 1.4766, 1.6953, 1.9141,
                                        2.1602, 2.4062, 2.5703, 2.7305, 3.0293, 3.3223, 3.6094,
                                        3.9023, 4.2129, 4.5234, 4.8164, 5.1152, 5.332,  5.5547};
// TS 38.214 Table 6.1.4.1-2 with q = 2.
const std::vector<double> tp_low_se_efficiency{
    0.0586, 0.0781, 0.0977, 0.125,  0.1523, 0.1934, 0.2344, 0.3066, 0.377,  0.4902,
    0.6016, 0.7402, 0.877,  1.0273, 1.1758, 1.3262, 1.4766, 1.6953, 1.9141, 2.1602,
    2.4062, 2.5703, 2.7305, 3.0156, 3.3223, 3.6094, 3.9023, 4.5234};
// TS 38.214 Table 5.2.2.1-2.
const std::vector<double> cqi_1_efficiency{0.1523, 0.2344, 0.377,  0.6016, 0.877,
                                           1.1758, 1.4766, 1.9141, 2.4062, 2.7305,
                                           3.3223, 3.9023, 4.5234, 5.1152, 5.5547};
// TS 38.214 Table 5.2.2.1-3.
const std::vector<double> cqi_2_efficiency{0.1523, 0.377,  0.877,  1.4766, 1.9141,
                                           2.4062, 2.7305, 3.3223, 3.9023, 4.5234,
                                           5.1152, 5.5547, 6.2266, 6.9141, 7.4062};
// TS 38.214 Table 5.2.2.1-4.
const std::vector<double> cqi_3_efficiency{0.0586, 0.0977, 0.1523, 0.2344, 0.377,
                                           0.6016, 0.877,  1.1758, 1.4766, 1.9141,
                                           2.4062, 2.7305, 3.3223, 3.9023, 4.5234};

void expect_mcs_table(McsTable table, std::span<const double> efficiency) {
  ASSERT_EQ(mcs_count(table), static_cast<int>(efficiency.size()));
  for (int i = 0; i < mcs_count(table); ++i) {
    EXPECT_NEAR(mcs(table, base::McsIndex(i)).spectral_efficiency(),
                efficiency[static_cast<std::size_t>(i)], print_tolerance)
        << i;
  }
}

void expect_cqi_table(CqiTable table, std::span<const double> efficiency) {
  ASSERT_EQ(efficiency.size(), 15U);
  for (int i = 1; i <= 15; ++i) {
    EXPECT_NEAR(cqi(table, base::CqiIndex(i)).spectral_efficiency(),
                efficiency[static_cast<std::size_t>(i - 1)], print_tolerance)
        << i;
  }
}

void expect_row(Mcs row, int order, double rate_x1024) {
  EXPECT_EQ(row.modulation_order, order);
  EXPECT_EQ(row.rate_x1024, rate_x1024);
}

TEST(McsTable, has_the_published_spectral_efficiencies) {
  expect_mcs_table(McsTable::qam64, qam64_efficiency);
  expect_mcs_table(McsTable::qam256, qam256_efficiency);
  expect_mcs_table(McsTable::qam64_low_se, low_se_efficiency);
  expect_mcs_table(McsTable::tp_qam64, tp_efficiency);
  expect_mcs_table(McsTable::tp_qam64_low_se, tp_low_se_efficiency);
}

TEST(CqiTable, has_the_published_spectral_efficiencies) {
  expect_cqi_table(CqiTable::table_1, cqi_1_efficiency);
  expect_cqi_table(CqiTable::table_2, cqi_2_efficiency);
  expect_cqi_table(CqiTable::table_3, cqi_3_efficiency);
}

TEST(McsTable, changes_modulation_at_the_right_rows) {
  const auto row = [](McsTable table, int index) { return mcs(table, base::McsIndex(index)); };
  expect_row(row(McsTable::qam64, 9), 2, 679);
  expect_row(row(McsTable::qam64, 10), 4, 340);
  expect_row(row(McsTable::qam64, 16), 4, 658);
  expect_row(row(McsTable::qam64, 17), 6, 438);
  expect_row(row(McsTable::qam64, 28), 6, 948);
  expect_row(row(McsTable::qam256, 4), 2, 602);
  expect_row(row(McsTable::qam256, 5), 4, 378);
  expect_row(row(McsTable::qam256, 11), 6, 466);
  expect_row(row(McsTable::qam256, 19), 6, 873);
  expect_row(row(McsTable::qam256, 20), 8, 682.5);
  expect_row(row(McsTable::qam256, 26), 8, 916.5);
  expect_row(row(McsTable::qam256, 27), 8, 948);
  expect_row(row(McsTable::qam64_low_se, 0), 2, 30);
  expect_row(row(McsTable::qam64_low_se, 15), 4, 340);
  expect_row(row(McsTable::qam64_low_se, 21), 6, 438);
  expect_row(row(McsTable::tp_qam64, 17), 6, 466);
  expect_row(row(McsTable::tp_qam64_low_se, 22), 4, 699);
  expect_row(row(McsTable::tp_qam64_low_se, 26), 6, 666);
}

TEST(CqiTable, changes_modulation_at_the_right_rows) {
  const auto order = [](CqiTable table, int index) {
    return cqi(table, base::CqiIndex(index)).modulation_order;
  };
  EXPECT_EQ(order(CqiTable::table_1, 6), 2);
  EXPECT_EQ(order(CqiTable::table_1, 7), 4);
  EXPECT_EQ(order(CqiTable::table_1, 10), 6);
  EXPECT_EQ(order(CqiTable::table_2, 3), 2);
  EXPECT_EQ(order(CqiTable::table_2, 4), 4);
  EXPECT_EQ(order(CqiTable::table_2, 11), 6);
  EXPECT_EQ(order(CqiTable::table_2, 12), 8);
  EXPECT_EQ(order(CqiTable::table_3, 8), 2);
  EXPECT_EQ(order(CqiTable::table_3, 12), 6);
  EXPECT_EQ(cqi(CqiTable::table_2, base::CqiIndex(15)).rate_x1024, 948);
}

TEST(McsTable, halves_the_order_and_doubles_the_rate_with_pi_2_bpsk_in_the_lowest_rows_only) {
  const auto bpsk = [](int index) {
    return mcs(McsTable::tp_qam64_low_se, base::McsIndex(index), true);
  };
  expect_row(bpsk(0), 1, 60);
  expect_row(bpsk(5), 1, 198);
  expect_row(bpsk(6), 2, 120);
  expect_row(mcs(McsTable::tp_qam64, base::McsIndex(1), true), 1, 314);
  expect_row(mcs(McsTable::qam64, base::McsIndex(0), true), 2, 120);
}

TEST(McsTableDeathTest, rejects_reserved_indices_and_cqi_zero) {
  EXPECT_DEATH(static_cast<void>(mcs(McsTable::qam256, base::McsIndex(28))), "mcs_count");
  EXPECT_DEATH(static_cast<void>(cqi(CqiTable::table_1, base::CqiIndex(0))), "index.value");
}

}  // namespace
}  // namespace redcell::phy
