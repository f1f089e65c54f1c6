// Goal: what a field log says arrives in the drive log in its units, and what it does not say well
// is counted or listed by line, never lost. Method: small files in the true format of G-NetTrack
// Pro, each with one fault planted; the counts of every line must add up.
#include "analysis/field/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "analysis/field/import_folder.h"
#include "analysis/log_error.h"
#include "tests/analysis/field/log_file.h"

namespace redcell::analysis {
namespace {

using testing::HasSubstr;

const ColumnMap& gnettrack() { return *find_map("gnettrack"); }

std::string gnet_file(const std::vector<GnetRow>& rows) {
  std::string text = gnettrack_header;
  for (const GnetRow& row : rows) text += gnet_line(row);
  return text;
}

std::vector<GnetRow> gnet_rows(int count) {
  std::vector<GnetRow> rows;
  for (int i = 0; i < count; ++i) rows.push_back(gnet_row(i));
  return rows;
}

/// Every line of the file is in exactly one count.
void expect_no_line_lost(const ImportReport& report) {
  const ReadCounts& read = report.read;
  const OrderCounts& order = report.order;
  EXPECT_EQ(read.lines, read.blank_lines + read.lines_before_header + (read.header_line > 0) +
                            read.header_repeats + read.other_records + read.left_out_records +
                            read.unreadable_lines + order.rows + order.duplicates + order.too_late);
}

std::string message_of(const std::string& path, const ColumnMap& map) {
  try {
    static_cast<void>(import(path, map));
  } catch (const LogError& error) {
    return error.what();
  }
  return {};
}

TEST(Import, brings_every_figure_in_its_unit) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(10);
  rows[3].ping = "24.5";
  const Imported got = import(folder.write("drive.csv", gnet_file(rows)), gnettrack());
  ASSERT_EQ(got.rows.size(), 10U);
  const DriveLine& line = got.rows[3];
  EXPECT_EQ(line.time_s, 3.0);
  EXPECT_EQ(line.figure[CELL], 11016972.0);
  EXPECT_EQ(line.figure[SS_RSRP_DBM], -98.0);
  EXPECT_EQ(line.figure[SS_RSRQ_DB], -11.0);
  EXPECT_EQ(line.figure[SS_SINR_DB], 12.0);
  EXPECT_EQ(line.figure[DL_CQI], 12.0);
  EXPECT_EQ(line.figure[NEIGHBOUR1_SS_RSRP_DBM], -100.0);
  EXPECT_DOUBLE_EQ(line.figure[DL_GOODPUT_MBPS], 71.0);
  EXPECT_DOUBLE_EQ(line.figure[UL_GOODPUT_MBPS], 1.2);
  EXPECT_DOUBLE_EQ(line.figure[SPEED_MPS], 10.0);
  EXPECT_EQ(line.figure[RTT_MS], 24.5);
  EXPECT_EQ(line.state, "D");
  EXPECT_TRUE(std::isnan(line.figure[DL_THROUGHPUT_MBPS])) << "a traffic counter is not MAC";
  EXPECT_TRUE(std::isnan(got.rows[4].figure[RTT_MS])) << "'-' is no value";
  EXPECT_EQ(got.report.read.figure[RTT_MS].missing, 9U);
  EXPECT_EQ(iso_time(got.report.order.first_ns), "2024-03-05T10:00:00Z");
  EXPECT_FALSE(got.report.zone_known);
  expect_no_line_lost(got.report);
}

TEST(Import, lays_places_out_in_metres) {
  const LogFolder folder;
  const Imported got = import(folder.write("drive.csv", gnet_file(gnet_rows(11))), gnettrack());
  // A degree of latitude at 29.87 is 110.853 km on the WGS 84 ellipsoid.
  const double step_m = 110'853.0 * 0.00009;
  for (std::size_t i = 0; i < got.rows.size(); ++i) {
    EXPECT_NEAR(got.rows[i].figure[NORTH_M], (static_cast<double>(i) - 5.0) * step_m, 2e-3);
    EXPECT_EQ(got.rows[i].figure[EAST_M], 0.0);
  }
}

TEST(Import, leaves_out_lte_levels_and_idle_rates_and_says_so) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(10);
  rows[2].mode = "LTE";
  rows[5].state = "I";
  const Imported got = import(folder.write("drive.csv", gnet_file(rows)), gnettrack());
  ASSERT_EQ(got.rows.size(), 10U);
  EXPECT_TRUE(std::isnan(got.rows[2].figure[SS_RSRP_DBM]));
  EXPECT_TRUE(std::isnan(got.rows[2].figure[DL_CQI]));
  EXPECT_TRUE(std::isnan(got.rows[2].figure[NEIGHBOUR1_SS_RSRP_DBM]));
  EXPECT_FALSE(std::isnan(got.rows[2].figure[DL_GOODPUT_MBPS]));
  EXPECT_TRUE(std::isnan(got.rows[5].figure[DL_GOODPUT_MBPS]));
  EXPECT_FALSE(std::isnan(got.rows[5].figure[SS_RSRP_DBM]));
  EXPECT_EQ(got.report.read.figure[SS_RSRP_DBM].left_out, 1U);
  EXPECT_EQ(got.report.read.figure[DL_GOODPUT_MBPS].left_out, 1U);
  EXPECT_THAT(report_text(got.report), HasSubstr("1 left out by the map"));
}

