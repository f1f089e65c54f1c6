// Goal: the UE's RRC leaves, comes back and gives up exactly when the standard says.
// Method: scripted inputs at chosen instants; the list of actions compared as text, one word each;
// every timer from both sides.
#include "mac/ue/rrc.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace redcell::mac::ue {
namespace {

constexpr base::UeId ue{7};
constexpr base::CellId source{0}, target{1};

base::Instant at_ms(std::int64_t ms) { return base::Instant() + base::milliseconds(ms); }
constexpr base::Duration instant{1};

RrcConfig rrc_config() {
  RrcConfig c;
  c.ue = ue;
  c.measurements.filter_coefficient = 0;
  c.measurements.samples_per_measurement = 1;
  c.measurements.time_to_trigger = base::milliseconds(40);
  c.radio_link = {.n310 = 2, .n311 = 1, .t310 = base::milliseconds(200)};
  c.access.attempts_max = 2;
  return c;
}

struct Word {
  std::string operator()(const SendMessage& a) const {
    const std::string at = "@" + std::to_string(a.cell.value);
    if (std::holds_alternative<MeasurementReport>(a.message)) return "report" + at;
    if (const auto* const m = std::get_if<HandoverComplete>(&a.message)) {
      return "complete" + std::to_string(m->epoch) + at;
    }
    if (const auto* const m = std::get_if<ReestablishmentRequest>(&a.message)) {
      return "request:" + std::to_string(m->ue.value) + "," + std::to_string(m->last_cell.value) +
             "," + std::to_string(m->last_epoch) + at;
    }
    if (const auto* const m = std::get_if<ReestablishmentComplete>(&a.message)) {
      return "reestablishment_complete" + std::to_string(m->epoch) + at;
    }
    return "unexpected";
  }
  std::string operator()(const LeaveCell&) const { return "leave"; }
  std::string operator()(const StartAccess& a) const {
    return (a.reestablishment ? "contend@" : "access@") + std::to_string(a.cell.value) + "+" +
           std::to_string((a.from - base::Instant()).value() / 1'000'000);
  }
  std::string operator()(const JoinCell& a) const {
    return "join" + std::to_string(a.epoch) + "@" + std::to_string(a.cell.value);
  }
  std::string operator()(const Failed& a) const {
    static const std::vector<std::string> reasons = {"t304",   "link", "rlc",
                                                     "access", "t301", "t311"};
    return "failed(" + reasons.at(static_cast<std::size_t>(a.reason)) + "):" + (*this)(a.event);
  }
  std::string operator()(const MobilityEvent& e) const {
    const std::string path = std::to_string(e.source.value) + ">" + std::to_string(e.target.value);
    switch (e.kind) {
      case MobilityEventKind::command_received:
        return "command" + path;
      case MobilityEventKind::execution_failed:
        return "execution" + path;
      case MobilityEventKind::radio_link_failure:
        return "link" + path;
      case MobilityEventKind::reestablished:
        return "reestablished" + path;
      case MobilityEventKind::reestablishment_failed:
        return "attempt" + path;
      default:
        return "unexpected";
    }
  }
};

class Phone {
 public:
  explicit Phone(const RrcConfig& config = rrc_config()) : rrc(config, {source, 5}) {}

  /// What the calls since the last taking asked for.
  std::string took() {
    std::string words;
    for (const RrcAction& a : actions) words += (words.empty() ? "" : " ") + std::visit(Word{}, a);
    actions.clear();
    return words;
  }
  std::string measure(std::int64_t ms, double source_dbm, double target_dbm,
                      LinkQuality link = LinkQuality::in_sync) {
    const auto linear = [](base::CellId cell, double dbm) {
      return CellSample{cell, std::pow(10, dbm / 10), 0.1, 10};
    };
    const std::array samples{linear(source, source_dbm), linear(target, target_dbm)};
    rrc.measure(at_ms(ms), {.samples = samples, .link = link}, actions);
    return took();
  }
  std::string message(const RrcMessage& m, base::Instant now) {
    rrc.on_message(m, now, actions);
    return took();
  }
  std::string command(std::int64_t ms) {
    return message(HandoverCommand{target, 6, base::milliseconds(500)}, at_ms(ms));
  }
  std::string time(base::Instant now) {
    rrc.on_time(now, actions);
    return took();
  }
  std::string response(base::Instant now) {
    rrc.on_response(now, actions);
    return took();
  }
  std::string rlc_failure(std::int64_t ms) {
    rrc.on_rlc_failure(at_ms(ms), actions);
    return took();
  }

