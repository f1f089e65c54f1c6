#include "analysis/field/import_folder.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace redcell::analysis {
namespace {

/// The file that the folder's import.json names; empty when there is none.
std::string imported_file(const std::filesystem::path& folder) {
  std::ifstream text(folder / "import.json");
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("file") || !json["file"].is_string()) return {};
  return json["file"];
}

bool same_file(const std::string& a, const std::string& b) {
  if (a.empty()) return false;
  std::error_code error;
  const auto whole = [&](const std::string& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, error), error);
  };
  return a == b || whole(a) == whole(b);
}

}  // namespace

std::string import_folder(const std::string& parent, const std::string& file) {
  const std::string stem = std::filesystem::path(file).stem().string();
  for (int number = 1;; ++number) {
    const std::string name = number == 1 ? stem : fmt::format("{}-{}", stem, number);
    const std::filesystem::path folder = std::filesystem::path(parent) / name;
    std::error_code error;
    const bool is_free =
        !std::filesystem::exists(folder, error) || std::filesystem::is_empty(folder, error);
    if (is_free || same_file(imported_file(folder), file)) return folder.string();
  }
}

}  // namespace redcell::analysis
