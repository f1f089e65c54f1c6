// Goal: what the program says of its schema is what the schema says, and docs/scenario.md is that
// text. Method: golden words of single fields; the file compared with what is generated now.
#include "scenarios/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "scenarios/finding.h"

namespace redcell::scenarios {
namespace {

using testing::HasSubstr;

TEST(Explain, gives_all_facts_of_a_field) {
  const std::string text = explain_text("carrier[n41].scs_khz");
  EXPECT_EQ(text, explain_text("carrier.scs_khz"));
  for (const char* part : {"15 to 120 kHz", "30", "TS 38.211 Table 4.2-1", "Subcarrier spacing"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
  EXPECT_THAT(explain_text("carrier.band"), HasSubstr("required"));
  EXPECT_THAT(explain_text("carrier.scheduler.policy"),
              HasSubstr("ROUND_ROBIN, PROPORTIONAL_FAIR or QOS"));
}

TEST(Explain, lists_the_fields_of_a_block) {
  EXPECT_THAT(explain_text("carrier.scheduler"), HasSubstr("pf_time_constant_ms"));
  EXPECT_THAT(explain_text(""), HasSubstr("duration_s"));
}

TEST(Explain, refuses_a_path_that_is_not_there) {
  for (const char* path : {"carier", "carrier.scs_khz.x", "carrier..x", "carrier["}) {
    EXPECT_THROW(static_cast<void>(explain_text(path)), ScenarioError) << path;
  }
}

TEST(ExplainMarkdown, is_what_docs_scenario_md_holds) {
  std::ifstream file(REDCELL_SOURCE_DIR "/docs/scenario.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), explain_markdown())
      << "write it anew: ./redcell explain --markdown > docs/scenario.md";
}

}  // namespace
}  // namespace redcell::scenarios
