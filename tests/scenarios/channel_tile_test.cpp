// Goal: the fading of a link does not know whether anyone followed it, beside whom, or in which
// lane.
// Method: tiles of one terminal that follow few and all cells, driven together and compared bit by
// bit; means over time against the powers of the delay lines by hand.
#include "scenarios/channel_tile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/scenarios/follower.h"

namespace redcell::scenarios {
namespace {

constexpr int group_count = 13;  // Of 51 PRBs, four each.

std::uint64_t hash_of(const ChannelTile& tile) {
  Hash hash;
  tile.add_to(hash);
  return hash.value();
}

const std::vector<std::string> four_branches{"capability[redcap].rx_branches=4",
                                             "capability[redcap].max_bandwidth_mhz=25"};

struct Kind {
  CellKind cell;
  const char* fading;
};

class ChannelTileTest : public testing::TestWithParam<Kind> {
 protected:
  [[nodiscard]] static std::vector<std::string> environment() {
    return {on(GetParam().cell, "channel.path_loss=UMA"),
            on(GetParam().cell, std::string("channel.fading=") + GetParam().fading)};
  }
  [[nodiscard]] static std::int64_t slots_per_ms() {
    return GetParam().cell == CellKind::n41_tdd ? 2 : 1;
  }

  const World world_{street(GetParam().cell), environment()};
};

TEST_P(ChannelTileTest, brings_a_cell_back_as_if_it_had_never_left) {
  for (const int tracked : {1, 2}) {
    Follower few(world_, tracked);
    Follower all(world_, site_count);
    int returns = 0;
    int seen = 0;
    std::vector<std::int64_t> left_ms(site_count, 0);
    for (std::int64_t ms = 0; ms < 42'000; ms += 70) {
      few.go_to(ms * slots_per_ms());
      all.go_to(ms * slots_per_ms());
      for (std::uint32_t cell = 0; cell < site_count; ++cell) {
        if (!few.tile().lane_of(cell)) continue;
        if (left_ms[cell] > 0 && ms - left_ms[cell] > 1'000) ++returns;
        left_ms[cell] = ms;
        ++seen;
        ASSERT_EQ(bits(few.tile(), cell), bits(all.tile(), cell)) << ms << " ms, cell " << cell;
      }
    }
    EXPECT_EQ(seen, tracked * 600);
    EXPECT_GT(returns, 4);
  }
}

// Who asks seldom has no memory of what it did not see.
TEST_P(ChannelTileTest, is_the_same_to_who_looks_once) {
  constexpr std::int64_t end_ms = 9'016;
  Follower watching(world_, 2);
  for (std::int64_t ms = 0; ms <= end_ms; ms += 7) watching.go_to(ms * slots_per_ms());
  Follower late(world_, 2);
  late.go_to(end_ms * slots_per_ms());
  EXPECT_EQ(hash_of(watching.tile()), hash_of(late.tile()));
  late.go_to(0);
  Follower first(world_, 2);
  first.go_to(0);
  EXPECT_EQ(hash_of(late.tile()), hash_of(first.tile()));
}

TEST_P(ChannelTileTest, follows_a_cell_however_weak) {
  Follower few(world_, 1);
  Follower all(world_, site_count);
  few.go_to(0);
  ASSERT_EQ(few.loudest(), 0U);
  ASSERT_FALSE(few.tile().lane_of(3).has_value());
  few.tile().follow(3);
  int as_loudest = 0;
  for (std::int64_t ms = 0; ms < 21'000; ms += 100) {
    few.go_to(ms * slots_per_ms());
    all.go_to(ms * slots_per_ms());
    const auto loudest = static_cast<std::uint32_t>(few.loudest());
    as_loudest += loudest == 3 ? 1 : 0;
    ASSERT_TRUE(few.tile().lane_of(3).has_value()) << ms;
    ASSERT_EQ(bits(few.tile(), 3), bits(all.tile(), 3)) << ms;
    ASSERT_EQ(bits(few.tile(), loudest), bits(all.tile(), loudest)) << ms;
  }
  EXPECT_GT(as_loudest, 20);
}

TEST_P(ChannelTileTest, gives_the_lane_of_the_one_followed_to_the_next) {
  Follower few(world_, 1);
  Follower all(world_, site_count);
  few.go_to(0);
  all.go_to(0);
  for (const std::uint32_t cell : {2U, 1U, 3U, 2U, 0U}) {
    few.tile().follow(cell);
    ASSERT_TRUE(few.tile().lane_of(cell).has_value());
    EXPECT_EQ(bits(few.tile(), cell), bits(all.tile(), cell)) << cell;
    EXPECT_EQ(bits(few.tile(), 0), bits(all.tile(), 0));
  }
  // The loudest has a lane anyway: the last but one keeps its own.
  EXPECT_TRUE(few.tile().lane_of(2).has_value());
  EXPECT_FALSE(few.tile().lane_of(3).has_value());
}

TEST_P(ChannelTileTest, has_a_hash_that_following_does_not_change) {
  Follower plain(world_, 2);
  Follower followed(world_, 2);
  for (const std::int64_t ms : {0, 3'000, 6'000, 11'000}) {
    plain.go_to(ms * slots_per_ms());
    followed.go_to(ms * slots_per_ms());
    const std::uint64_t before = hash_of(followed.tile());
    EXPECT_EQ(before, hash_of(plain.tile()));
    for (std::uint32_t cell = 0; cell < site_count; ++cell) {
      followed.tile().follow(cell);
      EXPECT_EQ(hash_of(followed.tile()), before) << cell;
    }
  }
  EXPECT_NE(hash_of(plain.tile()), 0U);
}

TEST_P(ChannelTileTest, shares_a_bank_without_disturbing_who_is_there) {
  const World crowd(street(GetParam().cell),
                    environment() + std::vector<std::string>{"terminal_group[ue].count=2"});
  Follower alone(crowd, 2, 1);
  Follower shared(crowd, 2, 0);
  ChannelTile second(shared.bank(), crowd.terminal(1));
  for (std::int64_t ms = 0; ms < 12'000; ms += 500) {
    alone.go_to(ms * slots_per_ms());
    shared.go_to(ms * slots_per_ms());
    shared.tile().follow(static_cast<std::uint32_t>(ms / 500 % site_count));
    EXPECT_EQ(hash_of(second), hash_of(alone.tile())) << ms;
    second.follow(3);
    alone.tile().follow(3);
    EXPECT_EQ(bits(second, 3), bits(alone.tile(), 3)) << ms;
    EXPECT_NE(hash_of(second), hash_of(shared.tile()));
  }
}

// Uplink and the first two branches do not know of the others.
TEST_P(ChannelTileTest, shows_four_branches_the_world_of_two) {
  const World wider(street(GetParam().cell), environment() + four_branches);
  Follower two(world_, 2);
  Follower four(wider, 2);
  for (const std::int64_t ms : {0, 3'000, 11'000}) {
    two.go_to(ms * slots_per_ms());
    four.go_to(ms * slots_per_ms());
    const auto cell = static_cast<std::uint32_t>(two.loudest());
    const phy::ChannelView few = two.tile().downlink(cell);
    const phy::ChannelView all = four.tile().downlink(cell);
    ASSERT_EQ(all.rx_count, 4);
    for (int group = 0; group < group_count; ++group) {
      double power = 0;
      EXPECT_EQ(two.tile().uplink(cell).h(group, 1, 0), four.tile().uplink(cell).h(group, 1, 0));
      for (int rx = 0; rx < 4; ++rx) {
        for (const int tx : {0, 1}) {
          power += std::norm(all.h(group, rx, tx)) / 8;
          const bool is_alike = all.h(group, rx, tx) == few.h(group, rx % 2, tx);
          EXPECT_EQ(is_alike, rx < 2) << "branch " << rx << " port " << tx;
        }
      }
      EXPECT_NEAR(four.tile().downlink_power(cell).power(group), power, 1e-5 * power);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Links, ChannelTileTest,
    testing::Values(Kind{CellKind::n41_tdd, "BY_SIGHT"}, Kind{CellKind::n28_fdd, "TDL_A"},
                    Kind{CellKind::n28_fdd, "BY_SIGHT"}, Kind{CellKind::n41_tdd, "CLUSTERS"},
                    Kind{CellKind::n28_fdd, "CLUSTERS"}),
    [](const auto& each) { return carrier_name(each.param.cell) + "_" + each.param.fading; });

std::vector<std::string> fading(const std::string& name, const std::string& path_loss) {
  return {on(CellKind::n41_tdd, "channel.path_loss=" + path_loss),
          on(CellKind::n41_tdd, "channel.fading=" + name)};
}

TEST(FadingBank, has_room_for_as_many_as_its_lanes_hold) {
  const World world(street(CellKind::n41_tdd), fading("TDL_A", "UMA"));
  LayerPlan layer = world.layer();
  for (const auto& [tracked, lanes] : {std::pair{1, 2U}, {2, 3U}, {3, 4U}, {4, 4U}, {15, 4U}}) {
    layer.channel.tracked_cells = tracked;
    EXPECT_EQ(lanes_per_terminal(layer), lanes) << tracked;
  }
  Follower first(world, 3);
  FadingBank& bank = first.bank();
  EXPECT_TRUE(bank.has_room(12));
  EXPECT_FALSE(bank.has_room(13));
}

TEST(FadingBankDeathTest, takes_no_terminal_that_it_has_no_lanes_for) {
  const World world(street(CellKind::n41_tdd), fading("TDL_A", "UMA"));
  Follower first(world, 3);
  const ChannelTile second(first.bank(), world.terminal(0));
  const ChannelTile third(first.bank(), world.terminal(0));
  const ChannelTile fourth(first.bank(), world.terminal(0));
  EXPECT_DEATH(ChannelTile(first.bank(), world.terminal(0)), "has_room");
  EXPECT_DEATH(static_cast<void>(first.tile().downlink(0)), "has_value");
}

// A fiftieth of a wavelength at most, or a slot if that is longer; no terminal waits for more than
// twenty.
TEST(RefreshSlots, keep_a_step_within_a_25th_of_a_wavelength) {
  for (const CellKind kind : {CellKind::n41_tdd, CellKind::n28_fdd}) {
    const World world(one_cell(kind, ""));
    const double wavelength_m = 299'792'458.0 / dl_centre_hz(kind);
    const double slot_s = kind == CellKind::n41_tdd ? 0.5e-3 : 1e-3;
    for (const double kmh : {0.0, 0.5, 3.0, 10.0, 30.0, 120.0, 500.0}) {
      terminals::RouteConfig config;
      config.speed_mps = kmh / 3.6;
      const std::int64_t slots = refresh_slots(world.layer(), terminals::Route(config));
      const auto way = [&](std::int64_t n) {
        return kmh / 3.6 * slot_s * static_cast<double>(n) / wavelength_m;
      };
      EXPECT_GE(slots, 1);
      EXPECT_LE(slots, 20);
      EXPECT_TRUE(slots == 1 || way(slots) <= 0.04) << kmh;
      EXPECT_TRUE(slots == 20 || way(slots + 1) > 0.04 * (1 - 1e-9)) << kmh;
    }
  }
}

TEST(ChannelTile, is_refreshed_on_the_grid_of_its_own_speed) {
  const World world(one_cell(CellKind::n41_tdd, ""),
                    fading("TDL_A", "UMA") +
                        std::vector<std::string>{"terminal_group[ue].route.fading_speed_kmh=3"});
  Follower tile(world, 1);
  const std::int64_t slots = refresh_slots(world.layer(), world.terminal(0).route);
  ASSERT_GT(slots, 2);
  tile.go_to(7 * slots);
  const std::vector<double> at_first = bits(tile.tile(), 0);
  EXPECT_FALSE(tile.bank().is_stale(base::Slot(8 * slots - 1)));
  tile.go_to(8 * slots - 1);
  EXPECT_EQ(bits(tile.tile(), 0), at_first);
  EXPECT_TRUE(tile.bank().is_stale(base::Slot(8 * slots)));
  tile.go_to(8 * slots);
  EXPECT_NE(bits(tile.tile(), 0), at_first);
}

/// Mean of both directions' powers over many wavelengths, and that of the strongest branch's first
/// port, of which one of two is the larger: 3/2 if both are Rayleigh and flat.
struct MeanPower {
  double downlink = 0;
  double uplink = 0;
  double block = 0;
};
constexpr int mean_count = 4'000;
MeanPower mean_power(Follower& follower, std::uint32_t cell) {
  MeanPower mean;
  for (int i = 0; i < mean_count; ++i) {
    follower.go_to(i * 100);
    for (int group = 0; group < group_count; ++group) {
      mean.downlink += follower.tile().downlink_power(cell).power(group) / group_count;
      mean.uplink += follower.tile().uplink_power(cell).power(group) / group_count;
    }
    mean.block += follower.tile().ssb_power(cell, {.first = 2, .end = 3});
  }
  return {mean.downlink / mean_count, mean.uplink / mean_count, mean.block / mean_count};
}

/// 200 wavelengths; four pairs, or two, of which some fade alike over the band: 0.02 and 0.03.
constexpr double mean_error_max = 0.1;

/// Of TDL-D: all taps but the line of sight's -0.2 dB (TR 38.901 Table 7.7.2-4).
double tdl_d_rayleigh() {
  double sum = 0;
  for (const double tap_db : {-13.5, -18.8, -21.0, -22.8, -17.9, -20.1, -21.9, -22.9, -27.8, -23.6,
                              -24.8, -30.0, -27.7}) {
    sum += linear(tap_db);
  }
  return sum / (sum + linear(-0.2));
}

TEST(ChannelTile, fades_by_what_it_says_of_cells_it_does_not_follow) {
  struct Case {
    const char* path_loss;
    const char* fading;
    double rayleigh;  ///< Share of the power; cross-polarised pairs have nothing else.
  };
  // UMa in sight has a median K of 9 dB (TR 38.901 Table 7.5-6).
  for (const Case& each :
       {Case{"UMA_LOS", "TDL_A", 1}, Case{"UMA_LOS", "BY_SIGHT", 1 / (linear(9) + 1)},
        Case{"UMA_LOS", "TDL_D", tdl_d_rayleigh()}}) {
    const World world(
        one_cell(CellKind::n41_tdd,
                 site_text(CellKind::n41_tdd, {.name = "east", .x_m = 900, .azimuth_deg = 270})),
        fading(each.fading, each.path_loss) +
            std::vector<std::string>{"terminal_group[ue].route.fading_speed_kmh=20"});
    const double mean_pair = (1 + each.rayleigh) / 2;
    Follower follows(world, 2);
    const MeanPower mean = mean_power(follows, 1);
    EXPECT_NEAR(mean.downlink, mean_pair, mean_error_max) << each.fading;
    EXPECT_NEAR(mean.uplink, mean_pair, mean_error_max) << each.fading;
    Follower does_not(world, 1);
    const MeanPower alone = mean_power(does_not, 1);
    EXPECT_NEAR(alone.downlink, mean_pair, 2e-3) << each.fading;
    EXPECT_NEAR(alone.uplink, mean_pair, 2e-3) << each.fading;
    EXPECT_EQ(alone.block, 1);
  }
}

TEST(ChannelTile, hears_the_block_on_its_better_branch) {
  const World world(one_cell(CellKind::n41_tdd, ""),
                    fading("TDL_A", "UMA_LOS") +
                        std::vector<std::string>{"terminal_group[ue].route.fading_speed_kmh=20"});
  Follower follower(world, 1);
  for (const std::int64_t slot : {0, 1'000, 2'000, 3'000}) {
    follower.go_to(slot);
    const phy::ChannelView view = follower.tile().downlink(0);
    const auto power = [&](int rx) {
      return (std::norm(view.h(3, rx, 0)) + std::norm(view.h(4, rx, 0))) / 2;
    };
    EXPECT_NEAR(follower.tile().ssb_power(0, {.first = 3, .end = 5}), std::max(power(0), power(1)),
                1e-12);
  }
  EXPECT_NEAR(mean_power(follower, 0).block, 1.5, 0.15);
}

TEST(ChannelTile, is_flat_where_nothing_fades) {
  const World world(one_cell(CellKind::n28_fdd, ""));
  Follower follower(world, 1);
  follower.go_to(0);
  for (int group = 0; group < group_count; ++group) {
    EXPECT_EQ(follower.tile().downlink_power(0).power(group), 0.5);
    EXPECT_EQ(follower.tile().uplink_power(0).power(group), 0.5);
    for (int rx = 0; rx < 2; ++rx) {
      for (int tx = 0; tx < 2; ++tx) {
        EXPECT_EQ(follower.tile().downlink(0).h(group, rx, tx),
                  std::complex<double>(rx == tx ? 1 : 0));
      }
      EXPECT_EQ(follower.tile().uplink(0).h(group, rx, 0), std::complex<double>(rx == 0 ? 1 : 0));
    }
  }
}

// One channel both ways: what the first branch hears of a port, the port hears of it. Before the
// first step nothing but its own identity tells the uplink of FDD from the downlink.
TEST(ChannelTile, is_reciprocal_in_tdd_alone) {
  for (const CellKind kind : {CellKind::n41_tdd, CellKind::n28_fdd}) {
    const World world(one_cell(kind, ""), {on(kind, "channel.fading=TDL_A")});
    Follower follower(world, 1);
    for (const std::int64_t slot : {0, 100}) {
      follower.go_to(slot);
      for (int group = 0; group < group_count; ++group) {
        for (int port = 0; port < 2; ++port) {
          const bool is_equal = follower.tile().uplink(0).h(group, port, 0) ==
                                follower.tile().downlink(0).h(group, 0, port);
          EXPECT_EQ(is_equal, kind == CellKind::n41_tdd) << group;
        }
      }
    }
  }
}

TEST(ChannelTile, averages_what_it_hears_with_a_weight_of_a_quarter) {
  const World world(one_cell(CellKind::n41_tdd, ""));
  Follower follower(world, 1);
  const auto heard = [&](double a, double b) {
    std::vector<double> both{a, b};
    follower.tile().average_interference(both);
    return both;
  };
  EXPECT_EQ(heard(8, 100), (std::vector<double>{8, 100}));
  EXPECT_EQ(heard(16, 100), (std::vector<double>{10, 100}));
  EXPECT_EQ(heard(2, 60), (std::vector<double>{8, 90}));
  follower.tile().forget_interference();
  EXPECT_EQ(heard(2, 60), (std::vector<double>{2, 60}));
}

}  // namespace
}  // namespace redcell::scenarios
