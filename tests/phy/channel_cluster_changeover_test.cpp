// Goal: where a terminal's way goes on with other clusters its channel goes on without a jump.
// Method: the last response of a former link against the first of the next, mean power and steps
// over many links with fixed seeds; bits compared between instruction sets and histories.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <numbers>
#include <vector>

#include "base/math.h"
#include "hwy/targets.h"
#include "phy/channel/cluster_tile.h"
#include "tests/phy/cluster_links.h"

namespace redcell::phy {
namespace {

constexpr double wavelength_m = base::speed_of_light_mps / carrier_hz;
constexpr double former_way = 43.37;  ///< Wavelengths: 5 m.
constexpr double approach = 0.8;

/// A link, and the one its terminal goes on with 5 m further on.
struct Meeting {
  ClusterLink before, after;
  const BeamGrid& panel;
  int beam_before = 9;
  int beam_after = 9;
  double heading_after = 33.0;

  [[nodiscard]] TrackedLink former() const {
    return {.link = before,
            .panel = panel,
            .beam = beam_before,
            .distance_m = 150.0,
            .heading_deg = 33.0,
            .approach = approach};
  }
  [[nodiscard]] TrackedLink next() const {
    return {.link = after,
            .panel = panel,
            .beam = beam_after,
            .distance_m = 150.0 - approach * former_way * wavelength_m,
            .heading_deg = heading_after,
            .approach = approach};
  }
  void set(ClusterTile& tile, std::size_t lane) const {
    tile.set_link(lane, next(), {former(), {former_way, former_way}});
  }
};

Meeting meeting(const BeamGrid& panel, LinkClass before, LinkClass after, std::uint32_t number) {
  return {.before = link_of(before, 2 * number),
          .after = link_of(after, 2 * number + 1),
          .panel = panel};
}

using Response = std::vector<Complex>;
Response response_at(ClusterTile& tile, std::size_t lane, double wavelengths) {
  tile.refresh(std::vector<double>(base::lane_count, wavelengths));
  Response all;
  for (std::size_t row = 0; row < tile.response_re().row_count(); ++row) {
    all.emplace_back(tile.response_re().at(row, lane), tile.response_im().at(row, lane));
  }
  return all;
}

/// What arrives through the lane's beam.
Response through_beam(ClusterTile& tile, std::size_t lane, double wavelengths) {
  Response all = response_at(tile, lane, wavelengths);
  for (Complex& h : all) h *= std::sqrt(static_cast<double>(tile.beam_gain(lane)));
  return all;
}

double power_of(const Response& a) {
  double sum = 0.0;
  for (const Complex h : a) sum += std::norm(h);
  return sum;
}
double power_between(const Response& a, const Response& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::norm(a[i] - b[i]);
  return sum;
}

template <class Check>
void on_every_target(const Check& check) {
  for (const std::int64_t target : {HWY_AVX2, HWY_AVX3}) {
    if ((hwy::SupportedTargets() & target) == 0) continue;
    hwy::SetSupportedTargetsForTest(target);
    check();
    hwy::SetSupportedTargetsForTest(0);
  }
}

/// Sixteen bits a component, and the direct ray's rate over 43 wavelengths.
constexpr double amplitude_jump_max = 3e-4;

class ChangeoverOf : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Branches, ChangeoverOf, testing::Values(2, 4),
                         testing::PrintToStringParamName());

TEST_P(ChangeoverOf, begins_where_the_former_link_ended_in_and_out_of_sight) {
  const BeamGrid grid = panel();
  ClusterTile tile(world(), config_of(GetParam(), 2));
  for (const LinkClass before : {nlos, los}) {
    for (const LinkClass after : {nlos, los}) {
      for (std::uint32_t number = 0; number < 10; ++number) {
        Meeting m = meeting(grid, before, after, number);
        m.beam_after = number % 2 == 0 ? 9 : 11;
        m.heading_after += 25.0 * (number % 3);  // A corner turns the second position.
        tile.set_link(4, m.former());
        const Response last = through_beam(tile, 4, former_way);
        m.set(tile, 4);
        const Response first = through_beam(tile, 4, 0.0);
        EXPECT_LT(power_between(first, last) / power_of(last),
                  amplitude_jump_max * amplitude_jump_max);
        // Without it there is a jump.
        tile.set_link(4, m.next());
        EXPECT_GT(power_between(through_beam(tile, 4, 0.0), last) / power_of(last), 0.01);
      }
    }
  }
}

TEST(Changeover, is_over_after_half_a_wavelength) {
  const BeamGrid grid = panel();
  const Meeting m = meeting(grid, los, nlos, 7);
  ClusterTile tile(world(), config_of(2, 2));
  m.set(tile, 0);
  tile.set_link(1, m.next());
  for (const double wavelengths : {0.5, 0.75, 12.3}) {
    const Response after = response_at(tile, 0, wavelengths);
    EXPECT_EQ(after, response_at(tile, 1, wavelengths));
  }
  EXPECT_NE(response_at(tile, 0, 0.49), response_at(tile, 1, 0.49));
  // And comes back with the way.
  const Response first = response_at(tile, 0, 0.1);
  response_at(tile, 0, 1000.0);
  EXPECT_EQ(response_at(tile, 0, 0.1), first);
}

// Phases of former and next rays are independent, so that powers add.
TEST(Changeover, keeps_the_mean_power_and_goes_no_faster_than_the_fastest_ray) {
  constexpr std::uint32_t link_count = 960;
  constexpr double step = 0.04;
  const BeamGrid grid = panel();
  for (const LinkClass kind : {nlos, los}) {
    double plain = 0.0, moved = 0.0;
    std::array<double, 13> power{};
    ClusterTile tile(world(), config_of(2, 2));
    for (std::uint32_t number = 0; number < link_count; number += base::lane_count) {
      for (std::uint32_t lane = 0; lane < base::lane_count; ++lane) {
        meeting(grid, kind, kind, number + lane).set(tile, lane);
      }
      for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
        plain += power_of(through_beam(tile, lane, 1.3)) / link_count;
        Response last = through_beam(tile, lane, 0.0);
        for (std::size_t i = 0; i < power.size(); ++i) {
          const Response now = through_beam(tile, lane, step * static_cast<double>(i + 1));
          power[i] += power_of(now) / link_count;
          moved += power_between(now, last) / link_count;
          last = now;
        }
      }
    }
    double mean = 0.0;
    for (const double one : power) {
      EXPECT_NEAR(one / plain, 1.0, 0.1) << "seed " << seed;
      mean += one / 13.0;
    }
    EXPECT_NEAR(mean / plain, 1.0, 0.05) << "seed " << seed;
    EXPECT_LT(moved / 13.0 / mean, std::pow(2.0 * std::numbers::pi * step, 2));
  }
}

