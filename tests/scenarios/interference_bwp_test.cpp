// Goal: a terminal hears what lies in its BWP and nothing else. Method: two terminals at one place,
// one in the RedCap BWP and one in the wide one that holds it; a neighbour sends beside the RedCap
// BWP, up to its edges, and then one PRB inside. What is not heard changes no bit.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "scenarios/layer_channel.h"
#include "tests/scenarios/two_bwps.h"

namespace redcell::scenarios {
namespace {

constexpr std::uint32_t mast = 0;
constexpr std::uint32_t east = 1;
constexpr base::UeId redcap_ue{0};
constexpr base::UeId wide_ue{1};
constexpr base::UeId far_ue{2};
constexpr double uplink_w = 1e-6;

/// All that a terminal and its cell learn in a slot.
struct Heard {
  std::vector<double> downlink;
  std::vector<double> two_layers;
  std::vector<double> control;
  std::vector<double> uplink;
  std::vector<double> report;
  double over_thermal_db = 0;
  bool operator==(const Heard&) const = default;
};

std::vector<double> copy(std::span<const double> sinr) { return {sinr.begin(), sinr.end()}; }

class InterferenceBwp : public testing::TestWithParam<TwoBwps> {
 protected:
  /// A neighbour 500 m away, and a wide terminal of it before it.
  static std::string text() {
    const CellKind kind = GetParam().kind;
    return two_bwps(GetParam(), site_text(kind, {.name = "east", .x_m = 600, .azimuth_deg = 270}) +
                                    wide_group_text("wide", "placement { x_m: 100 }") +
                                    wide_group_text("far", "placement { x_m: 500 }"));
  }
  static std::vector<std::string> fading(const std::string& profile) {
    return {on(GetParam().kind, "channel.fading=") + profile, "terminal_group[ue].extra_loss_db=30",
            "terminal_group[wide].extra_loss_db=30", "terminal_group[ue].route.fading_speed_kmh=30",
            "terminal_group[wide].route.fading_speed_kmh=30"};
  }
  /// PRBs of the carrier beside the RedCap BWP.
  static std::vector<phy::PrbRange> beside() {
    const TwoBwps& bwps = GetParam();
    std::vector<phy::PrbRange> out{
        {.first = bwps.redcap_end(), .count = bwps.wide_count() - bwps.redcap_end()}};
    if (bwps.redcap_first > 0) out.push_back({.first = 0, .count = bwps.redcap_first});
    return out;
  }
  static Heard hear(const World& world, base::UeId ue, std::int64_t slot,
                    const std::vector<phy::PrbRange>& loud) {
    LayerChannel channel = world.channel();
    channel.go_to(base::Slot(slot));
    std::vector<Emission> down;
    std::vector<Emission> up;
    for (const phy::PrbRange& prb : loud) {
      down.push_back(
          {.cell = east, .ue = {}, .re_power_w = gnb_re_power_w(GetParam().kind), .prb = prb});
      up.push_back({.cell = east, .ue = far_ue, .re_power_w = uplink_w, .prb = prb});
    }
    channel.set_downlink(down, down);
    channel.set_uplink(up);
    const ServingLink link{.ue = ue, .cell = mast, .beam = 0};
    Heard out;
    out.downlink = copy(channel.downlink_sinr(link, 1, 0));
    out.two_layers = copy(channel.downlink_sinr(link, 2, 0));
    const phy::ResourceMapConfig& own = world.layer().bwps[world.terminal(ue.value).bwp];
    out.control =
        copy(channel.control_sinr({.ue = ue, .cell = mast, .beam = 0, .prb = own.coreset_prbs()}));
    out.uplink = copy(channel.uplink_sinr(link, uplink_w));
    const phy::CsiReport csi = channel.measure_csi(ue, mast, base::Slot(slot)).csi;
    out.report = {csi.sinr_db, static_cast<double>(csi.rank), static_cast<double>(csi.pmi),
                  static_cast<double>(csi.cqi.value())};
    out.over_thermal_db = channel.interference_over_thermal_db(on_prbs(link, own.bwp_ul));
    return out;
  }
};

TEST_P(InterferenceBwp, outside_the_redcap_bwp_does_not_touch_it) {
  for (const char* profile : {"NONE", "TDL_A"}) {
    const World world(text(), fading(profile));
    ASSERT_EQ(world.terminal(redcap_ue.value).bwp, 0U);
    for (const std::int64_t slot : {0, 333}) {
      const Heard silent = hear(world, redcap_ue, slot, {});
      EXPECT_EQ(hear(world, redcap_ue, slot, beside()), silent) << profile;
    }
  }
}

TEST_P(InterferenceBwp, inside_the_redcap_bwp_is_heard_there_from_edge_to_edge) {
  const TwoBwps& bwps = GetParam();
  for (const char* profile : {"NONE", "TDL_A"}) {
    const World world(text(), fading(profile));
    const Heard silent = hear(world, redcap_ue, 0, {});
    const auto expect_last = [&](const Heard& loud, std::size_t group) {
      for (std::size_t i = 0; i < silent.downlink.size(); ++i) {
        EXPECT_EQ(loud.downlink[i] < silent.downlink[i], i == group) << profile << " " << i;
        EXPECT_EQ(loud.uplink[i] < silent.uplink[i], i == group) << profile << " " << i;
      }
      EXPECT_LT(loud.report[0], silent.report[0]) << profile;
      EXPECT_GT(loud.over_thermal_db, silent.over_thermal_db) << profile;
    };
    const Heard first = hear(world, redcap_ue, 0, {{.first = bwps.redcap_first, .count = 1}});
    expect_last(first, 0);
    EXPECT_LT(first.control[0], silent.control[0]) << profile;
    const Heard last = hear(world, redcap_ue, 0, {{.first = bwps.redcap_end() - 1, .count = 1}});
    expect_last(last, silent.downlink.size() - 1);
    EXPECT_EQ(last.control, silent.control) << "the CORESET ends before";
  }
}

// The wide terminal hears the same emissions in the groups they lie in, and the RedCap BWP's groups
// are a part of its own.
TEST_P(InterferenceBwp, outside_the_redcap_bwp_is_heard_by_a_wide_terminal) {
  for (const char* profile : {"NONE", "TDL_A"}) {
    const World world(text(), fading(profile));
    ASSERT_EQ(world.terminal(wide_ue.value).bwp, 1U);
    const LayerChannel channel = world.channel();
    const PrbGroups& groups = channel.groups();
    const Heard silent = hear(world, wide_ue, 0, {});
    const Heard loud = hear(world, wide_ue, 0, beside());
    ASSERT_EQ(static_cast<int>(silent.downlink.size()), groups.count());
    const auto is_inside = [&](int group) {
      const int prb = groups.prbs(group).first;
      return prb >= GetParam().redcap_first && prb < GetParam().redcap_end();
    };
    for (int group = 0; group < groups.count(); ++group) {
      const auto i = static_cast<std::size_t>(group);
      EXPECT_EQ(loud.downlink[i] < silent.downlink[i], !is_inside(group)) << group;
      EXPECT_EQ(loud.uplink[i] < silent.uplink[i], !is_inside(group)) << group;
      if (!is_inside(group)) continue;
      EXPECT_EQ(loud.downlink[i], silent.downlink[i]) << group;
      EXPECT_EQ(loud.uplink[i], silent.uplink[i]) << group;
    }
    EXPECT_LT(loud.report[0], silent.report[0]);
    EXPECT_GT(loud.over_thermal_db, silent.over_thermal_db);
    const GroupRange coreset = groups.of(world.layer().bwps[1].coreset_prbs());
    ASSERT_EQ(static_cast<int>(silent.control.size()), coreset.count());
    for (int group = coreset.first; group < coreset.end; ++group) {
      const auto i = static_cast<std::size_t>(group - coreset.first);
      EXPECT_EQ(loud.control[i] < silent.control[i], !is_inside(group)) << group;
    }
  }
}

// Asked about a part of its BWP, a wide terminal says of it what it says of the whole.
TEST_P(InterferenceBwp, of_a_part_is_that_part_of_the_whole) {
  const World world(text(), fading("TDL_A"));
  LayerChannel channel = world.channel();
  channel.go_to(base::Slot(0));
  const std::vector<Emission> loud{{.cell = east,
                                    .ue = {},
                                    .re_power_w = gnb_re_power_w(GetParam().kind),
                                    .prb = {.first = 20, .count = 90}}};
  const std::vector<Emission> up{
      {.cell = east, .ue = far_ue, .re_power_w = uplink_w, .prb = {.first = 20, .count = 90}}};
  channel.set_downlink(loud, {});
  channel.set_uplink(up);
  for (const base::UeId ue : {redcap_ue, wide_ue}) {
    const phy::PrbRange& bwp = world.layer().bwps[world.terminal(ue.value).bwp].bwp_dl;
    const phy::PrbRange part{.first = bwp.first + 18, .count = 25};
    const GroupRange groups = channel.groups().of(part);
    const int skipped = groups.first - channel.groups().of(bwp.first);
    ServingLink link{.ue = ue, .cell = mast, .beam = 0};
    for (const bool is_downlink : {true, false}) {
      const auto ask = [&] {
        return copy(is_downlink ? channel.downlink_sinr(link, 2, 1)
                                : channel.uplink_sinr(link, uplink_w));
      };
      link.prb = {};
      const std::vector<double> whole = ask();
      link.prb = part;
      const std::ptrdiff_t per_group = is_downlink ? 2 : 1;
      const auto begin = whole.begin() + skipped * per_group;
      EXPECT_EQ(ask(), std::vector<double>(begin, begin + groups.count() * per_group)) << ue.value;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Carriers, InterferenceBwp,
                         testing::Values(TwoBwps{CellKind::n41_tdd, 0},
                                         TwoBwps{CellKind::n41_tdd, 100},
                                         TwoBwps{CellKind::n28_fdd, 0},
                                         TwoBwps{CellKind::n28_fdd, 40}),
                         [](const auto& each) { return name_of(each.param); });

}  // namespace
}  // namespace redcell::scenarios
