// Goal: where a terminal was follows from the records of its switches alone.
// Method: short logs written here, stays by hand.
#include "analysis/bwp_timeline.h"

#include <gtest/gtest.h>

#include <string>

#include <fmt/format.h>

namespace redcell::analysis {
namespace {

struct Switched {
  std::int64_t ms = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::int64_t gap_ms = 0;
};

KpiRecord switch_of(std::uint32_t ue, const Switched& one) {
  KpiRecord record;
  BwpSwitch& change = *record.mutable_bwp_switch();
  change.set_time_ns(one.ms * 1'000'000);
  change.set_ue(ue);
  change.set_cell(7);
  change.set_from_bwp(one.from);
  change.set_to_bwp(one.to);
  change.set_cause(BWP_BY_DCI);
  change.set_gap_ns(one.gap_ms * 1'000'000);
  return record;
}

KpiRecord event_of(std::uint32_t ue, MobilityEventKind kind, std::int64_t ms) {
  KpiRecord record;
  record.mutable_mobility_event()->set_ue(ue);
  record.mutable_mobility_event()->set_kind(kind);
  record.mutable_mobility_event()->set_time_ns(ms * 1'000'000);
  return record;
}

/// "0 0-990 1 1000-4000": parts and milliseconds.
std::string stays_of(const BwpTimeline& timeline) {
  std::string text;
  for (const BwpStay& stay : timeline.stays) {
    text += fmt::format("{}{} {:.0f}-{:.0f}", text.empty() ? "" : " ", stay.bwp, 1e3 * stay.from_s,
                        1e3 * stay.to_s);
  }
  return text;
}

TEST(BwpTimelines, puts_a_gap_before_each_part) {
  BwpTimelines log;
  log.add(switch_of(3, {.ms = 1000, .from = 0, .to = 2, .gap_ms = 10}));
  log.add(switch_of(3, {.ms = 2500, .from = 2, .to = 1, .gap_ms = 1}));
  const auto timelines = log.finish(4.0);
  ASSERT_EQ(timelines.size(), 1U);
  EXPECT_EQ(timelines[0].ue, 3U);
  EXPECT_EQ(timelines[0].switches.size(), 2U);
  EXPECT_EQ(stays_of(timelines[0]), "0 0-990 2 1000-2499 1 2500-4000");
}

TEST(BwpTimelines, begins_where_the_terminal_began_under_the_manager) {
  BwpTimelines log;
  log.add(switch_of(0, {.ms = 1000, .from = 3, .to = 1}));
  EXPECT_EQ(stays_of(log.finish(2.0).at(0)), "3 0-1000 1 1000-2000");
}

TEST(BwpTimelines, begins_anew_with_a_connection) {
  for (const MobilityEventKind kind : {COMPLETED, REESTABLISHED}) {
    BwpTimelines log;
    log.add(switch_of(0, {.ms = 1000, .from = 0, .to = 1}));
    log.add(event_of(0, COMMAND_RECEIVED, 1500));
    log.add(event_of(0, kind, 2000));
    log.add(switch_of(0, {.ms = 3000, .from = 0, .to = 2}));
    log.add(event_of(0, kind, 3500));
    EXPECT_EQ(stays_of(log.finish(4.0).at(0)),
              "0 0-1000 1 1000-2000 0 2000-3000 2 3000-3500 0 3500-4000");
  }
}

TEST(BwpTimelines, overlaps_nothing_when_a_gap_reaches_behind_a_connection) {
  BwpTimelines log;
  log.add(switch_of(0, {.ms = 1000, .from = 0, .to = 1}));
  log.add(event_of(0, COMPLETED, 2000));
  log.add(switch_of(0, {.ms = 2005, .from = 0, .to = 1, .gap_ms = 10}));
  EXPECT_EQ(stays_of(log.finish(3.0).at(0)), "0 0-1000 1 1000-2000 1 2005-3000");
}

TEST(BwpTimelines, believes_the_next_switch_where_a_record_is_lost) {
  BwpTimelines log;
  log.add(switch_of(0, {.ms = 1000, .from = 0, .to = 1}));
  log.add(switch_of(0, {.ms = 3000, .from = 2, .to = 3}));
  EXPECT_EQ(stays_of(log.finish(4.0).at(0)), "0 0-1000 2 1000-3000 3 3000-4000");
}

TEST(BwpTimelines, overlaps_nothing_in_a_log_out_of_order) {
  BwpTimelines log;
  log.add(switch_of(0, {.ms = 2000, .from = 0, .to = 1}));
  log.add(switch_of(0, {.ms = 1000, .from = 1, .to = 0}));
  EXPECT_EQ(stays_of(log.finish(3.0).at(0)), "0 0-2000 0 2000-3000");
}

TEST(BwpTimelines, names_the_group_and_leaves_out_who_never_switched) {
  BwpTimelines log;
  KpiRecord start;
  RunStart::Group& group = *start.mutable_run_start()->add_groups();
  group.set_name("cameras");
  group.set_first_ue(4);
  group.set_count(2);
  log.add(start);
  log.add(switch_of(6, {.ms = 1, .from = 0, .to = 1}));
  log.add(switch_of(5, {.ms = 2, .from = 0, .to = 1}));
  log.add(event_of(4, COMPLETED, 3));
  const auto timelines = log.finish(1.0);
  ASSERT_EQ(timelines.size(), 2U);
  EXPECT_EQ(timelines[0].ue, 5U);
  EXPECT_EQ(timelines[0].group, "cameras");
  EXPECT_EQ(timelines[1].group, "");
}

}  // namespace
}  // namespace redcell::analysis
