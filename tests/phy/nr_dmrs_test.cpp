// Goal: DMRS of mapping type A lie where TS 38.211 7.4.1.1.2 and 6.4.1.1.3 put them.
// Method: golden masks of the tables' rows, and laws that hold for every allocation.
#include "phy/nr/dmrs.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace redcell::phy {
namespace {

constexpr auto downlink = base::Direction::downlink;
constexpr auto uplink = base::Direction::uplink;

unsigned mask_of(std::initializer_list<int> symbols) {
  unsigned mask = 0;
  for (const int symbol : symbols) mask |= 1U << symbol;
  return mask;
}

TEST(Dmrs, lie_where_the_single_symbol_table_says) {
  struct Row {
    int last_duration;
    unsigned position[4];
  };
  const Row rows[] = {
      {7, {mask_of({2}), mask_of({2}), mask_of({2}), mask_of({2})}},
      {9, {mask_of({2}), mask_of({2, 7}), mask_of({2, 7}), mask_of({2, 7})}},
      {11, {mask_of({2}), mask_of({2, 9}), mask_of({2, 6, 9}), mask_of({2, 6, 9})}},
      {12, {mask_of({2}), mask_of({2, 9}), mask_of({2, 6, 9}), mask_of({2, 5, 8, 11})}},
      {14, {mask_of({2}), mask_of({2, 11}), mask_of({2, 7, 11}), mask_of({2, 5, 8, 11})}}};
  int duration = 4;
  for (const Row& row : rows) {
    for (; duration <= row.last_duration; ++duration) {
      for (int position = 0; position < 4; ++position) {
        const DmrsConfig config{.additional_position = position};
        EXPECT_EQ(dmrs_symbol_mask(config, uplink, {0, duration}), row.position[position])
            << duration << " " << position;
        if (duration < 5) continue;
        EXPECT_EQ(dmrs_symbol_mask(config, downlink, {2, duration - 2}), row.position[position]);
      }
    }
  }
}

TEST(Dmrs, lie_where_the_double_symbol_table_says) {
  const DmrsConfig two{.additional_position = 1, .front_loaded_symbol_count = 2};
  EXPECT_EQ(dmrs_symbol_mask(two, downlink, {1, 8}), mask_of({2, 3}));
  EXPECT_EQ(dmrs_symbol_mask(two, downlink, {1, 9}), mask_of({2, 3, 8, 9}));
  EXPECT_EQ(dmrs_symbol_mask(two, downlink, {1, 13}), mask_of({2, 3, 10, 11}));
}

TEST(Dmrs, move_with_type_a_position_three) {
  const DmrsConfig config{.additional_position = 1, .type_a_position = 3};
  EXPECT_EQ(dmrs_symbol_mask(config, downlink, {3, 11}), mask_of({3, 11}));
  EXPECT_FALSE(mapping_type_a_possible(config, downlink, {0, 4}));
}

TEST(Dmrs, take_the_elements_of_all_groups_without_data) {
  constexpr SymbolRange full{2, 12};
  EXPECT_EQ(
      dmrs_re_per_prb({.additional_position = 1, .cdm_groups_without_data = 1}, downlink, full),
      12);
  EXPECT_EQ(
      dmrs_re_per_prb({.additional_position = 2, .cdm_groups_without_data = 1}, downlink, full),
      18);
  EXPECT_EQ(
      dmrs_re_per_prb({.additional_position = 1, .cdm_groups_without_data = 2}, uplink, {0, 14}),
      24);
  EXPECT_EQ(dmrs_re_per_prb({.type = 2, .cdm_groups_without_data = 3}, downlink, full), 24);
  // The special slot of a 6:4:4 pattern has room for one DMRS symbol only.
  EXPECT_EQ(
      dmrs_re_per_prb({.additional_position = 1, .cdm_groups_without_data = 1}, downlink, {2, 4}),
      6);
}

TEST(Dmrs, stay_inside_every_allocation_that_type_a_allows) {
  int checked = 0;
  for (const auto direction : {downlink, uplink}) {
    for (int first = 0; first < 14; ++first) {
      for (int count = 0; first + count <= 14; ++count) {
        for (int front = 1; front <= 2; ++front) {
          for (int position = 0; position <= (front == 2 ? 1 : 3); ++position) {
            const DmrsConfig config{.additional_position = position,
                                    .front_loaded_symbol_count = front};
            if (!mapping_type_a_possible(config, direction, {first, count})) continue;
            ++checked;
            const unsigned mask = dmrs_symbol_mask(config, direction, {first, count});
            EXPECT_EQ(mask >> (first + count), 0U) << first << " " << count;
            EXPECT_EQ(mask & ((1U << first) - 1U), 0U) << first << " " << count;
            EXPECT_EQ(dmrs_symbol_count(config, direction, {first, count}) % front, 0);
          }
        }
      }
    }
  }
  EXPECT_GT(checked, 150);
}

TEST(Dmrs, need_three_pdsch_or_four_pusch_symbols) {
  const DmrsConfig config;
  EXPECT_TRUE(mapping_type_a_possible(config, downlink, {2, 3}));
  EXPECT_FALSE(mapping_type_a_possible(config, downlink, {2, 2}));
  EXPECT_FALSE(mapping_type_a_possible(config, downlink, {3, 11}));
  EXPECT_TRUE(mapping_type_a_possible(config, uplink, {0, 4}));
  EXPECT_FALSE(mapping_type_a_possible(config, uplink, {0, 3}));
  EXPECT_FALSE(mapping_type_a_possible(config, uplink, {10, 4}));
}

TEST(DmrsDeathTest, reject_a_configuration_that_does_not_exist) {
  const DmrsConfig config{.additional_position = 3, .type_a_position = 3};
  EXPECT_DEATH(static_cast<void>(mapping_type_a_possible(config, downlink, {0, 14})),
               "config_allowed");
}

}  // namespace
}  // namespace redcell::phy
