// Goal: a scenario whose links have clusters sees them the same way from every side: slow part,
// beams, fading, both directions; whoever looked at what before.
// Method: channels of one deployment asked in different orders, compared bit by bit; means over
// places and steps along a way against the laws of TR 38.901; fixed seeds.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstdint>
#include <memory>
#include <numbers>
#include <numeric>
#include <string>
#include <vector>

#include "base/math.h"
#include "scenarios/channel_tile.h"
#include "scenarios/layer_channel.h"
#include "tests/scenarios/follower.h"

namespace redcell::scenarios {
namespace {

/// Eight beams side by side at every mast.
std::vector<std::string> beams() {
  std::vector<std::string> all;
  for (std::uint32_t site = 0; site < site_count; ++site) {
    const std::string sector = "site[s" + std::to_string(site) + "].sector[0].";
    all.push_back(sector + "columns=8");
    all.push_back(sector + "horizontal_beams=8");
  }
  return all;
}

class Clusters : public testing::TestWithParam<CellKind> {};

TEST_P(Clusters, have_the_same_world_whatever_was_asked_before_and_in_any_order) {
  const World world(street(GetParam()),
                    clusters_in(GetParam(), "UMA") + beams() + with("count", "3") +
                        std::vector<std::string>{on(GetParam(), "channel.tracked_cells=2")});
  std::vector<base::Instant> times;
  for (const std::int64_t ms : {0, 70, 75, 4'000, 9'120}) {
    times.push_back(base::Instant(base::milliseconds(ms).value()));
  }
  LayerChannel untouched = world.channel();
  const std::uint64_t reference = untouched.world_hash(times);
  EXPECT_EQ(untouched.world_hash(times), reference);
  LayerChannel busy = world.channel();
  for (std::int64_t slot = 20'000; slot > 0; slot -= 371) {
    busy.go_to(base::Slot(slot));
    for (const std::uint32_t ue : {2U, 0U, 1U}) {
      const auto cell = static_cast<std::uint32_t>((slot + ue) % site_count);
      const ServingLink link{.ue = {ue}, .cell = cell, .beam = busy.best_beam({ue}, cell)};
      busy.downlink_sinr(link, 1, 0);
    }
  }
  EXPECT_EQ(busy.world_hash(times), reference);
  std::vector<base::Instant> fewer(times.begin() + 3, times.end());
  EXPECT_NE(busy.world_hash(fewer), reference);
}

TEST_P(Clusters, keep_their_beams_on_five_metres_of_the_way_and_no_longer) {
  const World world(street(GetParam(), "", 37),
                    clusters_in(GetParam(), "UMA") + beams() + with("route.fading_speed_kmh", "0"));
  const LargeScale large_scale = world.large_scale();
  TerminalLinks links;
  std::vector<float> last;
  int changes = 0;
  // 37 / 90 m from look to look; who is where a piece ends is still on it.
  const auto piece = [](std::int64_t look) {
    return std::max((look * 37 + 449) / 450 - 1, std::int64_t{0});
  };
  for (std::int64_t look = 0; look < 440; ++look) {
    const base::Instant t(look * large_scale_period.value());
    large_scale.links_at(world.terminal(0), t, links);
    const bool is_new = links.beam_gain_lin != last;
    EXPECT_EQ(is_new, look == 0 || piece(look) != piece(look - 1)) << look;
    changes += is_new ? 1 : 0;
    last = links.beam_gain_lin;
    TerminalLinks once;
    large_scale.links_at(world.terminal(0), t, once);
    EXPECT_EQ(once.beam_gain_lin, links.beam_gain_lin) << look;
    EXPECT_EQ(once.segment, piece(look));
  }
  EXPECT_EQ(changes, 37);
}

// What the lanes must hold, built link by link. Segments begin at whole 5 m, that is at whole
// quarters of a second: a tenth later nothing is left of the former one.
TEST_P(Clusters, fade_through_the_strongest_beam_along_the_way_on_the_carrier_of_each_direction) {
  const World world(street(GetParam(), "", 72),
                    clusters_in(GetParam(), "UMA") + beams() + with("route.fading_speed_kmh", "0"));
  Follower follower(world, 1);
  std::vector<std::size_t> beams_seen;
  for (const double second : {1.1, 12.1, 40.1, 75.1, 101.1}) {
    const bool is_fdd = GetParam() == CellKind::n28_fdd;
    const std::int64_t slots = refresh_slots(world.layer(), world.terminal(0).route);
    const auto step = static_cast<std::int64_t>(second * (is_fdd ? 1'000 : 2'000)) / slots;
    follower.go_to(step * slots);
    const base::Instant t(step * slots * (is_fdd ? 1'000'000 : 500'000));
    const TerminalLinks& links = follower.tile().links();
    const double way_m = world.terminal(0).route.fading_way_m(t) - links.segment_begin_m;
    const std::size_t cell = follower.loudest();
    const SiteClusters& seen = follower.large_scale().clusters(links, cell);
    const phy::BeamGrid panel(world.layer().cells[cell].panel);
    const auto first = links.beam_gain_lin.begin() + static_cast<std::ptrdiff_t>(8 * cell);
    const auto beam = static_cast<std::size_t>(std::max_element(first, first + 8) - first);
    beams_seen.push_back(beam);
    const auto east_m = [&](base::Instant when) {
      return world.terminal(0).route.position_at(when).east_m;
    };
    const bool is_back = east_m(t + base::milliseconds(10)) < east_m(t);
    for (const bool is_uplink : {false, true}) {
      phy::ClusterLink link = seen.link;
      const double carrier_hz = is_uplink && is_fdd ? 725.5e6 : dl_centre_hz(GetParam());
      link.carrier = base::Hertz(carrier_hz);
      const PrbGroups groups(world.layer());
      phy::ClusterTile alone(world.random(), {.surrounding = phy::Surrounding::uma,
                                              .grids = groups.grids(0),
                                              .branch_count = is_uplink && is_fdd ? 1 : 2,
                                              .port_count = 2,
                                              .polarisation = {},
                                              .independent_phases = is_uplink && is_fdd});
      alone.set_link(0, {.link = link,
                         .panel = panel,
                         .beam = static_cast<int>(beam),
                         .distance_m = seen.distance_m,
                         .heading_deg = is_back ? 180.0 : 0.0,
                         .approach = seen.approach});
      alone.refresh(
          std::vector<double>(base::lane_count, way_m * carrier_hz / base::speed_of_light_mps));
      const auto index = static_cast<std::uint32_t>(cell);
      const phy::ChannelView view =
          is_uplink ? follower.tile().uplink(index) : follower.tile().downlink(index);
      for (int group = 0; group < view.group_count; ++group) {
        for (int port = 0; port < 2; ++port) {
          const int branches = is_uplink && is_fdd ? 1 : 2;
          const auto row = static_cast<std::size_t>((group * branches) * 2 + port);
          const std::complex<double> h =
              is_uplink ? view.h(group, port, 0) : view.h(group, 0, port);
          EXPECT_NEAR(h.real(), static_cast<double>(alone.response_re().at(row, 0)), 2e-4);
          EXPECT_NEAR(h.imag(), static_cast<double>(alone.response_im().at(row, 0)), 2e-4);
        }
      }
    }
  }
  EXPECT_GT(*std::max_element(beams_seen.begin(), beams_seen.end()), 0U);
}

TEST_P(Clusters, leave_of_a_transmission_what_their_polarisation_leaves) {
  // Mean over places and over the band, of what the gain of the beam says: one terminal after the
  // other, over what cells get that are not followed.
  double faded = 0;
  double wanted = 0;
  double block = 0;
  constexpr int place_count = 60;
  for (int place = 0; place < place_count; ++place) {
    const World there(
        no_cell(GetParam(), site_text(GetParam(), {.name = "s0", .y_m = 60, .azimuth_deg = 180})),
        clusters_in(GetParam(), "UMA") + with("route.fading_speed_kmh", "30") +
            with("placement.x_m", std::to_string(20 + 7 * place)) +
            std::vector<std::string>{"site[s0].sector[0].columns=8",
                                     "site[s0].sector[0].horizontal_beams=8"});
    Follower follower(there, 1);
    for (int i = 0; i < 60; ++i) {
      follower.go_to(i * 400);
      const FadedCell down = follower.tile().downlink_power(0);
      const FadedCell up = follower.tile().uplink_power(0);
      const int first = down.first_group;
      for (int group = 0; group < follower.bank().groups().count(); ++group) {
        faded += (down.power(first + group) + up.power(first + group)) / 2;
        wanted += follower.large_scale().clusters(follower.tile().links(), 0).mean_pair_power;
      }
    }
    block += follower.tile().ssb_power(0, follower.bank().groups()) / place_count;
  }
  EXPECT_NEAR(faded / wanted, 1, 0.05);
  EXPECT_GT(block, 0.5);
  EXPECT_LT(block, 1.2);
}

// Other fadings take the gains that a normal spread of the median width leaves. Clusters leave the
// same but for 1.5 dB: half of the links are wider, and the wider lose more to the element.
// A normal spread of the width that was drawn is another model of the same power: clusters, which
// are few, leave the beams the same on average. Worlds are many, as a world has few spreads.
TEST_P(Clusters, leave_the_beams_what_a_normal_spread_of_their_width_leaves_on_average) {
  std::array<double, 2> clusters{};
  std::array<double, 2> normal{};
  std::array<int, 2> count{};
  for (int seed = 1; seed <= 40; ++seed) {
    const World world(no_cell(GetParam(), site_text(GetParam(), {.name = "s0", .azimuth_deg = 90})),
                      clusters_in(GetParam(), "UMA") + with("count", "100") +
                          std::vector<std::string>{"site[s0].sector[0].columns=8",
                                                   "site[s0].sector[0].horizontal_beams=8",
                                                   "seed=" + std::to_string(seed)});
    const LargeScale large_scale = world.large_scale();
    const phy::BeamGrid panel(world.layer().cells.front().panel);
    std::vector<float> gains(static_cast<std::size_t>(panel.beam_count()));
    for (std::uint32_t ue = 0; ue < 100; ++ue) {
      TerminalLinks links;
      const TerminalPlan terminal =
          standing_at(world.terminal(ue), 60 + 2 * ue, 17.0 * (static_cast<int>(ue % 9) - 4));
      large_scale.links_at(terminal, base::Instant(), links);
      const phy::ClusterLink& seen = links.sites.front().link;
      const std::size_t kind = seen.kind.state == phy::LinkState::los ? 1 : 0;
      const double k_lin = base::from_db(seen.spreads.k_factor_db);
      panel.gains(seen.departure,
                  {.azimuth_deg = seen.spreads.asd_deg,
                   .zenith_deg = seen.spreads.zsd_deg,
                   .direct_share = kind == 1 ? k_lin / (k_lin + 1) : 0},
                  gains);
      clusters[kind] += large_scale.mean_beam_gain(links, 0);
      normal[kind] += std::accumulate(gains.begin(), gains.end(), 0.0) / panel.beam_count();
      ++count[kind];
    }
  }
  for (const std::size_t kind : {0UL, 1UL}) {
    EXPECT_GT(count[kind], 500);
    EXPECT_NEAR(db(clusters[kind] / normal[kind]), 0, phy::beam_spread_error_max.value()) << kind;
  }
}

TEST_P(Clusters, give_cells_that_are_not_followed_their_mean_power) {
  const World world(street(GetParam()), clusters_in(GetParam(), "UMA"));
  Follower follower(world, 1);
  follower.go_to(0);
  for (std::uint32_t cell = 0; cell < site_count; ++cell) {
    if (follower.tile().lane_of(cell)) continue;
    const SiteClusters& seen = follower.large_scale().clusters(follower.tile().links(), cell);
    EXPECT_EQ(follower.tile().downlink_power(cell).power(0), seen.mean_pair_power);
    EXPECT_EQ(follower.tile().uplink_power(cell).power(0), seen.mean_pair_power);
    EXPECT_EQ(follower.tile().ssb_power(cell, follower.bank().groups()), seen.mean_pair_power);
    // Half is what keeps polarisation; XPR is 7 dB and more.
    EXPECT_GT(seen.mean_pair_power, 0.5);
    EXPECT_LT(seen.mean_pair_power, 0.63);
  }
}

TEST_P(Clusters, answer_each_other_both_ways_in_tdd_alone) {
  const World world(street(GetParam()), clusters_in(GetParam(), "UMA"));
  Follower follower(world, 1);
  for (const std::int64_t slot : {0, 777}) {
    follower.go_to(slot);
    const auto cell = static_cast<std::uint32_t>(follower.loudest());
    const phy::ChannelView down = follower.tile().downlink(cell);
    const phy::ChannelView up = follower.tile().uplink(cell);
    for (int group = 0; group < down.group_count; ++group) {
      for (int port = 0; port < 2; ++port) {
        EXPECT_EQ(up.h(group, port, 0) == down.h(group, 0, port), GetParam() == CellKind::n41_tdd);
      }
    }
  }
}

// What is measured of a cell has its polarisation in it, and so has what the others send.
TEST_P(Clusters, measure_all_cells_through_their_polarisation) {
  const World world(street(GetParam()),
                    clusters_in(GetParam(), "UMA") +
                        std::vector<std::string>{on(GetParam(), "channel.tracked_cells=1")});
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  const LargeScale large_scale = world.large_scale();
  TerminalLinks links;
  large_scale.links_at(world.terminal(0), base::Instant(), links);
  std::vector<mac::ue::CellSample> samples;
  channel.measure_cells({0}, samples);
  ASSERT_EQ(samples.size(), site_count);
  const std::size_t loudest = large_scale.loudest(links);
  const auto gain = [&](std::size_t cell) {
    return large_scale.ssb_gain_lin(links, cell) *
           large_scale.clusters(links, cell).mean_pair_power;
  };
  for (std::uint32_t cell = 0; cell < site_count; ++cell) {
    EXPECT_NEAR(channel.path_loss_estimate({0}, cell).value(), -db(gain(cell)), 1e-9);
    if (cell == loudest) continue;
    // One beam a cell: others are what all the others bring. Noise is far below.
    double others = 0;
    for (std::size_t other = 0; other < site_count; ++other) {
      if (other != cell) others += gain(other);
    }
    EXPECT_NEAR(db(samples[cell].sinr_lin), db(gain(cell) / others), 0.01) << cell;
  }
}

// A route is asked for what comes, and a terminal on foot takes long for a segment.
TEST_P(Clusters, stay_to_the_end_of_a_random_way_on_foot) {
  const World world(no_cell(GetParam(), site_text(GetParam(), {.name = "s0"})),
                    clusters_in(GetParam(), "UMA") + with("route.random_way.radius_m", "100") +
                        with("route.random_way.min_speed_kmh", "3") +
                        with("route.random_way.max_speed_kmh", "3"));
  const LargeScale large_scale = world.large_scale();
  TerminalLinks links;
  const auto end_ms = static_cast<std::int64_t>(world.scenario().duration_s() * 1e3);
  for (std::int64_t ms = 0; ms <= end_ms; ms += 40) {
    large_scale.links_at(world.terminal(0), base::Instant(base::milliseconds(ms).value()), links);
  }
  EXPECT_EQ(links.segment,
            static_cast<std::int64_t>(world.terminal(0).route.own_way_m(
                                          base::Instant(base::milliseconds(end_ms).value())) /
                                      segment_way_m));
}

// Whether a stop ends within the time that is looked ahead depends on where the segment began, not
// on when it is asked about.
TEST_P(Clusters, are_the_same_whenever_a_long_stop_is_looked_at) {
  std::string scenario = no_cell(GetParam(), site_text(GetParam(), {.name = "s0"}));
  scenario.insert(scenario.find("  bearer { rlc_mode: AM"),
                  "route { speed_kmh: 36 way_point { x_m: 20 } way_point { x_m: 52 wait_s: 700 } "
                  "way_point { x_m: 120 } } ");
  const World world(scenario, clusters_in(GetParam(), "UMA") + with("route.fading_speed_kmh", "0"));
  const LargeScale large_scale = world.large_scale();
  TerminalLinks walked;
  for (const std::int64_t second : {0, 3, 4, 60, 300, 500, 690, 701}) {
    const base::Instant t(second * 1'000'000'000);
    large_scale.links_at(world.terminal(0), t, walked);
    TerminalLinks alone;
    large_scale.links_at(world.terminal(0), t, alone);
    EXPECT_EQ(alone.sites.front().approach, walked.sites.front().approach) << second;
    EXPECT_EQ(alone.sites.front().distance_m, walked.sites.front().distance_m) << second;
  }
}

TEST_P(Clusters, have_one_world_in_other_surroundings_too) {
  for (const char* surrounding : {"UMI", "RMA"}) {
    std::vector<std::string> overrides = clusters_in(GetParam(), surrounding);
    for (std::uint32_t site = 0; site < site_count; ++site) {
      // Streets have their stations at 10 m.
      const std::string height = surrounding == std::string("UMI") ? "10" : "35";
      overrides.push_back("site[s" + std::to_string(site) + "].height_m=" + height);
    }
    const World world(street(GetParam()), overrides);
    std::vector<base::Instant> times = {base::Instant(), base::Instant(70'000'000)};
    LayerChannel first = world.channel();
    LayerChannel second = world.channel();
    second.go_to(base::Slot(9'000));
    EXPECT_EQ(first.world_hash(times), second.world_hash(times)) << surrounding;
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Clusters, testing::Values(CellKind::n41_tdd, CellKind::n28_fdd),
                         [](const auto& each) { return carrier_name(each.param); });

// Indoors is a state of its own: O2I's 7 dB of shadowing (TR 38.901 Table 7.5-6) with clusters of
// its own, and 4 or 6 dB outdoors.
TEST(ClustersIndoors, shadow_and_scatter_as_outdoors_to_indoors) {
  constexpr CellKind kind = CellKind::n41_tdd;
  for (const bool is_indoors : {false, true}) {
    const World world(one_cell(kind, ""),
                      clusters_in(kind, "UMA") +
                          with("penetration", is_indoors ? "BUILDING_LOW_LOSS" : "OUTDOOR"));
    const LargeScale large_scale = world.large_scale();
    double sum = 0;
    double squares = 0;
    int count = 0;
    constexpr int place_count = 2'000;
    for (int place = 0; place < place_count; ++place) {
      // On a circle far out, where little is in sight.
      const double angle = 2 * std::numbers::pi * place / place_count;
      TerminalLinks links;
      large_scale.links_at(
          standing_at(world.terminal(0), 4'000 * std::cos(angle), 4'000 * std::sin(angle)),
          base::Instant(), links);
      const phy::LinkState state = links.sites.front().link.kind.state;
      EXPECT_EQ(state == phy::LinkState::o2i, is_indoors);
      if (links.cells.front().in_sight) continue;
      ++count;
      const double gain_db = db(links.cells.front().dl_gain_lin);
      sum += gain_db;
      squares += gain_db * gain_db;
    }
    EXPECT_NEAR(std::sqrt(squares / count - sum * sum / (count * count)), is_indoors ? 7 : 6, 0.7)
        << is_indoors;
  }
}

}  // namespace
}  // namespace redcell::scenarios
