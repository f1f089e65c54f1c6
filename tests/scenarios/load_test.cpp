// Goal: a scenario file either loads as written or is refused with everything that is wrong with
// it, in place. Method: one valid text; each test breaks or composes it and reads the findings.
#include "scenarios/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/scenarios/load_example.h"

namespace redcell::scenarios {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

TEST(LoadScenario, reads_what_is_written_and_nothing_else) {
  const LoadedScenario loaded = load_text(tdd_text);
  EXPECT_EQ(loaded.scenario.carrier(0).dl_centre_mhz(), 2593);
  EXPECT_FALSE(loaded.scenario.carrier(0).has_power_dbm_per_mhz());
  EXPECT_THAT(loaded.files, SizeIs(1));
}

TEST(LoadScenario, remembers_line_and_column_of_every_value) {
  const Folder folder;
  const std::string file = folder.write("a.txtpb", tdd_text);
  const LoadedScenario loaded = load_scenario(file, {});
  const Position scs = loaded.where.at("carrier[n41].scs_khz");
  EXPECT_EQ(scs.file, file);
  EXPECT_EQ(scs.line, 8);
  EXPECT_EQ(scs.column, 3);
  EXPECT_EQ(loaded.where.at("carrier[n41].tdd[0].ul_slots").line, 11);
}

TEST(LoadScenario, places_what_is_absent_at_the_block_around_it) {
  const LoadedScenario loaded = load_text(tdd_text);
  EXPECT_EQ(loaded.where.at("carrier[n41].scheduler.policy").line, 5);
  EXPECT_EQ(loaded.where.at("core.rate_gbps").line, 1);
}

TEST(LoadScenario, refuses_a_misspelt_field_and_names_the_right_one) {
  const auto findings = load_findings(with(tdd_text, "scs_khz", "scs_kHz"));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].line, 8);
  EXPECT_EQ(findings[0].column, 3);
  EXPECT_EQ(findings[0].path, "carrier[n41].scs_kHz");
  EXPECT_THAT(findings[0].allowed, HasSubstr("scs_khz"));
  EXPECT_EQ(findings[0].advice, "Did you mean scs_khz?");
}

TEST(LoadScenario, tells_where_a_field_in_the_wrong_block_belongs) {
  const auto findings = load_findings(with(tdd_text, "warm_up_s: 1", "prb_count: 5"));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].advice, "prb_count is a field of Bwp.");
}

TEST(LoadScenario, gives_all_findings_at_once) {
  std::string text = with(tdd_text, "scs_khz: 30", "scs_khz: \"thirty\"");
  text = with(text, "warm_up_s: 1", "warm_up: 1");
  text = with(text, "redcap_bwp {", "scheduler { policy: FAIR }\n  redcap_bwp {");
  text = with(text, "duration_s: 4", "duration_s: -4");
  text = with(text, "bandwidth_mhz: 100", "bandwidth_mhz: 1000");
  const auto findings = load_findings(text);
  std::vector<std::string> paths;
  for (const Finding& finding : findings) paths.push_back(finding.path);
  EXPECT_THAT(paths, testing::UnorderedElementsAre("warm_up", "carrier[n41].scs_khz",
                                                   "carrier[n41].scheduler.policy", "duration_s",
                                                   "carrier[n41].bandwidth_mhz"));
}

TEST(LoadScenario, places_a_wrong_enumeration_value_on_its_own_line) {
  const auto findings =
      load_findings(with(tdd_text, "scs_khz: 30", "scheduler {\n    policy: ROUND_ROBBIN\n  }"));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].line, 9);
  EXPECT_EQ(findings[0].found, "ROUND_ROBBIN");
  EXPECT_EQ(findings[0].allowed, "ROUND_ROBIN, PROPORTIONAL_FAIR or QOS");
  EXPECT_EQ(findings[0].advice, "Did you mean ROUND_ROBIN?");
}

TEST(LoadScenario, names_the_block_that_is_never_closed) {
  const auto findings =
      load_findings(with(tdd_text, "sib1_first_prb: 24 }\n}", "sib1_first_prb: 24 }"));
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].line, 5);
  EXPECT_THAT(findings[0].found, HasSubstr("never closed"));
}

