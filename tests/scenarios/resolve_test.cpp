// Goal: a resolved scenario leaves nothing to guess, and written down it is the same scenario
// again. Method: reflection over every field; K1 and K2 against slot timing counted by hand.
#include "scenarios/resolve.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "tests/scenarios/load_example.h"

namespace redcell::scenarios {
namespace {

using testing::ElementsAre;

void expect_no_default_missing(const google::protobuf::Message& message) {
  const auto& type = *message.GetDescriptor();
  const auto& reflection = *message.GetReflection();
  for (int i = 0; i < type.field_count(); ++i) {
    const auto* field = type.field(i);
    if (!field->is_repeated() && field->has_default_value()) {
      EXPECT_TRUE(reflection.HasField(message, field)) << field->full_name();
    }
    if (field->message_type() == nullptr) continue;
    for (int k = 0; field->is_repeated() && k < reflection.FieldSize(message, field); ++k) {
      expect_no_default_missing(reflection.GetRepeatedMessage(message, field, k));
    }
    if (!field->is_repeated() && reflection.HasField(message, field)) {
      expect_no_default_missing(reflection.GetMessage(message, field));
    }
  }
}

TEST(Resolve, writes_every_default_down) {
  const schema::Scenario full = resolve(load_text(tdd_text).scenario);
  expect_no_default_missing(full);
  EXPECT_TRUE(full.has_core());
  EXPECT_TRUE(full.carrier(0).uplink().has_dmrs());
  EXPECT_TRUE(full.terminal_group(0).has_bearer());
}

TEST(Resolve, leaves_absent_what_means_something_by_its_absence) {
  const schema::Scenario full = resolve(load_text(tdd_text).scenario);
  EXPECT_FALSE(full.carrier(0).has_ul_centre_mhz());
  EXPECT_FALSE(full.carrier(0).channel().has_k_factor_db());
  EXPECT_TRUE(full.traffic(0).has_full_buffer());
  EXPECT_FALSE(full.target(0).has_low());
  EXPECT_FALSE(full.terminal_group(0).route().has_random_way());
}

TEST(Resolve, makes_no_wide_bwp_of_nothing_and_completes_one_that_is_there) {
  EXPECT_FALSE(resolve(load_text(tdd_text).scenario).carrier(0).has_embb_bwp());
  EXPECT_FALSE(resolve(load_text(fdd_text).scenario).carrier(0).has_embb_bwp());
  const std::string text = with(tdd_text, "broadcast {",
                                "embb_bwp { prb_count: 273 coreset_first_prb: 60 } broadcast {");
  const schema::Scenario full = resolve(load_text(text).scenario);
  ASSERT_TRUE(full.carrier(0).has_embb_bwp());
  expect_no_default_missing(full);
  const schema::WideBwp& wide = full.carrier(0).embb_bwp();
  EXPECT_EQ(wide.first_prb(), 0U);
  EXPECT_EQ(wide.prb_count(), 273U);
  EXPECT_EQ(wide.coreset_first_prb(), 60U);
  EXPECT_EQ(wide.coreset_prb_count(), 96U);
  EXPECT_EQ(wide.pucch_prb_count(), 4U);
}

TEST(Resolve, keeps_what_the_file_says) {
  const schema::Scenario full =
      resolve(load_text(tdd_text, {"carrier[n41].downlink.k1=[9, 8]", "duration_s=3"}).scenario);
  EXPECT_THAT(full.carrier(0).downlink().k1(), ElementsAre(9, 8));
  EXPECT_EQ(full.duration_s(), 3);
}

// 30 kHz, DDDDDDDSUU, 13 symbols of N1 and 12 + 1 of N2, uplink 13 us early: the slot right behind
// is too soon for both. Downlink slots 0 to 6 reach uplink slot 8 by 8 to 2, the special slot 7
// reaches 9 by 2; uplink slots 8 and 9 are granted from 6 and 7.
TEST(Resolve, derives_k1_and_k2_that_the_pattern_needs) {
  const schema::Scenario full = resolve(load_text(tdd_text).scenario);
  EXPECT_THAT(full.carrier(0).downlink().k1(), ElementsAre(2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(full.carrier(0).uplink().k2(), ElementsAre(2));
}

// 15 kHz: N1 of 13 symbols does not fit into no gap at all, N2 of 10 + 1 fits into the 13 symbols
// behind a CORESET of one.
TEST(Resolve, derives_one_k1_and_one_k2_for_fdd) {
  const schema::Scenario full = resolve(load_text(fdd_text).scenario);
  EXPECT_THAT(full.carrier(0).downlink().k1(), ElementsAre(2));
  EXPECT_THAT(full.carrier(0).uplink().k2(), ElementsAre(1));
}

TEST(Resolve, gives_terminals_far_away_more_time) {
  // A round trip of 200 us takes three symbols of 15 kHz from N2's two spare ones.
  const schema::Scenario full =
      resolve(load_text(fdd_text, {"terminal_group[cam].placement.x_m=30000"}).scenario);
  EXPECT_THAT(full.carrier(0).uplink().k2(), ElementsAre(2));
}

TEST(Resolve, derives_the_widest_bandwidth_part_a_redcap_terminal_takes) {
  std::string text = with(tdd_text, "redcap_bwp { first_prb: 0 prb_count: 51 }", "");
  EXPECT_EQ(resolve(load_text(text).scenario).carrier(0).redcap_bwp().prb_count(), 51U);
  EXPECT_EQ(resolve(load_text(fdd_text).scenario).carrier(0).redcap_bwp().prb_count(), 106U);
}

TEST(Resolve, changes_nothing_the_second_time) {
  for (const char* text : {tdd_text, fdd_text}) {
    const schema::Scenario once = resolve(load_text(text).scenario);
    EXPECT_EQ(to_text(resolve(once)), to_text(once));
  }
}

TEST(ToText, loads_as_the_same_message_again) {
  for (const char* text : {tdd_text, fdd_text}) {
    const schema::Scenario full =
        resolve(load_text(text, {"title=\xc3\xa4 \"quoted\" \\ title", "warm_up_s=0.1"}).scenario);
    const schema::Scenario again = load_text(to_text(full)).scenario;
    EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(full, again));
  }
}

}  // namespace
}  // namespace redcell::scenarios
