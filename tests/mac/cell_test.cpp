// Goal: whatever arrives, is answered or is lost, no resource is used twice and no limit is passed.
// Method: laws over keyed random cells of twelve UEs on carriers with and without broadcast, TDD
// and FDD.
#include "mac/gnb/cell.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "base/random.h"
#include "tests/mac/cell_world.h"

namespace redcell::mac::gnb {
namespace {

using mac::testing::CellWorld;
using mac::testing::fdd_carrier;
using mac::testing::tdd_carrier;

struct Case {
  std::string name;
  phy::ResourceMapConfig carrier;
};

/// Everything that blocks PRBs or takes RE from them.
phy::ResourceMapConfig with_broadcast(phy::ResourceMapConfig c) {
  const base::Duration period = base::milliseconds(20);
  c.ssb = {.period = period, .beam_count = 2, .first_prb = 0, .pattern = phy::SsbCase::c};
  c.sib1 = {.period = period, .prb_count = 15, .first_prb = 20, .coreset_zero = {0, 48}};
  c.csi_rs = {.period = period, .slot_offset = 24, .port_count = 2, .has_csi_im = true};
  c.prach = {.period = period, .slot_offset = 39, .prb_count = 12, .first_prb = 12};
  c.pucch = {.low_edge_prb_count = 2, .high_edge_prb_count = 2};
  return c;
}

/// Four CCEs: the control channel is short now and then.
phy::ResourceMapConfig with_little_control(phy::ResourceMapConfig c) {
  c.coreset.prb_count = 24;
  return c;
}

constexpr std::uint32_t ue_count = 12;
constexpr int ues_per_slot_max = 3;
constexpr int transmissions_max = 3;

class CellLaws : public ::testing::TestWithParam<Case> {
 protected:
  CellLaws()
      : world_(with_little_control(GetParam().carrier), [](CellConfig& c) {
          c.max_ues_per_slot = ues_per_slot_max;
          c.harq = {.process_count = 6, .max_transmissions = transmissions_max};
          c.outer_loop = {};
        }) {
    for (std::uint32_t ue = 0; ue < ue_count; ++ue) world_.connect(static_cast<int>(3 + ue));
  }

  std::uint32_t below(std::uint32_t n) {
    return random_.at(base::Purpose::arrival, {.a = 1, .b = 0}, draws_++)[0] % n;
  }

  void step(std::int64_t slot) {
    receive(base::Slot(slot));
    for (std::uint32_t ue = 0; ue < ue_count; ++ue) {
      if (below(12) == 0) world_.load(ue, static_cast<int>(1 + below(20)));
      if (below(12) == 0) world_.cell().on_scheduling_request(ue);
      world_.connection(ue).csi.rank = 1 + static_cast<int>(ue % 2);
    }
    const SlotPlan& plan = world_.run(slot);
    expect_control_fits(plan);
    expect_downlink(base::Slot(slot), plan);
    expect_uplink(base::Slot(slot), plan);
  }

  void receive(base::Slot now) {
    std::erase_if(waiting_, [&](const DlAssignment& a) {
      if (a.feedback_slot >= now) return false;
      const HarqOutcome outcome = world_.answer(a, below(4) > 0);
      EXPECT_NE(outcome, HarqOutcome::stale);
      return true;
    });
    std::erase_if(granted_, [&](const UlGrant& g) {
      if (g.pusch_slot >= now) return false;
      MacPdu pdu;
      pdu.bsr = BufferStatus{static_cast<int>(below(26))};
      const bool detected = below(10) > 0;
      world_.arrive(g, {.decoded = detected && below(4) > 0, .sinr_db = 15.0, .detected = detected},
                    pdu);
      return true;
    });
  }

  void expect_control_fits(const SlotPlan& plan) {
    int cces = 0;
    for (const DlAssignment& a : plan.downlink) cces += a.aggregation_level;
    for (const UlGrant& g : plan.uplink) cces += g.aggregation_level;
    EXPECT_LE(cces, world_.map().cce_count());
    blocked_ += cces == world_.map().cce_count() ? 1 : 0;
  }

  /// A PRB that something else occupies is left out of an assignment and never lies in a grant.
  void expect_prbs(const phy::SlotResources& slot, const BlockFormat& format, std::set<int>& used) {
    int usable = 0;
    for (int prb = format.prb.first; prb < format.prb.end(); ++prb) {
      EXPECT_TRUE(used.insert(prb).second) << "PRB " << prb << " twice";
      usable += slot.data_re.at(static_cast<std::size_t>(prb)) > 0 ? 1 : 0;
    }
    EXPECT_EQ(usable, format.prb_count);
  }