TEST(Changeover, has_the_same_bits_on_every_instruction_set_and_whatever_the_lane_held) {
  const BeamGrid grid = panel();
  const Meeting m = meeting(grid, nlos, los, 3);
  std::vector<Response> seen;
  on_every_target([&] {
    ClusterTile fresh(world(), config_of(2, 2));
    m.set(fresh, 2);
    seen.push_back(response_at(fresh, 2, 0.2));
    ClusterTile used(world(), config_of(2, 2));
    for (std::uint32_t lane = 0; lane < base::lane_count; ++lane) {
      meeting(grid, los, los, 40 + lane).set(used, lane);
    }
    const Response other = response_at(used, 8, 0.2);
    used.set_link(2, m.former());
    response_at(used, 2, 20.0);
    m.set(used, 2);
    seen.push_back(response_at(used, 2, 0.2));
    EXPECT_EQ(response_at(used, 8, 0.2), other);
  });
  for (const Response& one : seen) EXPECT_EQ(one, seen.front());
}

// The direct ray is nearly all there is: its power lies between, and it turns on.
TEST(Changeover, does_not_touch_the_phase_of_the_direct_ray) {
  const BeamGrid grid = one_element();
  Meeting m{.before = link_of(los, 1),
            .after = link_of(los, 2),
            .panel = grid,
            .beam_before = 0,
            .beam_after = 0};
  m.before.spreads.k_factor_db = 60.0;
  m.after.spreads.k_factor_db = 60.0;
  ClusterTile tile(world(), config_of(1, 1));
  m.set(tile, 0);
  for (const double wavelengths : {0.0, 0.1, 0.25, 0.4, 0.6}) {
    // Branch 0 is vertical, port 0 slanted by 45 degrees.
    const double turns = -150.0 / wavelength_m + approach * (former_way + wavelengths);
    const Complex wanted =
        std::polar(std::sqrt(0.5), 2.0 * std::numbers::pi * std::remainder(turns, 1.0));
    const Response found = response_at(tile, 0, wavelengths);
    EXPECT_NEAR(std::abs(found[25] - wanted), 0.0, 0.01) << wavelengths;
  }
}

