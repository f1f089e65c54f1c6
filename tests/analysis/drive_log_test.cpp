// Goal: the table of a drive says what the records say, to the last bit, in a file others can read.
// Method: the text read back by a small reader of its own and compared with the records.
#include "analysis/drive_log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "analysis/kpi_log.h"

namespace redcell::analysis {
namespace {

constexpr std::int64_t tenth = 100'000'000;

KpiRecord start_of_phones(const std::string& name) {
  KpiRecord record;
  RunStart::Group& group = *record.mutable_run_start()->add_groups();
  group.set_name(name);
  group.set_first_ue(5);
  group.set_count(2);
  return record;
}

KpiRecord row_of(int index, std::uint32_t ue) {
  KpiRecord record;
  DriveRow& row = *record.mutable_drive_row();
  row.set_time_ns(index * tenth + 7);
  row.set_duration_ns(tenth);
  row.set_ue(ue);
  row.set_east_mm(-1'000'001 + 137 * index);
  row.set_north_mm(333 * index);
  row.set_cell(static_cast<std::uint32_t>(index % 4));
  row.set_ss_rsrp_mdbm(-90'123 - index);
  row.set_ss_rsrq_mdb(-10'007 - index);
  row.set_ss_sinr_mdb(-3 + index);
  row.set_dl_first_blocks(7);
  row.set_dl_first_errors(1);
  row.set_dl_rank_sum(7 + index % 8);
  row.set_dl_mcs_sum(100 + index);
  row.set_ul_first_blocks(3);
  row.set_ul_first_errors(2);
  row.set_ul_mcs_sum(17 + index);
  row.set_dl_bytes_acked(123'457 + index);
  row.set_ul_bytes_acked(4'321 + index);
  row.set_connected(1);
  return record;
}

KpiRecord event_of(std::int64_t time_ns, MobilityEventKind kind, std::uint32_t ue = 5) {
  KpiRecord record;
  MobilityEvent& event = *record.mutable_mobility_event();
  event.set_time_ns(time_ns);
  event.set_ue(ue);
  event.set_kind(kind);
  event.set_source_cell(3);
  if (kind != RADIO_LINK_FAILURE) event.set_target_cell(5);
  return record;
}

using Line = std::map<std::string, std::string>;  ///< [column]

/// Splits at commas outside quotes.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool quote = line[i] == '"';
    if (quote && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += '"';
      ++i;
    } else if (quote) {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += line[i];
    }
  }
  return cells;
}

std::vector<Line> table_of(const std::string& text) {
  std::istringstream lines(text);
  std::string line;
  std::getline(lines, line);
  const std::vector<std::string> names = cells_of(line);
  std::vector<Line> table;
  while (std::getline(lines, line)) {
    const std::vector<std::string> cells = cells_of(line);
    EXPECT_EQ(cells.size(), names.size()) << line;
    Line& row = table.emplace_back();
    for (std::size_t i = 0; i < names.size() && i < cells.size(); ++i) row[names[i]] = cells[i];
  }
  return table;
}

double real(const Line& line, const char* column) {
  return std::strtod(line.at(column).c_str(), nullptr);
}

TEST(DriveCsv, reads_back_to_the_same_numbers) {
  DriveLog log;
  log.add(start_of_phones("phones"));
  constexpr int count = 200;
  for (int i = 0; i < count; ++i) log.add(row_of(i, 5));
  const std::vector<Line> table = table_of(drive_csv(log));
  ASSERT_EQ(table.size(), 200U);
  for (int i = 0; i < count; ++i) {
    const Line& line = table[static_cast<std::size_t>(i)];
    const DriveRow row = row_of(i, 5).drive_row();
    EXPECT_EQ(std::llround(real(line, "time_s") * 1e9), row.time_ns());
    EXPECT_EQ(line.at("terminal_group"), "phones");
    EXPECT_EQ(line.at("ue"), "5");
    EXPECT_EQ(real(line, "east_m"), static_cast<double>(row.east_mm()) / 1e3);
    EXPECT_EQ(real(line, "north_m"), static_cast<double>(row.north_mm()) / 1e3);
    EXPECT_EQ(line.at("cell"), std::to_string(i % 4));
    EXPECT_EQ(real(line, "ss_rsrp_dbm"), (-90'123 - i) / 1e3);
    EXPECT_EQ(real(line, "ss_rsrq_db"), (-10'007 - i) / 1e3);
    EXPECT_EQ(real(line, "ss_sinr_db"), (-3 + i) / 1e3);
    EXPECT_EQ(real(line, "dl_rank"), (7 + i % 8) / 7.0);
    EXPECT_EQ(real(line, "dl_mcs"), (100 + i) / 7.0);
    EXPECT_EQ(real(line, "dl_bler_percent"), 100.0 / 7.0);
    EXPECT_EQ(real(line, "ul_mcs"), (17 + i) / 3.0);
    EXPECT_EQ(real(line, "ul_bler_percent"), 200.0 / 3.0);
    EXPECT_DOUBLE_EQ(real(line, "dl_throughput_mbps"), (123'457 + i) * 80.0 / 1e6);
    EXPECT_DOUBLE_EQ(real(line, "ul_throughput_mbps"), (4'321 + i) * 80.0 / 1e6);
    EXPECT_EQ(line.at("events"), "");
  }
}

TEST(DriveCsv, knows_goodput_round_trips_speed_and_state_of_each_row) {
  constexpr std::int64_t second = 10 * tenth;
  DriveLog log;
  log.add(start_of_phones("phones"));
  const auto add_bin = [&](std::uint32_t ue, std::int64_t bytes) {
    KpiRecord record;
    ThroughputBin& bin = *record.mutable_throughput_bin();
    bin.set_time_ns(0);
    bin.set_duration_ns(second);
    bin.set_ue(ue);
    bin.set_direction(DOWNLINK);
    bin.set_payload_bytes(bytes);
    log.add(record);
  };
  add_bin(5, 1'000'000);
  add_bin(6, 77);
  for (const int ms : {120, 140, 210}) {
    KpiRecord record;
    record.mutable_round_trip()->set_time_ns(ms * 1'000'000);
    record.mutable_round_trip()->set_ue(5);
    record.mutable_round_trip()->set_rtt_ns(ms * 100'000);
    log.add(record);
  }
  for (const int i : {0, 1, 9, 10}) log.add(row_of(i, 5));
  KpiRecord lost = row_of(11, 5);
  lost.mutable_drive_row()->set_connected(0);
  log.add(lost);
  const std::vector<Line> table = table_of(drive_csv(log));
  ASSERT_EQ(table.size(), 5U);
  EXPECT_EQ(table[0].at("dl_goodput_mbps"), "8");
  EXPECT_EQ(table[2].at("dl_goodput_mbps"), "8");
  EXPECT_EQ(table[3].at("dl_goodput_mbps"), "") << "the second has no bin";
  EXPECT_EQ(table[0].at("ul_goodput_mbps"), "");
  EXPECT_EQ(table[0].at("rtt_ms"), "");
  EXPECT_EQ(table[1].at("rtt_ms"), "13") << "the mean of 12 and 14";
  EXPECT_EQ(table[0].at("speed_mps"), "");
  EXPECT_DOUBLE_EQ(real(table[1], "speed_mps"), std::hypot(1.37, 3.33));
  EXPECT_EQ(table[0].at("state"), "connected");
  EXPECT_EQ(table[4].at("state"), "not_connected");
}

TEST(DriveCsv, leaves_empty_what_was_not_measured) {
  DriveLog log;
  KpiRecord record;
  record.mutable_drive_row()->set_duration_ns(tenth);
  log.add(record);
  const std::vector<Line> table = table_of(drive_csv(log));
  ASSERT_EQ(table.size(), 1U);
  for (const char* column :
       {"terminal_group", "east_m", "north_m", "cell", "ss_rsrp_dbm", "ss_rsrq_db", "ss_sinr_db",
        "dl_rank", "dl_mcs", "dl_bler_percent", "ul_mcs", "ul_bler_percent", "events"}) {
    EXPECT_EQ(table[0].at(column), "") << column;
  }
  EXPECT_EQ(table[0].at("dl_throughput_mbps"), "0") << "no block is a rate of nothing";
}

TEST(DriveCsv, puts_each_event_into_the_row_in_which_it_fell) {
  DriveLog log;
  log.add(start_of_phones("a \"quoted\", name"));
  log.add(event_of(7 + tenth / 2, COMMAND_RECEIVED));
  log.add(event_of(7 + tenth - 1, COMPLETED));
  log.add(row_of(0, 5));
  log.add(event_of(7 + tenth, RADIO_LINK_FAILURE));
  log.add(event_of(7 + tenth, REESTABLISHED, 6));
  log.add(row_of(1, 6));
  log.add(row_of(1, 5));
  log.add(row_of(2, 5));
  log.add(event_of(7 + 9 * tenth, REPORT_RECEIVED));
  log.add(event_of(7 + 9 * tenth, REPORT_RECEIVED, 99));
  const std::vector<Line> table = table_of(drive_csv(log));
  ASSERT_EQ(table.size(), 4U);
  EXPECT_EQ(table[0].at("events"), "command_received 3>5;completed 3>5");
  EXPECT_EQ(table[1].at("events"), "radio_link_failure 3");
  EXPECT_EQ(table[2].at("events"), "report_received 3>5") << "none is lost at the end";
  EXPECT_EQ(table[3].at("ue"), "6");
  EXPECT_EQ(table[3].at("events"), "reestablished 3>5");
  EXPECT_EQ(table[0].at("terminal_group"), "a \"quoted\", name");
}

TEST(DriveLog, is_empty_until_a_terminal_has_a_row) {
  DriveLog log;
  log.add(start_of_phones("phones"));
  log.add(event_of(0, COMPLETED));
  EXPECT_TRUE(log.empty());
  log.add(row_of(0, 6));
  EXPECT_FALSE(log.empty());
  ASSERT_EQ(log.terminals().size(), 1U);
  EXPECT_EQ(log.terminals()[0]->ue, 6U);
  KpiRecord without_duration = row_of(1, 6);
  without_duration.mutable_drive_row()->clear_duration_ns();
  EXPECT_THROW(log.add(without_duration), LogError);
}

TEST(DriveLog, is_the_same_after_the_way_through_a_file) {
  const std::string path =
      testing::TempDir() + "redcell-" + std::to_string(::getpid()) + "-drive.kpilog";
  KpiRecord cell_bin, interruption;
  cell_bin.mutable_cell_bin()->set_iot_sum_mdb(-17);
  cell_bin.mutable_cell_bin()->set_connected(4);
  interruption.mutable_handover_interruption()->set_interruption_ns(40'000'000);
  KpiRecord start = start_of_phones("phones");
  RunStart::Cell& cell = *start.mutable_run_start()->add_cells();
  cell.set_site("north");
  cell.set_east_mm(-5);
  const std::vector<KpiRecord> records = {
      start, event_of(7, COMPLETED), row_of(0, 5), interruption, cell_bin, row_of(1, 5)};
  KpiLogWriter writer(path);
  for (const KpiRecord& record : records) writer.write(record);
  writer.flush();
  DriveLog direct, read_back;
  for (const KpiRecord& record : records) direct.add(record);
  KpiLogReader reader(path);
  std::size_t count = 0;
  for (KpiRecord record; reader.next(record); ++count) {
    ASSERT_LT(count, records.size());
    EXPECT_EQ(record.DebugString(), records[count].DebugString());
    read_back.add(record);
  }
  EXPECT_EQ(count, records.size());
  EXPECT_EQ(drive_csv(read_back), drive_csv(direct));
  ::unlink(path.c_str());
}

TEST(DriveLog, names_the_serving_cell_and_its_neighbours) {
  KpiRecord start = start_of_phones("phones");
  for (std::uint32_t id : {3U, 9U}) {
    RunStart::Cell& cell = *start.mutable_run_start()->add_cells();
    cell.set_cell(id);
    cell.set_pci(100 + id);
    cell.set_nr_arfcn(518'600);
    cell.set_band(41);
  }
  KpiRecord row = row_of(0, 5);
  DriveRow& drive = *row.mutable_drive_row();
  drive.set_cell(9);
  drive.set_dl_cqi_sum(21);
  drive.set_dl_cqi_reports(2);
  drive.set_dl_blocks(4);
  drive.set_dl_prb_sum(100);
  for (const auto& [id, level] : {std::pair(3U, -91'500), std::pair(4U, -99'000)}) {
    DriveRow::Neighbour& neighbour = *drive.add_neighbours();
    neighbour.set_cell(id);
    neighbour.set_ss_rsrp_mdbm(level);
  }
  DriveLog log;
  log.add(start);
  log.add(row);
  const Line line = table_of(drive_csv(log)).at(0);
  for (const auto& [column, value] :
       {std::pair("pci", "109"), std::pair("nr_arfcn", "518600"), std::pair("band", "41"),
        std::pair("dl_cqi", "10.5"), std::pair("dl_prb", "25"), std::pair("ul_prb", ""),
        std::pair("neighbour1_cell", "3"), std::pair("neighbour1_pci", "103"),
        std::pair("neighbour1_ss_rsrp_dbm", "-91.5"), std::pair("neighbour2_cell", "4"),
        std::pair("neighbour2_pci", ""), std::pair("neighbour2_ss_rsrp_dbm", "-99"),
        std::pair("neighbour3_cell", "")}) {
    EXPECT_EQ(line.at(column), value) << column;
  }
}

}  // namespace
}  // namespace redcell::analysis
