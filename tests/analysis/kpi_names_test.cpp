// Goal: docs/kpi.md explains every figure that a summary can have, and none that it cannot; the
// counters of 3GPP that it names exist. Method: a summary of records of every kind; the page read
// back; names and clauses of TS 28.552 V17 and V18 as published.
#include "analysis/summary.h"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <string>

#include "analysis/mobility.h"
#include "analysis/text_format.h"

namespace redcell::analysis {
namespace {

std::string page() { return read_text_file(REDCELL_SOURCE_DIR "/docs/kpi.md"); }

/// Names in a summary of a run that has everything.
std::set<std::string> names_of_a_summary() {
  SummaryBuilder builder;
  const auto add = [&](const std::string& text) {
    KpiRecord record;
    parse_text_format(text, "a test", "a record", record);
    builder.add(record);
  };
  add("run_start { groups { name: 'car' first_ue: 0 count: 1 delay_budget_ns: 9 } }");
  for (const std::string direction : {"DOWNLINK", "UPLINK"}) {
    add("throughput_bin { time_ns: 0 duration_ns: 1000000000 direction: " + direction + " }");
    add("packet_latency { time_ns: 0 direction: " + direction + " }");
    add("link_bin { time_ns: 0 first_blocks: 5 blocks: 5 direction: " + direction + " }");
    add("ledger { direction: " + direction + " }");
    add("handover_interruption { time_ns: 0 direction: " + direction + " }");
  }
  add("round_trip { time_ns: 0 rtt_ns: 9 }");
  add("drive_row { time_ns: 0 duration_ns: 1000000000 ss_rsrp_mdbm: -9 ss_rsrq_mdb: -9 "
      "ss_sinr_mdb: 9 dl_first_blocks: 5 dl_rank_sum: 6 }");
  for (const std::string kind : {"PREPARATION_STARTED", "COMMAND_RECEIVED", "COMPLETED"}) {
    add("mobility_event { time_ns: 0 kind: " + kind + " }");
  }
  add("cell_bin { time_ns: 0 dl_prb_slots_used: 1 dl_prb_slots_available: 2 ul_prb_slots_used: 1 "
      "ul_prb_slots_available: 2 iot_samples: 1 pdcch { aggregation_level: 1 dci_sent: 1 } "
      "bound { direction: DOWNLINK wanting: 1 } bound { direction: UPLINK wanting: 1 } }");
  std::set<std::string> names;
  for (const Kpi& kpi : builder.finish().kpi) names.insert(kpi.name);
  return names;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// First cells of the page's table, with what stands for several names written out.
std::set<std::string> names_of_the_page() {
  std::set<std::string> names;
  const std::string text = page();
  const std::regex row("\n\\| (`[^|]*) \\|"), name("`([a-z0-9_A-Z.]+)`");
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) {
    const std::string cell = (*it)[1];
    std::string last;
    for (std::sregex_iterator in(cell.begin(), cell.end(), name); in != end; ++in) {
      const std::string found = (*in)[1];
      if (found == "cells") continue;  // A group.
      last = found == "ul_..." ? replaced(last, "dl_", "ul_") : found;
      if (last.find("PART") != std::string::npos) {
        for (const char* part : {"core", "queue", "alignment", "grant", "air", "processing", "harq",
                                 "rlc", "reordering"}) {
          names.insert(replaced(last, "PART", part));
        }
      } else if (last.find("levelL") != std::string::npos) {
        for (const char* level : {"1", "2", "4", "8", "16"}) {
          names.insert(replaced(last, "levelL", std::string("level") + level));
        }
      } else if (last.find("by_X") != std::string::npos) {
        for (const char* bound : bound_names) {
          names.insert(replaced(last, "by_X", std::string("by_") + bound));
        }
      } else {
        names.insert(last);
      }
    }
  }
  return names;
}

TEST(KpiNames, of_the_page_are_those_of_a_summary) {
  EXPECT_EQ(names_of_the_page(), names_of_a_summary());
}

TEST(KpiNames, of_counters_are_those_of_the_standard_at_their_clause) {
  const std::map<std::string, std::string> counters = {
      {"DRB.AirIfDelayDl", "5.1.1.1.1"},     {"DRB.AirIfDelayUl", "5.1.1.1.3"},
      {"DRB.RlcDelayUl", "5.1.1.1.4"},       {"DRB.PdcpReordDelayUl", "5.1.1.1.5"},
      {"RRU.PrbTotDl", "5.1.1.2.1"},         {"RRU.PrbUsedDl", "5.1.1.2.5"},
      {"RRU.PrbAvailDl", "5.1.1.2.6"},       {"RRU.PrbUsedUl", "5.1.1.2.7"},
      {"RRU.PrbAvailUl", "5.1.1.2.8"},       {"DRB.UEThpDl", "5.1.1.3.1"},
      {"DRB.UEThpUl", "5.1.1.3.3"},          {"MM.HoPrepInterReq", "5.1.1.6.1.1"},
      {"MM.HoExeInterReq", "5.1.1.6.1.7"},   {"MM.HoExeInterSucc", "5.1.1.6.1.8"},
      {"MM.HoExeIntraReq", "5.1.1.6.2.1"},   {"MM.HoExeIntraSucc", "5.1.1.6.2.2"},
      {"TB.TotNbrDlInitial", "5.1.1.7.1"},   {"TB.IntialErrNbrDl", "5.1.1.7.2"},
      {"TB.ResidualErrNbrDl", "5.1.1.7.5"},  {"TB.TotNbrUlInit", "5.1.1.7.6"},
      {"TB.ErrNbrUlInitial", "5.1.1.7.7"},   {"TB.ResidualErrNbrUl", "5.1.1.7.10"},
      {"CARR.WBCQIDist", "5.1.1.11.1"},      {"CARR.PDSCHMCSDist", "5.1.1.12.1"},
      {"CARR.PUSCHMCSDist", "5.1.1.12.2"},   {"L1M.SS-RSRP", "5.1.1.22.1"},
      {"HO.IntraSys.TooLate", "5.1.1.25.1"}, {"MR.NRScSSRSRQ", "5.1.1.31.1"},
      {"MR.NRScSSSINR", "5.1.1.32.1"},       {"DRB.PacketLossRateUu", "5.1.1.35"},
      {"DRB.PacketLossRateUl", "5.1.3.1.1"}, {"DRB.PdcpPacketDropRateDl", "5.1.3.2.1"},
      {"DRB.PdcpSduDelayDl", "5.1.3.3.1"},   {"DRB.PdcpF1DelayDl", "5.1.3.3.2"},
      {"DRB.RlcSduDelayDl", "5.1.3.3.3"}};
  const std::string text = page();
  const std::regex counter("([^ (]*) `([A-Z][A-Z0-9]*\\.[A-Za-z0-9.-]+)`");
  std::size_t count = 0;
  for (std::sregex_iterator it(text.begin(), text.end(), counter), end; it != end; ++it, ++count) {
    const auto known = counters.find((*it)[2]);
    ASSERT_NE(known, counters.end()) << (*it)[2] << " is no counter of TS 28.552";
    EXPECT_EQ((*it)[1], known->second) << (*it)[2];
  }
  EXPECT_GE(count, counters.size());
}

}  // namespace
}  // namespace redcell::analysis
