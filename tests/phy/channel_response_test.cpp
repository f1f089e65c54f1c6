// Goal: the response equals the textbook sum for every shape of grid, taps and ports, with the same
// bits on every instruction set. Method: one scalar oracle in long double, written from the formula
// and sharing no code with the kernel.
#include "phy/channel/response.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "hwy/targets.h"

namespace redcell::phy {
namespace {

using base::Hertz;
using base::lane_count;
using base::LaneTile;

constexpr std::uint32_t seed = 20240607;

struct Shape {
  std::size_t tap_count;
  std::size_t pair_count;
  int group_count;
  double spacing_hz;
  double first_hz;
  double delay_s_max;
};

std::vector<Shape> shapes() {
  std::vector<Shape> all;
  for (const std::size_t tap_count : {1u, 2u, 14u, 23u, 32u}) {
    for (const int group_count : {1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 27, 33, 51, 52, 106, 275}) {
      const std::size_t pair_count = 1 + (tap_count + static_cast<std::size_t>(group_count)) % 8;
      all.push_back(
          {tap_count, pair_count, group_count, 360e3, -0.5 * 360e3 * (group_count - 1), 3e-6});
    }
  }
  all.push_back({23, 4, 51, 1.44e6, 1e6, 1e-4});  // Off centre, many turns of phase.
  return all;
}

struct Case {
  explicit Case(const Shape& shape)
      : delay_s(shape.tap_count),
        gain_re(shape.tap_count * shape.pair_count),
        gain_im(shape.tap_count * shape.pair_count),
        grid{Hertz(shape.first_hz), Hertz(shape.spacing_hz), shape.group_count} {
    const base::Random random(seed, 1);
    std::uint64_t index = 0;
    const auto draw = [&] { return random.uniform(base::Purpose::tdl_phase, {1, 1}, index++); };
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      for (std::size_t tap = 0; tap < shape.tap_count; ++tap) {
        delay_s.at(tap, lane) = static_cast<float>(shape.delay_s_max * draw());
      }
      for (std::size_t row = 0; row < gain_re.row_count(); ++row) {
        gain_re.at(row, lane) = static_cast<float>(2.0 * draw() - 1.0);
        gain_im.at(row, lane) = static_cast<float>(2.0 * draw() - 1.0);
      }
    }
  }
  [[nodiscard]] TapTile taps() const { return {delay_s, gain_re, gain_im}; }

