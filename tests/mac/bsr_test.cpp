// Goal: buffer sizes become the levels of TS 38.321 Table 6.1.3.1-1 and back, never less than was
// asked. Method: golden points read off the table, and the law that a level covers its bytes.
#include "mac/bsr.h"

#include <gtest/gtest.h>

#include <array>

namespace redcell::mac {
namespace {

struct Golden {
  std::uint64_t bytes;
  int index;
};

TEST(BufferStatus, equals_the_standard_table_at_its_edges) {
  constexpr std::array golden{
      Golden{0, 0},       Golden{1, 1},          Golden{10, 1},      Golden{11, 2},
      Golden{20, 3},      Golden{21, 4},         Golden{102, 8},     Golden{103, 9},
      Golden{535, 13},    Golden{536, 14},       Golden{1038, 15},   Golden{1039, 16},
      Golden{3909, 19},   Golden{14726, 23},     Golden{14727, 24},  Golden{28581, 25},
      Golden{77284, 28},  Golden{107669, 29},    Golden{107670, 30}, Golden{150000, 30},
      Golden{150001, 31}, Golden{1ull << 40, 31}};
  for (const Golden& point : golden) {
    EXPECT_EQ(buffer_status(point.bytes).index, point.index) << point.bytes;
  }
}

TEST(BufferStatus, covers_the_bytes_with_the_smallest_level_that_can) {
  for (std::uint64_t bytes = 0; bytes <= 150'000; ++bytes) {
    const BufferStatus status = buffer_status(bytes);
    ASSERT_GE(buffer_status_bytes(status), bytes);
    if (status.index > 0) {
      ASSERT_LT(buffer_status_bytes({status.index - 1}), bytes);
    }
  }
}

TEST(BufferStatus, returns_from_every_level_but_the_open_one) {
  for (int index = 0; index < 31; ++index) {
    EXPECT_EQ(buffer_status(buffer_status_bytes({index})).index, index);
  }
  EXPECT_EQ(buffer_status_bytes({31}), 150'000u);
}

TEST(BufferStatusDeathTest, rejects_a_level_outside_five_bits) {
  EXPECT_DEATH(static_cast<void>(buffer_status_bytes({32})), "index");
  EXPECT_DEATH(static_cast<void>(buffer_status_bytes({-1})), "index");
}

}  // namespace
}  // namespace redcell::mac