  Rrc rrc;
  RrcActions actions;
};

TEST(UeRrc, sends_reports_while_connected_and_only_then) {
  Phone p;
  EXPECT_EQ(p.measure(0, -90, -80), "");
  EXPECT_EQ(p.measure(20, -90, -80), "");
  EXPECT_EQ(p.measure(40, -90, -80), "report@0");
  (void)p.command(50);
  for (std::int64_t ms = 60; ms < 500; ms += 20) EXPECT_EQ(p.measure(ms, -90, -80), "");
}

TEST(UeRrc, leaves_with_the_command_and_may_send_a_preamble_32_ms_later) {
  Phone p;
  EXPECT_EQ(p.command(100), "command0>1 leave access@1+132");
  EXPECT_EQ(p.rrc.state(), RrcState::switching);
  EXPECT_EQ(p.rrc.deadline(), at_ms(132));
  EXPECT_FALSE(p.rrc.access().wants_preamble(at_ms(132) - instant));
  EXPECT_EQ(p.time(at_ms(132) - instant), "");
  EXPECT_EQ(p.rrc.state(), RrcState::switching);
  EXPECT_EQ(p.time(at_ms(132)), "");
  EXPECT_EQ(p.rrc.state(), RrcState::accessing);
  EXPECT_TRUE(p.rrc.access().wants_preamble(at_ms(132)));
  EXPECT_EQ(p.rrc.deadline(), at_ms(600)) << "T304";
  EXPECT_EQ(p.command(140), "") << "a second command has no receiver";
}

TEST(UeRrc, joins_the_target_when_its_preamble_is_answered) {
  Phone p;
  (void)p.command(100);
  EXPECT_EQ(p.time(at_ms(132)), "");
  EXPECT_EQ(p.response(at_ms(139)), "") << "nothing was sent";
  p.rrc.on_preamble_sent(at_ms(140));
  EXPECT_EQ(p.rrc.deadline(), at_ms(150));
  EXPECT_EQ(p.response(at_ms(150)), "join6@1 complete6@1");
  EXPECT_EQ(p.rrc.state(), RrcState::connected);
  EXPECT_EQ(p.rrc.connection().cell, target);
  EXPECT_EQ(p.rrc.connection().epoch, 6U);
  EXPECT_FALSE(p.rrc.deadline()) << "T304 stopped";
  EXPECT_EQ(p.measure(160, -90, -80), "");
  EXPECT_EQ(p.measure(180, -80, -90), "");
  EXPECT_EQ(p.measure(200, -80, -90), "");
  EXPECT_EQ(p.measure(220, -80, -90), "report@1") << "the old cell is the neighbour now";
}

TEST(UeRrc, an_answer_at_the_expiry_of_t304_is_in_time_and_a_later_one_is_not) {
  for (const std::int64_t late_ns : {0, 1}) {
    RrcConfig config = rrc_config();
    config.access.response_window = base::milliseconds(100);
    Phone p(config);
    (void)p.command(100);
    (void)p.time(at_ms(132));
    p.rrc.on_preamble_sent(at_ms(580));
    EXPECT_EQ(p.response(at_ms(600) + base::Duration(late_ns)),
              late_ns == 0 ? "join6@1 complete6@1" : "failed(t304):execution0>1");
  }
}

TEST(UeRrc, fails_the_handover_when_t304_expires) {
  Phone p;
  (void)p.command(100);
  (void)p.time(at_ms(132));
  EXPECT_EQ(p.time(at_ms(600) - instant), "");
  EXPECT_EQ(p.time(at_ms(600)), "failed(t304):execution0>1");
  EXPECT_EQ(p.rrc.state(), RrcState::selecting);
  EXPECT_FALSE(p.rrc.access().wants_preamble(at_ms(600)));
  EXPECT_EQ(p.rrc.connection().cell, source) << "back to the source's configuration";
}

TEST(UeRrc, t304_may_expire_before_the_first_preamble) {
  Phone p;
  EXPECT_NE(p.message(HandoverCommand{target, 6, base::milliseconds(20)}, at_ms(0)), "");
  EXPECT_EQ(p.time(at_ms(20)), "failed(t304):execution0>1");
  EXPECT_EQ(p.time(at_ms(32)), "");
  EXPECT_EQ(p.rrc.state(), RrcState::selecting);
}

TEST(UeRrc, fails_the_handover_when_the_last_preamble_is_not_answered) {
  Phone p;
  (void)p.command(100);
  (void)p.time(at_ms(132));
  p.rrc.on_preamble_sent(at_ms(140));
  EXPECT_EQ(p.time(at_ms(150)), "");
  p.rrc.on_preamble_sent(at_ms(160));
  EXPECT_EQ(p.time(at_ms(170)), "failed(access):execution0>1");
  EXPECT_EQ(p.rrc.state(), RrcState::selecting);
}

TEST(UeRrc, loses_the_link_when_t310_expires) {
  Phone p;
  (void)p.measure(0, -90, -95, LinkQuality::out_of_sync);
  EXPECT_FALSE(p.rrc.deadline());
  (void)p.measure(20, -90, -95, LinkQuality::out_of_sync);
  EXPECT_EQ(p.rrc.deadline(), at_ms(220));
  EXPECT_EQ(p.time(at_ms(220) - instant), "");
  EXPECT_EQ(p.time(at_ms(220)), "leave failed(link):link0>0");
  EXPECT_EQ(p.rrc.state(), RrcState::selecting);
}

TEST(UeRrc, recovers_before_t310_expires) {
  Phone p;
  (void)p.measure(0, -90, -95, LinkQuality::out_of_sync);
  (void)p.measure(20, -90, -95, LinkQuality::out_of_sync);
  (void)p.measure(40, -90, -95, LinkQuality::in_sync);
  EXPECT_FALSE(p.rrc.deadline());
}

TEST(UeRrc, does_not_watch_the_link_it_has_left) {
  Phone p;
  (void)p.measure(0, -90, -95, LinkQuality::out_of_sync);
  (void)p.measure(20, -90, -95, LinkQuality::out_of_sync);
  (void)p.command(30);
  EXPECT_EQ(p.rrc.deadline(), at_ms(62)) << "T310 stopped";
  for (std::int64_t ms = 40; ms <= 400; ms += 20) {
    EXPECT_EQ(p.measure(ms, -90, -95, LinkQuality::out_of_sync), "");
  }
  EXPECT_EQ(p.rlc_failure(410), "") << "nor its RLC";
}

TEST(UeRrc, loses_a_link_once_whatever_else_was_running) {
  Phone p;
  (void)p.measure(0, -130, -130, LinkQuality::out_of_sync);
  (void)p.measure(20, -130, -130, LinkQuality::out_of_sync);
  EXPECT_EQ(p.rlc_failure(190), "leave failed(rlc):link0>0");
  EXPECT_EQ(p.time(at_ms(220)), "") << "T310 stopped";
}

TEST(UeRrc, has_no_target_any_more_after_a_failed_handover) {
  Phone p;
  (void)p.command(100);
  (void)p.time(at_ms(132));
  EXPECT_EQ(p.time(at_ms(600)), "failed(t304):execution0>1");
  EXPECT_EQ(p.time(at_ms(3600)), "failed(t311):attempt0>0");
}

/// A phone that lost its link at 1000 ms, with both cells measured.
Phone lost(double source_dbm, double target_dbm, const RrcConfig& config = rrc_config()) {
  Phone p(config);
  (void)p.measure(990, source_dbm, target_dbm);
  EXPECT_EQ(p.rlc_failure(1000), "leave failed(rlc):link0>0");
  return p;
}

TEST(UeRrc, selects_the_strongest_cell_after_the_selection_delay) {
  Phone p = lost(-100, -99.5);
  EXPECT_EQ(p.rrc.deadline(), at_ms(1100));
  EXPECT_EQ(p.time(at_ms(1100) - instant), "");
  EXPECT_EQ(p.measure(1099, -100, -99), "") << "not by a sample that comes earlier either";
  EXPECT_EQ(p.time(at_ms(1100)), "contend@1+1100");
  EXPECT_TRUE(p.rrc.access().wants_preamble(at_ms(1100)));
  Phone q = lost(-99, -99.5);
  EXPECT_EQ(q.time(at_ms(1100)), "contend@0+1100");
}

TEST(UeRrc, waits_for_a_cell_strong_enough) {
  Phone p = lost(-124.1, -130);
  EXPECT_EQ(p.time(at_ms(1100)), "");
  EXPECT_EQ(p.rrc.deadline(), at_ms(4000)) << "T311";
  EXPECT_EQ(p.measure(1200, -124.1, -130), "");
  EXPECT_EQ(p.measure(1220, -123.9, -130), "contend@0+1220");
}

TEST(UeRrc, counts_each_expiry_of_t311_and_goes_on_selecting) {
  Phone p = lost(-130, -130);
  EXPECT_EQ(p.time(at_ms(1100)), "");
  EXPECT_EQ(p.time(at_ms(4000) - instant), "");
  EXPECT_EQ(p.time(at_ms(4000)), "failed(t311):attempt0>0");
  EXPECT_EQ(p.time(at_ms(4100)), "");
  EXPECT_EQ(p.time(at_ms(7000)), "failed(t311):attempt0>0");
  EXPECT_EQ(p.time(at_ms(7100)), "");
  EXPECT_EQ(p.measure(7200, -90, -130), "contend@0+7200");
}

TEST(UeRrc, is_reestablished_by_the_cell_it_selected) {
  Phone p = lost(-120, -90);
  (void)p.time(at_ms(1100));
  EXPECT_EQ(p.message(Reestablishment{9}, at_ms(1101)), "") << "it has not asked yet";
  p.rrc.on_preamble_sent(at_ms(1110));
  EXPECT_EQ(p.response(at_ms(1115)), "request:7,0,5@1");
  EXPECT_EQ(p.rrc.state(), RrcState::requesting);
  EXPECT_EQ(p.rrc.deadline(), at_ms(2100)) << "T301 runs from the selection";
  EXPECT_EQ(p.message(Reestablishment{9}, at_ms(1130)),
            "reestablished0>1 join9@1 reestablishment_complete9@1");
  EXPECT_EQ(p.rrc.state(), RrcState::connected);
  EXPECT_FALSE(p.rrc.deadline());
  EXPECT_EQ(p.rlc_failure(1200), "leave failed(rlc):link1>1") << "and can lose that one";
}

TEST(UeRrc, can_be_handed_over_after_a_reestablishment) {
  Phone p = lost(-90, -120);
  (void)p.time(at_ms(1100));
  p.rrc.on_preamble_sent(at_ms(1110));
  (void)p.response(at_ms(1115));
  (void)p.message(Reestablishment{9}, at_ms(1130));
  EXPECT_EQ(p.message(HandoverCommand{target, 10, base::milliseconds(500)}, at_ms(1200)),
            "command0>1 leave access@1+1232");
  (void)p.time(at_ms(1232));
  p.rrc.on_preamble_sent(at_ms(1240));
  EXPECT_EQ(p.response(at_ms(1245)), "join10@1 complete10@1");
}

TEST(UeRrc, selects_again_when_t301_expires) {
  Phone p = lost(-120, -90);
  (void)p.time(at_ms(1100));
  p.rrc.on_preamble_sent(at_ms(1110));
  (void)p.response(at_ms(1115));
  EXPECT_EQ(p.time(at_ms(2100) - instant), "");
  EXPECT_EQ(p.time(at_ms(2100)), "failed(t301):attempt0>1");
  EXPECT_EQ(p.message(Reestablishment{9}, at_ms(2101)), "") << "too late";
  EXPECT_EQ(p.time(at_ms(2200)), "contend@1+2200");
  EXPECT_EQ(p.rrc.deadline(), at_ms(3200)) << "T301 again, T311 stopped";
}

TEST(UeRrc, selects_again_when_access_fails) {
  Phone p = lost(-120, -90);
  (void)p.time(at_ms(1100));
  p.rrc.on_preamble_sent(at_ms(1110));
  (void)p.time(at_ms(1120));
  p.rrc.on_preamble_sent(at_ms(1130));
  EXPECT_EQ(p.time(at_ms(1140)), "failed(access):attempt0>1");
  EXPECT_EQ(p.rrc.deadline(), at_ms(1240));
}

TEST(UeRrc, handles_what_was_due_before_an_input) {
  Phone p = lost(-120, -90);
  (void)p.time(at_ms(1100));
  p.rrc.on_preamble_sent(at_ms(1110));
  (void)p.response(at_ms(1115));
  EXPECT_EQ(p.message(Reestablishment{9}, at_ms(2100)),
            "reestablished0>1 join9@1 reestablishment_complete9@1")
      << "at the very instant of T301 it is in time";
  Phone q;
  (void)q.measure(0, -90, -95, LinkQuality::out_of_sync);
  (void)q.measure(20, -90, -95, LinkQuality::out_of_sync);
  EXPECT_EQ(q.measure(240, -90, -95, LinkQuality::in_sync), "leave failed(link):link0>0");
  Phone r;
  (void)r.measure(0, -90, -95, LinkQuality::out_of_sync);
  (void)r.measure(20, -90, -95, LinkQuality::out_of_sync);
  EXPECT_EQ(r.measure(220, -90, -95, LinkQuality::in_sync), "") << "in sync just in time";
  EXPECT_FALSE(r.rrc.deadline());
}

TEST(UeRrcDeathTest, rejects_t311_shorter_than_a_selection) {
  RrcConfig config = rrc_config();
  config.t311 = config.selection_delay;
  EXPECT_DEATH(Phone{config}, "t311");
}

}  // namespace
}  // namespace redcell::mac::ue
