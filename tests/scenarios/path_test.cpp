// Goal: a path names one place in a scenario, and writing there takes legal values only.
// Method: paths written by hand against a small scenario.
#include "scenarios/path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {
namespace {

using testing::HasSubstr;

schema::Scenario two_carriers() {
  schema::Scenario scenario;
  scenario.add_carrier()->set_name("n41");
  scenario.add_carrier()->set_name("n.28");
  scenario.add_target()->set_kpi("rtt_ms");
  scenario.mutable_core();
  return scenario;
}

TEST(ParsePath, splits_fields_and_selectors) {
  const auto steps = parse_path("carrier[n.28].scheduler.policy");
  ASSERT_TRUE(steps.has_value());
  ASSERT_EQ(steps->size(), 3U);
  EXPECT_EQ((*steps)[0].field, "carrier");
  EXPECT_EQ((*steps)[0].selector, "n.28");
  EXPECT_EQ((*steps)[2].field, "policy");
}

TEST(ParsePath, refuses_brackets_and_dots_that_do_not_fit) {
  for (const char* path :
       {"", ".", "a.", ".a", "a..b", "a[", "a[]", "a[b", "a[b]c", "a]", "a[b].", "[a]"}) {
    const auto steps = parse_path(path);
    const bool is_plain_word = steps.has_value() && path == std::string("a]");
    EXPECT_TRUE(!steps.has_value() || is_plain_word) << path;
  }
}

TEST(SetValue, writes_scalars_at_the_top_below_and_in_lists) {
  schema::Scenario scenario = two_carriers();
  EXPECT_FALSE(set_value(scenario, "duration_s", "2.5"));
  EXPECT_FALSE(set_value(scenario, "carrier[n.28].scs_khz", "15"));
  EXPECT_FALSE(set_value(scenario, "carrier[0].scheduler.policy", "ROUND_ROBIN"));
  EXPECT_FALSE(set_value(scenario, "carrier[n41].link_adaptation.outer_loop", "false"));
  EXPECT_FALSE(set_value(scenario, "target[0].sense", "AT_MOST"));
  EXPECT_EQ(scenario.duration_s(), 2.5);
  EXPECT_EQ(scenario.carrier(1).scs_khz(), 15U);
  EXPECT_EQ(scenario.carrier(0).scheduler().policy(), schema::Scheduler::ROUND_ROBIN);
  EXPECT_FALSE(scenario.carrier(0).link_adaptation().outer_loop());
  EXPECT_EQ(scenario.target(0).sense(), analysis::Target::AT_MOST);
}

TEST(SetValue, replaces_a_list_of_numbers_as_a_whole) {
  schema::Scenario scenario = two_carriers();
  EXPECT_FALSE(set_value(scenario, "carrier[n41].downlink.k1", "[2, 3]"));
  EXPECT_FALSE(set_value(scenario, "carrier[n41].downlink.k1", "8"));
  ASSERT_EQ(scenario.carrier(0).downlink().k1_size(), 1);
  EXPECT_EQ(scenario.carrier(0).downlink().k1(0), 8U);
  EXPECT_FALSE(set_value(scenario, "carrier[n41].downlink.k1", "[]"));
  EXPECT_EQ(scenario.carrier(0).downlink().k1_size(), 0);
}

TEST(SetValue, replaces_a_list_of_texts_as_a_whole) {
  schema::Scenario scenario = two_carriers();
  schema::RrmPolicy& policy = *scenario.mutable_carrier(0)->add_rrm_policy();
  policy.set_name("both");
  const std::string path = "carrier[n41].rrm_policy[both].slice";
  EXPECT_FALSE(set_value(scenario, path, "[ grid , video cameras ]"));
  ASSERT_EQ(policy.slice_size(), 2);
  EXPECT_EQ(policy.slice(0), "grid");
  EXPECT_EQ(policy.slice(1), "video cameras");
  EXPECT_FALSE(set_value(scenario, path, "video"));
  ASSERT_EQ(policy.slice_size(), 1);
  EXPECT_EQ(policy.slice(0), "video");
  EXPECT_FALSE(set_value(scenario, path, "[]"));
  EXPECT_EQ(policy.slice_size(), 0);
}

TEST(SetValue, refuses_values_of_another_kind_and_says_what_is_allowed) {
  schema::Scenario scenario = two_carriers();
  const std::string before = scenario.SerializeAsString();
  for (const char* value : {"", "fast", "1 2", "-1", "1.5", "99999999999"}) {
    const auto finding = set_value(scenario, "carrier[n41].scs_khz", value);
    ASSERT_TRUE(finding.has_value()) << value;
    EXPECT_THAT(finding->allowed, HasSubstr("15 to 120 kHz"));
  }
  EXPECT_TRUE(set_value(scenario, "carrier[n41].downlink.k1", "[2, x]"));
  EXPECT_TRUE(set_value(scenario, "core.rate_gbps", "many"));
  schema::Scenario after = scenario;
  after.mutable_carrier(0)->clear_downlink();
  EXPECT_EQ(after.SerializeAsString(), before);
}

TEST(SetValue, lists_what_is_allowed_where_a_path_ends) {
  schema::Scenario scenario = two_carriers();
  const auto field = set_value(scenario, "carrier[n41].power", "1");
  ASSERT_TRUE(field.has_value());
  EXPECT_EQ(field->advice, "Did you mean power_dbm_per_mhz?");
  const auto element = set_value(scenario, "carrier[n42].scs_khz", "15");
  ASSERT_TRUE(element.has_value());
  EXPECT_EQ(element->allowed, "carrier[n41], carrier[n.28]");
  EXPECT_EQ(element->advice, "Did you mean carrier[n41]?");
  EXPECT_THAT(set_value(scenario, "carrier.scs_khz", "15")->found, HasSubstr("no name or index"));
  EXPECT_THAT(set_value(scenario, "carrier[2].scs_khz", "15")->found, HasSubstr("no element '2'"));
  EXPECT_THAT(set_value(scenario, "carrier[-1].scs_khz", "15")->found, HasSubstr("no element"));
  EXPECT_THAT(set_value(scenario, "core[0].rate_gbps", "1")->allowed, HasSubstr("no brackets"));
  EXPECT_THAT(set_value(scenario, "core", "1")->allowed, HasSubstr("one_way_delay_ms"));
  EXPECT_THAT(set_value(scenario, "carrier[n41]", "1")->allowed, HasSubstr("scs_khz"));
  EXPECT_THAT(set_value(scenario, "duration_s.x", "1")->allowed, HasSubstr("no fields"));
  EXPECT_THAT(set_value(scenario, "site[0].x_m", "1")->allowed, HasSubstr("has no site"));
}

TEST(CanonicalPath, names_elements_by_name) {
  const schema::Scenario scenario = two_carriers();
  EXPECT_EQ(canonical_path(scenario, "carrier[1].scheduler.policy"),
            "carrier[n.28].scheduler.policy");
  EXPECT_EQ(canonical_path(scenario, "target[0].value"), "target[0].value");
}

TEST(Nearest, finds_small_slips_and_lost_endings_only) {
  const std::vector<std::string> words{"bandwidth_mhz", "scs_khz", "name"};
  EXPECT_EQ(nearest("bandwith_mhz", words), "bandwidth_mhz");
  EXPECT_EQ(nearest("bandwidth", words), "bandwidth_mhz");
  EXPECT_EQ(nearest("scs_kHz", words), "scs_khz");
  EXPECT_EQ(nearest("colour", words), "");
  EXPECT_EQ(nearest("", words), "");
}

}  // namespace
}  // namespace redcell::scenarios
