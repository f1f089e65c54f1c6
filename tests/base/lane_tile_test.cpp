// Goal: a tile is what kernels rely on: contiguous rows of 16, aligned to 64 bytes, zero at birth,
// with checked doors. Method: addresses and contents are looked at directly; broken preconditions
// must abort.
#include "base/lane_tile.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

namespace redcell::base {
namespace {

TEST(LaneTile, rows_are_aligned_contiguous_and_zero) {
  for (const std::size_t row_count : {1u, 2u, 3u, 17u, 1000u}) {
    const LaneTile tile(row_count);
    ASSERT_EQ(tile.row_count(), row_count);
    for (std::size_t row = 0; row < row_count; ++row) {
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(tile.row(row)) % 64, 0u);
      ASSERT_EQ(tile.row(row), tile.data() + row * lane_count);
      for (std::size_t lane = 0; lane < lane_count; ++lane) ASSERT_EQ(tile.at(row, lane), 0.0f);
    }
  }
}

TEST(LaneTile, keeps_what_was_written_when_moved) {
  PhaseTile tile(3);
  tile.at(2, 15) = 0xfedcba98u;
  const PhaseTile moved = std::move(tile);
  EXPECT_EQ(moved.at(2, 15), 0xfedcba98u);
  EXPECT_EQ(moved.data()[2 * lane_count + 15], 0xfedcba98u);
}

TEST(LaneTileDeathTest, rejects_rows_and_lanes_that_do_not_exist) {
  LaneTile tile(2);
  EXPECT_DEATH(*tile.row(2) = 1.0f, "broken precondition: index < row_count_");
  EXPECT_DEATH(tile.at(0, 16) = 1.0f, "broken precondition: lane < lane_count");
}

}  // namespace
}  // namespace redcell::base
