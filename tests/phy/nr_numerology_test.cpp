// Goal: slots and symbols begin where TS 38.211 5.3.1 puts them.
// Method: an oracle that adds up one symbol after the other in Tc, and laws of the grid.
#include "phy/nr/numerology.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace redcell::phy {
namespace {

constexpr std::array<int, 4> spacings_khz{15, 30, 60, 120};

/// Nanoseconds of Tc = 1 / (480e3 x 4096); 64 bits are enough for the seconds used here.
std::int64_t ns_of_tc(std::int64_t tc) { return tc * 1'000'000'000 / (480'000LL * 4096); }

TEST(Numerology, puts_every_symbol_where_the_sum_of_symbol_lengths_does) {
  for (const int scs : spacings_khz) {
    const Numerology numerology(scs);
    const std::int64_t scale = scs / 15;
    std::int64_t tc = 0;
    for (std::int64_t symbol = 0; symbol < 30 * scale * symbols_per_slot; ++symbol) {
      const base::Slot slot(symbol / symbols_per_slot);
      const int l = static_cast<int>(symbol % symbols_per_slot);
      ASSERT_EQ(numerology.symbol_start(slot, l).value(), ns_of_tc(tc)) << scs << " " << symbol;
      const bool long_prefix = symbol % (7 * scale) == 0;
      tc += (2048 + 144) * 64 / scale + (long_prefix ? 16 * 64 : 0);
    }
  }
}

TEST(Numerology, ends_a_slot_where_the_next_begins) {
  for (const int scs : spacings_khz) {
    const Numerology numerology(scs);
    for (std::int64_t s = 0; s < 100; ++s) {
      ASSERT_EQ(numerology.symbol_start(base::Slot(s), 14),
                numerology.slot_start(base::Slot(s + 1)));
    }
  }
}

TEST(Numerology, has_exact_slot_boundaries_up_to_30_khz_and_exact_half_milliseconds_above) {
  EXPECT_EQ(Numerology(15).slot_start(base::Slot(123'456)).value(), 123'456'000'000);
  EXPECT_EQ(Numerology(30).slot_start(base::Slot(12'345)).value(), 6'172'500'000);
  EXPECT_EQ(Numerology(60).slot_start(base::Slot(6)).value(), 1'500'000);
  EXPECT_EQ(Numerology(120).slot_start(base::Slot(20)).value(), 2'500'000);
}

TEST(Numerology, finds_the_slot_that_contains_an_instant) {
  for (const int scs : spacings_khz) {
    const Numerology numerology(scs);
    for (std::int64_t s = 1; s < 200; ++s) {
      const base::Instant start = numerology.slot_start(base::Slot(s));
      ASSERT_EQ(numerology.slot_at(start), base::Slot(s));
      ASSERT_EQ(numerology.slot_at(start - base::Duration(1)), base::Slot(s - 1));
    }
  }
}

TEST(Numerology, knows_its_counts) {
  const Numerology n(30);
  EXPECT_EQ(n.mu(), 1);
  EXPECT_EQ(n.scs_khz(), 30);
  EXPECT_EQ(n.slots_per_frame(), 20);
  EXPECT_EQ(n.slots_per_ms(), 2);
  EXPECT_EQ(n.slot_duration(), base::microseconds(500));
}

TEST(NumerologyDeathTest, rejects_a_spacing_that_does_not_exist) {
  EXPECT_DEATH(Numerology(45), "scs_khz == 15");
}

}  // namespace
}  // namespace redcell::phy