  LaneTile delay_s;
  LaneTile gain_re;
  LaneTile gain_im;
  BlockGrid grid;
};

void channel_response(const TapTile& taps, const BlockGrid& grid, const ResponseTile& response) {
  ResponsePlan plan(grid, taps.delay_s.row_count());
  plan.set_delays(taps.delay_s);
  plan.respond_to(taps, response);
}

struct Response {
  explicit Response(const Case& c) : re(rows_of(c)), im(rows_of(c)) {
    channel_response(c.taps(), c.grid, {re, im});
  }
  static std::size_t rows_of(const Case& c) {
    return c.gain_re.row_count() / c.delay_s.row_count() * static_cast<std::size_t>(c.grid.count);
  }
  LaneTile re;
  LaneTile im;
};

/// |H - sum_t g_t exp(-j 2 pi f tau_t)| / sum_t |g_t|.
double relative_error(const Case& c, const Response& h, std::size_t row, std::size_t lane) {
  const std::size_t pair_count = c.gain_re.row_count() / c.delay_s.row_count();
  const std::size_t group = row / pair_count;
  const long double frequency = static_cast<long double>(c.grid.first_centre.value()) +
                                static_cast<long double>(group) * c.grid.spacing.value();
  long double re = 0.0L;
  long double im = 0.0L;
  long double scale = 0.0L;
  for (std::size_t tap = 0; tap < c.delay_s.row_count(); ++tap) {
    const long double a = c.gain_re.at(tap * pair_count + row % pair_count, lane);
    const long double b = c.gain_im.at(tap * pair_count + row % pair_count, lane);
    const long double angle =
        -2.0L * 3.14159265358979323846264L * std::fmod(frequency * c.delay_s.at(tap, lane), 1.0L);
    re += a * std::cos(angle) - b * std::sin(angle);
    im += a * std::sin(angle) + b * std::cos(angle);
    scale += std::hypot(a, b);
  }
  return static_cast<double>(std::hypot(h.re.at(row, lane) - re, h.im.at(row, lane) - im) / scale);
}

TEST(ChannelResponse, equals_the_textbook_sum_for_every_shape) {
  double worst = 0.0;
  for (const Shape& shape : shapes()) {
    const Case c(shape);
    const Response h(c);
    for (std::size_t row = 0; row < h.re.row_count(); ++row) {
      for (std::size_t lane = 0; lane < lane_count; ++lane) {
        const double error = relative_error(c, h, row, lane);
        worst = std::max(worst, error);
        ASSERT_LE(error, response_error_max)
            << "taps " << shape.tap_count << " groups " << shape.group_count << " row " << row
            << " lane " << lane << " seed " << seed;
      }
    }
  }
  RecordProperty("worst_over_bound", std::to_string(worst / response_error_max));
}

std::vector<std::uint32_t> bits_on(std::int64_t target) {
  hwy::SetSupportedTargetsForTest(target);
  std::vector<std::uint32_t> bits;
  for (const Shape& shape : shapes()) {
    const Response h{Case(shape)};
    for (std::size_t i = 0; i < h.re.row_count() * lane_count; ++i) {
      bits.push_back(std::bit_cast<std::uint32_t>(h.re.data()[i]));
      bits.push_back(std::bit_cast<std::uint32_t>(h.im.data()[i]));
    }
  }
  hwy::SetSupportedTargetsForTest(0);
  return bits;
}

TEST(ChannelResponse, is_bit_identical_on_every_target) {
  if ((hwy::SupportedTargets() & HWY_AVX3) == 0) GTEST_SKIP() << "this machine has no AVX-512";
  EXPECT_EQ(bits_on(HWY_AVX2), bits_on(HWY_AVX3));
}

TEST(ChannelResponse, single_tap_without_delay_is_flat_in_frequency) {
  Case c({1, 2, 51, 360e3, -9e6, 1e-6});
  for (std::size_t lane = 0; lane < lane_count; ++lane) c.delay_s.at(0, lane) = 0.0f;
  const Response h(c);
  for (std::size_t row = 0; row < h.re.row_count(); ++row) {
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      ASSERT_EQ(h.re.at(row, lane), c.gain_re.at(row % 2, lane));
      ASSERT_EQ(h.im.at(row, lane), c.gain_im.at(row % 2, lane));
    }
  }
}

TEST(ChannelResponse, goes_where_its_first_row_is_and_nowhere_else) {
  for (const int group_count : {1, 4, 9, 16}) {
    const Case c({14, 2, group_count, 360e3, -2e6, 1e-6});
    const Response alone(c);
    const std::size_t row_count = alone.re.row_count();
    for (const std::size_t first_row : {0U, 1U, 6U}) {
      constexpr float untouched = 77.0F;
      LaneTile re(first_row + row_count + 3);
      LaneTile im(first_row + row_count + 3);
      for (std::size_t i = 0; i < re.row_count() * lane_count; ++i) {
        re.data()[i] = untouched;
        im.data()[i] = untouched;
      }
      channel_response(c.taps(), c.grid, {re, im, first_row});
      for (std::size_t row = 0; row < re.row_count(); ++row) {
        const bool is_inside = row >= first_row && row < first_row + row_count;
        for (std::size_t lane = 0; lane < lane_count; ++lane) {
          ASSERT_EQ(re.at(row, lane), is_inside ? alone.re.at(row - first_row, lane) : untouched);
          ASSERT_EQ(im.at(row, lane), is_inside ? alone.im.at(row - first_row, lane) : untouched);
        }
      }
    }
  }
}

