// Goal: a link is what seed, identity and time make it, whoever else was looked at and whenever;
// without fading it is the link budget, done by hand. Method: two channels of one deployment, asked
// in different orders, compared bit by bit; and free-space sums in plain double precision.
#include "scenarios/layer_channel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <string>
#include <vector>

#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

/// A deployment with its random numbers, and channels of its one layer.
class World {
 public:
  World(CellKind kind, const std::vector<std::string>& overrides)
      : scenario_(ready_text(one_cell(kind, full_buffer("DOWNLINK")), overrides)),
        random_(scenario_.seed(), scenario_.run()),
        deployment_(make_deployment(scenario_, random_)) {}

  [[nodiscard]] LayerChannel channel() const {
    return LayerChannel(deployment_.layers.front(), deployment_, random_);
  }
  [[nodiscard]] const Deployment& deployment() const { return deployment_; }

 private:
  schema::Scenario scenario_;
  base::Random random_;
  Deployment deployment_;
};

std::vector<std::string> crowd(CellKind kind) {
  return fading_overrides(kind, 30, 0) +
         std::vector<std::string>{"terminal_group[ue].count=40",
                                  "terminal_group[ue].placement.min_radius_m=20",
                                  "terminal_group[ue].placement.max_radius_m=90",
                                  "terminal_group[ue].route.speed_kmh=10"};
}

constexpr double re_power_w = 1e-6;

/// All that a terminal's link shows at present.
std::vector<double> look(LayerChannel& channel, base::UeId ue) {
  std::vector<double> all;
  for (const int layers : {1, 2}) {
    const auto sinr = channel.downlink_sinr(ue, layers, 0);
    all.insert(all.end(), sinr.begin(), sinr.end());
  }
  const auto sinr = channel.uplink_sinr(ue, re_power_w);
  all.insert(all.end(), sinr.begin(), sinr.end());
  const phy::CsiReport report = channel.measure_csi(ue, base::Slot(7));
  all.insert(all.end(), {report.sinr_db, static_cast<double>(report.rank),
                         static_cast<double>(report.pmi), channel.path_loss_estimate(ue).value()});
  return all;
}

class LayerChannelTest : public testing::TestWithParam<CellKind> {};

TEST_P(LayerChannelTest, does_not_depend_on_the_order_of_looking) {
  const World world(GetParam(), crowd(GetParam()));
  LayerChannel forward = world.channel();
  LayerChannel backward = world.channel();
  for (const std::int64_t slot : {0, 3, 40, 41, 999}) {
    forward.go_to(base::Slot(slot));
    backward.go_to(base::Slot(slot));
    std::vector<std::vector<double>> first(40);
    std::vector<std::vector<double>> second(40);
    for (std::uint32_t ue = 0; ue < 40; ++ue) first[ue] = look(forward, {ue});
    for (std::uint32_t ue = 40; ue-- > 0;) second[ue] = look(backward, {ue});
    EXPECT_EQ(first, second) << "slot " << slot;
  }
}