TEST(LoadScenario, refuses_values_out_of_range_with_the_clause) {
  const auto findings =
      load_findings(with(tdd_text, "dl_centre_mhz: 2593", "dl_centre_mhz: nan\n  evm_percent: 31"));
  ASSERT_THAT(findings, SizeIs(2));
  EXPECT_EQ(findings[0].path, "carrier[n41].dl_centre_mhz");
  EXPECT_THAT(findings[0].allowed, HasSubstr("400 to 100000 MHz"));
  EXPECT_EQ(findings[1].found, "31 %");
  EXPECT_EQ(findings[1].clause, "TS 38.104 Table 6.5.2.2-1");
  EXPECT_TRUE(load_findings(with(tdd_text, "title:", "core { rate_gbps: 1000 } title:")).empty());
}

TEST(LoadScenario, refuses_a_missing_required_field) {
  const auto findings = load_findings(with(tdd_text, "band: \"n41\"", ""));
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].path, "carrier[n41].band");
  EXPECT_EQ(findings[0].found, "no band");
  EXPECT_EQ(findings[0].line, 5);
}

TEST(LoadScenario, refuses_references_to_nothing) {
  std::string text = with(tdd_text, "sector { carrier: \"n41\"", "sector { carrier: \"n42\"");
  text = with(text, "capability: \"redcap\"", "capability: \"redcat\"");
  text = with(text, "terminal_group: \"cam\"", "terminal_group: \"video\"");
  text = with(text, "target {", "target { terminal_group: \"x\"");
  const auto findings = load_findings(text);
  ASSERT_THAT(findings, SizeIs(4));
  EXPECT_EQ(findings[0].path, "site[mast].sector[0].carrier");
  EXPECT_EQ(findings[0].allowed, "n41");
  EXPECT_EQ(findings[1].advice, "Did you mean redcap?");
  EXPECT_EQ(findings[2].path, "traffic[video].terminal_group");
  EXPECT_EQ(findings[3].path, "target[0].terminal_group");
}

TEST(LoadScenario, refuses_the_same_name_twice_in_one_file) {
  const auto findings = load_findings(std::string(tdd_text) + "capability { name: \"redcap\" }\n");
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].path, "capability[redcap]");
  EXPECT_EQ(findings[0].line, 20);
}

TEST(LoadScenario, refuses_names_that_no_path_could_hold) {
  EXPECT_THAT(load_findings(with(tdd_text, "name: \"mast\"", "name: \"a]b\"")), SizeIs(1));
  EXPECT_THAT(load_findings(with(tdd_text, "name: \"mast\"", "name: \"17\"")), SizeIs(1));
  EXPECT_THAT(load_findings(with(tdd_text, "name: \"mast\"", "name: \"m-1_a.b\"")), SizeIs(0));
}

TEST(LoadScenario, refuses_a_scenario_without_site_terminal_or_kind_of_traffic) {
  const auto findings = load_findings("title: \"x\" traffic { name: \"t\" terminal_group: \"g\" }");
  std::string text = to_text(findings);
  for (const char* part :
       {"no carrier", "no site", "no capability", "no terminal_group", "traffic without a kind"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(LoadScenario, refuses_a_field_twice_and_two_kinds_of_one_traffic) {
  EXPECT_THAT(
      to_text(load_findings(with(tdd_text, "duration_s: 4", "duration_s: 4 duration_s: 5"))),
      HasSubstr("specified multiple times"));
  EXPECT_THAT(to_text(load_findings(with(tdd_text, "full_buffer { }", "full_buffer { } ping { }"))),
              HasSubstr("oneof"));
}

// ------------------------------------------------------------------------------------- files that
// are none

Finding only_finding(const std::string& path) {
  try {
    static_cast<void>(load_scenario(path, {}));
  } catch (const ScenarioError& error) {
    EXPECT_FALSE(error.findings.empty());
    return error.findings.front();
  }
  ADD_FAILURE() << path << " was loaded";
  return {};
}

TEST(LoadScenario, says_what_a_file_is_that_is_no_scenario) {
  const Folder folder;
  EXPECT_THAT(only_finding(folder.path("missing.txtpb")).found, HasSubstr("no file"));
  EXPECT_EQ(only_finding(folder.path("")).found, "a directory");
  EXPECT_EQ(only_finding(folder.write("empty.txtpb", "")).found, "an empty file");
  EXPECT_EQ(only_finding(folder.write("blank.txtpb", " \n# nothing\n")).found, "an empty file");
  const Finding binary = only_finding(folder.write("log.bin", std::string("title\0\x01\x02", 8)));
  EXPECT_THAT(binary.found, HasSubstr("binary file (byte 0x00 at offset 5)"));
  EXPECT_EQ(binary.file, folder.path("log.bin"));
  EXPECT_EQ(binary.line, 1);
  EXPECT_THAT(only_finding(folder.write("latin1.txtpb", "title: \"\xe4\"")).found,
              HasSubstr("binary file"));
  EXPECT_THAT(only_finding("").found, HasSubstr("no file"));
}

TEST(LoadScenario, refuses_a_file_above_the_size_limit_without_parsing_it) {
  const Folder folder;
  const std::string huge(scenario_size_max + 1, '#');
  EXPECT_THAT(only_finding(folder.write("huge.txtpb", huge)).found, HasSubstr("more than 16 MB"));
}

TEST(LoadScenario, refuses_a_pipe_instead_of_waiting_for_it) {
  const Folder folder;
  const std::string pipe = folder.path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(only_finding(pipe).found, "no regular file");
}

TEST(LoadScenario, says_when_it_may_not_read_a_file) {
  const Folder folder;
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const std::string closed = folder.write("closed.txtpb", tdd_text);
  ASSERT_EQ(chmod(closed.c_str(), 0), 0);
  EXPECT_THAT(only_finding(closed).found, HasSubstr("unreadable"));
}

TEST(LoadScenario, refuses_more_fields_than_anyone_writes) {
  std::string text;
  for (int i = 0; i < 300000; ++i) text += "a: 1\n";
  const auto findings = load_findings(text);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].found, "more than 200000 fields");
}

TEST(LoadScenario, refuses_blocks_nested_without_end) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += "a{";
  for (int i = 0; i < 100000; ++i) text += "}";
  const auto findings = load_findings(text);
  ASSERT_FALSE(findings.empty());
  EXPECT_THAT(findings[0].found, HasSubstr("100000 blocks"));
}