TEST(Import, lists_what_it_cannot_read_by_line) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(10);
  rows[1].rsrp = "strong";
  rows[2].rsrp = "12";          // No receiver hears that.
  rows[3].rsrp = "2147483647";  // The tool's own way to say nothing.
  rows[4].time = "yesterday";
  std::string text = gnet_file(rows);
  text += "2024.03.05_10.00.30,121.55,29.87,3";  // Cut off.
  const Imported got = import(folder.write("drive.csv", text), gnettrack());
  EXPECT_EQ(got.rows.size(), 9U);
  ASSERT_EQ(got.unread.size(), 4U);
  EXPECT_EQ(got.unread[0].line, 3U);
  EXPECT_EQ(got.unread[0].column, "ss_rsrp_dbm");
  EXPECT_EQ(got.unread[0].found, "strong");
  EXPECT_EQ(got.unread[0].why, "no number");
  EXPECT_EQ(got.unread[1].line, 4U);
  EXPECT_EQ(got.unread[1].why, "allowed: -200 to 0");
  EXPECT_EQ(got.unread[2].line, 6U);
  EXPECT_EQ(got.unread[2].column, "");
  EXPECT_THAT(got.unread[2].why, HasSubstr("no time: \"yesterday\"; allowed: %Y.%m.%d_%H.%M.%S"));
  EXPECT_EQ(got.unread[3].line, 12U);
  EXPECT_EQ(got.unread[3].why, "4 columns; the header has 26");
  EXPECT_EQ(got.report.read.figure[SS_RSRP_DBM].missing, 1U);
  EXPECT_EQ(got.report.read.figure[SS_RSRP_DBM].unreadable, 2U);
  EXPECT_EQ(got.report.unread, 4U);
  expect_no_line_lost(got.report);
}

TEST(Import, does_not_take_thousands_for_decimals) {
  const LogFolder folder;
  const ColumnMap map = parse_map(
      "name: \"m\" separator: \";\" time { column: \"t\" format: \"%s\" }"
      "column { to: RTT_MS from: \"r\" } column { to: SS_RSRP_DBM from: \"l\" }",
      "m");
  const auto read = [&](const std::string& rows) {
    return import(folder.write("m.csv", "t;r;l\n" + rows), map);
  };
  const Imported mixed = read("1;1,023;-90.5\n2;950.5;-90.5\n3;1,024;-90.5\n");
  ASSERT_EQ(mixed.rows.size(), 3U);
  EXPECT_TRUE(std::isnan(mixed.rows[0].figure[RTT_MS]));
  EXPECT_EQ(mixed.rows[1].figure[RTT_MS], 950.5);
  EXPECT_TRUE(std::isnan(mixed.rows[2].figure[RTT_MS]));
  ASSERT_EQ(mixed.unread.size(), 2U);
  EXPECT_THAT(mixed.unread[0].why, HasSubstr("thousands or decimals"));
  EXPECT_THAT(mixed.unread[1].why, HasSubstr("decimal points"));
  const Imported commas = read("1;;-90,125\n2;25,125;-90,5\n3;26.5;-90,5\n");
  EXPECT_EQ(commas.rows[0].figure[SS_RSRP_DBM], -90.125) << "-90125 dBm cannot be";
  EXPECT_EQ(commas.rows[1].figure[RTT_MS], 25.125) << "this log has decimal commas";
  EXPECT_TRUE(std::isnan(commas.rows[2].figure[RTT_MS]));
  ASSERT_EQ(commas.unread.size(), 1U);
  EXPECT_THAT(commas.unread[0].why, HasSubstr("decimal commas"));
}

