#include "scenarios/selftest/channel_selftest.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "analysis/file.h"
#include "base/math.h"
#include "base/version.h"
#include "scenarios/progress_line.h"
#include "scenarios/selftest/calibration_picture.h"
#include "scenarios/selftest/kernel_errors.h"
#include "scenarios/selftest/stamp.h"

namespace redcell::scenarios {
namespace {

constexpr int exit_passed = 0;
constexpr int exit_not_passed = 1;
constexpr int exit_refused = 2;

/// Geometry stays within the middle 80 % of the companies, widened by this.
constexpr double geometry_margin_db = 0.5;
/// Part of the reference by which a spread may differ at 10, 50 and 90 %.
constexpr double spread_error_max = 0.15;

struct Metric {
  const char* name;
  const char* unit;
  double Heard::*value;
  bool is_spread;  ///< Of phase 2.
};
constexpr std::array<Metric, 8> metrics = {{
    {"coupling_loss", "dB", &Heard::coupling_db, false},
    {"geometry", "dB", &Heard::geometry_db, false},
    {"geometry_with_noise", "dB", &Heard::geometry_with_noise_db, false},
    {"ds", "ns", &Heard::ds_ns, true},
    {"asd", "deg", &Heard::asd_deg, true},
    {"asa", "deg", &Heard::asa_deg, true},
    {"zsd", "deg", &Heard::zsd_deg, true},
    {"zsa", "deg", &Heard::zsa_deg, true},
}};

Reference around(const Percentiles& middle) {
  Reference out{.middle = middle, .low = {}, .high = {}};
  out.low.fill(-HUGE_VAL);
  out.high.fill(HUGE_VAL);
  for (const std::size_t i : {std::size_t{0}, percents.size() / 2, percents.size() - 1}) {
    out.low[i] = middle[i] * (1.0 - spread_error_max);
    out.high[i] = middle[i] * (1.0 + spread_error_max);
  }
  return out;
}

Percentiles moved(Percentiles values, double by) {
  for (double& value : values) value += by;
  return values;
}

}  // namespace

std::optional<Reference> reference_of(const DropRow& row) {
  if (row.place != DropPlace::uma) return std::nullopt;
  if (row.carrier_ghz == 6.0 && row.metric == "ds") return around(ds_ns_6_ghz);
  if (row.carrier_ghz == 6.0 && row.metric == "asd") return around(asd_deg_6_ghz);
  for (const UmaCurves& curves : uma_curves) {
    if (curves.carrier_ghz != row.carrier_ghz) continue;
    if (row.metric == "coupling_loss") {
      return Reference{.middle = curves.coupling_median,
                       .low = curves.coupling_min,
                       .high = curves.coupling_max};
    }
    if (row.metric == "geometry") {
      return Reference{.middle = curves.geometry_median,
                       .low = moved(curves.geometry_q10, -geometry_margin_db),
                       .high = moved(curves.geometry_q90, geometry_margin_db)};
    }
  }
  return std::nullopt;
}

namespace {

void judge(DropRow& row) {
  const std::optional<Reference> reference = reference_of(row);
  if (!reference) return;
  row.ks_distance = 0.0;
  row.in_bounds = true;
  for (std::size_t i = 0; i < percents.size(); ++i) {
    const auto below = static_cast<double>(
        std::count_if(row.samples.begin(), row.samples.end(),
                      [&](double sample) { return sample <= reference->middle[i]; }));
    const double part = below / static_cast<double>(row.samples.size());
    row.ks_distance = std::max(*row.ks_distance, std::fabs(part - percents[i] / 100.0));
    const double value = percentile(row.samples, percents[i]);
    if (value < reference->low[i] || value > reference->high[i]) row.in_bounds = false;
  }
}

std::string_view name_of(DropPlace place) {
  return drop_place_names[static_cast<std::size_t>(place)];
}

void show(ProgressLine& line, double part) {
  if (part <= 0.0 || !line.is_due()) return;
  line.show(fmt::format("terminals {:.0f} %, {:.0f} s left", 100.0 * part,
                        line.elapsed_s() * (1.0 - part) / part));
}

std::vector<DropConfig> drops(const ChannelSelftestOptions& options) {
  std::vector<DropConfig> out;
  for (std::size_t place = 0; place < drop_place_names.size(); ++place) {
    if (!options.place.empty() && options.place != drop_place_names[place]) continue;
    for (const double carrier_ghz : {6.0, 30.0, 70.0}) {
      if (options.carrier_ghz && carrier_ghz != 6.0) continue;
      out.push_back({.place = static_cast<DropPlace>(place),
                     .carrier_ghz = options.carrier_ghz.value_or(carrier_ghz),
                     .terminals_per_sector = options.terminals_per_sector,
                     .seed = options.seed});
    }
  }
  return out;
}

std::string row_text(const DropRow& row) {
  std::string text = fmt::format("{:4}{:5g}  {:20}{:4}", name_of(row.place), row.carrier_ghz,
                                 row.metric, row.unit);
  for (const double percent : {10.0, 30.0, 50.0, 70.0, 90.0}) {
    text += fmt::format("{:9.1f}", percentile(row.samples, percent));
  }
  if (!row.ks_distance) return text + "        -  no reference held\n";
  return text + fmt::format("{:9.3f}  {}\n", *row.ks_distance, *row.in_bounds ? "PASS" : "FAIL");
}

std::string kernel_text(const KernelCheck& check) {
  std::string text = "\nLargest errors of the kernels, as a fraction of the sum of magnitudes:\n";
  for (const KernelError& error : check.errors) {
    text +=
        fmt::format("{:8}  {:22}  {:.1e} of {:.1e} allowed  {}\n", error.isa, error.kernel,
                    error.largest, error.allowed, error.largest <= error.allowed ? "PASS" : "FAIL");
  }
  return text + fmt::format("the same bits with every instruction set of this machine  {}\n",
                            check.has_same_bits ? "PASS" : "FAIL");
}

}  // namespace

std::vector<DropRow> selftest_rows(const DropConfig& config, const DropProgress& progress) {
  const auto part = [&](double begin) -> DropProgress {
    return [&, begin](double done) {
      if (progress) progress(begin + 0.5 * done);
    };
  };
  DropConfig second = config;
  second.rows = 4;
  const std::vector<Heard> coupling = drop_terminals(config, part(0.0));
  const std::vector<Heard> spreads = drop_terminals(second, part(0.5));
  std::vector<DropRow> rows;
  for (const Metric& metric : metrics) {
    DropRow& row = rows.emplace_back(DropRow{.place = config.place,
                                             .carrier_ghz = config.carrier_ghz,
                                             .metric = metric.name,
                                             .unit = metric.unit,
                                             .samples = {}});
    for (const Heard& heard : metric.is_spread ? spreads : coupling) {
      row.samples.push_back(heard.*metric.value);
    }
    judge(row);
  }
  return rows;
}

std::string selftest_csv(const std::vector<DropRow>& rows) {
  std::string text = "scenario,freq_ghz,metric,unit,samples";
  for (int percent = 5; percent <= 95; percent += 5) text += fmt::format(",p{:02}", percent);
  text += "\n";
  for (const DropRow& row : rows) {
    text += fmt::format("{},{:g},{},{},{}", name_of(row.place), row.carrier_ghz, row.metric,
                        row.unit, row.samples.size());
    for (int percent = 5; percent <= 95; percent += 5) {
      text += fmt::format(",{:.3f}", percentile(row.samples, percent));
    }
    text += "\n";
  }
  return text;
}

namespace {

void write_files(const ChannelSelftestOptions& options, const std::vector<DropRow>& rows) {
  if (!options.csv.empty()) analysis::write_file_atomically(options.csv, selftest_csv(rows));
  if (options.pictures.empty()) return;
  std::filesystem::create_directories(options.pictures);
  for (const CalibrationPicture& picture : calibration_pictures(rows)) {
    analysis::write_file_atomically(
        (std::filesystem::path(options.pictures) / picture.name).string(), picture.svg);
  }
}

}  // namespace

bool is_whole(const ChannelSelftestOptions& options) {
  return options.place.empty() && !options.carrier_ghz &&
         options.terminals_per_sector >= ChannelSelftestOptions{}.terminals_per_sector;
}

std::string leave_stamp_of(const ChannelSelftestOptions& options,
                           const std::optional<StampKey>& key, bool has_passed) {
  if (!is_whole(options)) return "a part of the self-test: no stamp for runs\n";
  const bool is_left = key && leave_stamp(*key, has_passed);
  return is_left ? "the summary of every run on this machine says so from now on\n"
                 : "no folder for a stamp: runs will not say so\n";
}

int channel_selftest_command(const ChannelSelftestOptions& options) {
  // The program may be built anew while this runs.
  const std::optional<StampKey> key = running_key();
  const std::vector<DropConfig> all = drops(options);
  std::vector<DropRow> rows;
  ProgressLine progress(options.quiet);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto in_all = [&](double part) {
      show(progress, (static_cast<double>(i) + part) / static_cast<double>(all.size()));
    };
    for (DropRow& row : selftest_rows(all[i], in_all)) rows.push_back(std::move(row));
  }
  progress.clear();
  const KernelCheck kernels = check_kernels(options.seed);
  std::string text = fmt::format("place  GHz  {:24}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}\n", "metric",
                                 "10 %", "30 %", "50 %", "70 %", "90 %", "KS");
  for (const DropRow& row : rows) text += row_text(row);
  text += kernel_text(kernels);
  const bool passed = kernels.passed() &&
                      std::all_of(rows.begin(), rows.end(),
                                  [](const DropRow& row) { return row.in_bounds.value_or(true); });
  fmt::print("{}\nredcell {}, {}, seed {}: {}\n", text, base::version, base::isa_name(),
             options.seed, passed ? "PASS" : "FAIL");
  fmt::print("{}", leave_stamp_of(options, key, passed));
  if (!options.csv.empty() || !options.pictures.empty()) {
    try {
      write_files(options, rows);
    } catch (const std::exception& error) {
      fmt::print(stderr, "redcell: {}\n", error.what());
      return exit_refused;
    }
  }
  return passed ? exit_passed : exit_not_passed;
}

}  // namespace redcell::scenarios
