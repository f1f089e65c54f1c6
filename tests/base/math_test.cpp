// Goal: base mathematics keeps its error bounds and has the same bits on every instruction set from
// AVX2 up. Method: large deterministic grids; the C library's functions in long double are the
// oracle; AVX2 and AVX-512 are compared bit by bit through Highway's switch for tests.
#include "base/math.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "hwy/targets.h"

namespace redcell::base {
namespace {

/// Equally spaced numbers, both ends included.
std::vector<double> linear_grid(double low, double high, int count) {
  std::vector<double> grid;
  for (int i = 0; i <= count; ++i) grid.push_back(low + (high - low) * i / count);
  return grid;
}

/// From low up by factors; no C library, so that the grid has the same bits everywhere.
std::vector<double> geometric_grid(double low, double factor, int count) {
  std::vector<double> grid = {low};
  for (int i = 0; i < count; ++i) grid.push_back(grid.back() * factor);
  return grid;
}

std::vector<double> positive_grid() {
  std::vector<double> grid = geometric_grid(1e-300, 1.035, 40001);
  for (const double x : linear_grid(0.5, 2.0, 40001)) grid.push_back(x);
  for (const double x : geometric_grid(1e-16, 1.0086, 4001)) {
    grid.push_back(1.0 + x);
    grid.push_back(1.0 - x);
  }
  return grid;
}

std::vector<double> angle_grid() {
  std::vector<double> grid = linear_grid(-1e4, 1e4, 80021);
  for (const double x : linear_grid(-7.0, 7.0, 40009)) grid.push_back(x);
  return grid;
}

struct Function {
  std::string name;
  std::vector<double> grid;
  std::function<double(double)> ours;
  std::function<long double(long double)> exact;
  double relative_error_max;  ///< Zero where the bound is absolute.
  double absolute_error_max;
};

constexpr double relative = math_relative_error_max;
constexpr double absolute = math_absolute_error_max;

std::vector<Function> functions() {
  return {
      {"exp", linear_grid(-708.0, 706.0, 80023), exp, [](long double x) { return std::exp(x); },
       relative, 0.0},
      {"log", positive_grid(), log, [](long double x) { return std::log(x); }, relative, 0.0},
      {"log10", positive_grid(), log10, [](long double x) { return std::log10(x); }, relative, 0.0},
      {"log2", positive_grid(), log2, [](long double x) { return std::log2(x); }, relative, 0.0},
      {"sin", angle_grid(), sin, [](long double x) { return std::sin(x); }, 0.0, absolute},
      {"cos", angle_grid(), cos, [](long double x) { return std::cos(x); }, 0.0, absolute},
      {"gaussian_tail", linear_grid(-37.0, 37.0, 80021), gaussian_tail,
       [](long double x) { return 0.5L * std::erfc(x / std::sqrt(2.0L)); }, gaussian_tail_error_max,
       0.0},
  };
}

TEST(Math, every_function_keeps_its_error_bound) {
  for (const Function& function : functions()) {
    double worst = 0.0;
    for (const double x : function.grid) {
      const long double exact = function.exact(x);
      const auto error = static_cast<double>(std::fabs(function.ours(x) - exact));
      const double bound = function.relative_error_max * std::fabs(static_cast<double>(exact)) +
                           function.absolute_error_max;
      if (error > worst * bound) worst = bound > 0.0 ? error / bound : worst;
      ASSERT_LE(error, bound) << function.name << "(" << x << ")";
    }
    RecordProperty(function.name + "_worst_over_bound", std::to_string(worst));
  }
}

TEST(Math, atan2_keeps_its_error_bound_in_all_quadrants) {
  for (const double angle : linear_grid(-3.14159, 3.14159, 20011)) {
    for (const double radius : {1e-9, 1.0, 3e8}) {
      const double y = radius * std::sin(angle);
      const double x = radius * std::cos(angle);
      const long double exact =
          std::atan2(static_cast<long double>(y), static_cast<long double>(x));
      ASSERT_LE(std::fabs(atan2(y, x) - exact), math_absolute_error_max) << y << " " << x;
    }
  }
  EXPECT_EQ(atan2(0.0, 0.0), 0.0);
  EXPECT_EQ(atan2(0.0, -1.0), pi);
  EXPECT_EQ(atan2(1.0, 0.0), pi / 2);
  EXPECT_EQ(atan2(-1.0, 0.0), -pi / 2);
}

TEST(Math, pow_is_exp_of_y_log_x) {
  for (const double x : geometric_grid(1e-6, 1.056, 501)) {
    for (const double y : {-3.7, -1.0, 0.0, 0.5, 1.72, 4.0}) {
      const long double exact = std::pow(static_cast<long double>(x), static_cast<long double>(y));
      // The rounding of y log x and the error of the logarithm are both magnified by |y log x|.
      const double bound = math_relative_error_max * (1.0 + 2.0 * std::fabs(y * std::log(x)));
      ASSERT_LE(std::fabs(pow(x, y) / exact - 1.0L), bound) << x << " ^ " << y;
    }
  }
}

TEST(Math, decibels_go_there_and_back) {
  EXPECT_NEAR(from_db(3.0), 1.9952623149688795, 1e-15);
  EXPECT_NEAR(to_db(2.0), 3.0102999566398120, 1e-14);
  for (const double db : linear_grid(-200.0, 200.0, 1001)) {
    ASSERT_NEAR(to_db(from_db(db)), db, 1e-12);
  }
}

TEST(Math, gaussian_tail_ends_in_zero_and_one) {
  EXPECT_EQ(gaussian_tail(38.1), 0.0);
  EXPECT_EQ(gaussian_tail(-38.1), 1.0);
  EXPECT_EQ(gaussian_tail(std::numeric_limits<double>::infinity()), 0.0);
  EXPECT_NEAR(gaussian_tail(0.0), 0.5, gaussian_tail_error_max);
}

TEST(Math, exp_in_place_has_the_bits_of_exp_for_every_length) {
  for (std::size_t count = 0; count <= 33; ++count) {
    std::vector<double> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(-20.0 + 1.7 * static_cast<double>(i));
    std::vector<double> expected = values;
    for (double& value : expected) value = exp(value);
    exp_in_place(values);
    ASSERT_EQ(values, expected) << count;
  }
}

/// Runs with kernels of one instruction set only.
class OnlyTarget {
 public:
  explicit OnlyTarget(std::int64_t target) { hwy::SetSupportedTargetsForTest(target); }
  ~OnlyTarget() { hwy::SetSupportedTargetsForTest(0); }
  OnlyTarget(const OnlyTarget&) = delete;
  OnlyTarget& operator=(const OnlyTarget&) = delete;
};

/// The bits of every function over its grid.
std::vector<std::uint64_t> all_bits() {
  std::vector<std::uint64_t> bits;
  for (const Function& function : functions()) {
    std::vector<double> values = function.grid;
    for (double& x : values) x = function.ours(x);
    for (const double y : values) bits.push_back(std::bit_cast<std::uint64_t>(y));
  }
  for (const double x : linear_grid(-50.0, 50.0, 5003)) {
    for (const double y : {-7.3, 0.1, 1e5}) {
      bits.push_back(std::bit_cast<std::uint64_t>(atan2(y, x)));
      bits.push_back(std::bit_cast<std::uint64_t>(pow(std::fabs(x) + 1e-3, y * 1e-2)));
    }
  }
  std::vector<double> many = linear_grid(-700.0, 700.0, 5003);
  exp_in_place(many);
  for (const double y : many) bits.push_back(std::bit_cast<std::uint64_t>(y));
  return bits;
}

TEST(Math, has_the_same_bits_on_avx2_and_avx512) {
  if ((hwy::SupportedTargets() & HWY_AVX3) == 0) GTEST_SKIP() << "this machine has no AVX-512";
  std::vector<std::uint64_t> narrow;
  std::vector<std::uint64_t> wide;
  {
    const OnlyTarget target(HWY_AVX2);
    ASSERT_STREQ(isa_name(), "AVX2");
    narrow = all_bits();
  }
  {
    const OnlyTarget target(HWY_AVX3);
    ASSERT_STREQ(isa_name(), "AVX-512");
    wide = all_bits();
  }
  EXPECT_EQ(narrow, wide);
}

TEST(Math, has_the_bits_it_always_had) {
  // FNV-1a over all grids; the same from g++ and clang on every machine. A change of it changes
  // every signature.
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const std::uint64_t bits : all_bits()) {
    for (int shift = 0; shift < 64; shift += 8) {
      hash = (hash ^ ((bits >> shift) & 0xffu)) * 0x100000001b3u;
    }
  }
  EXPECT_EQ(hash, 1374473515799801577u);
}

TEST(Math, says_when_the_machine_is_below_the_floor) {
  EXPECT_TRUE(isa_supported());
  const OnlyTarget target(HWY_SSE4);
  EXPECT_FALSE(isa_supported());
}

TEST(MathDeathTest, avx2_can_be_forced) {
  // In a process of its own, as it is not undone.
  EXPECT_EXIT(
      {
        force_avx2();
        std::exit(std::string(isa_name()) == "AVX2" ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace redcell::base