  void expect_same_size(base::Direction direction, base::UeId ue, const HarqId& harq,
                        const BlockFormat& format) {
    const auto key = std::tuple(direction, ue, harq.process, harq.block);
    const auto [entry, is_new] = sizes_.try_emplace(key, std::pair(format.tbs, format.prb_count));
    EXPECT_EQ(is_new, harq.attempt == 0);
    EXPECT_EQ(entry->second, std::pair(format.tbs, format.prb_count));
    EXPECT_LT(harq.attempt, transmissions_max);
    EXPECT_GT(format.tbs.value(), 0);
    repeated_ += harq.attempt > 0 ? 1 : 0;
  }

  void expect_downlink(base::Slot slot, const SlotPlan& plan) {
    std::set<base::UeId> ues;
    std::set<int> used;
    const phy::SlotResources& resources = world_.map().downlink(slot);
    EXPECT_LE(plan.downlink.size(), static_cast<std::size_t>(ues_per_slot_max));
    for (const DlAssignment& a : plan.downlink) {
      EXPECT_TRUE(ues.insert(a.ue).second) << "two assignments for one UE";
      expect_prbs(resources, a.format, used);
      expect_same_size(base::Direction::downlink, a.ue, a.harq, a.format);
      const auto k1 = static_cast<int>((a.feedback_slot - slot).value());
      const std::vector<int>& allowed = world_.config().k1;
      EXPECT_NE(std::find(allowed.begin(), allowed.end(), k1), allowed.end());
      EXPECT_GT(world_.map().uplink(a.feedback_slot).symbols.count, 0);
      waiting_.push_back(a);
    }
    sent_ += static_cast<int>(plan.downlink.size());
  }

  void expect_uplink(base::Slot slot, const SlotPlan& plan) {
    for (const UlGrant& g : plan.uplink) {
      const auto k2 = static_cast<int>((g.pusch_slot - slot).value());
      const std::vector<int>& allowed = world_.config().k2;
      EXPECT_NE(std::find(allowed.begin(), allowed.end(), k2), allowed.end());
      EXPECT_GT(world_.map().uplink(g.pusch_slot).symbols.count, 0);
      Pusch& pusch = pusch_[g.pusch_slot];
      EXPECT_TRUE(pusch.ues.insert(g.ue).second) << "two grants for one UE and slot";
      EXPECT_LE(pusch.ues.size(), static_cast<std::size_t>(ues_per_slot_max));
      expect_prbs(world_.map().uplink(g.pusch_slot), g.format, pusch.prbs);
      EXPECT_EQ(g.format.prb.count, g.format.prb_count) << "a range without a gap";
      expect_same_size(base::Direction::uplink, g.ue, g.harq, g.format);
      granted_.push_back(g);
    }
    heard_ += static_cast<int>(plan.uplink.size());
  }

  struct Pusch {
    std::set<base::UeId> ues;
    std::set<int> prbs;
  };
  static constexpr std::uint32_t seed = 31;
  base::Random random_{seed, 0};
  std::uint64_t draws_ = 0;
  CellWorld world_;
  std::vector<DlAssignment> waiting_;
  std::vector<UlGrant> granted_;
  std::map<base::Slot, Pusch> pusch_;
  std::map<std::tuple<base::Direction, base::UeId, int, std::uint32_t>, std::pair<base::Bits, int>>
      sizes_;
  int sent_ = 0;
  int heard_ = 0;
  int repeated_ = 0;
  int blocked_ = 0;
};

TEST_P(CellLaws, hold_for_any_traffic) {
  for (std::int64_t slot = 0; slot < 3000 && !HasFailure(); ++slot) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed << " slot " << slot);
    step(slot);
  }
  // The laws were put to the test: there was traffic, loss and lack of control channel elements.
  EXPECT_GT(sent_, 1500);
  EXPECT_GT(heard_, 500);
  EXPECT_GT(repeated_, 300);
  EXPECT_GT(blocked_, 5);
}

INSTANTIATE_TEST_SUITE_P(Carriers, CellLaws,
                         ::testing::Values(Case{"tdd", tdd_carrier()}, Case{"fdd", fdd_carrier()},
                                           Case{"tdd_broadcast", with_broadcast(tdd_carrier())},
                                           Case{"fdd_broadcast", with_broadcast(fdd_carrier())}),
                         [](const auto& carrier) { return carrier.param.name; });

TEST(CellDeathTest, connects_no_more_ues_than_it_was_built_for) {
  CellWorld world(fdd_carrier(), [](CellConfig& c) { c.policy.connection_count = 1; });
  world.connect(5);
  EXPECT_DEATH(world.connect(5), "connection_count");
}

TEST(CellDeathTest, rejects_a_second_result_for_one_grant) {
  CellWorld world(fdd_carrier());
  const std::uint32_t ue = world.connect(9);
  world.cell().on_scheduling_request(ue);
  const UlGrant grant = world.run(0).uplink.at(0);
  world.arrive(grant, {.decoded = true});
  EXPECT_DEATH(world.arrive(grant, {.decoded = true}), "stale");
}

}  // namespace
}  // namespace redcell::mac::gnb
