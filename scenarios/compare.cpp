#include "scenarios/compare.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "analysis/compare/comparison.h"
#include "analysis/file.h"
#include "analysis/log_error.h"

namespace redcell::scenarios {
namespace {

constexpr int exit_compared = 0;
constexpr int exit_not_passed = 1;
constexpr int exit_refused = 2;

std::string name_of(const std::string& path) {
  const std::filesystem::path place = std::filesystem::path(path + "/").lexically_normal();
  return place.parent_path().filename().string();
}

int compare_files(const CompareOptions& options) {
  analysis::TargetFile targets;
  if (!options.targets.empty()) targets = analysis::load_targets(options.targets);
  const analysis::Side a = analysis::load_side(options.a), b = analysis::load_side(options.b);
  const analysis::Comparison comparison = analysis::compare(a, b, targets, options.place_m);
  const std::filesystem::path directory =
      options.out_dir.empty()
          ? std::filesystem::path("compare") / (name_of(options.a) + "-" + name_of(options.b))
          : std::filesystem::path(options.out_dir);
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) {
    throw analysis::LogError(
        fmt::format("{}: cannot make the folder: {}", directory.string(), error.message()));
  }
  const auto write = [&](const char* name, const std::string& text) {
    analysis::write_file_atomically((directory / name).string(), text);
  };
  write("compare.json", analysis::comparison_json(comparison));
  write("compare.csv", analysis::comparison_csv(comparison));
  write("curves.csv", analysis::curves_csv(comparison.curves));
  write("places.csv", analysis::places_csv(comparison.places));
  write("verdict.json", analysis::comparison_verdict_json(comparison, targets));
  write("junit.xml", analysis::comparison_junit(comparison, targets));
  write("report.html", analysis::comparison_html(comparison, a, b));
  fmt::print(
      "{}\nresults in {}: report.html, compare.json, compare.csv, curves.csv, places.csv, "
      "verdict.json, "
      "junit.xml\n",
      analysis::comparison_text(comparison), directory.string());
  const bool is_passed = analysis::comparison_result(comparison, targets) == analysis::Result::pass;
  return is_passed ? exit_compared : exit_not_passed;
}

}  // namespace

int compare_command(const CompareOptions& options) {
  try {
    return compare_files(options);
  } catch (const analysis::LogError& error) {
    fmt::print(stderr, "redcell: {}\n", error.what());
    return exit_refused;
  } catch (const std::filesystem::filesystem_error& error) {
    fmt::print(stderr, "redcell: {}: {}\n", error.path1().string(), error.code().message());
    return exit_refused;
  }
}

}  // namespace redcell::scenarios