// ------------------------------------------------------------------------------------------------
// include

TEST(LoadScenario, lays_this_file_over_what_it_includes_by_name) {
  const Folder folder;
  const std::string base = folder.write("base.txtpb", tdd_text);
  const std::string top = folder.write("top.txtpb", R"(include: "base.txtpb"
title: "mine"
carrier { name: "n41" scheduler { policy: ROUND_ROBIN } bandwidth_mhz: 60 }
capability { name: "second" rx_branches: 1 max_dl_layers: 1 }
)");
  const LoadedScenario loaded = load_scenario(top, {});
  EXPECT_EQ(loaded.scenario.include_size(), 0);
  EXPECT_EQ(loaded.scenario.title(), "mine");
  ASSERT_EQ(loaded.scenario.carrier_size(), 1);
  EXPECT_EQ(loaded.scenario.carrier(0).bandwidth_mhz(), 60);
  EXPECT_EQ(loaded.scenario.carrier(0).dl_centre_mhz(), 2593);
  EXPECT_EQ(loaded.scenario.carrier(0).tdd_size(), 1);
  EXPECT_EQ(loaded.scenario.capability_size(), 2);
  EXPECT_EQ(loaded.where.at("carrier[n41].bandwidth_mhz").file, top);
  EXPECT_EQ(loaded.where.at("carrier[n41].dl_centre_mhz").file, base);
  EXPECT_THAT(loaded.files, testing::ElementsAre(top, base));
}

TEST(LoadScenario, replaces_lists_without_names_as_a_whole) {
  const Folder folder;
  const std::string base = with(tdd_text, "broadcast {", "downlink { k1: [2, 3, 4] } broadcast {");
  folder.write("base.txtpb", base);
  const std::string top = folder.write("top.txtpb", R"(include: "base.txtpb"
carrier {
  name: "n41"
  downlink { k1: 8 }
  tdd { dl_slots: 6 }
}
)");
  const LoadedScenario loaded = load_scenario(top, {});
  ASSERT_EQ(loaded.scenario.carrier(0).downlink().k1_size(), 1);
  ASSERT_EQ(loaded.scenario.carrier(0).tdd_size(), 1);
  EXPECT_FALSE(loaded.scenario.carrier(0).tdd(0).has_ul_slots());
  EXPECT_EQ(loaded.where.at("carrier[n41].tdd[0].ul_slots").file, top);
}

TEST(LoadScenario, another_kind_of_traffic_replaces_the_included_one) {
  const Folder folder;
  folder.write("base.txtpb", tdd_text);
  const std::string top = folder.write(
      "top.txtpb", "include: \"base.txtpb\" traffic { name: \"video\" ping { interval_ms: 20 } }");
  EXPECT_TRUE(load_scenario(top, {}).scenario.traffic(0).has_ping());
}

