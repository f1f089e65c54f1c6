// Goal: every scenario that comes with the program loads, passes preflight and can be listed.
// Method: all files of the library, one by one.
#include "scenarios/library_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "scenarios/library.h"
#include "scenarios/load.h"
#include "scenarios/preflight.h"

namespace redcell::scenarios {
namespace {

TEST(Library, holds_every_file_of_its_folder) {
  std::size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(REDCELL_SOURCE_DIR "/scenarios/library")) {
    count += entry.path().extension() == ".txtpb" ? 1 : 0;
  }
  EXPECT_EQ(library.size(), count);
}

TEST(Library, scenarios_load_by_name_and_pass_preflight) {
  for (const LibraryEntry& entry : library_entries()) {
    SCOPED_TRACE(entry.name);
    try {
      const LoadedScenario loaded = load_scenario(entry.name, {});
      EXPECT_EQ(to_text(preflight(loaded.scenario, loaded.where)), "");
      EXPECT_TRUE(loaded.files.front().starts_with("library:"));
    } catch (const ScenarioError& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

TEST(Library, lists_titles_sorted_by_name_and_no_file_that_is_only_included) {
  const std::vector<LibraryEntry> entries = library_entries();
  EXPECT_TRUE(std::is_sorted(entries.begin(), entries.end(),
                             [](const auto& a, const auto& b) { return a.name < b.name; }));
  for (const LibraryEntry& entry : entries) {
    EXPECT_FALSE(entry.title.empty()) << entry.name;
    EXPECT_EQ(entry.name.find('_'), std::string::npos);
    EXPECT_LE(entry.name.size() + entry.title.size(), 98U) << entry.name << " does not fit a line";
  }
}

TEST(Library, gives_texts_with_and_without_the_ending) {
  EXPECT_FALSE(library_text("no-such-scenario").has_value());
  EXPECT_FALSE(library_text("").has_value());
  for (const auto& [file, text] : library) {
    EXPECT_EQ(library_text(file), text);
    EXPECT_EQ(library_text(file.substr(0, file.size() - 6)), text);
  }
}

}  // namespace
}  // namespace redcell::scenarios
