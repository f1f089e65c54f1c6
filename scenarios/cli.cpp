#include "scenarios/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/math.h"
#include "base/version.h"
#include "scenarios/calc.h"
#include "scenarios/compare.h"
#include "scenarios/complain.h"
#include "scenarios/explain.h"
#include "scenarios/export.h"
#include "scenarios/finding.h"
#include "scenarios/import.h"
#include "scenarios/library_index.h"
#include "scenarios/load.h"
#include "scenarios/preflight.h"
#include "scenarios/report.h"
#include "scenarios/resolve.h"
#include "scenarios/run.h"
#include "scenarios/selftest/channel_selftest.h"
#include "scenarios/sweep/words.h"

namespace redcell::scenarios {
namespace {

/// What a subcommand does; filled in when the words are parsed.
using Job = std::function<int()>;

void say(const std::string& text) { fmt::print(stdout, "{}", text); }

int check(const std::string& name, const std::vector<std::string>& overrides) {
  const LoadedScenario loaded = load_scenario(name, overrides);
  std::vector<Finding> findings = preflight(loaded.scenario, loaded.where);
  if (!findings.empty()) throw ScenarioError(std::move(findings));
  say(fmt::format("{}: nothing found\n", loaded.files.front()));
  return exit_done;
}

int list() {
  const std::vector<LibraryEntry> entries = library_entries();
  std::size_t width = 0;
  for (const LibraryEntry& entry : entries) width = std::max(width, entry.name.size());
  for (const LibraryEntry& entry : entries) {
    say(fmt::format("{:{}}  {}\n", entry.name, width, entry.title));
  }
  return exit_done;
}

/// True when the kernels can run here as asked; else says why not.
bool machine_can(const std::string& isa) {
  if (!base::isa_supported()) {
    complain("redcell: this processor has no AVX2 with FMA, below which results would differ.");
    return false;
  }
  if (isa == "avx512" && std::string(base::isa_name()) != "AVX-512") {
    complain("redcell: found --isa avx512; allowed: avx2, this processor has no AVX-512.");
    return false;
  }
  return true;
}

void add_overrides(CLI::App& command, std::vector<std::string>& overrides) {
  command
      .add_option("--set", overrides,
                  "PATH=VALUE, such as carrier[n41].scheduler.policy=ROUND_ROBIN")
      ->allow_extra_args(false);
}

void add_run(CLI::App& app, Job& job) {
  CLI::App* command = app.add_subcommand("run", "Run a scenario: live progress, KPIs, verdict");
  const auto options = std::make_shared<RunOptions>();
  command->add_option("scenario", options->scenario, "A file, or a name of `redcell list`")
      ->required();
  command->add_option("--seed", options->seed, "Another radio world");
  command->add_option("--run", options->run, "Another repetition in the same world's law");
  add_overrides(*command, options->overrides);
  command->add_option("--out", options->out_dir, "Folder for the results");
  command->add_option("--isa", options->isa, "Instruction set: avx2 or avx512")
      ->check(CLI::IsMember({"avx2", "avx512"}));
  command->add_option("--threads", options->threads, "Worker threads")->check(CLI::Range(1, 1024));
  command->add_option("--targets", options->targets, "A file of targets instead of the scenario's");
  command->add_flag("--quiet", options->quiet, "No progress");
  command->add_flag("--no-report", options->no_report, "No report.html");
  command
      ->add_option("--live", options->live,
                   "Address file of a sweep and the run's name there: tells it how far the run is")
      ->group("");  // For the points of sweeps, not for people.
  command->callback([options, &job] {
    job = [options] { return machine_can(options->isa) ? run_command(*options) : exit_usage; };
  });
}

void add_check(CLI::App& app, Job& job) {
  CLI::App* command = app.add_subcommand("check", "Check a scenario without running it");
  const auto name = std::make_shared<std::string>();
  const auto overrides = std::make_shared<std::vector<std::string>>();
  command->add_option("scenario", *name, "A file, or a name of `redcell list`")->required();
  add_overrides(*command, *overrides);
  command->callback([=, &job] { job = [=] { return check(*name, *overrides); }; });
}

void add_explain(CLI::App& app, Job& job) {
  CLI::App* command = app.add_subcommand("explain", "What a field of a scenario means and takes");
  const auto path = std::make_shared<std::string>();
  const auto markdown = std::make_shared<bool>(false);
  command->add_option("path", *path, "Such as carrier.scs_khz; nothing for all");
  command->add_flag("--markdown", *markdown, "The whole reference as Markdown");
  command->callback([=, &job] {
    job = [=] {
      say(*markdown ? explain_markdown() : explain_text(*path));
      return exit_done;
    };
  });
}

void add_import(CLI::App& app, Job& job) {
  CLI::App* command = app.add_subcommand("import", "A field log to a drive log, with a report");
  const auto options = std::make_shared<ImportOptions>();
  command->add_option("file", options->file, "A drive-test log as text");
  CLI::Option* format =
      command->add_option("--format", options->format, "A name of --list; else recognised");
  command->add_option("--map", options->map, "A column map of your own")->excludes(format);
  command->add_option("--out", options->out_dir, "Folder for the results");
  command->add_flag("--list", options->list, "The formats that are known");
  command->add_flag("--guess", options->guess, "Propose a column map for the file");
  command->callback([options, &job] { job = [options] { return import_command(*options); }; });
}

void add_compare(CLI::App& app, Job& job) {
  CLI::App* command = app.add_subcommand("compare", "Two runs or logs side by side");
  const auto options = std::make_shared<CompareOptions>();
  command->add_option("a", options->a, "A run or imported folder, a KPI log, a field log")
      ->required();
  command->add_option("b", options->b, "The same")->required();
  command->add_option("--targets", options->targets, "A file of targets and margins");
  command->add_option("--place", options->place_m, "Size of the places compared, in metres")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  command->add_option("--out", options->out_dir, "Folder for the results");
  command->callback([options, &job] { job = [options] { return compare_command(*options); }; });
}

void add_report(CLI::App& app, Job& job) {
  CLI::App* command = app.add_subcommand("report", "A run, log or sweep as one page");
  const auto options = std::make_shared<ReportOptions>();
  command
      ->add_option("run", options->run,
                   "A run or imported folder, a KPI log, a field log, a sweep's folder")
      ->required();
  command->add_option("-o,--out", options->out, "The page; else report.html in the folder");
  command->add_option("--targets", options->targets,
                      "A file of targets instead of the scenario's; not for sweeps");
  command->callback([options, &job] { job = [options] { return report_command(*options); }; });
}

void add_export(CLI::App& app, Job& job) {
  CLI::App* command = app.add_subcommand("export", "A run as tidy tables");
  const auto options = std::make_shared<ExportOptions>();
  command->add_option("run", options->run, "A run folder or a KPI log")->required();
  CLI::Option_group* to = command->add_option_group("to", "Where to");
  to->add_option("--csv", options->csv, "Folder for one CSV a table");
  to->add_option("--sqlite", options->sqlite, "SQLite file");
  to->require_option(1);
  command->callback([options, &job] { job = [options] { return export_command(*options); }; });
}

// -------------------------------------------------------------------------------------------------
// calc

struct PeakOptions {
  std::string scenario;
  PeakQuestion question;
  bool is_verbose = false;
};

int calc_peak(const PeakOptions& options) {
  if (options.scenario.empty()) {
    say(peak_text(peak_scenario(options.question), options.is_verbose));
    return exit_done;
  }
  const LoadedScenario loaded = load_scenario(options.scenario, options.question.overrides);
  std::vector<Finding> findings = preflight(loaded.scenario, loaded.where);
  if (!findings.empty()) throw ScenarioError(std::move(findings));
  say(peak_text(resolve(loaded.scenario), options.is_verbose));
  return exit_done;
}

void add_calc_peak(CLI::App& calc, Job& job) {
  CLI::App* command = calc.add_subcommand("peak", "Peak rates of a scenario, or of one carrier");
  const auto o = std::make_shared<PeakOptions>();
  PeakQuestion& q = o->question;
  CLI::Option* scenario = command->add_option("scenario", o->scenario, "A file or library name");
  const auto alone = [&](CLI::Option* option) { option->excludes(scenario); };
  alone(command->add_option("--band", q.band, "Operating band")->capture_default_str());
  alone(command->add_option("--bandwidth", q.bandwidth_mhz, "MHz")->capture_default_str());
  alone(command->add_option("--scs", q.scs_khz, "kHz")->capture_default_str());
  alone(command
            ->add_option("--pattern", q.patterns,
                         "TDD: PERIOD_MS:DL_SLOTS:DL_SYMBOLS:UL_SLOTS:UL_SYMBOLS, once or twice")
            ->allow_extra_args(false));
  alone(command->add_option("--modulation", q.modulation, "Highest modulation")
            ->check(CLI::IsMember({"qpsk", "16qam", "64qam", "256qam"}))
            ->capture_default_str());
  alone(command->add_option("--layers", q.layer_count, "Downlink layers")
            ->check(CLI::Range(1, 2))
            ->capture_default_str());
  command
      ->add_option("--set", q.overrides,
                   "Overheads, as in the carrier of a scenario: downlink.coreset_symbols=2")
      ->allow_extra_args(false);
  command->add_flag("-v,--verbose", o->is_verbose, "Add clauses and the resource elements");
  command->callback([o, &job] { job = [o] { return calc_peak(*o); }; });
}

struct TbsOptions {
  phy::TbsInput input{.symbol_count = 12, .dmrs_re_per_prb = 12, .prb_count = 1};
  std::string modulation = "qpsk";
  bool is_verbose = false;
};

int calc_tbs(const TbsOptions& options) {
  phy::TbsInput input = options.input;
  input.modulation_order = modulation_order(options.modulation);
  const int left = 12 * input.symbol_count - input.dmrs_re_per_prb - input.overhead_re_per_prb;
  if (left <= 0) {
    complain(
        fmt::format("redcell: found {} resource elements of DMRS and overhead in {} symbols; "
                    "allowed: fewer than {} (TS 38.214 5.1.3.2).",
                    input.dmrs_re_per_prb + input.overhead_re_per_prb, input.symbol_count,
                    12 * input.symbol_count));
    return exit_usage;
  }
  say(tbs_text(input, options.is_verbose));
  return exit_done;
}

void add_calc_tbs(CLI::App& calc, Job& job) {
  CLI::App* command = calc.add_subcommand("tbs", "Transport block size in bits");
  const auto o = std::make_shared<TbsOptions>();
  phy::TbsInput& in = o->input;
  command->add_option("--prb", in.prb_count, "PRBs")->required()->check(CLI::Range(1, 275));
  command->add_option("--symbols", in.symbol_count, "OFDM symbols")
      ->required()
      ->check(CLI::Range(1, 14));
  command->add_option("--dmrs-re", in.dmrs_re_per_prb, "DMRS elements per PRB")
      ->required()
      ->check(CLI::Range(0, 167));
  command->add_option("--overhead-re", in.overhead_re_per_prb, "xOverhead per PRB")
      ->check(CLI::IsMember({0, 6, 12, 18}));
  command->add_option("--modulation", o->modulation, "Modulation")
      ->required()
      ->check(CLI::IsMember({"qpsk", "16qam", "64qam", "256qam"}));
  command->add_option("--rate-x1024", in.rate_x1024, "Code rate times 1024")
      ->required()
      ->check(CLI::Range(1.0, 1024.0));
  command->add_option("--layers", in.layer_count, "Layers")->check(CLI::Range(1, 4));
  command->add_option("--scaling", in.scaling_field, "TB scaling field of P- and RA-RNTI")
      ->check(CLI::IsMember({0, 1, 2}));
  command->add_flag("-v,--verbose", o->is_verbose, "Add clause, base graph and code blocks");
  command->callback([o, &job] { job = [o] { return calc_tbs(*o); }; });
}

void add_selftest(CLI::App& app, Job& job) {
  CLI::App* selftest =
      app.add_subcommand("selftest", "redcell against references, on this machine");
  selftest->require_subcommand(1);
  CLI::App* command =
      selftest->add_subcommand("channel", "Calibration of TR 38.901, and errors of the kernels");
  const auto o = std::make_shared<ChannelSelftestOptions>();
  command->add_option("--scenario", o->place, "UMa, UMi or InH; else all")
      ->check(CLI::IsMember({"UMa", "UMi", "InH"}));
  command->add_option("--freq-ghz", o->carrier_ghz, "Else 6, 30 and 70")
      ->check(CLI::Range(0.5, 100.0));
  command->add_option("--seed", o->seed, "Another drop")->capture_default_str();
  command->add_option("--terminals", o->terminals_per_sector, "Of a sector")
      ->check(CLI::Range(1, 10'000))
      ->capture_default_str();
  command->add_option("--csv", o->csv, "A file for percentiles");
  command->add_option("--pictures", o->pictures, "A folder for pictures over the curves held");
  command->add_flag("--quiet", o->quiet, "No progress");
  command->callback([o, &job] {
    job = [o] { return machine_can("") ? channel_selftest_command(*o) : exit_usage; };
  });
}

// ------------------------------------------------------------------------------------ all together

void add_commands(CLI::App& app, Job& job) {
  app.set_version_flag("--version",
                       fmt::format("redcell {} ({})", base::version, base::build_type));
  app.require_subcommand(1);
  add_run(app, job);
  add_check(app, job);
  app.add_subcommand("list", "The scenario library")->callback([&job] { job = list; });
  CLI::App* calc = app.add_subcommand("calc", "The arithmetic alone");
  calc->require_subcommand(1);
  add_calc_peak(*calc, job);
  add_calc_tbs(*calc, job);
  add_explain(app, job);
  add_sweep(app, job);
  add_import(app, job);
  add_compare(app, job);
  add_selftest(app, job);
  add_report(app, job);
  add_export(app, job);
  app.footer(
      "Exit codes: 0 done, every target passed; 1 a target failed or is undecided; 2 wrong usage "
      "or\nscenario, nothing written; 3 the run broke.");
}

int do_job(const Job& job) {
  try {
    return job();
  } catch (const ScenarioError& error) {
    complain(to_text(error.findings));
    const std::size_t count = error.findings.size();
    complain(fmt::format("redcell: {} finding{}; nothing ran, nothing was written.", count,
                         count == 1 ? "" : "s"));
    return exit_usage;
  } catch (const std::exception& error) {
    complain(fmt::format("redcell: the run broke: {}", error.what()));
    return exit_broken;
  }
}

}  // namespace

int cli_main(int argc, const char* const* argv) {
  CLI::App app("redcell, a 5G RedCap network testbed emulator", "redcell");
  Job job;
  add_commands(app, job);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_done : exit_usage;
  }
  return do_job(job);
}

}  // namespace redcell::scenarios