// Slow enough that one refresh serves several slots: which of them is looked at first must not
// matter.
TEST_P(LayerChannelTest, brings_an_untracked_link_back_with_the_same_bits) {
  const World world(
      GetParam(),
      crowd(GetParam()) + std::vector<std::string>{"terminal_group[ue].route.speed_kmh=0",
                                                   "terminal_group[ue].route.fading_speed_kmh=1"});
  LayerChannel watched = world.channel();
  LayerChannel neglected = world.channel();
  neglected.go_to(base::Slot(0));
  const std::vector<double> at_start = look(neglected, {17});
  for (std::int64_t slot = 0; slot <= 2'002; slot += 7) {
    watched.go_to(base::Slot(slot));
    look(watched, {17});
  }
  watched.go_to(base::Slot(2'010));
  neglected.go_to(base::Slot(2'010));
  const std::vector<double> now = look(watched, {17});
  EXPECT_EQ(look(neglected, {17}), now);
  EXPECT_NE(at_start, now);
}

TEST_P(LayerChannelTest, gives_the_same_bits_from_prepared_tiles) {
  const World world(GetParam(), crowd(GetParam()));
  LayerChannel alone = world.channel();
  LayerChannel prepared = world.channel();
  std::vector<base::UeId> everyone;
  for (std::uint32_t ue = 0; ue < 40; ++ue) everyone.push_back({ue});
  Workers workers(3);
  for (const std::int64_t slot : {0, 200}) {
    alone.go_to(base::Slot(slot));
    prepared.go_to(base::Slot(slot));
    prepared.prepare(everyone, workers);
    for (const base::UeId ue : everyone) EXPECT_EQ(look(alone, ue), look(prepared, ue));
  }
}

TEST_P(LayerChannelTest, has_a_world_that_looking_does_not_change) {
  const World world(GetParam(), crowd(GetParam()));
  const World other(GetParam(), crowd(GetParam()) + std::vector<std::string>{"seed=9"});
  const std::vector<base::Instant> times{base::Instant(0), base::Instant(1'000'000'000)};
  LayerChannel fresh = world.channel();
  LayerChannel used = world.channel();
  used.go_to(base::Slot(123));
  const std::vector<double> before = look(used, {5});
  EXPECT_EQ(used.world_hash(times), fresh.world_hash(times));
  EXPECT_EQ(look(used, {5}), before);
  EXPECT_NE(other.channel().world_hash(times), fresh.world_hash(times));
}

/// Free space in dB (TR 38.901 7.4 leaves it to Friis).
double free_space_db(double distance_m, double frequency_hz) {
  return 20 * std::log10(4 * std::numbers::pi * distance_m * frequency_hz / 299'792'458.0);
}

/// Thermal noise of one RE in W at 290 K.
double re_noise_w(double scs_hz, double figure_db) {
  return 1.380649e-23 * 290 * scs_hz * std::pow(10, figure_db / 10);
}

constexpr double budget_error_max_db = 0.02;

TEST_P(LayerChannelTest, is_the_link_budget_where_nothing_fades) {
  const bool is_tdd = GetParam() == CellKind::n41_tdd;
  // At the height of the mast and on its boresight, where the antenna's gain is the stated one.
  const World world(
      GetParam(),
      {"terminal_group[ue].height_m=20", "site[mast].height_m=20",
       "site[mast].sector[0].downtilt_deg=0", "site[mast].sector[0].gain_dbi=10",
       "terminal_group[ue].extra_loss_db=60", "capability[redcap].antenna_gain_dbi=-3"});
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  const double dl_hz = is_tdd ? 2593e6 : 780.5e6;
  const double ul_hz = is_tdd ? 2593e6 : 725.5e6;
  const double scs_hz = is_tdd ? 30e3 : 15e3;
  const double gains_db = 10 - 3 - 60;
  const double dl_loss_db = free_space_db(100, dl_hz) - gains_db;
  EXPECT_NEAR(channel.path_loss_estimate({0}).value(), dl_loss_db, budget_error_max_db);

  // 33 dBm per MHz over both ports; two layers share it, and the unitary precoder spreads each over
  // both branches. Pilot noise: 1 + layers / gain + 1 / (gain snr), with a gain of 16 and the snr
  // of a layer in a branch.
  const double re_mw = std::pow(10, 3.3) * scs_hz * 1e-6;
  const double received_w = re_mw * 1e-3 * std::pow(10, -dl_loss_db / 10);
  const double snr = received_w / re_noise_w(scs_hz, 7);
  for (const double sinr : channel.downlink_sinr({0}, 2, 0)) {
    const double layer_snr = snr / 2;
    const double pilot_noise = 1 + 2.0 / 16 + 1 / (16 * layer_snr / 2);
    EXPECT_NEAR(10 * std::log10(sinr / layer_snr), -10 * std::log10(pilot_noise),
                budget_error_max_db);
  }
  // Uplink: one port of the terminal is heard by one of two branches of the identity channel.
  const double ul_loss_db = free_space_db(100, ul_hz) - gains_db;
  const double ul_snr = re_power_w * std::pow(10, -ul_loss_db / 10) / re_noise_w(scs_hz, 5);
  for (const double sinr : channel.uplink_sinr({0}, re_power_w)) {
    const double pilot_noise = 1 + 1.0 / 16 + 1 / (16 * ul_snr / 2);
    EXPECT_NEAR(10 * std::log10(sinr / ul_snr), -10 * std::log10(pilot_noise), budget_error_max_db);
  }
}

TEST_P(LayerChannelTest, has_its_transmit_error_as_a_floor) {
  const World world(GetParam(),
                    {on(GetParam(), "evm_percent=10"), "capability[redcap].evm_percent=5",
                     "terminal_group[ue].extra_loss_db=-30"});
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  EXPECT_NEAR(10 * std::log10(channel.uplink_sinr({0}, 1.0).front()), 26.0, 0.3);
  for (const double sinr : channel.downlink_sinr({0}, 2, 0)) {
    EXPECT_NEAR(10 * std::log10(sinr), 20.0, 0.3);
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, LayerChannelTest,
                         testing::Values(CellKind::n41_tdd, CellKind::n28_fdd),
                         [](const auto& each) { return carrier_name(each.param); });

}  // namespace
}  // namespace redcell::scenarios
