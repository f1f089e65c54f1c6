// Goal: RRC messages have the lengths the air has to carry.
// Method: the one length the standard fixes, and laws.
#include "mac/rrc.h"

#include <gtest/gtest.h>

namespace redcell::mac {
namespace {

TEST(RrcMessages, the_request_on_ccch_has_48_bits) {
  EXPECT_EQ(size_bytes(ReestablishmentRequest{}), 6U);
}

TEST(RrcMessages, a_report_grows_by_the_same_with_every_cell) {
  const auto size = [](int count) {
    MeasurementReport r;
    r.neighbour_count = count;
    return size_bytes(r);
  };
  const std::uint32_t cell = size(1) - size(0);
  EXPECT_GE(cell, 5U) << "10 bits of PCI and three quantities of 7 bits";
  EXPECT_EQ(size(report_cell_count_max), size(0) + 8 * cell);
}

TEST(RrcMessages, the_command_is_by_far_the_longest) {
  const std::uint32_t command = size_bytes(HandoverCommand{});
  for (const RrcMessage& other :
       {RrcMessage{HandoverComplete{}}, RrcMessage{Reestablishment{}},
        RrcMessage{ReestablishmentComplete{}}, RrcMessage{MeasurementReport{}}}) {
    EXPECT_GT(size_bytes(other), 0U);
    EXPECT_GT(command, 10 * size_bytes(other));
  }
}

}  // namespace
}  // namespace redcell::mac
