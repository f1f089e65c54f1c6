// Goal: a configured grant of type 2 is there from its DCI on, until one releases it or the BWP
// changes, and either DCI is confirmed. Method: slots by hand; occasions are 8, 18, 28 ..., SR
// occasions 8 and 28 of 40.
#include <gtest/gtest.h>

#include "tests/mac/ue_world.h"

namespace redcell::mac {
namespace {

using base::Slot;
using base::SlotCount;
using testing::block_format;
using testing::UeWorld;
using testing::ul_grant;

struct Type2Ue : UeWorld {
  explicit Type2Ue(int timer_periods = 1) {
    grant = {.by_dci = true,
             .periodicity = SlotCount(10),
             .offset = SlotCount(8),
             .process_count = 2,
             .timer_periods = timer_periods,
             .format = block_format(100)};
    mac.configure(grant);
  }
  void hear(bool activates, std::int64_t slot, std::int64_t first = 0) {
    ConfiguredGrantDci dci{.ue = base::UeId{3}, .epoch = 3, .activates = activates, .grant = grant};
    dci.grant.start = Slot(first);
    mac.on_configured_grant(dci, Slot(slot), now);
  }
  struct Sent {
    std::int64_t slot;
    bool confirms;
    bool has_data;
    friend bool operator==(const Sent&, const Sent&) = default;
  };
  std::vector<Sent> sends(std::int64_t slot, std::int64_t end) {
    std::vector<Sent> sent;
    for (; slot < end; ++slot) {
      mac.skip_empty_occasion(Slot(slot), now);
      const auto pusch = send(slot);
      if (pusch) sent.push_back({slot, pusch->pdu->confirms, !pusch->pdu->data.empty()});
    }
    return sent;
  }
  ConfiguredGrant grant;
};

using All = std::vector<Type2Ue::Sent>;

TEST(UeMacActivation, asks_before_it_and_not_behind_it) {
  Type2Ue ue;
  ue.enqueue(40, 2);
  EXPECT_EQ(ue.sends(2, 9), All{});
  EXPECT_EQ(ue.asks(2, 40), 8);
  ue.hear(true, 12, 18);
  EXPECT_EQ(ue.sends(12, 40), (All{{18, true, true}}));
  ue.enqueue(40, 41);
  EXPECT_EQ(ue.sends(41, 60), (All{{48, false, true}})) << "confirmed once";
  EXPECT_FALSE(ue.asks(12, 120).has_value());
}

TEST(UeMacActivation, is_confirmed_when_there_is_no_data) {
  Type2Ue ue;
  ue.hear(true, 3, 8);
  EXPECT_EQ(ue.sends(3, 40), (All{{8, true, false}}));
}

TEST(UeMacActivation, begins_with_the_slot_that_the_dci_names) {
  Type2Ue ue;
  ue.hear(true, 3, 18);
  EXPECT_EQ(ue.sends(3, 40), (All{{18, true, false}}));
}

TEST(UeMacActivation, ends_with_the_confirmation_of_its_release) {
  Type2Ue ue;
  ue.hear(true, 3, 8);
  ue.sends(3, 20);
  ue.hear(false, 21);
  EXPECT_EQ(ue.sends(21, 50), (All{{28, true, false}}));
  ue.enqueue(40, 50);
  EXPECT_EQ(ue.asks(50, 100), 68);
  EXPECT_EQ(ue.sends(50, 100), All{});
}

// TS 38.321 5.4.1. Process 0 of slot 8 is held until 38, process 1 of slot 18 until 48.
TEST(UeMacActivation, stops_the_timer_of_the_process_that_it_begins_with) {
  Type2Ue ue(3);
  ue.hear(true, 3, 8);
  ue.enqueue(150, 3);
  EXPECT_EQ(ue.sends(3, 20), (All{{8, true, true}, {18, false, true}}));
  ue.enqueue(150, 20);
  ue.hear(true, 23, 28);
  EXPECT_EQ(ue.sends(21, 60), (All{{28, true, true}, {58, false, true}})) << "38 is still held";
}

// The confirmation has been lost, and the cell says it again: any grant will do.
TEST(UeMacActivation, confirms_a_release_on_what_it_has) {
  Type2Ue ue;
  ue.hear(true, 3, 8);
  ue.sends(3, 20);
  ue.hear(false, 21);
  ue.sends(21, 50);
  ue.hear(false, 51);
  UlGrant grant = ul_grant(Slot(54), 100);
  grant.harq.process = 4;
  ue.mac.on_grant(grant);
  EXPECT_EQ(ue.sends(51, 80), (All{{54, true, false}}));
}

TEST(UeMacActivation, is_gone_when_the_terminal_has_been_in_another_bwp) {
  Type2Ue ue;
  ue.hear(true, 3, 8);
  ue.sends(3, 20);
  ue.mac.enter_bwp(1, Slot(20), ue.now);
  ue.mac.enter_bwp(0, Slot(24), ue.now);
  ue.enqueue(40, 25);
  EXPECT_EQ(ue.asks(25, 60), 28);
  EXPECT_EQ(ue.sends(25, 60), All{});
  ue.hear(true, 62, 68);
  EXPECT_EQ(ue.sends(62, 70), (All{{68, true, true}}));
}

}  // namespace
}  // namespace redcell::mac
