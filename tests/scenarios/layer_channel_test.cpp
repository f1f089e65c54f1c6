// Goal: a link is what seed, identity and time make it, whoever else is there, was looked at, and
// when; without fading it is the link budget, done by hand.
// Method: two channels of one deployment, or of two that differ in other terminals alone, asked in
// different orders, compared bit by bit; and free-space sums in plain double precision.
#include "scenarios/layer_channel.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "tests/scenarios/many_cells.h"

namespace redcell::scenarios {
namespace {

constexpr std::uint32_t crowd_count = 40;

/// Three cells, of which a terminal follows two.
std::string three_cells(CellKind kind, const std::string& rest = "") {
  return one_cell(kind, site_text(kind, {.name = "east", .x_m = 400, .azimuth_deg = 270}) +
                            site_text(kind, {.name = "north", .y_m = 300, .azimuth_deg = 180}) +
                            rest);
}
std::vector<std::string> crowd(CellKind kind) {
  return fading_overrides(kind, 30, 0) +
         std::vector<std::string>{on(kind, "channel.tracked_cells=2"),
                                  "terminal_group[ue].count=" + std::to_string(crowd_count),
                                  "terminal_group[ue].placement.min_radius_m=20",
                                  "terminal_group[ue].placement.max_radius_m=90",
                                  "terminal_group[ue].route.speed_kmh=10"};
}

constexpr double re_power_w = 1e-6;

/// All that a terminal's link to a cell shows at present.
std::vector<double> look(LayerChannel& channel, base::UeId ue, std::uint32_t cell) {
  const int beam = channel.best_beam(ue, cell);
  const ServingLink link{.ue = ue, .cell = cell, .beam = beam};
  std::vector<double> all{static_cast<double>(beam), channel.path_loss_estimate(ue, cell).value()};
  const auto add = [&](std::span<const double> sinr) {
    all.insert(all.end(), sinr.begin(), sinr.end());
  };
  for (const int layers : {1, 2}) add(channel.downlink_sinr(link, layers, 0));
  add(channel.control_sinr(link));
  add(channel.uplink_sinr(link, re_power_w));
  const LayerChannel::ChannelReport report = channel.measure_csi(ue, cell, base::Slot(7));
  add(std::vector<double>{static_cast<double>(report.beam), report.csi.sinr_db,
                          static_cast<double>(report.csi.rank),
                          static_cast<double>(report.csi.pmi)});
  std::vector<mac::ue::CellSample> samples;
  channel.measure_cells(ue, samples);
  for (const mac::ue::CellSample& sample : samples) {
    add(std::vector<double>{sample.rsrp_mw, sample.rsrq_lin, sample.sinr_lin});
  }
  return all;
}

class LayerChannelTest : public testing::TestWithParam<CellKind> {};

// The cell is another one for each terminal: most have one that they would not follow by
// themselves.
TEST_P(LayerChannelTest, does_not_depend_on_the_order_of_looking) {
  const World world(three_cells(GetParam()), crowd(GetParam()));
  LayerChannel forward = world.channel();
  LayerChannel backward = world.channel();
  for (const std::int64_t slot : {0, 3, 40, 41, 999}) {
    forward.go_to(base::Slot(slot));
    backward.go_to(base::Slot(slot));
    std::vector<std::vector<double>> first(crowd_count);
    std::vector<std::vector<double>> second(crowd_count);
    for (std::uint32_t ue = 0; ue < crowd_count; ++ue) first[ue] = look(forward, {ue}, ue % 3);
    for (std::uint32_t ue = crowd_count; ue-- > 0;) second[ue] = look(backward, {ue}, ue % 3);
    EXPECT_EQ(first, second) << "slot " << slot;
  }
}

// Slow enough that one refresh serves several slots: which of them is looked at first must not
// matter.
TEST_P(LayerChannelTest, brings_an_untracked_link_back_with_the_same_bits) {
  const World world(
      three_cells(GetParam()),
      crowd(GetParam()) + std::vector<std::string>{"terminal_group[ue].route.speed_kmh=0",
                                                   "terminal_group[ue].route.fading_speed_kmh=1"});
  LayerChannel watched = world.channel();
  LayerChannel neglected = world.channel();
  neglected.go_to(base::Slot(0));
  const std::vector<double> at_start = look(neglected, {17}, 0);
  for (std::int64_t slot = 0; slot <= 2'002; slot += 7) {
    watched.go_to(base::Slot(slot));
    look(watched, {17}, 0);
  }
  watched.go_to(base::Slot(2'010));
  neglected.go_to(base::Slot(2'010));
  const std::vector<double> now = look(watched, {17}, 0);
  EXPECT_EQ(look(neglected, {17}, 0), now);
  EXPECT_NE(at_start, now);
}

TEST_P(LayerChannelTest, gives_the_same_bits_from_prepared_tiles) {
  const World world(three_cells(GetParam()), crowd(GetParam()));
  LayerChannel alone = world.channel();
  LayerChannel prepared = world.channel();
  std::vector<base::UeId> everyone;
  for (std::uint32_t ue = 0; ue < crowd_count; ++ue) everyone.push_back({ue});
  Workers workers(3);
  for (const std::int64_t slot : {0, 200}) {
    alone.go_to(base::Slot(slot));
    prepared.go_to(base::Slot(slot));
    prepared.prepare(everyone, workers);
    for (const base::UeId ue : everyone) EXPECT_EQ(look(alone, ue, 0), look(prepared, ue, 0));
  }
}

// Cars ask for a refresh in every slot, those who stand for one in twenty. The cars come first and
// take lanes of the layer, or are on the other carrier: those behind them move up.
TEST(LayerChannel, leaves_who_stands_alone_when_fast_cars_come) {
  const CellKind kind = CellKind::n41_tdd;
  const std::string other_carrier = R"(carrier {
  name: "n28" band: "n28" scs_khz: 15 bandwidth_mhz: 20 dl_centre_mhz: 780.5 ul_centre_mhz: 725.5
  channel { path_loss: FREE_SPACE fading: NONE }
  broadcast { sib1_first_prb: 24 }
}
)" + site_text(CellKind::n28_fdd, {.name = "low", .x_m = 10, .azimuth_deg = 90});
  const std::string text = three_cells(
      kind, other_carrier + group_text("standing",
                                       "count: 9 carrier: \"n41\" placement { x_m: 120 } "
                                       "route { fading_speed_kmh: 0.1 }"));
  const auto with_cars_on = [&](const std::string& carrier) {
    return crowd(kind) + std::vector<std::string>{"terminal_group[ue].count=3",
                                                  "terminal_group[ue].route.speed_kmh=200",
                                                  "terminal_group[ue].carrier=" + carrier};
  };
  const World with_cars(text, with_cars_on("n41"));
  const World without(text, with_cars_on("n28"));
  ASSERT_EQ(with_cars.layer().terminals.size(), 12U);
  ASSERT_EQ(without.layer().terminals.size(), 9U);
  LayerChannel beside_cars = with_cars.channel();
  LayerChannel alone = without.channel();
  for (std::int64_t slot = 0; slot < 100; slot += 3) {
    beside_cars.go_to(base::Slot(slot));
    alone.go_to(base::Slot(slot));
    for (std::uint32_t car = 0; car < 3; ++car) look(beside_cars, {car}, 0);
    for (std::uint32_t ue = 3; ue < 12; ++ue) {
      ASSERT_EQ(look(beside_cars, {ue}, 0), look(alone, {ue}, 0)) << "slot " << slot;
    }
  }
}

// A terminal that follows one cell is asked about another, by each door first.
TEST_P(LayerChannelTest, follows_a_weak_cell_whatever_is_asked_first) {
  const auto world = [&](const std::string& tracked) {
    return std::make_unique<World>(
        three_cells(GetParam()),
        crowd(GetParam()) +
            std::vector<std::string>{on(GetParam(), "channel.tracked_cells=") + tracked});
  };
  const auto one = world("1");
  const auto all = world("3");
  for (const std::uint32_t cell : {0U, 1U, 2U}) {
    const ServingLink link{.ue = {4}, .cell = cell, .beam = 0};
    const auto both = [&](const auto& ask) {
      LayerChannel weak = one->channel();
      LayerChannel followed = all->channel();
      weak.go_to(base::Slot(50));
      followed.go_to(base::Slot(50));
      EXPECT_EQ(ask(weak), ask(followed)) << "cell " << cell;
    };
    both([&](LayerChannel& c) { return c.downlink_sinr(link, 1, 0).front(); });
    both([&](LayerChannel& c) { return c.control_sinr(link).front(); });
    both([&](LayerChannel& c) { return c.uplink_sinr(link, re_power_w).front(); });
    both([&](LayerChannel& c) { return c.measure_csi({4}, cell, base::Slot(50)).csi.sinr_db; });
  }
}

TEST_P(LayerChannelTest, has_a_world_that_looking_does_not_change) {
  const World world(three_cells(GetParam()), crowd(GetParam()));
  const World other(three_cells(GetParam()),
                    crowd(GetParam()) + std::vector<std::string>{"seed=9"});
  const std::vector<base::Instant> times{base::Instant(0), base::Instant(1'000'000'000)};
  LayerChannel fresh = world.channel();
  LayerChannel used = world.channel();
  used.go_to(base::Slot(123));
  for (std::uint32_t cell = 0; cell < 3; ++cell) look(used, {5}, cell);
  const std::vector<double> before = look(used, {5}, 0);
  EXPECT_EQ(used.world_hash(times), fresh.world_hash(times));
  EXPECT_EQ(look(used, {5}, 0), before);
  EXPECT_NE(other.channel().world_hash(times), fresh.world_hash(times));
}

constexpr double budget_error_max_db = 0.02;

/// At the height of the mast and on its boresight, where the antenna's gain is the stated one.
const std::vector<std::string> on_boresight{
    "terminal_group[ue].height_m=20", "site[mast].height_m=20",
    "site[mast].sector[0].downtilt_deg=0", "site[mast].sector[0].gain_dbi=10"};
constexpr ServingLink first_link{.ue = {0}, .cell = 0, .beam = 0};

TEST_P(LayerChannelTest, is_the_link_budget_where_nothing_fades) {
  const World world(
      one_cell(GetParam(), ""),
      on_boresight + std::vector<std::string>{"terminal_group[ue].extra_loss_db=60",
                                              "capability[redcap].antenna_gain_dbi=-3"});
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  const double gains_db = 10 - 3 - 60;
  const double dl_gain_db = db(friis(100, dl_centre_hz(GetParam()))) + gains_db;
  EXPECT_NEAR(channel.path_loss_estimate({0}, 0).value(), -dl_gain_db, budget_error_max_db);

  // 33 dBm per MHz over both ports; two layers share it, and the unitary precoder spreads each over
  // both branches. Pilot noise: 1 + layers / gain + 1 / (gain snr), with a gain of 16 and the snr
  // of a layer in a branch.
  const double snr = gnb_re_power_w(GetParam()) * linear(dl_gain_db) / re_noise_w(GetParam(), 7);
  for (const double sinr : channel.downlink_sinr(first_link, 2, 0)) {
    const double layer_snr = snr / 2;
    const double pilot_noise = 1 + 2.0 / 16 + 1 / (16 * layer_snr / 2);
    EXPECT_NEAR(db(sinr / layer_snr), -db(pilot_noise), budget_error_max_db);
  }
  // Uplink: one port of the terminal is heard by one of two branches of the identity channel.
  const double ul_gain_db = db(friis(100, ul_centre_hz(GetParam()))) + gains_db;
  const double ul_snr = re_power_w * linear(ul_gain_db) / re_noise_w(GetParam(), 5);
  for (const double sinr : channel.uplink_sinr(first_link, re_power_w)) {
    const double pilot_noise = 1 + 1.0 / 16 + 1 / (16 * ul_snr / 2);
    EXPECT_NEAR(db(sinr / ul_snr), -db(pilot_noise), budget_error_max_db);
  }
}

// Data over either layer and control over one port are heard twice as often: 3.01 dB, and no pilots
// that are weaker in a branch.
TEST_P(LayerChannelTest, gains_3_db_from_four_branches_where_nothing_fades) {
  const auto sinr_of = [&](const std::string& branches) {
    const World world(one_cell(GetParam(), ""),
                      std::vector<std::string>{"terminal_group[ue].extra_loss_db=30",
                                               "capability[redcap].max_bandwidth_mhz=25",
                                               "capability[redcap].rx_branches=" + branches,
                                               on(GetParam(), "evm_percent=0")});
    LayerChannel channel = world.channel();
    channel.go_to(base::Slot(0));
    std::vector<double> all{channel.control_sinr(first_link).front()};
    for (const double sinr : channel.downlink_sinr(first_link, 2, 0)) all.push_back(sinr);
    EXPECT_EQ(channel.measure_csi({0}, 0, base::Slot(0)).csi.rank, 2);
    all.push_back(channel.uplink_sinr(first_link, re_power_w).front());
    return all;
  };
  const std::vector<double> two = sinr_of("2");
  const std::vector<double> four = sinr_of("4");
  ASSERT_EQ(two.size(), four.size());
  for (std::size_t i = 0; i + 1 < two.size(); ++i) {
    EXPECT_NEAR(db(four[i] / two[i]), 3.01, budget_error_max_db);
  }
  EXPECT_EQ(two.back(), four.back()) << "uplink";
}

TEST_P(LayerChannelTest, has_its_transmit_error_as_a_floor) {
  const World world(one_cell(GetParam(), ""),
                    {on(GetParam(), "evm_percent=10"), "capability[redcap].evm_percent=5",
                     "terminal_group[ue].extra_loss_db=-30"});
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  EXPECT_NEAR(db(channel.uplink_sinr(first_link, 1.0).front()), 26.0, 0.3);
  for (const double sinr : channel.downlink_sinr(first_link, 2, 0)) {
    EXPECT_NEAR(db(sinr), 20.0, 0.3);
  }
}

// The blocks come over one port and all cells send theirs at once: what one is, is interference to
// the other. RSRQ counts the power of the twelve REs of a PRB (TS 38.215 5.1.3).
TEST_P(LayerChannelTest, measures_cells_as_the_standard_has_it) {
  const std::string neighbour = site_text(
      GetParam(),
      {.name = "east", .x_m = 400, .azimuth_deg = 270, .panel = "downtilt_deg: 0 gain_dbi: 10"});
  const World world(one_cell(GetParam(), neighbour),
                    on_boresight + std::vector<std::string>{"site[east].height_m=20",
                                                            "terminal_group[ue].extra_loss_db=90"});
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  std::vector<mac::ue::CellSample> samples;
  channel.measure_cells({0}, samples);
  ASSERT_EQ(samples.size(), 2U);
  const double sent_mw = 1e3 * gnb_re_power_w(GetParam()) * linear(10 - 90);
  const double noise_mw = 1e3 * re_noise_w(GetParam(), 7);
  const std::vector<double> heard_mw{sent_mw * friis(100, dl_centre_hz(GetParam())),
                                     sent_mw * friis(300, dl_centre_hz(GetParam()))};
  const double sum_mw = heard_mw[0] + heard_mw[1] + noise_mw;
  for (std::uint32_t cell = 0; cell < 2; ++cell) {
    const double own_mw = heard_mw[cell];
    EXPECT_EQ(samples[cell].cell, base::CellId{cell});
    EXPECT_NEAR(db(samples[cell].rsrp_mw / own_mw), 0, budget_error_max_db);
    EXPECT_NEAR(db(samples[cell].sinr_lin / (own_mw / (sum_mw - own_mw))), 0, budget_error_max_db);
    EXPECT_NEAR(db(samples[cell].rsrq_lin / (own_mw / (12 * sum_mw))), 0, budget_error_max_db);
  }
}

// A block of a burst meets that of the same number of all other cells, whichever of theirs the
// terminal would hear best.
TEST_P(LayerChannelTest, measures_a_block_against_those_sent_with_it) {
  const std::string panel = "columns: 8 rows: 4 ssb_rows: 2";
  const World world(
      no_cell(
          GetParam(),
          site_text(GetParam(), {.name = "west", .x_m = -200, .azimuth_deg = 60, .panel = panel}) +
              site_text(
                  GetParam(),
                  {.name = "east", .x_m = 300, .y_m = 50, .azimuth_deg = 250, .panel = panel})),
      {on(GetParam(), "broadcast.ssb_beam_count=4"), "terminal_group[ue].extra_loss_db=70"});
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  std::vector<mac::ue::CellSample> samples;
  channel.measure_cells({0}, samples);
  const LargeScale large_scale = world.large_scale();
  TerminalLinks links;
  large_scale.links_at(world.terminal(0), base::Instant(), links);
  ASSERT_NE(large_scale.best_ssb_beam(links, 0), large_scale.best_ssb_beam(links, 1));
  for (std::size_t cell = 0; cell < 2; ++cell) {
    const std::size_t beam = large_scale.best_ssb_beam(links, cell);
    const auto heard_w = [&](std::size_t from) {
      return gnb_re_power_w(GetParam()) * links.cells[from].dl_gain_lin *
             static_cast<double>(links.ssb_gain_lin[4 * from + beam]);
    };
    const double sinr = heard_w(cell) / (heard_w(1 - cell) + re_noise_w(GetParam(), 7));
    EXPECT_NEAR(db(samples[cell].sinr_lin / sinr), 0, budget_error_max_db) << cell;
  }
}

INSTANTIATE_TEST_SUITE_P(Cells, LayerChannelTest,
                         testing::Values(CellKind::n41_tdd, CellKind::n28_fdd),
                         [](const auto& each) { return carrier_name(each.param); });

}  // namespace
}  // namespace redcell::scenarios