// What moves around a terminal that stands turns scattered rays alone.
TEST(Way, of_the_surroundings_does_not_turn_the_direct_ray) {
  const BeamGrid grid = one_element();
  ClusterLink link = link_of(los, 1);
  link.spreads.k_factor_db = 60.0;
  ClusterTile tile(world(), config_of(1, 1));
  tile.set_link(0, {.link = link, .panel = grid, .distance_m = 150.0, .approach = approach});
  std::vector<LinkWay> ways(base::lane_count);
  const auto centre = [&](const LinkWay& way) {
    ways[0] = way;
    tile.refresh(ways);
    return Complex(tile.response_re().at(25, 0), tile.response_im().at(25, 0));
  };
  const Complex begin = centre({0.0, 0.0});
  EXPECT_NEAR(std::abs(centre({0.25, 0.0}) - begin), 0.0, 0.01);
  const Complex turned = begin * std::polar(1.0, 2.0 * std::numbers::pi * approach * 0.25);
  EXPECT_NEAR(std::abs(centre({0.0, 0.25}) - turned), 0.0, 0.01);
}

LinkBlockage blockage_of(float direct) {
  LinkBlockage left;
  for (std::size_t rank = 0; rank < left.cluster.size(); ++rank) {
    left.cluster[rank] = 0.3F + 0.05F * static_cast<float>(rank % 12);
  }
  left.direct = direct;
  return left;
}

TEST(Blocked, taps_are_what_blockers_leave_of_their_clusters) {
  const BeamGrid grid = panel();
  ClusterTile tile(world(), config_of(2, 2));
  for (const LinkClass kind : {nlos, los}) {
    const Meeting m = meeting(grid, kind, kind, 5);
    tile.set_link(3, m.former());
    const Response open = response_at(tile, 3, 17.25);
    std::vector<float> before;
    for (std::size_t row = 0; row < tile.taps().gain_re.row_count(); ++row) {
      before.push_back(tile.taps().gain_re.at(row, 3));
    }
    const LinkBlockage left = blockage_of(0.25F);
    tile.set_blockage(3, left);
    EXPECT_NE(response_at(tile, 3, 17.25), open);
    for (std::size_t row = 0; row < before.size(); ++row) {
      const std::size_t tap = row / 4;
      // Tap 0 is the direct ray, 1 to 6 are the sub-clusters of the two strongest.
      const float part = tap == 0 ? left.direct : left.cluster[tap <= 6 ? (tap - 1) / 3 : tap - 5];
      EXPECT_NEAR(tile.taps().gain_re.at(row, 3), part * before[row], 1e-6) << row;
    }
    // As if it had begun so, and back.
    TrackedLink blocked = m.former();
    blocked.blockage = &left;
    const Response now = response_at(tile, 3, 17.25);
    tile.set_link(8, blocked);
    EXPECT_EQ(response_at(tile, 8, 17.25), now);
    tile.set_blockage(3, {});
    EXPECT_EQ(response_at(tile, 3, 17.25), open);
  }
}

TEST(Blocked, links_change_over_from_what_blockers_left) {
  const BeamGrid grid = panel();
  ClusterTile tile(world(), config_of(2, 2));
  const LinkBlockage left = blockage_of(0.25F);
  for (const LinkClass kind : {nlos, los}) {
    const Meeting m = meeting(grid, kind, kind, 6);
    TrackedLink former = m.former();
    former.blockage = &left;
    tile.set_link(4, former);
    const Response last = through_beam(tile, 4, former_way);
    tile.set_link(4, m.next(), {former, {former_way, former_way}});
    const Response first = through_beam(tile, 4, 0.0);
    EXPECT_LT(power_between(first, last) / power_of(last), amplitude_jump_max * amplitude_jump_max);
  }
}

}  // namespace
}  // namespace redcell::phy
