// Strong units for doors: a value that carries its unit in its type and mixes with nothing else.
#pragma once

#include <compare>
#include <cstdint>

namespace redcell::base {

/// A number of one unit. Adds to and compares with its own kind only; scales by plain numbers.
template <class Tag, class Rep>
class Quantity {
 public:
  using rep = Rep;
  constexpr Quantity() = default;
  constexpr explicit Quantity(Rep value) : value_(value) {}
  [[nodiscard]] constexpr Rep value() const { return value_; }

  friend constexpr auto operator<=>(Quantity, Quantity) = default;
  friend constexpr Quantity operator+(Quantity a, Quantity b) {
    return Quantity(a.value_ + b.value_);
  }
  friend constexpr Quantity operator-(Quantity a, Quantity b) {
    return Quantity(a.value_ - b.value_);
  }
  friend constexpr Quantity operator-(Quantity a) { return Quantity(-a.value_); }
  friend constexpr Quantity operator*(Quantity a, Rep factor) {
    return Quantity(a.value_ * factor);
  }
  friend constexpr Quantity operator*(Rep factor, Quantity a) {
    return Quantity(a.value_ * factor);
  }
  constexpr Quantity& operator+=(Quantity other) { return *this = *this + other; }
  constexpr Quantity& operator-=(Quantity other) { return *this = *this - other; }

 private:
  Rep value_{};
};

/// A point on a scale whose differences are of type Step: points do not add, steps move them.
template <class Tag, class Step>
class Point {
 public:
  using rep = typename Step::rep;
  constexpr Point() = default;
  constexpr explicit Point(rep value) : value_(value) {}
  [[nodiscard]] constexpr rep value() const { return value_; }

  friend constexpr auto operator<=>(Point, Point) = default;
  friend constexpr Point operator+(Point p, Step s) { return Point(p.value_ + s.value()); }
  friend constexpr Point operator-(Point p, Step s) { return Point(p.value_ - s.value()); }
  friend constexpr Step operator-(Point a, Point b) { return Step(a.value_ - b.value_); }
  constexpr Point& operator+=(Step s) { return *this = *this + s; }

 private:
  rep value_{};
};

using Hertz = Quantity<struct HertzTag, double>;
using Seconds = Quantity<struct SecondsTag, double>;
using Metres = Quantity<struct MetresTag, double>;
using MetresPerSecond = Quantity<struct MetresPerSecondTag, double>;
using Db = Quantity<struct DbTag, double>;
using Dbm = Point<struct DbmTag, Db>;  ///< Dbm - Dbm is Db; Dbm + Dbm does not compile.

using PrbCount = Quantity<struct PrbCountTag, std::int32_t>;
using SymbolCount = Quantity<struct SymbolCountTag, std::int32_t>;
using LayerCount = Quantity<struct LayerCountTag, std::int32_t>;
using McsIndex = Quantity<struct McsIndexTag, std::int32_t>;
using CqiIndex = Quantity<struct CqiIndexTag, std::int32_t>;
using Bits = Quantity<struct BitsTag, std::int64_t>;
using Bytes = Quantity<struct BytesTag, std::int64_t>;

/// Simulated time: whole nanoseconds since the start of the run. Slot boundaries are exact; symbol
/// boundaries are rounded down to the nanosecond.
using Duration = Quantity<struct DurationTag, std::int64_t>;
using Instant = Point<struct InstantTag, Duration>;

/// Slots of one numerology since the start of the run.
using SlotCount = Quantity<struct SlotCountTag, std::int64_t>;
using Slot = Point<struct SlotTag, SlotCount>;

[[nodiscard]] constexpr Duration milliseconds(std::int64_t count) {
  return Duration(count * 1'000'000);
}
[[nodiscard]] constexpr Duration microseconds(std::int64_t count) {
  return Duration(count * 1'000);
}
[[nodiscard]] constexpr double to_seconds(Duration d) {
  return static_cast<double>(d.value()) * 1e-9;
}
[[nodiscard]] constexpr double to_milliseconds(Duration d) {
  return static_cast<double>(d.value()) * 1e-6;
}

}  // namespace redcell::base
