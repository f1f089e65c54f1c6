// Goal: preambles follow TS 38.321 5.1: power, ramping, response window, number of attempts.
// Method: scripted attempts; each limit from both sides.
#include "mac/ue/random_access.h"

#include <gtest/gtest.h>

namespace redcell::mac::ue {
namespace {

constexpr RandomAccessConfig config{.preamble_target = base::Dbm(-104),
                                    .ramping_step = base::Db(4),
                                    .attempts_max = 3,
                                    .response_window = base::milliseconds(10)};

base::Instant at_ms(int ms) { return base::Instant() + base::milliseconds(ms); }
double power_dbm(const RandomAccess& access, double path_loss_db) {
  return access.preamble_power(base::Db(path_loss_db), base::Dbm(23)).value();
}

TEST(RandomAccess, wants_a_preamble_from_the_start_on_and_none_in_the_window) {
  RandomAccess access(config);
  EXPECT_FALSE(access.wants_preamble(at_ms(100)));
  access.start(at_ms(32));
  EXPECT_FALSE(access.wants_preamble(at_ms(32) - base::Duration(1)));
  EXPECT_TRUE(access.wants_preamble(at_ms(32)));
  EXPECT_FALSE(access.deadline()) << "waiting for an occasion has no end of its own";
  access.on_sent(at_ms(40));
  EXPECT_FALSE(access.wants_preamble(at_ms(41)));
  EXPECT_EQ(access.deadline(), at_ms(50));
}

TEST(RandomAccess, succeeds_with_an_answer_up_to_the_end_of_the_window) {
  RandomAccess access(config);
  access.start(at_ms(0));
  EXPECT_FALSE(access.on_response(at_ms(0))) << "nothing was sent";
  access.on_sent(at_ms(0));
  EXPECT_FALSE(access.on_response(at_ms(10) + base::Duration(1)));
  EXPECT_TRUE(access.on_response(at_ms(10)));
  EXPECT_FALSE(access.deadline());
  EXPECT_FALSE(access.wants_preamble(at_ms(11)));
  EXPECT_FALSE(access.on_response(at_ms(10))) << "once";
}

TEST(RandomAccess, ramps_up_each_attempt_and_fails_after_the_last) {
  RandomAccess access(config);
  access.start(at_ms(0));
  for (int attempt = 0; attempt < 3; ++attempt) {
    const base::Instant sent = at_ms(20 * attempt);
    ASSERT_TRUE(access.wants_preamble(sent));
    EXPECT_EQ(power_dbm(access, 100), -4 + 4 * attempt);
    access.on_sent(sent);
    EXPECT_FALSE(access.on_time(sent + base::milliseconds(10) - base::Duration(1)));
    EXPECT_FALSE(access.wants_preamble(sent)) << "the window is still open";
    EXPECT_EQ(access.on_time(sent + base::milliseconds(10)), attempt == 2);
  }
  EXPECT_FALSE(access.wants_preamble(at_ms(1000)));
  EXPECT_FALSE(access.on_time(at_ms(1000))) << "fails once";
}

TEST(RandomAccess, power_is_the_target_at_the_cell_but_at_most_the_maximum) {
  RandomAccess access(config);
  access.start(at_ms(0));
  EXPECT_EQ(power_dbm(access, 127), 23);
  EXPECT_EQ(power_dbm(access, 126), 22);
  EXPECT_EQ(power_dbm(access, 150), 23);
}

TEST(RandomAccess, begins_without_ramp_and_attempts_each_time) {
  RandomAccess access(config);
  access.start(at_ms(0));
  access.on_sent(at_ms(0));
  EXPECT_FALSE(access.on_time(at_ms(10)));
  access.on_sent(at_ms(20));
  access.start(at_ms(25));
  EXPECT_TRUE(access.wants_preamble(at_ms(25))) << "no window is left over";
  EXPECT_EQ(power_dbm(access, 100), -4);
}

TEST(RandomAccess, stops_when_told) {
  RandomAccess access(config);
  access.start(at_ms(0));
  access.on_sent(at_ms(0));
  access.stop();
  EXPECT_FALSE(access.deadline());
  EXPECT_FALSE(access.wants_preamble(at_ms(100)));
}

TEST(RandomAccessDeathTest, rejects_a_preamble_it_did_not_want) {
  RandomAccess access(config);
  EXPECT_DEATH(access.on_sent(at_ms(0)), "wants_preamble");
}

}  // namespace
}  // namespace redcell::mac::ue
