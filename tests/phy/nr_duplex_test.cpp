// Goal: TDD patterns give every symbol to the direction TS 38.213 11.1 gives it to, and illegal
// ones are named. Method: hand-drawn slot strings as reference, and one broken rule at a time.
#include "phy/nr/duplex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace redcell::phy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr TddPattern field_pattern{base::milliseconds(5), 7, 6, 2, 4};

/// One letter a slot: D, U, - for guard only, S for anything mixed.
std::string letters(const Duplex& duplex) {
  std::string text;
  for (std::int64_t s = 0; s < duplex.period().value(); ++s) {
    const int dl = duplex.downlink(base::Slot(s)).count;
    const int ul = duplex.uplink(base::Slot(s)).count;
    text += dl == 14 ? 'D' : ul == 14 ? 'U' : dl + ul == 0 ? '-' : 'S';
  }
  return text;
}

std::string findings_text(int scs_khz, const std::vector<TddPattern>& patterns) {
  std::string text;
  for (const std::string& f : tdd_findings(Numerology(scs_khz), patterns)) text += f + "\n";
  return text;
}

TEST(Duplex, gives_all_symbols_to_both_directions_in_fdd) {
  const Duplex duplex = Duplex::fdd(Numerology(15));
  EXPECT_TRUE(duplex.is_fdd());
  EXPECT_EQ(duplex.period(), base::SlotCount(1));
  EXPECT_EQ(duplex.downlink(base::Slot(17)), (SymbolRange{0, 14}));
  EXPECT_EQ(duplex.uplink(base::Slot(17)), (SymbolRange{0, 14}));
}

TEST(Duplex, lays_out_seven_down_one_special_two_up) {
  const Duplex duplex = Duplex::tdd(Numerology(30), std::array{field_pattern});
  EXPECT_FALSE(duplex.is_fdd());
  EXPECT_EQ(letters(duplex), "DDDDDDDSUU");
  EXPECT_EQ(duplex.downlink(base::Slot(17)), (SymbolRange{0, 6}));
  EXPECT_EQ(duplex.uplink(base::Slot(17)), (SymbolRange{10, 4}));
  EXPECT_EQ(duplex.downlink(base::Slot(19)), (SymbolRange{0, 0}));
}

TEST(Duplex, joins_two_patterns_of_which_one_has_no_uplink) {
  const std::array patterns{TddPattern{base::milliseconds(3), 3, 6, 2, 4},
                            TddPattern{base::milliseconds(2), 4, 0, 0, 0}};
  EXPECT_EQ(letters(Duplex::tdd(Numerology(30), patterns)), "DDDSUUDDDD");
}

TEST(Duplex, leaves_flexible_slots_to_nobody) {
  const std::array patterns{TddPattern{base::milliseconds(2), 1, 0, 1, 0}};
  EXPECT_EQ(letters(Duplex::tdd(Numerology(30), patterns)), "D--U");
}

TEST(TddFindings, accepts_legal_patterns) {
  EXPECT_THAT(findings_text(30, {field_pattern}), IsEmpty());
  EXPECT_THAT(findings_text(15, {{base::milliseconds(10), 7, 6, 2, 4}}), IsEmpty());
  EXPECT_THAT(findings_text(120, {{base::microseconds(625), 3, 6, 1, 4}}), IsEmpty());
}

TEST(TddFindings, names_each_broken_rule) {
  const auto pattern = [](std::int64_t us, std::array<int, 4> parts) {
    return TddPattern{base::microseconds(us), parts[0], parts[1], parts[2], parts[3]};
  };
  EXPECT_THAT(findings_text(30, {}), HasSubstr("one or two patterns"));
  EXPECT_THAT(findings_text(30, {pattern(6000, {5, 0, 5, 0})}), HasSubstr("not allowed at 30"));
  EXPECT_THAT(findings_text(15, {pattern(2500, {1, 0, 1, 0})}), HasSubstr("not allowed at 15"));
  EXPECT_THAT(findings_text(60, {pattern(625, {1, 0, 1, 0})}), HasSubstr("not allowed at 60"));
  EXPECT_THAT(findings_text(30, {pattern(5000, {8, 10, 1, 5})}), HasSubstr("141 symbols"));
  EXPECT_THAT(findings_text(30, {pattern(5000, {7, 14, 2, 0})}), HasSubstr("0..13"));
  EXPECT_THAT(findings_text(30, {pattern(5000, {10, 0, 0, 0})}), HasSubstr("no uplink"));
  EXPECT_THAT(findings_text(30, {pattern(5000, {0, 0, 10, 0})}), HasSubstr("no downlink"));
  EXPECT_THAT(findings_text(30, {pattern(3000, {3, 6, 2, 4})}), HasSubstr("20 ms is no multiple"));
}

TEST(DuplexDeathTest, refuses_an_illegal_pattern) {
  const std::array patterns{TddPattern{base::milliseconds(5), 10, 0, 0, 0}};
  EXPECT_DEATH(static_cast<void>(Duplex::tdd(Numerology(30), patterns)), "tdd_findings");
}

}  // namespace
}  // namespace redcell::phy
