#include "scenarios/library_index.h"

#include <algorithm>
#include <tuple>

#include "scenarios/library.h"
#include "scenarios/load_parse.h"

namespace redcell::scenarios {
namespace {

constexpr std::string_view suffix = ".txtpb";

}  // namespace

std::optional<std::string_view> library_text(std::string_view name) {
  for (const auto& [file, text] : library) {
    if (file == name) return text;
    if (file.size() == name.size() + suffix.size() && file.starts_with(name)) return text;
  }
  return std::nullopt;
}

std::vector<LibraryEntry> library_entries() {
  std::vector<LibraryEntry> entries;
  for (const auto& [file, text] : library) {
    if (file.find('_') != std::string_view::npos) continue;
    schema::Scenario scenario;
    std::ignore = parse_text(std::string(file), std::string(text), scenario);
    entries.push_back({.name = std::string(file.substr(0, file.size() - suffix.size())),
                       .title = scenario.title()});
  }
  // Files are in another order: '-' comes before the '.' of a shorter name.
  std::sort(entries.begin(), entries.end(),
            [](const LibraryEntry& a, const LibraryEntry& b) { return a.name < b.name; });
  return entries;
}

}  // namespace redcell::scenarios