TEST(LoadScenario, reads_a_file_once_that_is_included_twice) {
  const Folder folder;
  folder.write("base.txtpb", tdd_text);
  folder.write("left.txtpb", "include: \"base.txtpb\" duration_s: 7");
  folder.write("right.txtpb", "include: \"base.txtpb\" warm_up_s: 2");
  const std::string top = folder.write("top.txtpb", "include: [\"left.txtpb\", \"right.txtpb\"]");
  const LoadedScenario loaded = load_scenario(top, {});
  EXPECT_EQ(loaded.scenario.duration_s(), 7);
  EXPECT_EQ(loaded.scenario.warm_up_s(), 2);
  EXPECT_THAT(loaded.files, SizeIs(4));
}

TEST(LoadScenario, refuses_includes_in_a_circle_and_of_nothing) {
  const Folder folder;
  folder.write("a.txtpb", "include: \"b.txtpb\" duration_s: 1");
  folder.write("b.txtpb", "\ninclude: \"a.txtpb\" include: \"nothing.txtpb\"");
  try {
    static_cast<void>(load_scenario(folder.path("a.txtpb"), {}));
    FAIL() << "loaded";
  } catch (const ScenarioError& error) {
    ASSERT_THAT(error.findings, SizeIs(2));
    EXPECT_EQ(error.findings[0].file, folder.path("b.txtpb"));
    EXPECT_EQ(error.findings[0].line, 2);
    EXPECT_THAT(error.findings[0].allowed, HasSubstr("circle"));
    EXPECT_EQ(error.findings[1].path, "include[1]");
    EXPECT_THAT(error.findings[1].found, HasSubstr("nothing.txtpb"));
  }
}

TEST(LoadScenario, refuses_includes_deeper_than_the_limit) {
  const Folder folder;
  for (int i = 0; i < 40; ++i) {
    folder.write("f" + std::to_string(i) + ".txtpb",
                 "include: \"f" + std::to_string(i + 1) + ".txtpb\"");
  }
  EXPECT_THAT(only_finding(folder.path("f0.txtpb")).found, HasSubstr("too many files"));
}

TEST(LoadScenario, an_included_value_out_of_range_does_not_count_once_it_is_replaced) {
  const Folder folder;
  folder.write("base.txtpb", with(tdd_text, "duration_s: 4", "duration_s: -4"));
  const std::string top = folder.write("top.txtpb", "include: \"base.txtpb\" duration_s: 3");
  EXPECT_EQ(load_scenario(top, {}).scenario.duration_s(), 3);
}

// -------------------------------------------------------------------------------------------------
// --set

TEST(LoadScenario, overrides_win_over_all_files) {
  const LoadedScenario loaded =
      load_text(tdd_text, {"duration_s=9", "carrier[n41].scheduler.policy=ROUND_ROBIN",
                           "carrier[0].uplink.k2=[3, 4]", "target[0].value=71", "title=two words"});
  EXPECT_EQ(loaded.scenario.duration_s(), 9);
  EXPECT_EQ(loaded.scenario.carrier(0).scheduler().policy(), schema::Scheduler::ROUND_ROBIN);
  EXPECT_EQ(loaded.scenario.carrier(0).uplink().k2_size(), 2);
  EXPECT_EQ(loaded.scenario.target(0).value(), 71);
  EXPECT_EQ(loaded.scenario.title(), "two words");
  EXPECT_EQ(loaded.where.at("carrier[n41].uplink.k2").file, "--set carrier[0].uplink.k2=[3, 4]");
}

TEST(LoadScenario, an_override_out_of_range_is_placed_at_the_command_line) {
  const auto findings = load_findings(tdd_text, {"carrier[0].scs_khz=5"});
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(
      to_text(findings[0]),
      "--set carrier[0].scs_khz=5: carrier[n41].scs_khz: found 5 kHz; allowed: a whole number, "
      "15 to 120 kHz (TS 38.211 Table 4.2-1).");
}

TEST(LoadScenario, refuses_overrides_that_lead_nowhere) {
  const auto findings = load_findings(
      tdd_text, {"carrier[n41].shceduler.policy=ROUND_ROBIN", "duration_s", "include=x"});
  ASSERT_THAT(findings, SizeIs(3));
  EXPECT_EQ(findings[0].advice, "Did you mean scheduler?");
  EXPECT_EQ(findings[1].found, "no '='");
}

}  // namespace
}  // namespace redcell::scenarios
