// Goal: K1 and K2 leave the UE the time that TS 38.214 5.3 and 6.4 grant it, and not a slot more.
// Method: hand-computed times, golden slot offsets, and the law that one slot less would be too
// early.
#include "phy/nr/processing_time.h"

#include <gtest/gtest.h>

namespace redcell::phy {
namespace {

const DmrsConfig with_additional_dmrs{.additional_position = 1};
const DmrsConfig front_loaded_only{.additional_position = 0};

TEST(ProcessingTime, equals_the_symbols_of_the_tables) {
  // A symbol with its ordinary prefix lasts 2192 / (15 kHz x 2048) = 71.354 us, half of it at 30
  // kHz.
  constexpr SymbolRange pdsch{1, 13};
  EXPECT_EQ(pdsch_processing_time(Numerology(15), front_loaded_only, pdsch).value(), 570'833);
  EXPECT_EQ(pdsch_processing_time(Numerology(15), with_additional_dmrs, pdsch).value(), 927'604);
  EXPECT_EQ(pdsch_processing_time(Numerology(30), front_loaded_only, pdsch).value(), 356'770);
  EXPECT_EQ(pdsch_processing_time(Numerology(30), with_additional_dmrs, pdsch).value(), 463'802);
  EXPECT_EQ(pusch_preparation_time(Numerology(15), false).value(), 784'895);
  EXPECT_EQ(pusch_preparation_time(Numerology(30), false).value(), 463'802);
  EXPECT_EQ(pusch_preparation_time(Numerology(30), true).value(), 428'125);
  EXPECT_EQ(pusch_preparation_time(Numerology(120), true).value(), 321'093);
}

TEST(ProcessingTime, grows_when_the_pdsch_ends_before_symbol_seven) {
  const Numerology n(30);
  const auto last_symbol_5 = pdsch_processing_time(n, front_loaded_only, {2, 4});
  EXPECT_EQ(last_symbol_5.value(), 428'125);  // 10 + 2 symbols.
}

TEST(ProcessingTime, advances_the_uplink_by_25600_or_13792_tc) {
  EXPECT_EQ(timing_advance_offset(FrequencyRange::fr1).value(), 13'020);
  EXPECT_EQ(timing_advance_offset(FrequencyRange::fr2).value(), 7'014);
}

TEST(MinK2, is_two_slots_at_30_khz_and_one_at_15) {
  for (const int pdcch_symbols : {1, 2}) {
    EXPECT_EQ(min_k2({.numerology = Numerology(30)}, pdcch_symbols), 2) << pdcch_symbols;
    EXPECT_EQ(min_k2({.numerology = Numerology(15)}, pdcch_symbols), 1) << pdcch_symbols;
  }
}

TEST(MinK2, grows_with_the_timing_advance) {
  const UplinkTiming near{.numerology = Numerology(15)};
  const UplinkTiming far{.numerology = Numerology(15), .timing_advance = base::microseconds(70)};
  EXPECT_EQ(min_k2(near, 2), 1);
  EXPECT_EQ(min_k2(far, 2), 2);
}

TEST(MinK1, depends_on_the_additional_dmrs_and_the_pucch_symbol) {
  constexpr SymbolRange pdsch{1, 13};
  const UplinkTiming at_30{.numerology = Numerology(30)};
  EXPECT_EQ(min_k1(at_30, with_additional_dmrs, pdsch, 0), 2);
  EXPECT_EQ(min_k1(at_30, with_additional_dmrs, pdsch, 12), 2);
  EXPECT_EQ(min_k1(at_30, front_loaded_only, pdsch, 10), 2);
  EXPECT_EQ(min_k1(at_30, front_loaded_only, pdsch, 12), 1);
  const UplinkTiming at_15{.numerology = Numerology(15)};
  EXPECT_EQ(min_k1(at_15, with_additional_dmrs, pdsch, 0), 2);
  EXPECT_EQ(min_k1(at_15, front_loaded_only, pdsch, 12), 1);
}

TEST(MinK1, is_the_least_offset_that_leaves_the_processing_time) {
  for (const int scs : {15, 30, 60, 120}) {
    const Numerology n(scs);
    const UplinkTiming timing{.numerology = n, .timing_advance = base::microseconds(20)};
    for (int symbol = 0; symbol < 14; ++symbol) {
      const int k1 = min_k1(timing, with_additional_dmrs, {2, 12}, symbol);
      const base::Instant ready = n.symbol_start(base::Slot(0), 14) +
                                  pdsch_processing_time(n, with_additional_dmrs, {2, 12});
      const base::Duration early =
          timing.timing_advance + timing_advance_offset(FrequencyRange::fr1);
      EXPECT_GE(n.symbol_start(base::Slot(k1), symbol) - early, ready) << scs << " " << symbol;
      // The longer prefix moves slots by less than 1 us, which decides nothing here.
      EXPECT_LT(n.symbol_start(base::Slot(k1 - 1), symbol) - early, ready) << scs << " " << symbol;
    }
  }
}

}  // namespace
}  // namespace redcell::phy
