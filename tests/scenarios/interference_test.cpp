// Goal: a terminal and a base station hear of the other cells what these send: the right power on
// the right PRBs, over the right beam, and nothing else.
// Method: sites level with the terminals that look at them, so that free space is a sum in double
// precision; laws (silence, addition, shares) bit by bit or to rounding.
#include "scenarios/layer_channel.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "tests/scenarios/many_cells.h"

namespace redcell::scenarios {
namespace {

/// Beam gains are floats.
constexpr double rounding_max = 1e-5;
/// A report is the SINR of equal groups, to what information can be read back to.
constexpr double report_error_max_db = 0.02;

constexpr std::uint32_t mast = 0;
constexpr std::uint32_t east = 1;
constexpr std::uint32_t north = 2;
constexpr base::UeId ue{0};
constexpr base::UeId far_ue{1};
constexpr base::UeId north_ue{2};
constexpr ServingLink own_link{.ue = ue, .cell = mast, .beam = 0};

/// The terminal at (100, 0) on the boresights of all three sites, 100, 500 and 500 m away; further
/// terminals at (500, 0) and (100, 400), before the other sites. All are 20 m high.
std::string three_cells(CellKind kind, const std::string& east_panel = "downtilt_deg: 0") {
  return one_cell(
      kind, site_text(kind, {.name = "east", .x_m = 600, .azimuth_deg = 270, .panel = east_panel}) +
                site_text(kind, {.name = "north",
                                 .x_m = 100,
                                 .y_m = 500,
                                 .azimuth_deg = 180,
                                 .panel = "downtilt_deg: 0"}) +
                group_text("far", "height_m: 20 placement { x_m: 500 }") +
                group_text("high", "height_m: 20 placement { x_m: 100 y_m: 400 }"));
}
const std::vector<std::string> own_level{
    "site[mast].height_m=20", "site[mast].sector[0].downtilt_deg=0",
    "terminal_group[ue].height_m=20", "terminal_group[ue].extra_loss_db=20"};
const std::vector<std::string> level =
    own_level + std::vector<std::string>{"site[east].height_m=20", "site[north].height_m=20"};

/// Received power of one layer and its estimation error against noise: S / (N + (N + 2 N^2 / S) /
/// 16), two branches (sinr.h).
double sinr_of(double signal_w, double heard_w) {
  return signal_w / (heard_w * (1 + (1 + 2 * heard_w / signal_w) / 16));
}

/// Antennas at both ends of the terminal's links: 17 dBi, 20 dB lost before the terminal.
double link_gain(double distance_m, double frequency_hz) {
  return friis(distance_m, frequency_hz) * linear(17 - 20);
}

class Interference : public testing::TestWithParam<CellKind> {
 protected:
  [[nodiscard]] static int prb_count() { return GetParam() == CellKind::n41_tdd ? 51 : 106; }
  [[nodiscard]] static phy::PrbRange everything() { return {.first = 0, .count = prb_count()}; }
  [[nodiscard]] static Emission from(std::uint32_t cell, phy::PrbRange prb) {
    return {.cell = cell, .ue = {}, .re_power_w = gnb_re_power_w(GetParam()), .prb = prb};
  }
  [[nodiscard]] static Emission towards(std::uint32_t cell, base::UeId sender, double power_w) {
    return {.cell = cell, .ue = sender, .re_power_w = power_w, .prb = everything()};
  }
  [[nodiscard]] static std::vector<double> downlink(LayerChannel& channel,
                                                    const std::vector<Emission>& data) {
    channel.set_downlink(data, {});
    const auto sinr = channel.downlink_sinr(own_link, 1, 0);
    return {sinr.begin(), sinr.end()};
  }
  [[nodiscard]] static std::vector<double> uplink(LayerChannel& channel,
                                                  const std::vector<Emission>& data) {
    channel.set_uplink(data);
    const auto sinr = channel.uplink_sinr(own_link, uplink_w);
    return {sinr.begin(), sinr.end()};
  }
  [[nodiscard]] static double thermal_w() { return re_noise_w(GetParam(), 7); }
  /// A flat channel is the identity: one of two branches hears a port, which makes a half.
  [[nodiscard]] static double neighbour_w() {
    return 0.5 * gnb_re_power_w(GetParam()) * link_gain(500, dl_centre_hz(GetParam()));
  }
  /// In dB beside the sum done by hand, for a neighbour that is heard with this much.
  static void expect_heard(double sinr, double interference_w) {
    const double signal_w = gnb_re_power_w(GetParam()) * link_gain(100, dl_centre_hz(GetParam()));
    const double expected = sinr_of(signal_w, thermal_w() + interference_w);
    EXPECT_NEAR(sinr / expected, 1, rounding_max);
  }

