// Goal: no text whatsoever breaks the loader: it loads or it is refused with findings.
// Method: 2000 keyed random mutations of a valid text; each must load or throw ScenarioError.
#include "scenarios/load.h"

#include <gtest/gtest.h>

#include <string>

#include "base/random.h"
#include "scenarios/preflight.h"
#include "tests/scenarios/load_example.h"

namespace redcell::scenarios {
namespace {

constexpr std::uint32_t mutation_count = 2000;

/// Changes `text` in one or two places; each change is one of six kinds.
std::string mutated(std::string text, std::uint32_t index, const base::Random& random) {
  const auto draw = [&](std::uint32_t step) {
    return random.at(base::Purpose::bootstrap, {.a = index, .b = step}, 0);
  };
  const std::uint32_t changes = 1 + draw(0)[0] % 2;
  for (std::uint32_t step = 1; step <= changes && !text.empty(); ++step) {
    const auto words = draw(step);
    const std::size_t at = words[0] % text.size();
    const std::size_t length = 1 + words[1] % 12;
    switch (words[2] % 6) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(words[3] % text.size(), length));
        break;
      case 2:
        text[at] = static_cast<char>(words[3]);
        break;
      case 3:
        text[at] = "{}<>[]:;,\"'#-.\\\n0e"[words[3] % 18];
        break;
      case 4:
        text.resize(at);
        break;
      default:
        text.insert(at, words[3] % 2 == 0 ? "99999999999999999999" : "1e999");
        break;
    }
  }
  return text;
}

TEST(LoadFuzz, every_mutation_loads_or_is_refused_with_findings) {
  const base::Random random(20240607, 1);
  const Folder folder;
  int loaded_count = 0;
  int refused_count = 0;
  for (std::uint32_t i = 0; i < mutation_count; ++i) {
    SCOPED_TRACE(i);
    const std::string path = folder.write("mutant.txtpb", mutated(tdd_text, i, random));
    try {
      const LoadedScenario loaded = load_scenario(path, {});
      static_cast<void>(preflight(loaded.scenario, loaded.where));
      ++loaded_count;
    } catch (const ScenarioError& error) {
      ASSERT_FALSE(error.findings.empty());
      for (const Finding& finding : error.findings) ASSERT_FALSE(finding.found.empty());
      ++refused_count;
    }
  }
  // Both kinds must occur, else the mutations are too wild or too tame to show anything.
  EXPECT_GT(loaded_count, 100);
  EXPECT_GT(refused_count, 1000);
}

TEST(LoadFuzz, every_mutation_of_a_path_is_set_or_refused) {
  const base::Random random(20240607, 2);
  const Folder folder;
  const std::string path = folder.write("good.txtpb", tdd_text);
  int refused_count = 0;
  for (std::uint32_t i = 0; i < mutation_count; ++i) {
    SCOPED_TRACE(i);
    const std::string text = mutated("carrier[n41].downlink.k1=[2, 3]", i, random);
    try {
      static_cast<void>(load_scenario(path, std::vector<std::string>{text}));
    } catch (const ScenarioError& error) {
      ASSERT_FALSE(error.findings.empty());
      ++refused_count;
    }
  }
  EXPECT_GT(refused_count, 1000);
}

}  // namespace
}  // namespace redcell::scenarios