TEST(Import, refuses_a_file_without_a_readable_figure) {
  const LogFolder folder;
  const ColumnMap map = parse_map(
      "name: \"m\" time { column: \"t\" format: \"%s\" } column { to: RTT_MS from: \"r\" }"
      "column { to: UE from: \"u\" }",
      "m");
  EXPECT_THAT(message_of(folder.write("m.csv", "t,r,u\n1,fast,1\n2,slow,1\n"), map),
              testing::AllOf(HasSubstr("m.csv:2: found no figure"), HasSubstr("line 3:")));
  EXPECT_EQ(message_of(folder.write("n.csv", "t,r,u\n1,fast,1\n2,20,1\n"), map), "");
  EXPECT_EQ(message_of(folder.write("o.csv", "t,r,u\n1,,1\n2,,1\n"), map), "")
      << "nothing measured is nothing unreadable";
}

TEST(Import, shows_no_control_character_of_a_log) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(5);
  rows[1].rsrp = "\x1b[2J";
  rows[2].state = "a\rb";
  std::string text = gnet_file(rows);
  text.insert(text.find('\n'), ",\x1b]0;x\x07");
  for (std::size_t at = text.find("-15.0\n"); at != std::string::npos;
       at = text.find("-15.0\n", at + 7)) {
    text.insert(at + 5, ",");
  }
  const std::string log = folder.write("drive.csv", text);
  const ImportReport report = import_to_directory(log, gnettrack(), folder.path("out"));
  EXPECT_EQ(report.first_unread.at(0).found, "\\x1b[2J");
  EXPECT_EQ(report_text(report).find('\x1b'), std::string::npos);
  EXPECT_THAT(text_of(folder.path("out/drive.csv")), HasSubstr(",\"a\rb\","));
  const std::string prose = folder.write("prose.txt", "\x1b[31m\xC2\x9B red\n");
  try {
    static_cast<void>(recognise_format(prose));
    FAIL();
  } catch (const LogError& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"\\x1b[31m\\x9b red\""));
  }
}

TEST(Import, leaves_out_duplicates_and_spreads_rows_of_one_second) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(4);
  rows.insert(rows.begin() + 2, rows[1]);  // Equal: a duplicate.
  GnetRow other = rows[3];
  other.rsrp = "-70";  // The same second, another measurement.
  rows.insert(rows.begin() + 4, other);
  const Imported got = import(folder.write("drive.csv", gnet_file(rows)), gnettrack());
  EXPECT_EQ(got.report.order.duplicates, 1U);
  EXPECT_EQ(got.report.order.shared_times, 1U);
  ASSERT_EQ(got.rows.size(), 5U);
  EXPECT_EQ(got.rows[2].time_s, 2.0);
  EXPECT_EQ(got.rows[3].time_s, 2.5);
  EXPECT_EQ(got.rows[3].figure[SS_RSRP_DBM], -70.0);
  EXPECT_EQ(got.rows[4].time_s, 3.0);
  expect_no_line_lost(got.report);
}

TEST(Import, sorts_rows_that_came_out_of_order) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(10);
  std::swap(rows[2], rows[7]);
  const Imported got = import(folder.write("drive.csv", gnet_file(rows)), gnettrack());
  ASSERT_EQ(got.rows.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ(got.rows[i].time_s, static_cast<double>(i));
    EXPECT_EQ(got.rows[i].figure[SS_RSRP_DBM], -95.0 - static_cast<double>(i % 7));
  }
  EXPECT_EQ(got.report.order.out_of_order, 2U) << "one after the late row, and the early one";
}

TEST(Import, counts_gaps_and_names_the_longest) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(40);
  rows.erase(rows.begin() + 30, rows.begin() + 38);
  rows.erase(rows.begin() + 10, rows.begin() + 15);
  const Imported got = import(folder.write("drive.csv", gnet_file(rows)), gnettrack());
  EXPECT_EQ(got.report.order.gaps, 2U);
  EXPECT_EQ(got.report.order.gap_sum_ns, 15'000'000'000);
  EXPECT_EQ(got.report.order.gap_longest_ns, 9'000'000'000);
  EXPECT_EQ(got.report.order.gap_longest_line, 27U);
  rows = gnet_rows(8);
  rows.erase(rows.begin() + 2, rows.begin() + 6);
  EXPECT_EQ(import(folder.write("b.csv", gnet_file(rows)), gnettrack()).report.order.gaps, 0U)
      << "five seconds are no gap";
}

TEST(Import, leaves_out_places_that_jump_and_keeps_the_row) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(20);
  rows[6].longitude = "122.550000";  // 96 km away for a second.
  rows[9].latitude = "0";
  rows[9].longitude = "0";  // No fix.
  const Imported got = import(folder.write("drive.csv", gnet_file(rows)), gnettrack());
  ASSERT_EQ(got.rows.size(), 20U);
  EXPECT_EQ(got.report.order.jumps, 1U);
  EXPECT_EQ(got.report.order.without_place, 1U);
  EXPECT_TRUE(std::isnan(got.rows[6].figure[EAST_M]));
  EXPECT_EQ(got.rows[6].figure[SS_RSRP_DBM], -101.0);
  EXPECT_TRUE(std::isnan(got.rows[9].figure[EAST_M]));
  EXPECT_FALSE(std::isnan(got.rows[7].figure[EAST_M]));
  ASSERT_EQ(got.unread.size(), 1U);
  EXPECT_EQ(got.unread[0].line, 8U);
  EXPECT_THAT(got.unread[0].why, HasSubstr("jump"));
}

