// Goal: with clusters a terminal's fading goes on: along its way, where segments of it meet, and
// while it waits.
// Method: steps of the response from refresh to refresh against what rays can turn; fixed seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

#include "scenarios/channel_tile.h"
#include "tests/scenarios/follower.h"

namespace redcell::scenarios {
namespace {

class FadingClusters : public testing::TestWithParam<CellKind> {};

using Response = std::vector<std::complex<double>>;
Response response(const phy::ChannelView& view) {
  Response all;
  for (int group = 0; group < view.group_count; ++group) {
    for (int rx = 0; rx < view.rx_count; ++rx) {
      for (int tx = 0; tx < view.tx_count; ++tx) all.push_back(view.h(group, rx, tx));
    }
  }
  return all;
}
double power(const Response& a) {
  double sum = 0;
  for (const std::complex<double>& h : a) sum += std::norm(h);
  return sum;
}
double power_of_step(const Response& a, const Response& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::norm(a[i] - b[i]);
  return sum;
}

/// Power of the steps that a channel takes, and of the channel.
struct Steps {
  double moved = 0;
  double total = 0;
  void add(const Response& now, const Response& last) {
    moved += power_of_step(now, last);
    total += power(now);
  }
};

// No ray turns faster than the terminal moves: a step of x wavelengths changes the power-weighted
// channel by at most (2 pi x)^2, where segments meet as well as inside one. In a changeover over
// half a wavelength it is 3/4 of that on average. What goes on is what arrives through the beam.
TEST_P(FadingClusters, fade_continuously_along_the_way_and_where_segments_meet) {
  constexpr int speed_kmh = 36;
  const World world(street(GetParam(), "", speed_kmh),
                    clusters_in(GetParam(), "UMA") + with("route.fading_speed_kmh", "0") +
                        std::vector<std::string>{"capability[redcap].rx_branches=4",
                                                 "capability[redcap].max_bandwidth_mhz=25"});
  const double slot_s = GetParam() == CellKind::n41_tdd ? 0.5e-3 : 1e-3;
  Follower follower(world, 1);
  const std::int64_t slots = refresh_slots(world.layer(), world.terminal(0).route);
  const double step_wavelengths = speed_kmh / 3.6 * slot_s * static_cast<double>(slots) *
                                  dl_centre_hz(GetParam()) / 299'792'458.0;
  for (const bool is_uplink : {false, true}) {
    Steps inside, meeting;
    Response last;
    std::int64_t last_segment = -1;
    std::size_t last_cell = 0;
    for (std::int64_t step = 0; step < 24'000; ++step) {
      follower.go_to(step * slots);
      const std::size_t cell = follower.loudest();
      const auto index = static_cast<std::uint32_t>(cell);
      const TerminalLinks& links = follower.tile().links();
      const double gain_lin = static_cast<double>(links.beam_gain_lin[cell]);  // One beam a cell.
      Response now =
          response(is_uplink ? follower.tile().uplink(index) : follower.tile().downlink(index));
      for (std::complex<double>& h : now) h *= std::sqrt(gain_lin);
      const std::int64_t segment = links.segment;
      if (cell == last_cell && step > 0)
        (segment == last_segment ? inside : meeting).add(now, last);
      last = now;
      last_segment = segment;
      last_cell = cell;
    }
    const double largest = std::pow(2 * std::numbers::pi * step_wavelengths, 2);
    EXPECT_LT(inside.moved / inside.total, largest);
    EXPECT_GT(inside.moved / inside.total, 0.1 * largest);
    EXPECT_LT(meeting.moved / meeting.total, largest);
    EXPECT_GT(meeting.moved / meeting.total, 0.1 * largest);
  }
}

// The direct ray is most of a link in sight. Were its way not counted on, a new segment would
// start anywhere on the circle.
TEST_P(FadingClusters, keep_the_phase_of_the_direct_ray_from_segment_to_segment) {
  const World world(street(GetParam(), "", 36), clusters_in(GetParam(), "UMA") +
                                                    with("sight", "NEAREST_SITE") +
                                                    with("route.fading_speed_kmh", "0"));
  Follower follower(world, 1);
  const std::int64_t slots = refresh_slots(world.layer(), world.terminal(0).route);
  std::complex<double> kept = 0;
  double total = 0;
  int count = 0;
  Response last;
  std::int64_t last_segment = -1;
  std::size_t last_cell = 0;
  for (std::int64_t step = 0; step < 20'000; ++step) {
    follower.go_to(step * slots);
    const std::size_t cell = follower.loudest();
    const TerminalLinks& links = follower.tile().links();
    const Response now = response(follower.tile().downlink(static_cast<std::uint32_t>(cell)));
    const bool in_sight =
        follower.large_scale().clusters(links, cell).link.kind.state == phy::LinkState::los;
    if (links.segment != last_segment && cell == last_cell && in_sight && !last.empty()) {
      for (std::size_t i = 0; i < now.size(); ++i) kept += now[i] * std::conj(last[i]);
      total += power(now);
      ++count;
    }
    last = now;
    last_segment = links.segment;
    last_cell = cell;
  }
  EXPECT_GT(count, 15);
  EXPECT_GT(kept.real() / total, 0.5);
}

// What moves around it goes on moving. Were its segment begun anew after each 5 m of that way, that
// is after every six seconds, all would come again.
TEST_P(FadingClusters, fade_on_around_a_terminal_that_waits) {
  std::string scenario = no_cell(GetParam(), site_text(GetParam(), {.name = "s0"}));
  scenario.insert(scenario.find("  bearer { rlc_mode: AM"),
                  "route { speed_kmh: 36 way_point { x_m: 20 } way_point { x_m: 52 wait_s: 60 } "
                  "way_point { x_m: 120 } } ");
  const World world(scenario, clusters_in(GetParam(), "UMA") +
                                  with("penetration", "BUILDING_LOW_LOSS") +
                                  with("route.fading_speed_kmh", "3"));
  Follower follower(world, 1);
  const std::int64_t slots = refresh_slots(world.layer(), world.terminal(0).route);
  const std::int64_t slots_of_second = GetParam() == CellKind::n28_fdd ? 1'000 : 2'000;
  const auto at = [&](double second) {
    follower.go_to(static_cast<std::int64_t>(second * static_cast<double>(slots_of_second)) /
                   slots * slots);
    return response(follower.tile().downlink(0));
  };
  at(4);
  const std::int64_t segment = follower.tile().links().segment;
  EXPECT_EQ(segment, 6);
  std::complex<double> again = 0;
  double total = 0;
  for (int i = 0; i < 100; ++i) {
    const Response now = at(4 + 0.4 * i);
    const Response later = at(10 + 0.4 * i);
    EXPECT_EQ(follower.tile().links().segment, segment);
    for (std::size_t k = 0; k < now.size(); ++k) again += later[k] * std::conj(now[k]);
    total += power(now);
  }
  EXPECT_LT(std::abs(again) / total, 0.5);
}

std::vector<std::string> blockers(CellKind kind, const std::string& speed_kmh) {
  std::vector<std::string> all;
  for (const std::string& field :
       {std::string("per_km2=20000"), std::string("width_m=0.6"), "speed_kmh=" + speed_kmh}) {
    all.push_back(on(kind, "channel.blockers." + field));
  }
  return all;
}

// Screens that walk past a terminal that stands take power from it, now and then.
TEST_P(FadingClusters, are_blocked_by_those_who_walk_by) {
  const std::string scenario = one_cell(GetParam(), "");
  const auto fades = [&](const std::vector<std::string>& more) {
    const World world(scenario,
                      clusters_in(GetParam(), "UMA") + with("route.fading_speed_kmh", "0") + more);
    Follower follower(world, 1);
    std::vector<double> powers;
    for (int second = 0; second < 120; ++second) {
      follower.go_to(second * (GetParam() == CellKind::n28_fdd ? 1'000 : 2'000));
      powers.push_back(power(response(follower.tile().downlink(0))));
    }
    return powers;
  };
  const std::vector<double> open = fades({});
  const std::vector<double> blocked = fades(blockers(GetParam(), "3"));
  const std::vector<double> stood_by = fades(blockers(GetParam(), "0"));
  double sum = 0;
  int changes = 0;
  for (std::size_t i = 0; i < open.size(); ++i) {
    EXPECT_EQ(open[i], open[0]);
    EXPECT_EQ(stood_by[i], stood_by[0]);
    sum += blocked[i] / open[0];
    if (i > 0 && std::abs(blocked[i] - blocked[i - 1]) > 0.01 * open[0]) ++changes;
  }
  EXPECT_NE(stood_by[0], open[0]);
  EXPECT_GT(changes, 30);
  EXPECT_LT(sum / static_cast<double>(open.size()), 0.99);
  EXPECT_LT(*std::min_element(blocked.begin(), blocked.end()), 0.9 * open[0]);
}

TEST_P(FadingClusters, are_blocked_alike_whatever_was_looked_at_before) {
  const World world(street(GetParam(), "", 18),
                    clusters_in(GetParam(), "UMA") + blockers(GetParam(), "3") +
                        std::vector<std::string>{on(GetParam(), "channel.tracked_cells=2")});
  Follower walked(world, 2);
  for (const std::int64_t step : {3'000, 9'000, 9'040, 24'000, 60'000}) {
    walked.go_to(step);
    Follower alone(world, 2);
    alone.go_to(step);
    const auto cell = static_cast<std::uint32_t>(alone.loudest());
    EXPECT_EQ(response(walked.tile().downlink(cell)), response(alone.tile().downlink(cell)));
    EXPECT_EQ(response(walked.tile().uplink(cell)), response(alone.tile().uplink(cell)));
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, FadingClusters,
                         testing::Values(CellKind::n41_tdd, CellKind::n28_fdd),
                         [](const auto& each) { return carrier_name(each.param); });

}  // namespace
}  // namespace redcell::scenarios