  static constexpr double uplink_w = 1e-6;
};

TEST_P(Interference, of_silent_neighbours_is_none) {
  for (const char* fading : {"NONE", "TDL_A"}) {
    const std::vector<std::string> with_fading{on(GetParam(), "channel.fading=") + fading};
    const World lonely(one_cell(GetParam(), ""), own_level + with_fading);
    const World surrounded(three_cells(GetParam()), level + with_fading);
    LayerChannel alone = lonely.channel();
    LayerChannel among = surrounded.channel();
    for (const std::int64_t slot : {0, 500}) {
      alone.go_to(base::Slot(slot));
      among.go_to(base::Slot(slot));
      EXPECT_EQ(downlink(alone, {}), downlink(among, {}));
      EXPECT_EQ(uplink(alone, {}), uplink(among, {}));
      EXPECT_EQ(alone.measure_csi(ue, mast, base::Slot(slot)).csi.sinr_db,
                among.measure_csi(ue, mast, base::Slot(slot)).csi.sinr_db);
    }
  }
}

TEST_P(Interference, is_the_link_budget_of_the_neighbour) {
  const World world(three_cells(GetParam()), level);
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  ASSERT_GT(neighbour_w(), 3 * thermal_w());
  for (const double sinr : downlink(channel, {})) expect_heard(sinr, 0);
  for (const std::uint32_t cell : {east, north}) {
    for (const double sinr : downlink(channel, {from(cell, everything())})) {
      expect_heard(sinr, neighbour_w());
    }
  }
}

TEST_P(Interference, of_two_neighbours_adds) {
  const World world(three_cells(GetParam()), level);
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  Emission weak = from(north, everything());
  weak.re_power_w /= 4;
  for (const double sinr : downlink(channel, {from(east, everything()), weak})) {
    expect_heard(sinr, 1.25 * neighbour_w());
  }
}

TEST_P(Interference, stays_on_its_prbs) {
  for (const char* fading : {"NONE", "TDL_A"}) {
    const World world(three_cells(GetParam()),
                      level + std::vector<std::string>{on(GetParam(), "channel.fading=") + fading});
    LayerChannel channel = world.channel();
    channel.go_to(base::Slot(0));
    const std::vector<double> silent = downlink(channel, {});
    const std::vector<double> loud = downlink(channel, {from(east, {.first = 24, .count = 27})});
    // PRBs 24 to 50 are groups 6 to 12.
    for (std::size_t group = 0; group < silent.size(); ++group) {
      if (group < 6 || group > 12) {
        EXPECT_EQ(loud[group], silent[group]) << group;
      } else {
        EXPECT_LT(loud[group], silent[group]) << group;
      }
    }
  }
}

TEST_P(Interference, counts_a_group_by_the_part_that_is_used) {
  const World world(three_cells(GetParam()), level);
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  // 3, 4 and 2 PRBs of the groups 1, 2 and 3.
  const std::vector<double> part = downlink(channel, {from(east, {.first = 5, .count = 9})});
  expect_heard(part[0], 0);
  expect_heard(part[1], 0.75 * neighbour_w());
  expect_heard(part[2], neighbour_w());
  expect_heard(part[3], 0.5 * neighbour_w());
  expect_heard(part[4], 0);
  // The last group is smaller: 3 of 51 PRBs, or 2 of 106.
  const int in_last = prb_count() % 4;
  const auto last = downlink(channel, {from(east, {.first = prb_count() - 1, .count = 1})});
  expect_heard(last.back(), neighbour_w() / in_last);
  expect_heard(last[last.size() - 2], 0);
  const auto full = downlink(channel, {from(east, {.first = 4, .count = prb_count() - 4})});
  expect_heard(full.back(), neighbour_w());
}

TEST_P(Interference, of_a_share_is_that_share) {
  const World world(three_cells(GetParam()), level);
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  Emission half = from(east, everything());
  half.share = 0.5;
  for (const double sinr : downlink(channel, {half})) expect_heard(sinr, 0.5 * neighbour_w());
}

TEST_P(Interference, never_comes_from_the_own_cell) {
  const World world(three_cells(GetParam()), level);
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  EXPECT_EQ(downlink(channel, {from(mast, everything())}), downlink(channel, {}));
  EXPECT_EQ(uplink(channel, {towards(mast, far_ue, 1e-3)}), uplink(channel, {}));
  // Of the two, one is a neighbour's.
  EXPECT_EQ(downlink(channel, {from(mast, everything()), from(east, everything())}),
            downlink(channel, {from(east, everything())}));
}

TEST_P(Interference, on_control_is_that_of_control) {
  const World world(three_cells(GetParam()), level);
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  const std::vector<Emission> loud{from(east, everything())};
  channel.set_downlink(loud, {});
  for (const double sinr : channel.control_sinr(own_link)) expect_heard(sinr, 0);
  for (const double sinr : channel.downlink_sinr(own_link, 1, 0)) expect_heard(sinr, neighbour_w());
  channel.set_downlink({}, loud);
  for (const double sinr : channel.control_sinr(own_link)) expect_heard(sinr, neighbour_w());
  for (const double sinr : channel.downlink_sinr(own_link, 1, 0)) expect_heard(sinr, 0);
}

TEST_P(Interference, ends_with_the_slot) {
  const World world(three_cells(GetParam()), level);
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  const std::vector<Emission> loud{from(east, everything())};
  const std::vector<Emission> up{towards(east, far_ue, uplink_w)};
  channel.set_downlink(loud, loud);
  channel.set_uplink(up);
  channel.go_to(base::Slot(1));
  for (const double sinr : channel.downlink_sinr(own_link, 1, 0)) expect_heard(sinr, 0);
  for (const double sinr : channel.control_sinr(own_link)) expect_heard(sinr, 0);
  EXPECT_NEAR(channel.interference_over_thermal_db(on_prbs(own_link, everything())), 0,
              rounding_max);
}

// Eight columns half a wavelength apart, three beams with sines of -0.577, 0 and 0.577: those
// beside the one that hits the terminal leave it what a line of eight leaves so far off its beam.
TEST_P(Interference, follows_the_beam_of_the_neighbour) {
  const World world(three_cells(GetParam(), "downtilt_deg: 0 columns: 8 horizontal_beams: 3"),
                    level);
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  const double half_step = std::numbers::pi / 2 * std::sqrt(3.0) / 2 * 2 / 3;
  const double field = std::sin(8 * half_step) / (8 * std::sin(half_step));
  for (const int beam : {0, 1, 2}) {
    Emission emission = from(east, everything());
    emission.beam = beam;
    const double ratio = beam == 1 ? 1 : field * field;
    for (const double sinr : downlink(channel, {emission})) {
      expect_heard(sinr, ratio * neighbour_w());
    }
  }
}

// The serving cell hears over the beam it receives with.
TEST_P(Interference, in_the_uplink_is_the_budget_of_the_senders_terminal) {
  const World world(three_cells(GetParam()), level);
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  const double hz = ul_centre_hz(GetParam());
  const double thermal = re_noise_w(GetParam(), 5);
  const double signal_w = uplink_w * link_gain(100, hz);
  // From (500, 0) on boresight; from (100, 400) 76 degrees off it, 12 (76 / 65)^2 dB.
  const double off_deg = std::atan2(400, 100) * 180 / std::numbers::pi;
  const double off_db = 12 * off_deg * off_deg / (65 * 65);
  const double far_w = 0.5 * uplink_w * friis(500, hz) * linear(17);
  const double north_w = 0.5 * uplink_w * friis(std::hypot(400, 100), hz) * linear(17 - off_db);
  ASSERT_GT(north_w, thermal / 2);
  const auto expect_over_thermal = [&](const std::vector<Emission>& data, double expected_w) {
    for (const double sinr : uplink(channel, data)) {
      EXPECT_NEAR(sinr / sinr_of(signal_w, thermal + expected_w), 1, rounding_max);
    }
    const double heard_db = channel.interference_over_thermal_db(on_prbs(own_link, everything()));
    EXPECT_NEAR(linear(heard_db), 1 + expected_w / thermal,
                rounding_max * (1 + expected_w / thermal));
  };
  expect_over_thermal({}, 0);
  expect_over_thermal({towards(east, far_ue, uplink_w)}, far_w);
  expect_over_thermal({towards(east, far_ue, 2 * uplink_w)}, 2 * far_w);
  expect_over_thermal({towards(east, far_ue, uplink_w), towards(north, north_ue, uplink_w)},
                      far_w + north_w);
}

TEST_P(Interference, over_thermal_is_the_mean_of_the_prbs_asked_for) {
  const World world(three_cells(GetParam()), level);
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  Emission half = towards(east, far_ue, uplink_w);
  const std::vector<Emission> all{half};
  half.prb = {.first = 0, .count = 20};
  const std::vector<Emission> below{half};
  channel.set_uplink(all);
  const double full = linear(channel.interference_over_thermal_db(on_prbs(own_link, {0, 8}))) - 1;
  channel.set_uplink(below);
  const auto heard = [&](const phy::PrbRange& prb) {
    return (linear(channel.interference_over_thermal_db(on_prbs(own_link, prb))) - 1) / full;
  };
  EXPECT_NEAR(heard({0, 20}), 1, rounding_max);
  EXPECT_NEAR(heard({16, 8}), 0.5, rounding_max);
  EXPECT_NEAR(heard({20, 8}), 0, rounding_max);
  EXPECT_NEAR(heard({0, 30}), 20.0 / 30, rounding_max);
}

// The weight of the newest is a quarter; another cell begins anew. Weak enough, by 45 dB more loss,
// that the report does not end at what its modulation can carry.
TEST_P(Interference, in_a_report_is_an_average_over_measurements) {
  const World world(three_cells(GetParam()),
                    level + std::vector<std::string>{on(GetParam(), "link_adaptation.max_rank=1"),
                                                     "terminal_group[ue].extra_loss_db=65"});
  LayerChannel channel = world.channel();
  const double lost = linear(-45);
  const double signal_w =
      gnb_re_power_w(GetParam()) * link_gain(100, dl_centre_hz(GetParam())) * lost;
  const double loud_w = 30 * neighbour_w() * lost;
  ASSERT_GT(loud_w, 3 * thermal_w());
  const auto expect_report = [&](double interference_w) {
    const double sinr_db = channel.measure_csi(ue, mast, base::Slot(0)).csi.sinr_db;
    EXPECT_NEAR(sinr_db, db(sinr_of(signal_w, thermal_w() + interference_w)), report_error_max_db);
  };
  std::vector<Emission> loud{from(east, everything())};
  loud.front().re_power_w *= 30;
  channel.go_to(base::Slot(0));
  channel.set_downlink(loud, {});
  expect_report(loud_w);
  channel.go_to(base::Slot(20));
  expect_report(0.75 * loud_w);
  expect_report(0.75 * 0.75 * loud_w);
  channel.set_downlink(loud, {});
  expect_report((1 - 0.75 * (1 - 0.75 * 0.75)) * loud_w);
  channel.forget_interference(ue);
  channel.set_downlink({}, {});
  expect_report(0);
}

INSTANTIATE_TEST_SUITE_P(Cells, Interference, testing::Values(CellKind::n41_tdd, CellKind::n28_fdd),
                         [](const auto& each) { return carrier_name(each.param); });

}  // namespace
}  // namespace redcell::scenarios
