// One rule of preflight as a line of a table: a change of a valid scenario and the finding it must
// lead to.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/preflight.h"
#include "tests/scenarios/load_example.h"

namespace redcell::scenarios {

inline std::vector<Finding> findings_of(const std::string& text,
                                        const std::vector<std::string>& overrides = {}) {
  const LoadedScenario loaded = load_text(text, overrides);
  return preflight(loaded.scenario, loaded.where);
}

/// Without a path the scenario stays legal.
struct Case {
  const char* name;
  std::string text;
  std::vector<std::string> overrides;
  std::string path;
  std::string clause;
};

inline void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }
inline std::string name_of(const testing::TestParamInfo<Case>& info) { return info.param.name; }

inline void expect_rule(const Case& c) {
  const std::vector<Finding> findings = findings_of(c.text, c.overrides);
  if (c.path.empty()) {
    EXPECT_EQ(to_text(findings), "");
    return;
  }
  std::vector<std::pair<std::string, std::string>> places;
  for (const Finding& finding : findings) {
    places.emplace_back(finding.path, finding.clause);
    EXPECT_FALSE(finding.file.empty());
    EXPECT_FALSE(finding.found.empty());
    EXPECT_FALSE(finding.allowed.empty());
  }
  EXPECT_THAT(places, testing::Contains(testing::Pair(c.path, c.clause))) << to_text(findings);
}

/// Seven sites of three sectors instead of the mast, going on for ever.
inline std::string grid_text() {
  return with(tdd_text, "site { name: \"mast\" height_m: 25 sector { carrier: \"n41\" } }",
              "site_grid { name: \"town\" sector { carrier: \"n41\" azimuth_deg: 30 }\n"
              "sector { carrier: \"n41\" azimuth_deg: 150 }\n"
              "sector { carrier: \"n41\" azimuth_deg: 270 } }");
}

/// Terminals on their way instead of at their place.
inline std::string route_text(const std::string& route) {
  return with(tdd_text, "placement { x_m: 100 }", "route { " + route + " }");
}

/// `text` and one more block.
inline std::string and_block(const std::string& text, const std::string& block) {
  return text + block + "\n";
}

/// A second carrier, on which nothing sends yet.
inline constexpr const char* n28_block =
    "carrier { name: \"n28\" band: \"n28\" scs_khz: 15 bandwidth_mhz: 20 dl_centre_mhz: 780.5\n"
    "ul_centre_mhz: 725.5 broadcast { sib1_first_prb: 24 } }";

}  // namespace redcell::scenarios
