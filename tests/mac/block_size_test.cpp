// Goal: candidates are sorted by priority, and the PRBs reckoned for some bytes really carry them.
// Method: the block that phy::fit_block makes of the PRBs, for every scheme, rank and many sizes.
#include "mac/gnb/block_size.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "phy/nr/block_fit.h"
#include "tests/mac/testing.h"

namespace redcell::mac::gnb {
namespace {

using mac::testing::fdd_carrier;

TEST(SortByPriority, puts_the_highest_first_and_equals_by_ue) {
  std::vector<PriorityKey> c(6);
  const std::array<std::optional<double>, 6> priorities{1.0, std::nullopt, 3.0,
                                                        1.0, std::nullopt, -2.0};
  for (std::uint32_t i = 0; i < 6; ++i) {
    c[i].ue = base::UeId{5 - i};
    c[i].priority = priorities[i];
  }
  sort_by_priority(c);
  const std::array<std::uint32_t, 6> expected{3, 2, 5, 0, 1, 4};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(c[i].ue.value, expected[i]) << i;
}

/// Most data RE a PRB can have, more than N'_RE counts, and the usual.
std::vector<phy::ResourceMap> maps() {
  phy::ResourceMapConfig wide = fdd_carrier();
  wide.pusch_dmrs = {.additional_position = 0, .cdm_groups_without_data = 1};
  return {phy::ResourceMap(fdd_carrier()), phy::ResourceMap(wide)};
}

TEST(PrbsFor, carries_the_bytes_with_their_headers) {
  for (const phy::ResourceMap& map : maps()) {
    const phy::SlotResources& slot = map.uplink(base::Slot(0));
    for (int index = 0; index < phy::mcs_count(phy::McsTable::qam256); ++index) {
      const phy::Mcs mcs = phy::mcs(phy::McsTable::qam256, base::McsIndex(index));
      for (const int layer_count : {1, 2}) {
        for (std::uint64_t bytes = 1; bytes < 20'000; bytes += 1 + bytes / 7) {
          const int prb_count = prbs_for(bytes, mcs, layer_count, slot);
          ASSERT_GE(prb_count, 1);
          ASSERT_LE(prb_count, slot.usable_prb_count);
          if (prb_count == slot.usable_prb_count) continue;
          const phy::BlockFit fit = phy::fit_block({.table = phy::McsTable::qam256,
                                                    .wanted = base::McsIndex(index),
                                                    .first_prb = 0,
                                                    .prb_count = prb_count,
                                                    .layer_count = layer_count},
                                                   slot);
          // MAC, RLC and PDCP headers of one packet cut at both ends.
          constexpr std::uint64_t header_bytes = 3 + 4 + 3;
          ASSERT_GE(static_cast<std::uint64_t>(fit.tbs.value() / 8), bytes + header_bytes)
              << "MCS " << index << " layers " << layer_count << " RE " << slot.data_re[0];
        }
      }
    }
  }
}

TEST(PrbsFor, takes_no_more_than_the_bytes_need) {
  const phy::ResourceMap map(fdd_carrier());
  const phy::SlotResources& slot = map.downlink(base::Slot(0));
  const phy::Mcs mcs = phy::mcs(phy::McsTable::qam256, base::McsIndex(10));
  for (std::uint64_t bytes = 100; bytes < 3000; bytes += 37) {
    const double bits =
        (slot.data_re[0] * mcs.spectral_efficiency()) * (prbs_for(bytes, mcs, 1, slot) - 1);
    EXPECT_LE(bits, 8.0 * (static_cast<double>(bytes) * 1.02 + 24)) << bytes;
  }
}

TEST(PrbsFor, stops_at_the_slot) {
  const phy::ResourceMap map(fdd_carrier());
  const phy::Mcs mcs = phy::mcs(phy::McsTable::qam256, base::McsIndex(0));
  EXPECT_EQ(prbs_for(std::uint64_t{1} << 50, mcs, 1, map.downlink(base::Slot(0))), 51);
  const phy::Mcs highest = phy::mcs(phy::McsTable::qam256, base::McsIndex(27));
  EXPECT_EQ(prbs_for(0, highest, 2, map.downlink(base::Slot(0))), 1);
}

TEST(DftPrbCount, is_the_largest_product_of_twos_threes_and_fives) {
  std::vector<bool> allowed(276, false);
  for (std::size_t a = 1; a < 276; a *= 2) {
    for (std::size_t b = a; b < 276; b *= 3) {
      for (std::size_t c = b; c < 276; c *= 5) allowed[c] = true;
    }
  }
  std::size_t largest = 1;
  for (std::size_t count = 1; count < 276; ++count) {
    if (allowed[count]) largest = count;
    EXPECT_EQ(dft_prb_count(static_cast<int>(count)), static_cast<int>(largest)) << count;
  }
}

}  // namespace
}  // namespace redcell::mac::gnb