TEST(Import, believes_a_new_place_that_stays) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(20);
  for (std::size_t i = 10; i < 20; ++i) rows[i].longitude = "121.650000";  // Out of a tunnel.
  const Imported got = import(folder.write("drive.csv", gnet_file(rows)), gnettrack());
  EXPECT_EQ(got.report.order.jumps, static_cast<std::uint64_t>(jump_fixes_max));
  EXPECT_TRUE(std::isnan(got.rows[12].figure[EAST_M]));
  EXPECT_FALSE(std::isnan(got.rows[13].figure[EAST_M]));
}

TEST(Import, reads_a_second_header_of_joined_files) {
  const LogFolder folder;
  const std::string text =
      gnet_file(gnet_rows(3)) + "\n" + gnettrack_header + gnet_line(gnet_row(9));
  const Imported got = import(folder.write("drive.csv", text), gnettrack());
  EXPECT_EQ(got.rows.size(), 4U);
  EXPECT_EQ(got.report.read.header_repeats, 1U);
  EXPECT_EQ(got.report.read.blank_lines, 1U);
  EXPECT_TRUE(got.unread.empty());
  expect_no_line_lost(got.report);
}

TEST(Import, sorts_within_its_window_and_lists_what_comes_later) {
  std::vector<double> times;
  std::vector<Unread> late;
  RowOrder order([&](const FieldRow& row) { times.push_back(static_cast<double>(row.time_ns)); },
                 [&](const Unread& unread) { late.push_back(unread); }, 10);
  const auto add = [&](std::int64_t time_ns, std::uint64_t line) {
    FieldRow row{};
    row.figure.fill(no_figure);
    row.time_ns = time_ns;
    row.line = line;
    order.add(row);
  };
  for (std::int64_t i = 0; i < 25; ++i) add(1000 + (i ^ 3), static_cast<std::uint64_t>(i));
  add(1009, 98);  // Rows up to there are written by now.
  add(5, 99);
  order.finish();
  EXPECT_EQ(times.size(), 25U);
  EXPECT_TRUE(std::is_sorted(times.begin(), times.end()));
  ASSERT_EQ(late.size(), 2U);
  EXPECT_EQ(late[0].line, 98U);
  EXPECT_EQ(late[1].line, 99U);
  EXPECT_EQ(order.counts().too_late, 2U);
}

TEST(Import, finds_duplicates_at_the_end_of_a_window_too) {
  std::vector<double> figures;
  RowOrder order([&](const FieldRow& row) { figures.push_back(row.figure[SS_RSRP_DBM]); },
                 [](const Unread&) { FAIL() << "nothing is late"; }, 5);
  for (int i = 0; i < 30; ++i) {
    FieldRow row{};
    row.figure.fill(no_figure);
    row.figure[SS_RSRP_DBM] = i / 2;  // Pairs, cut by a window of five.
    row.time_ns = 1'000'000'000 + i / 2;
    row.line = static_cast<std::uint64_t>(i);
    order.add(row);
  }
  order.finish();
  EXPECT_EQ(figures.size(), 15U);
  EXPECT_EQ(order.counts().duplicates, 15U);
  EXPECT_TRUE(std::is_sorted(figures.begin(), figures.end()));
}

TEST(Import, refuses_a_file_of_another_kind_with_what_to_do) {
  const LogFolder folder;
  const std::string prose = folder.write("prose.txt", "It was a dark night.\nIt rained.\n");
  EXPECT_THAT(message_of(prose, gnettrack()),
              testing::AllOf(HasSubstr("prose.txt:1: found no header"), HasSubstr("--guess")));
  EXPECT_THROW(static_cast<void>(recognise_format(prose)), LogError);
  const std::string only_header = folder.write("header.csv", gnettrack_header);
  EXPECT_THAT(message_of(only_header, gnettrack()), HasSubstr("0 rows"));
  std::string broken = gnettrack_header + gnet_line(gnet_row(0));
  for (int i = 0; i < 9; ++i) broken += "2024.03.05_10.00,rubbish\n";
  EXPECT_THAT(message_of(folder.write("broken.csv", broken), gnettrack()),
              testing::AllOf(HasSubstr("broken.csv:3: found 9 lines"), HasSubstr("line 4:")));
}

