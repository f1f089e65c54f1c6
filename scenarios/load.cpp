#include "scenarios/load.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "scenarios/library_index.h"
#include "scenarios/load_file.h"
#include "scenarios/load_merge.h"
#include "scenarios/load_parse.h"
#include "scenarios/load_sites.h"
#include "scenarios/path.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view library_prefix = "library:";

/// A text that was found: shown name, identity, and where its includes are looked for.
struct Source {
  std::string name;
  std::string identity;
  std::optional<fs::path> folder;  ///< nullopt inside the library.
  std::string text;
};

std::string library_names() {
  std::vector<std::string> names;
  for (const LibraryEntry& entry : library_entries()) names.push_back(entry.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::optional<Source> from_library(const std::string& name) {
  const std::optional<std::string_view> text = library_text(name);
  if (!text) return std::nullopt;
  const std::string file = name.ends_with(".txtpb") ? name : name + ".txtpb";
  const std::string shown = std::string(library_prefix) + file;
  return Source{
      .name = shown, .identity = shown, .folder = std::nullopt, .text = std::string(*text)};
}

/// Reads scenario files one inside the other. Every file is merged once: what includes it again, by
/// another way, finds it already there.
class Reader {
 public:
  explicit Reader(LoadedScenario& loaded, std::vector<Finding>& findings)
      : loaded_(loaded), findings_(findings) {}

  void read_root(const std::string& name) {
    std::optional<Source> source = find(name, fs::path(), Finding{.file = name});
    if (source) read(std::move(*source), Finding{.file = name});
  }

  [[nodiscard]] bool is_whole() const { return is_whole_; }

 private:
  /// The source that `name` stands for. `asked` says where the name was written.
  std::optional<Source> find(const std::string& name, const std::optional<fs::path>& folder,
                             Finding asked) {
    if (folder && !name.empty()) {
      const fs::path path = *folder / name;
      std::error_code error;
      const bool exists = fs::exists(path, error);
      if (exists && !(fs::is_directory(path, error) && library_text(name))) {
        return from_file(path, std::move(asked));
      }
    }
    if (std::optional<Source> source = from_library(name)) return source;
    const bool is_root = asked.line == 0;
    asked.found = is_root ? "no file and no library scenario of this name"
                          : fmt::format("an include of '{}', which does not exist", name);
    asked.allowed = is_root ? "a file, or one of " + library_names()
                            : "a file relative to this one, or a file of the library";
    std::vector<std::string> names;
    for (const LibraryEntry& entry : library_entries()) names.push_back(entry.name);
    const std::string near = nearest(name, names);
    if (!near.empty()) asked.advice = fmt::format("Did you mean {}?", near);
    fail(std::move(asked));
    return std::nullopt;
  }

  std::optional<Source> from_file(const fs::path& path, Finding asked) {
    auto [text, finding] = read_text_file(path.string());
    if (finding) {
      if (asked.line > 0)
        finding->advice = fmt::format("Included at {}:{}.", asked.file, asked.line);
      fail(std::move(*finding));
      return std::nullopt;
    }
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(path, error);
    return Source{.name = path.lexically_normal().string(),
                  .identity = error ? path.string() : canonical.string(),
                  .folder = path.parent_path(),
                  .text = std::move(text)};
  }

  void read(Source source, Finding asked) {
    if (std::find(open_.begin(), open_.end(), source.identity) != open_.end()) {
      asked.found = fmt::format("an include of {}, which includes this file", source.name);
      asked.allowed = "files that do not include each other in a circle";
      return fail(std::move(asked));
    }
    if (done_.contains(source.identity)) return;
    if (open_.size() >= scenario_include_depth_max || done_.size() >= scenario_file_count_max) {
      asked.found = "too many files inside each other";
      asked.allowed = fmt::format("{} levels and {} files", scenario_include_depth_max,
                                  scenario_file_count_max);
      return fail(std::move(asked));
    }
    loaded_.files.push_back(source.name);
    if (std::optional<Finding> finding = content_finding(source.name, source.text)) {
      return fail(std::move(*finding));
    }
    schema::Scenario scenario;
    ParsedText parsed = parse_text(source.name, source.text, scenario);
    for (Finding& finding : parsed.findings) fail(std::move(finding));
    const ParsedFile file{.name = source.name, .message = scenario, .text = parsed};
    open_.push_back(source.identity);
    read_includes(source, file);
    open_.pop_back();
    done_.insert(source.identity);
    scenario.clear_include();
    merge_scenario(scenario, loaded_.scenario);
    record_positions(file, loaded_.where, findings_);
  }

  void read_includes(const Source& source, const ParsedFile& file) {
    const auto& include = static_cast<const schema::Scenario&>(file.message).include();
    const google::protobuf::FieldDescriptor* field =
        schema::Scenario::descriptor()->FindFieldByName("include");
    for (int i = 0; i < include.size(); ++i) {
      Finding asked{
          .file = source.name, .line = 1, .column = 1, .path = fmt::format("include[{}]", i)};
      const auto at = file.text.tree->GetLocation(field, i);
      if (at.line >= 0) {
        asked.line = at.line + 1;
        asked.column = at.column + 1;
      }
      std::optional<Source> next = find(include[i], source.folder, asked);
      if (next) read(std::move(*next), asked);
    }
  }

  void fail(Finding finding) {
    is_whole_ = false;
    findings_.push_back(std::move(finding));
  }

  LoadedScenario& loaded_;
  std::vector<Finding>& findings_;
  std::vector<std::string> open_;
  std::set<std::string> done_;
  bool is_whole_ = true;
};

/// Applies PATH=VALUE; false when it cannot be.
bool apply_override(const std::string& text, LoadedScenario& loaded,
                    std::vector<Finding>& findings) {
  const std::string shown = "--set " + text;
  const std::size_t equals = text.find('=');
  const std::string path = text.substr(0, equals);
  if (equals == std::string::npos) {
    findings.push_back({.file = shown, .found = "no '='", .allowed = "--set PATH=VALUE"});
    return false;
  }
  std::optional<Finding> finding;
  if (path == "include") {
    finding = Finding{.found = "an include", .allowed = "includes only inside files"};
  } else {
    finding = set_value(loaded.scenario, path, text.substr(equals + 1));
  }
  if (finding) {
    finding->file = shown;
    finding->path = path;
    findings.push_back(std::move(*finding));
    return false;
  }
  loaded.where.set(canonical_path(loaded.scenario, path), {.file = shown, .line = 0, .column = 0});
  return true;
}

}  // namespace

void SourceMap::set(const std::string& path, const Position& position) {
  position_[path] = position;
}

void SourceMap::forget(const std::string& prefix) {
  auto it = position_.lower_bound(prefix);
  while (it != position_.end() && it->first.starts_with(prefix)) it = position_.erase(it);
}

Position SourceMap::at(const std::string& path) const {
  for (std::string part = path; !part.empty();) {
    const auto it = position_.find(part);
    if (it != position_.end()) return it->second;
    // Names may hold dots: a dot inside brackets parts nothing.
    std::size_t cut = part.size();
    int depth = 0;
    while (cut > 0) {
      --cut;
      if (part[cut] == ']') ++depth;
      if (part[cut] == '[') --depth;
      if (depth == 0 && (part[cut] == '.' || part[cut] == '[')) break;
    }
    part.resize(cut);
  }
  const auto root = position_.find("");
  return root == position_.end() ? Position{} : root->second;
}

Finding SourceMap::finding(const std::string& path) const {
  const Position position = at(path);
  return {.file = position.file, .line = position.line, .column = position.column, .path = path};
}

LoadedScenario load_scenario(const std::string& name_or_path,
                             std::span<const std::string> overrides) {
  LoadedScenario loaded;
  std::vector<Finding> findings;
  Reader reader(loaded, findings);
  reader.read_root(name_or_path);
  const std::string root = loaded.files.empty() ? name_or_path : loaded.files.front();
  loaded.where.set("", {.file = root, .line = 1, .column = 1});
  bool is_whole = reader.is_whole();
  if (!loaded.files.empty()) {
    for (const std::string& text : overrides) {
      is_whole = apply_override(text, loaded, findings) && is_whole;
    }
  }
  // Where a part is missing, only what is there can be judged.
  const ValueScope scope = is_whole ? ValueScope::everything : ValueScope::what_is_there;
  for (Finding& finding : check_values(loaded.scenario, loaded.where, scope)) {
    findings.push_back(std::move(finding));
  }
  for (Finding& finding : place_sites(loaded.scenario, loaded.where)) {
    findings.push_back(std::move(finding));
  }
  if (!findings.empty()) throw ScenarioError(std::move(findings));
  return loaded;
}

}  // namespace redcell::scenarios