TEST(ChannelResponse, lanes_do_not_touch_each_other) {
  const Shape shape = {14, 4, 27, 720e3, -9e6, 1e-6};
  Case c(shape);
  const Response before(c);
  for (std::size_t row = 0; row < c.gain_re.row_count(); ++row) c.gain_re.at(row, 5) = 1e30f;
  const Response after(c);
  for (std::size_t row = 0; row < before.re.row_count(); ++row) {
    for (std::size_t lane = 0; lane < lane_count; ++lane) {
      if (lane == 5) continue;
      ASSERT_EQ(before.re.at(row, lane), after.re.at(row, lane));
      ASSERT_EQ(before.im.at(row, lane), after.im.at(row, lane));
    }
  }
}

TEST(ResponsePlan, gives_the_bits_of_a_response_while_gains_change) {
  for (const Shape& shape : shapes()) {
    Case c(shape);
    ResponsePlan plan(c.grid, shape.tap_count);
    plan.set_delays(c.delay_s);
    for (int time = 0; time < 2; ++time) {
      c.gain_re.at(0, 3) += 1.5F;
      const Response wanted(c);
      LaneTile re(Response::rows_of(c));
      LaneTile im(Response::rows_of(c));
      plan.respond_to(c.taps(), {re, im});
      for (std::size_t row = 0; row < re.row_count(); ++row) {
        for (std::size_t lane = 0; lane < lane_count; ++lane) {
          ASSERT_EQ(re.at(row, lane), wanted.re.at(row, lane));
          ASSERT_EQ(im.at(row, lane), wanted.im.at(row, lane));
        }
      }
    }
  }
}

TEST(ResponsePlanDeathTest, rejects_tiles_of_the_wrong_shape) {
  const BlockGrid grid = {Hertz(0.0), Hertz(360e3), 5};
  const LaneTile taps(4);
  const LaneTile more_taps(5);
  const LaneTile gains(5);
  LaneTile out(5);
  ResponsePlan plan(grid, 4);
  EXPECT_DEATH(plan.set_delays(more_taps), "precondition");
  EXPECT_DEATH(plan.respond_to({more_taps, gains, gains}, {out, out}), "precondition");
  EXPECT_DEATH(ResponsePlan(grid, 33), "precondition");
  EXPECT_DEATH(ResponsePlan({Hertz(0.0), Hertz(360e3), 0}, 4), "precondition");
}

TEST(ChannelResponseDeathTest, rejects_tiles_of_the_wrong_shape) {
  const LaneTile taps(4);
  const LaneTile gains(8);
  const LaneTile odd_gains(7);
  const LaneTile many_taps(33);
  const LaneTile none;
  LaneTile out(10);
  LaneTile short_out(9);
  const BlockGrid grid = {Hertz(0.0), Hertz(360e3), 5};
  const BlockGrid empty = {Hertz(0.0), Hertz(360e3), 0};
  const BlockGrid backwards = {Hertz(0.0), Hertz(-360e3), 5};
  EXPECT_DEATH(channel_response({taps, odd_gains, odd_gains}, grid, {out, out}), "precondition");
  EXPECT_DEATH(channel_response({taps, gains, odd_gains}, grid, {out, out}), "precondition");
  EXPECT_DEATH(channel_response({many_taps, many_taps, many_taps}, grid, {out, out}),
               "precondition");
  EXPECT_DEATH(channel_response({none, none, none}, grid, {out, out}), "precondition");
  EXPECT_DEATH(channel_response({taps, gains, gains}, grid, {short_out, out}), "precondition");
  EXPECT_DEATH(channel_response({taps, gains, gains}, grid, {out, short_out}), "precondition");
  LaneTile one_more(11);
  LaneTile two_more(12);
  EXPECT_DEATH(channel_response({taps, gains, gains}, grid, {one_more, two_more, 2}),
               "precondition");
  EXPECT_DEATH(channel_response({taps, gains, gains}, grid, {two_more, one_more, 2}),
               "precondition");
  EXPECT_DEATH(channel_response({taps, gains, gains}, empty, {out, out}), "precondition");
  EXPECT_DEATH(channel_response({taps, gains, gains}, backwards, {out, out}), "precondition");
}

}  // namespace
}  // namespace redcell::phy
