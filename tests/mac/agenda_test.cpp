// Goal: entries come out by slot, task and UE, each once, none early and none lost.
// Method: keyed random entries against a std::set.
#include "mac/agenda.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "base/random.h"

namespace redcell::mac {
namespace {

using Key = std::tuple<std::int64_t, int, std::uint32_t>;

Key key_of(const AgendaEntry& e) { return {e.slot.value(), static_cast<int>(e.task), e.ue.value}; }

TEST(Agenda, is_empty_at_birth) {
  Agenda agenda;
  std::vector<AgendaEntry> due{AgendaEntry{}};
  EXPECT_FALSE(agenda.next().has_value());
  agenda.take_due(base::Slot(1000), due);
  EXPECT_TRUE(due.empty());
}

TEST(Agenda, gives_what_a_sorted_set_would_give) {
  constexpr std::uint32_t seed = 11;
  const base::Random random(seed, 0);
  Agenda agenda;
  std::set<Key> expected;
  std::vector<AgendaEntry> due;
  for (std::int64_t now = 0; now < 2000; ++now) {
    const auto words =
        random.at(base::Purpose::arrival, {.a = 0, .b = 0}, static_cast<std::uint64_t>(now));
    for (std::uint32_t i = 0; i < words[0] % 4; ++i) {
      const AgendaEntry entry{.slot = base::Slot(now + 1 + words[1] % (7 + i)),
                              .task = static_cast<Task>((words[2] >> (8 * i)) % 10),
                              .ue = base::UeId{(words[3] >> (8 * i)) % 3}};
      agenda.add(entry);
      if (i == 1) agenda.add(entry);
      expected.insert(key_of(entry));
    }
    const auto next = agenda.next();
    ASSERT_EQ(next.has_value(), !expected.empty()) << "seed " << seed << " slot " << now;
    if (next) {
      ASSERT_EQ(next->value(), std::get<0>(*expected.begin()));
    }
    agenda.take_due(base::Slot(now), due);
    for (const AgendaEntry& entry : due) {
      ASSERT_FALSE(expected.empty());
      ASSERT_EQ(key_of(entry), *expected.begin()) << "seed " << seed << " slot " << now;
      expected.erase(expected.begin());
    }
    ASSERT_TRUE(expected.empty() || std::get<0>(*expected.begin()) > now);
  }
}

TEST(Agenda, catches_up_when_slots_did_not_run) {
  Agenda agenda;
  agenda.add({.slot = base::Slot(5), .task = Task::ue_timer, .ue = base::UeId{1}});
  agenda.add({.slot = base::Slot(3), .task = Task::wake, .ue = base::UeId{2}});
  agenda.add({.slot = base::Slot(9), .task = Task::wake, .ue = base::UeId{2}});
  std::vector<AgendaEntry> due;
  agenda.take_due(base::Slot(8), due);
  ASSERT_EQ(due.size(), 2u);
  EXPECT_EQ(due[0].slot, base::Slot(3));
  EXPECT_EQ(due[1].slot, base::Slot(5));
  EXPECT_EQ(agenda.next(), base::Slot(9));
}

}  // namespace
}  // namespace redcell::mac