TEST(Import, writes_the_folder_whole_or_not_at_all) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(5);
  rows[1].rsrp = "a \"word\"";
  const std::string good = folder.write("good.csv", gnet_file(rows));
  const std::string out = folder.path("a/b");
  const ImportReport report = import_to_directory(good, gnettrack(), out);
  EXPECT_THAT(text_of(out + "/drive.csv"), testing::StartsWith("time_s,terminal_group,ue,east_m"));
  EXPECT_EQ(text_of(out + "/unreadable.csv"),
            "line,column,found,why\n3,ss_rsrp_dbm,\"a \"\"word\"\"\",\"no number\"\n");
  const auto json = nlohmann::json::parse(text_of(out + "/import.json"));
  EXPECT_EQ(json["rows"], report.order.rows);
  EXPECT_EQ(json["format"], "gnettrack");
  EXPECT_EQ(json["begin"], "2024-03-05T10:00:00Z");
  const std::string bad = folder.write("bad.csv", gnettrack_header);
  EXPECT_THROW(import_to_directory(bad, gnettrack(), folder.path("c/d")), LogError);
  EXPECT_FALSE(std::filesystem::exists(folder.path("c")));
  EXPECT_THROW(import_to_directory(bad, gnettrack(), out), LogError);
  EXPECT_TRUE(std::filesystem::exists(out + "/drive.csv")) << "the results of before stay";
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(out), {}), 3);
}

TEST(Import, goes_into_a_folder_of_its_own) {
  const LogFolder folder;
  const std::string a = folder.write("drive.csv", gnet_file(gnet_rows(5)));
  std::filesystem::create_directories(folder.path("other"));
  const std::string b = folder.write("other/drive.csv", gnet_file(gnet_rows(6)));
  const std::string parent = folder.path("imports");
  const auto take = [&](const std::string& file) {
    const std::string out = import_folder(parent, file);
    static_cast<void>(import_to_directory(file, gnettrack(), out));
    return out;
  };
  EXPECT_EQ(take(a), parent + "/drive");
  EXPECT_EQ(take(b), parent + "/drive-2") << "another file of that name is there";
  EXPECT_EQ(take(a), parent + "/drive") << "the same file again";
  EXPECT_EQ(take(folder.path("other/../other/drive.csv")), parent + "/drive-2");
  std::filesystem::create_directories(parent + "/mine");
  EXPECT_EQ(import_folder(parent, "mine.csv"), parent + "/mine") << "empty";
  std::ofstream(parent + "/mine/notes.txt") << "x";
  EXPECT_EQ(import_folder(parent, "mine.csv"), parent + "/mine-2") << "no import wrote that";
}

TEST(Import, of_its_own_drive_log_changes_nothing) {
  const LogFolder folder;
  std::vector<GnetRow> rows = gnet_rows(50);
  rows[7].sinr = "-";
  rows[9].ping = "31.4";
  const std::string log = folder.write("drive.csv", gnet_file(rows));
  static_cast<void>(import_to_directory(log, gnettrack(), folder.path("one")));
  const std::string first = folder.path("one/drive.csv");
  EXPECT_EQ(recognise_format(first).name(), "redcell");
  static_cast<void>(import_to_directory(first, recognise_format(first), folder.path("two")));
  EXPECT_EQ(text_of(folder.path("two/drive.csv")), text_of(first));
}

/// The real traces are not part of the project; where they are at hand they must read without loss.
TEST(Import, reads_real_traces_where_there_are_any) {
  const char* named = std::getenv("REDCELL_FIELD_DATA");
  const std::string place = named != nullptr ? named : REDCELL_SOURCE_DIR "/../shared/data/field";
  if (!std::filesystem::is_directory(place)) GTEST_SKIP() << "no real traces in " << place;
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(place)) {
    if (entry.path().extension() != ".csv") continue;
    const std::string path = entry.path().string();
    EXPECT_EQ(recognise_format(path).name(), "gnettrack");
    const Imported got = import(path, gnettrack());
    expect_no_line_lost(got.report);
    EXPECT_EQ(got.report.read.unreadable_lines, 0U) << path;
    EXPECT_GT(got.report.order.rows, 300U);
    EXPECT_GT(got.report.read.figure[SS_RSRP_DBM].read, 300U);
    ++count;
  }
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace redcell::analysis
