// Goal: T310 starts, stops and expires exactly as N310, N311 and its length say.
// Method: scripted indications every 20 ms, each limit from both sides.
#include "mac/ue/radio_link_monitor.h"

#include <gtest/gtest.h>

namespace redcell::mac::ue {
namespace {

constexpr LinkQuality in = LinkQuality::in_sync;
constexpr LinkQuality out = LinkQuality::out_of_sync;
constexpr LinkQuality neither = LinkQuality::neither;

class Link {
 public:
  Link() : monitor({.n310 = 3, .n311 = 2, .t310 = base::milliseconds(500)}) {}
  void give(std::initializer_list<LinkQuality> qualities) {
    for (const LinkQuality q : qualities) {
      now += base::milliseconds(20);
      monitor.indicate(now, q);
    }
  }
  bool running() const { return monitor.deadline().has_value(); }

  base::Instant now;
  RadioLinkMonitor monitor;
};

TEST(RadioLinkMonitor, starts_t310_after_n310_out_of_sync_in_a_row) {
  Link link;
  link.give({out, out});
  EXPECT_FALSE(link.running());
  link.give({in, out, out});
  EXPECT_FALSE(link.running()) << "in sync breaks the row";
  link.give({neither, out});
  ASSERT_TRUE(link.running()) << "no indication does not";
  EXPECT_EQ(*link.monitor.deadline(), link.now + base::milliseconds(500));
}

TEST(RadioLinkMonitor, further_out_of_sync_does_not_move_the_expiry) {
  Link link;
  link.give({out, out, out});
  const base::Instant expiry = *link.monitor.deadline();
  link.give({out, out, out, out});
  EXPECT_EQ(*link.monitor.deadline(), expiry);
}

TEST(RadioLinkMonitor, stops_t310_after_n311_in_sync_in_a_row) {
  Link link;
  link.give({out, out, out, in, out, in});
  EXPECT_TRUE(link.running()) << "out of sync breaks the row";
  link.give({neither, in});
  EXPECT_FALSE(link.running());
  link.give({out, out});
  EXPECT_FALSE(link.running()) << "counting begins at zero again";
  link.give({out, in});
  EXPECT_TRUE(link.running()) << "that of in-sync too";
}

TEST(RadioLinkMonitor, fails_at_the_expiry_of_t310_and_not_before) {
  Link link;
  link.give({out, out, out});
  const base::Instant expiry = *link.monitor.deadline();
  EXPECT_FALSE(link.monitor.on_time(expiry - base::Duration(1)));
  EXPECT_TRUE(link.running());
  EXPECT_TRUE(link.monitor.on_time(expiry));
  EXPECT_FALSE(link.running());
  EXPECT_FALSE(link.monitor.on_time(expiry)) << "once";
}

TEST(RadioLinkMonitor, never_fails_in_sync) {
  Link link;
  EXPECT_FALSE(link.monitor.on_time(base::Instant() + base::milliseconds(100'000)));
}

TEST(RadioLinkMonitor, forgets_all_when_another_cell_is_watched) {
  Link link;
  link.give({out, out, out});
  link.monitor.reset();
  EXPECT_FALSE(link.running());
  link.give({out, out});
  link.monitor.reset();
  link.give({out, out});
  EXPECT_FALSE(link.running());
}

}  // namespace
}  // namespace redcell::mac::ue
