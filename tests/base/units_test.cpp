// Goal: units that must not mix do not compile, and the arithmetic that remains is right.
// Method: concepts ask the compiler what it accepts; a few sums are compared with numbers worked
// out by hand.
#include "base/units.h"

#include <gtest/gtest.h>

namespace redcell::base {
namespace {

template <class A, class B>
concept adds = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept subtracts = requires(A a, B b) {
  a - b;
};
template <class A, class B>
concept compares = requires(A a, B b) {
  a == b;
};
template <class A, class B>
concept assigns = requires(A a, B b) {
  a = b;
};

TEST(Units, powers_in_dbm_do_not_add) {
  static_assert(!adds<Dbm, Dbm>);
  static_assert(adds<Dbm, Db>);
  static_assert(adds<Db, Db>);
  static_assert(!adds<Db, Dbm>);
  EXPECT_DOUBLE_EQ((Dbm(-80.0) + Db(3.0)).value(), -77.0);
}

TEST(Units, difference_of_two_powers_is_a_ratio) {
  static_assert(std::is_same_v<decltype(Dbm(1.0) - Dbm(0.0)), Db>);
  EXPECT_DOUBLE_EQ((Dbm(-80.0) - Dbm(-95.5)).value(), 15.5);
}

TEST(Units, different_kinds_neither_add_nor_compare) {
  static_assert(!adds<Hertz, Metres> && !compares<Hertz, Metres>);
  static_assert(!subtracts<Slot, Instant> && !compares<Slot, Instant>);
  static_assert(!compares<CqiIndex, McsIndex> && !assigns<CqiIndex&, McsIndex>);
  static_assert(!compares<PrbCount, SymbolCount>);
  static_assert(!assigns<Db&, Dbm> && !assigns<Db&, double>);
  static_assert(!adds<Slot, Slot> && adds<Slot, SlotCount>);
  SUCCEED() << "checked by the compiler";
}

TEST(Units, times_are_whole_nanoseconds) {
  EXPECT_EQ(milliseconds(3).value(), 3'000'000);
  EXPECT_EQ(microseconds(5).value(), 5'000);
  EXPECT_EQ((Instant(10) + milliseconds(1) - Instant(10)).value(), 1'000'000);
  EXPECT_DOUBLE_EQ(to_seconds(milliseconds(250)), 0.25);
  EXPECT_DOUBLE_EQ(to_milliseconds(microseconds(2'500)), 2.5);
}

TEST(Units, quantities_scale_and_order) {
  Hertz spacing = 12.0 * Hertz(30e3);
  spacing += Hertz(1.0);
  EXPECT_DOUBLE_EQ(spacing.value(), 360'001.0);
  EXPECT_LT(Hertz(1.0), spacing);
  EXPECT_EQ(-PrbCount(3) + PrbCount(5), PrbCount(2));
}

}  // namespace
}  // namespace redcell::base
