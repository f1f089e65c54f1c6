#include "scenarios/sweep/point_files.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/file.h"
#include "analysis/log_error.h"
#include "analysis/statistics.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json read_json(const fs::path& path) {
  std::ifstream stream(path);
  Json json = Json::parse(stream, nullptr, false);
  if (json.is_discarded()) throw analysis::LogError(path.string() + ": no JSON can be read there");
  return json;
}

/// Bytes that are no UTF-8 are replaced: a log or a host's name may hold any.
std::string text_of(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Infinite ends are written as null.
double number_or(const Json& json, double otherwise) {
  return json.is_number() ? json.get<double>() : otherwise;
}

analysis::Kpi kpi_from(const Json& json) {
  analysis::Kpi kpi;
  kpi.name = json.at("name");
  kpi.terminal_group = json.at("terminal_group");
  kpi.statistic = json.at("statistic");
  kpi.value = json.at("value");
  kpi.unit = json.at("unit");
  kpi.ci_low = number_or(json.at("ci_low"), -analysis::infinity);
  kpi.ci_high = number_or(json.at("ci_high"), analysis::infinity);
  kpi.samples = json.at("samples");
  return kpi;
}

}  // namespace

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string as_utf8(const std::string& words) {
  const std::string text = Json(words).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(text).get<std::string>();
}

PointResult read_result(const fs::path& folder) {
  try {
    const Json summary = read_json(folder / "summary.json");
    const Json point = read_json(folder / "point.json");
    const Json& run = summary.at("run");
    PointResult result;
    result.signature = run.at("signature");
    result.world = run.at("world");
    result.version = run.at("version");
    result.build_type = run.at("build_type");
    result.isa = run.at("isa");
    result.simulated_s = run.at("simulated_s");
    result.wall_s = run.at("wall_s");
    result.peak_memory_mb = run.at("peak_memory_mb");
    result.host = point.at("host");
    result.job = point.at("job");
    result.process_s = point.at("wall_s");
    result.verdict = read_json(folder / "verdict.json").at("result");
    for (const Json& kpi : summary.at("kpi")) result.kpi.push_back(kpi_from(kpi));
    return result;
  } catch (const Json::exception& error) {
    throw analysis::LogError(folder.string() + ": not a point's files (" + error.what() + ")");
  }
}

void write_point(const std::string& address, const ChildEnd& end, const fs::path& folder) {
  const char* job = std::getenv("SLURM_JOB_ID");
  const Json json = {{"address", address},
                     {"host", host_name()},
                     {"job", job == nullptr ? "" : job},
                     {"exit_code", end.code},
                     {"wall_s", end.wall_s},
                     {"cpu_s", end.cpu_s},
                     {"peak_memory_mb", end.peak_memory_mb}};
  analysis::write_file_atomically(folder / "point.json", text_of(json));
}

void write_failure(const Failure& failure, const fs::path& folder) {
  const Json json = {{"address", failure.address},
                     {"cause", failure.cause},
                     {"words", failure.words},
                     {"signal", failure.signal},
                     {"host", host_name()}};
  analysis::write_file_atomically(folder / "failure.json", text_of(json));
}

Failure read_failure(const fs::path& folder) {
  Failure failure{.address = folder.filename(), .cause = causes::broken, .words = {}, .log = {}};
  try {
    const Json json = read_json(folder / "failure.json");
    failure.cause = json.at("cause");
    failure.words = json.at("words");
    failure.signal = json.value("signal", 0);
  } catch (const std::exception&) {
    failure.words = "broke, and no reason could be written";
  }
  std::error_code error;
  if (fs::exists(folder / "log.txt", error)) failure.log = (folder / "log.txt").string();
  return failure;
}

}  // namespace redcell::scenarios
