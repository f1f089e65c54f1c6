// Goal: which of the scheduler's slices a policy makes, and who ranks inside each.
// Method: deployments of one n41 cell with policies of two slices, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "scenarios/deployment.h"
#include "tests/scenarios/more_bwps.h"

namespace redcell::scenarios {
namespace {

using mac::gnb::PolicyKind;
using testing::ElementsAre;

const std::string slices = "slice { name: \"grid\" sst: 3 }\nslice { name: \"video\" sst: 1 }\n";

LayerPlan layer_of(const std::string& policies, const std::vector<std::string>& overrides = {}) {
  const std::string text = with(more_bwps(3, "", slices), "broadcast { sib1_first_prb: 24 }",
                                "broadcast { sib1_first_prb: 24 }\n" + policies);
  return make_deployment(ready_text(text, overrides), base::Random(1, 0)).layers.at(0);
}

std::vector<bool> is_apart(const std::vector<mac::gnb::RrmPolicyRatio>& ratios) {
  std::vector<bool> out;
  for (const mac::gnb::RrmPolicyRatio& ratio : ratios) out.push_back(ratio.is_apart);
  return out;
}

TEST(DeploymentSlices, rank_as_the_carrier_does_without_a_word) {
  const LayerPlan layer = layer_of("rrm_policy { name: \"p\" slice: \"grid\" min_percent: 20 }");
  EXPECT_THAT(layer.cell.dl_slice_policies, ElementsAre(std::nullopt, std::nullopt));
  EXPECT_THAT(layer.dl_slice_of, ElementsAre(0u, 1u, 0u));
}

TEST(DeploymentSlices, share_places_apart_from_prbs) {
  const LayerPlan layer = layer_of(
      "connected_users_max: 7\n"
      "rrm_policy { name: \"p\" slice: \"grid\" resource: RRC_CONNECTED_USERS dedicated_percent: "
      "30 "
      "min_percent: 30 max_percent: 60 }\n"
      "rrm_policy { name: \"q\" slice: \"video\" slice: \"grid\" min_percent: 20 }");
  EXPECT_EQ(layer.cell.dl_slices.size(), 2U);
  EXPECT_EQ(layer.cell.ul_slices.size(), 2U);
  EXPECT_THAT(layer.dl_slice_of, ElementsAre(0u, 1u, 1u));
  EXPECT_EQ(layer.admission.users_max, 7U);
  ASSERT_EQ(layer.admission.groups.size(), 2U);
  EXPECT_EQ(layer.admission.groups[1].dedicated, 2U);
  EXPECT_EQ(layer.admission.groups[1].max, 4U);
  EXPECT_THAT(layer.admission_group_of, ElementsAre(0u, 1u, 0u));
}

TEST(DeploymentSlices, have_places_for_all_without_a_word) {
  const LayerPlan layer = layer_of("");
  EXPECT_EQ(layer.admission.users_max, mac::gnb::unlimited_users);
  EXPECT_EQ(layer.admission.groups.size(), 1U);
  EXPECT_THAT(layer.admission_group_of, ElementsAre(0u, 0u, 0u));
}

TEST(DeploymentSlices, rank_by_their_own_policy_in_the_direction_it_is_for) {
  const LayerPlan layer = layer_of(
      "rrm_policy { name: \"p\" slice: \"grid\" scheduler_policy: ROUND_ROBIN }\n"
      "rrm_policy { name: \"q\" slice: \"video\" resource: PRB_UL scheduler_policy: "
      "PROPORTIONAL_FAIR }");
  EXPECT_THAT(layer.cell.dl_slice_policies, ElementsAre(std::nullopt, PolicyKind::round_robin));
  EXPECT_THAT(layer.cell.ul_slice_policies,
              ElementsAre(std::nullopt, PolicyKind::round_robin, PolicyKind::proportional_fair));
  EXPECT_THAT(layer.dl_slice_of, ElementsAre(0u, 1u, 0u));
  EXPECT_THAT(layer.ul_slice_of, ElementsAre(0u, 1u, 2u));
}

TEST(DeploymentSlices, rank_by_qos_where_a_policy_says_so) {
  const LayerPlan layer =
      layer_of("rrm_policy { name: \"p\" slice: \"grid\" scheduler_policy: QOS }");
  EXPECT_THAT(layer.cell.dl_slice_policies, ElementsAre(std::nullopt, PolicyKind::qos));
  EXPECT_EQ(layer.cell.policy.kind, PolicyKind::proportional_fair);
  EXPECT_EQ(layer_of("", {"carrier[n41].scheduler.policy=QOS"}).cell.policy.kind, PolicyKind::qos);
}

TEST(DeploymentSlices, rank_by_their_own_policy_in_a_part_of_their_own) {
  const LayerPlan layer =
      layer_of("rrm_policy { name: \"p\" slice: \"grid\" scheduler_policy: ROUND_ROBIN }",
               {"carrier[n41].dedicated_bwp[part1].slice=video",
                "carrier[n41].dedicated_bwp[part2].slice=grid"});
  EXPECT_THAT(is_apart(layer.cell.dl_slices), ElementsAre(false, false, true, true));
  EXPECT_THAT(layer.dl_slice_of, ElementsAre(0u, 3u, 2u));
  EXPECT_THAT(layer.cell.dl_slice_policies, ElementsAre(std::nullopt, PolicyKind::round_robin,
                                                        std::nullopt, PolicyKind::round_robin));
}

}  // namespace
}  // namespace redcell::scenarios
