// Goal: every way of writing a time gives the same instant. Method: instants known from `date -u`,
// written in each format; dates over 200 years against a count day by day.
#include "analysis/field/clock.h"

#include <gtest/gtest.h>

#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

constexpr std::int64_t second = 1'000'000'000;
// 2019-12-16 07:22:43 UTC.
constexpr std::int64_t instant = 1'576'480'963 * second;

std::optional<std::int64_t> read(const char* format, const char* text) {
  return Clock({format}, {}).read(text);
}

TEST(Clock, reads_one_instant_in_every_format) {
  EXPECT_EQ(read("%Y.%m.%d_%H.%M.%S", "2019.12.16_07.22.43"), instant);
  EXPECT_EQ(read("%Y-%m-%d %H:%M:%S%f", "2019-12-16 07:22:43"), instant);
  EXPECT_EQ(read("%Y-%m-%d %H:%M:%S%f", "2019-12-16 07:22:43.250"), instant + second / 4);
  EXPECT_EQ(read("%Y-%m-%d %H:%M:%S%f", "2019-12-16 07:22:43,250000000"), instant + second / 4);
  EXPECT_EQ(read("%d.%m.%y %H:%M:%S", "16.12.19 07:22:43"), instant);
  EXPECT_EQ(read("%m/%d/%Y %I:%M:%S %p", "12/16/2019 7:22:43 AM"), instant);
  EXPECT_EQ(read("%m/%d/%Y %I:%M:%S %p", "12/16/2019 7:22:43 pm"), instant + 43'200 * second);
  EXPECT_EQ(read("%d %b %Y %H:%M:%S", "16 Dec 2019 07:22:43"), instant);
  EXPECT_EQ(read("%Y-%m-%dT%H:%M:%S%f%z", "2019-12-16T15:22:43.5+08:00"), instant + second / 2);
  EXPECT_EQ(read("%Y-%m-%dT%H:%M:%S%z", "2019-12-16T02:22:43-0500"), instant);
  EXPECT_EQ(read("%Y-%m-%dT%H:%M:%S%z", "2019-12-16T07:22:43Z"), instant);
  EXPECT_EQ(read("%s", "1576480963.5"), instant + second / 2);
  EXPECT_EQ(read("%Q", "1576480963250"), instant + second / 4);
}

TEST(Clock, twelve_is_noon_and_midnight) {
  EXPECT_EQ(read("%I:%M:%S %p", "12:00:00 AM"), 0);
  EXPECT_EQ(read("%I:%M:%S %p", "12:00:00 PM"), 43'200 * second);
}

TEST(Clock, refuses_what_is_no_time_of_the_format) {
  for (const char* text : {"", "2019.12.16", "2019.12.16_07.22", "2019.13.16_07.22.43",
                           "2019.02.29_07.22.43", "2019.12.16_24.00.00", "2019.12.16_07.60.00",
                           "2019.12.16_07.22.43x", "0019.12.16_07.22.43", "2019-12-16_07.22.43"}) {
    EXPECT_FALSE(read("%Y.%m.%d_%H.%M.%S", text)) << text;
  }
  EXPECT_TRUE(read("%Y.%m.%d_%H.%M.%S", "2020.02.29_07.22.43")) << "a leap year has the day";
  EXPECT_FALSE(read("%Y-%m-%d %H:%M:%S%f", "2019-12-16 07:22:43."));
  EXPECT_FALSE(read("%s", "99999999999999"));
}

TEST(Clock, tries_every_format_and_keeps_to_the_zone) {
  Clock clock({"%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S"}, 8.0);
  EXPECT_EQ(clock.read("2019/12/16 15:22:43"), instant);
  EXPECT_EQ(clock.read("2019-12-16 15:22:43"), instant);
  EXPECT_TRUE(clock.zone_known());
  EXPECT_FALSE(Clock({"%H:%M:%S"}, {}).zone_known());
  EXPECT_THROW(Clock({"%Y-%j"}, {}), LogError);
  EXPECT_THROW(Clock({"%"}, {}), LogError);
}

TEST(Clock, goes_on_over_midnight_where_times_have_no_date) {
  Clock clock({"%H:%M:%S%f"}, {});
  ASSERT_TRUE(clock.set_date("31.12.2023", "%d.%m.%Y"));
  const std::int64_t day = days_since_1970(2023, 12, 31) * 86'400;
  EXPECT_EQ(clock.read("23:59:59"), (day + 86'399) * second);
  EXPECT_EQ(clock.read("23:59:58"), (day + 86'398) * second) << "a little back is the same day";
  EXPECT_EQ(clock.read("00:00:01"), (day + 86'401) * second);
  EXPECT_EQ(clock.midnight_count(), 1U);
  EXPECT_FALSE(clock.set_date("tomorrow", "%d.%m.%Y"));
}

TEST(Clock, takes_rows_out_of_order_at_midnight_back_a_day) {
  Clock clock({"%H:%M:%S"}, {});
  constexpr std::int64_t day = 86'400;
  EXPECT_EQ(clock.read("23:59:58"), 86'398 * second);
  EXPECT_EQ(clock.read("00:00:01"), (day + 1) * second);
  EXPECT_EQ(clock.read("00:00:02"), (day + 2) * second);
  EXPECT_EQ(clock.read("23:59:59"), 86'399 * second) << "late";
  EXPECT_EQ(clock.read("00:00:03"), (day + 3) * second);
  EXPECT_EQ(clock.midnight_count(), 1U);
  EXPECT_EQ(clock.read("06:00:00"), (day + 21'600) * second);
  EXPECT_EQ(clock.read("19:00:00"), (day + 68'400) * second) << "a long gap";
  EXPECT_EQ(clock.read("07:00:01"), (day + 25'201) * second) << "a fall of less than half a day";
  for (int i = 0; i < 200'000; ++i) {
    static_cast<void>(clock.read("23:59:59"));
    static_cast<void>(clock.read("00:00:00"));
  }
  EXPECT_EQ(clock.midnight_count(), 2U);
}

TEST(Clock, bounds_the_days_that_pass_without_a_date) {
  Clock clock({"%H:%M:%S"}, {});
  ASSERT_TRUE(clock.set_date("31.12.2200", "%d.%m.%Y"));
  std::int64_t last = 0;
  std::optional<std::int64_t> time;
  for (int i = 0; i < 5'000; ++i) {
    for (const char* text : {"02:00:00", "10:00:00", "18:00:00"}) {
      time = clock.read(text);
      if (!time) break;
      ASSERT_GT(*time, last);
      last = *time;
    }
    if (!time) break;
  }
  EXPECT_FALSE(time.has_value());
  EXPECT_EQ(clock.midnight_count(), static_cast<std::uint64_t>(clock_days_max));
}

TEST(DaysSince1970, counts_every_day_of_two_centuries) {
  std::int64_t expected = 0;
  for (int year = 1970; year <= 2170; ++year) {
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    const int lengths[] = {31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (int month = 1; month <= 12; ++month) {
      for (int day = 1; day <= lengths[month - 1]; ++day) {
        ASSERT_EQ(days_since_1970(year, month, day), expected++) << year << month << day;
      }
    }
  }
}

TEST(IsoTime, writes_what_was_read) {
  EXPECT_EQ(iso_time(instant), "2019-12-16T07:22:43Z");
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(iso_time(-7 * 3600 * second), "1969-12-31T17:00:00Z");
  EXPECT_EQ(iso_time(-1), "1969-12-31T23:59:59Z");
  for (const char* text :
       {"2024-02-29T23:59:59Z", "2100-02-28T00:00:00Z", "2023-12-31T12:30:00Z"}) {
    EXPECT_EQ(iso_time(read("%Y-%m-%dT%H:%M:%S%z", text).value()), text);
  }
}

}  // namespace
}  // namespace redcell::analysis
