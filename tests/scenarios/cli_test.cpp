// Goal: each command answers on standard output, complains on standard error, and ends with the
// right code. Method: the whole program called in this process with its streams caught.
#include "scenarios/cli.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/scenarios/load_example.h"

namespace redcell::scenarios {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

struct Outcome {
  int code;
  std::string out;
  std::string err;
};

Outcome redcell(const std::vector<std::string>& words) {
  std::vector<const char*> argv{"redcell"};
  for (const std::string& word : words) argv.push_back(word.c_str());
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int code = cli_main(static_cast<int>(argv.size()), argv.data());
  std::string out = testing::internal::GetCapturedStdout();
  return {code, std::move(out), testing::internal::GetCapturedStderr()};
}

TEST(Cli, says_its_version_and_helps) {
  const Outcome version = redcell({"--version"});
  EXPECT_EQ(version.code, exit_done);
  EXPECT_THAT(version.out, testing::StartsWith("redcell 0."));
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--help"}, {"run", "--help"}, {"calc", "peak", "--help"}}) {
    const Outcome help = redcell(words);
    EXPECT_EQ(help.code, exit_done);
    EXPECT_THAT(help.err, IsEmpty());
  }
}

TEST(Cli, ends_with_2_for_wrong_usage) {
  const std::vector<std::vector<std::string>> wrong{{},
                                                    {"fly"},
                                                    {"run"},
                                                    {"check"},
                                                    {"list", "extra"},
                                                    {"calc"},
                                                    {"calc", "tbs"},
                                                    {"run", "x", "--seed", "-1"},
                                                    {"run", "x", "--seed", "4294967296"},
                                                    {"run", "x", "--isa", "sse4"},
                                                    {"run", "x", "--threads", "0"},
                                                    {"run", "x", "--set"},
                                                    {"calc", "peak", "x", "--band", "n41"},
                                                    {"calc", "peak", "--layers", "3"},
                                                    {"--fly"}};
  for (const auto& words : wrong) {
    const Outcome outcome = redcell(words);
    EXPECT_EQ(outcome.code, exit_usage) << testing::PrintToString(words);
    EXPECT_FALSE(outcome.err.empty()) << testing::PrintToString(words);
    EXPECT_THAT(outcome.out, IsEmpty()) << testing::PrintToString(words);
  }
}

TEST(Cli, checks_a_good_scenario_with_0) {
  const Folder folder;
  const Outcome outcome = redcell({"check", folder.write("good.txtpb", tdd_text)});
  EXPECT_EQ(outcome.code, exit_done);
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST(Cli, gives_all_findings_of_a_bad_scenario_and_ends_with_2) {
  const Folder folder;
  const std::string file = folder.write(
      "bad.txtpb",
      with(with(tdd_text, "prb_count: 51", "prb_count: 65"), "warm_up_s: 1", "warm_up_s: 9"));
  for (const char* command : {"check", "run"}) {
    const Outcome outcome = redcell({command, file});
    EXPECT_EQ(outcome.code, exit_usage);
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err,
                HasSubstr(file + ":12:29: carrier[n41].redcap_bwp.prb_count: found 65"));
    EXPECT_THAT(outcome.err, HasSubstr(file + ":4:1: warm_up_s: found 9 s"));
    EXPECT_THAT(outcome.err, HasSubstr("2 findings"));
  }
}

TEST(Cli, takes_overrides_in_brackets_and_commas_as_they_are) {
  const Folder folder;
  const std::string file = folder.write("good.txtpb", tdd_text);
  EXPECT_EQ(redcell({"check", "--set", "carrier[n41].downlink.k1=[7, 8]", file}).code, exit_done);
  EXPECT_EQ(redcell({"check", file, "--set", "duration_s=5", "--set", "warm_up_s=4"}).code,
            exit_done);
  EXPECT_EQ(redcell({"check", file, "--set", "duration_s=5", "--set", "warm_up_s=5"}).code,
            exit_usage);
}

TEST(Cli, calculates_a_block_size_as_a_number_alone) {
  const std::vector<std::string> words{"calc",         "tbs",  "--prb",        "10",
                                       "--symbols",    "11",   "--dmrs-re",    "12",
                                       "--modulation", "qpsk", "--rate-x1024", "120"};
  const Outcome outcome = redcell(words);
  EXPECT_EQ(outcome.code, exit_done);
  EXPECT_EQ(outcome.out, "288\n");
  std::vector<std::string> full = words;
  full[7] = "132";
  EXPECT_EQ(redcell(full).code, exit_usage);
}

TEST(Cli, calculates_peaks_of_a_carrier_and_of_a_scenario) {
  const Outcome alone = redcell({"calc", "peak", "--band", "n28", "--scs", "15"});
  EXPECT_EQ(alone.code, exit_done) << alone.err;
  EXPECT_THAT(alone.out, HasSubstr("106"));
  const Folder folder;
  const Outcome scenario = redcell({"calc", "peak", folder.write("good.txtpb", tdd_text), "-v"});
  EXPECT_EQ(scenario.code, exit_done) << scenario.err;
  EXPECT_THAT(scenario.out, HasSubstr("TS 38.306 4.1.2"));
  EXPECT_EQ(redcell({"calc", "peak", "--band", "n400"}).code, exit_usage);
}

TEST(Cli, explains_a_field_and_refuses_one_that_is_not_there) {
  EXPECT_THAT(redcell({"explain", "carrier.scs_khz"}).out, HasSubstr("15 to 120 kHz"));
  EXPECT_EQ(redcell({"explain", "carrier.colour"}).code, exit_usage);
  EXPECT_THAT(redcell({"explain", "--markdown"}).out, testing::StartsWith("# The scenario file"));
}

TEST(Cli, lists_the_library) {
  const Outcome outcome = redcell({"list"});
  EXPECT_EQ(outcome.code, exit_done);
  EXPECT_THAT(outcome.err, IsEmpty());
}

}  // namespace
}  // namespace redcell::scenarios
