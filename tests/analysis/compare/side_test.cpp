// Goal: a run and a field log give the same seconds for the same drive, whatever folder or file
// they come from; damage is read around and named. Method: a KPI log written record by record, and
// the drive log of the same run.
#include "analysis/compare/side.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/compare/places.h"
#include "analysis/file.h"
#include "analysis/kpi_log.h"
#include "analysis/statistics.h"
#include "tests/analysis/compare/run_folder.h"

namespace redcell::analysis {
namespace {

using testing::HasSubstr;

TEST(Side, of_a_run_has_seconds_after_the_warm_up_without_background) {
  const LogFolder folder;
  write_run(folder, "run", {.seconds = 30});
  const Side side = load_side(folder.path("run"));
  EXPECT_TRUE(side.is_run);
  EXPECT_EQ(side.world, "abc");
  EXPECT_EQ(side.title, "A drive (seed 3, run 1)");
  EXPECT_TRUE(side.notes.empty());
  const Series& rates = side.series[DL_THROUGHPUT_MBPS];
  ASSERT_EQ(rates.size(), 28U) << "two seconds of warm-up";
  EXPECT_EQ(rates[0].second, 2);
  EXPECT_EQ(rates[0].ue, 0U);
  EXPECT_DOUBLE_EQ(rates[0].value, run_rate_mbps(2, 0.0));
  EXPECT_EQ(side.series[DL_GOODPUT_MBPS].size(), 28U);
  EXPECT_TRUE(side.series[UL_THROUGHPUT_MBPS].empty());
  ASSERT_EQ(side.series[RTT_MS].size(), 28U);
  EXPECT_DOUBLE_EQ(side.series[RTT_MS][0].value, 25.0) << "the mean of 24 and 26 ms";
  ASSERT_EQ(side.series[SS_RSRP_DBM].size(), 28U);
  EXPECT_DOUBLE_EQ(side.series[SS_RSRP_DBM][3].value, -80.0 - 5 % 7);
  EXPECT_NE(side.summary.find("dl_throughput_mbps", "", "mean"), nullptr);
  EXPECT_FALSE(side.drive.empty());
}

TEST(Side, is_the_same_from_the_folder_the_log_and_the_drive_log) {
  const LogFolder folder;
  write_run(folder, "run", {.seconds = 30});
  const Side run = load_side(folder.path("run"));
  const Side log = load_side(folder.path("run/kpi.log"));
  EXPECT_EQ(log.world, "") << "a log alone names no world";
  EXPECT_EQ(values_of(log.series[SS_RSRP_DBM]), values_of(run.series[SS_RSRP_DBM]));
  DriveLog drive;
  KpiLogReader reader(folder.path("run/kpi.log"));
  for (KpiRecord record; reader.next(record);) drive.add(record);
  std::filesystem::create_directories(folder.path("imported"));
  write_file_atomically(folder.path("imported/drive.csv"), drive_csv(drive));
  for (const std::string path : {"imported", "imported/drive.csv"}) {
    const Side field = load_side(folder.path(path));
    EXPECT_FALSE(field.is_run);
    for (const DriveColumn column : {SS_RSRP_DBM, DL_THROUGHPUT_MBPS, DL_GOODPUT_MBPS, RTT_MS}) {
      const std::vector<double> all = values_of(field.series[column]);
      const std::vector<double> after_warm_up(all.begin() + 2, all.end());
      EXPECT_EQ(after_warm_up, values_of(run.series[column])) << column_name(column);
    }
    EXPECT_NE(field.summary.find("ss_rsrp_dbm", "", "median"), nullptr);
    EXPECT_FALSE(field.drive.empty());
  }
}

TEST(Side, of_a_run_has_its_way_from_the_start) {
  const LogFolder folder;
  write_run(folder, "run", {.seconds = 60});
  const Side run = load_side(folder.path("run"));
  EXPECT_EQ(run.series[EAST_M].size(), 60U);
  EXPECT_EQ(run.series[SS_RSRP_DBM].size(), 58U);
  DriveLog drive;
  KpiLogReader reader(folder.path("run/kpi.log"));
  for (KpiRecord record; reader.next(record);) drive.add(record);
  const Side log = load_side(folder.write("drive.csv", drive_csv(drive)));
  const PlaceComparison places = compare_places(run, log, 50.0);
  ASSERT_FALSE(places.is_grid);
  ASSERT_GE(places.kpi.size(), 1U);
  EXPECT_EQ(places.kpi[0].name, "ss_rsrp_dbm");
  ASSERT_EQ(places.kpi[0].place.size(), 12U);
  for (std::size_t i = 1; i < 12; ++i) {
    const Place& place = places.kpi[0].place[i];
    EXPECT_DOUBLE_EQ(place.a.mean, place.b.mean) << "the same drive, place " << i;
  }
}

TEST(Side, of_an_imported_folder_knows_where_on_earth_it_was) {
  const LogFolder folder;
  std::string text = gnettrack_header;
  for (int i = 0; i < 31; ++i) text += gnet_line(gnet_row(i));
  const std::string log = folder.write("field.csv", text);
  static_cast<void>(import_to_directory(log, *find_map("gnettrack"), folder.path("imported")));
  const Side direct = load_side(log), imported = load_side(folder.path("imported"));
  ASSERT_TRUE(direct.origin_deg.has_value());
  EXPECT_NEAR(direct.origin_deg->first, 29.87135, 1e-4) << "the middle of the places";
  EXPECT_NEAR(direct.origin_deg->second, 121.55, 1e-6);
  ASSERT_TRUE(imported.origin_deg.has_value());
  EXPECT_NEAR(imported.origin_deg->first, direct.origin_deg->first, 1e-9);
  static_cast<void>(folder.write("imported/import.json", "{}"));
  EXPECT_THROW(static_cast<void>(load_side(folder.path("imported"))), LogError);
}

TEST(Side, of_a_damaged_log_is_read_around_the_damage_and_names_its_offset) {
  const LogFolder folder;
  write_run(folder, "run", {.seconds = 30});
  std::string bytes = text_of(folder.path("run/kpi.log"));
  const std::size_t at = bytes.size() / 2;
  bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
  const std::string flipped = folder.write("flipped.log", bytes);
  const Side side = load_side(flipped);
  ASSERT_EQ(side.notes.size(), 1U);
  EXPECT_THAT(side.notes[0], HasSubstr("bytes at offset "));
  const std::size_t offset = std::stoul(side.notes[0].substr(side.notes[0].find("offset ") + 7));
  EXPECT_LE(offset, at);
  EXPECT_GT(offset, at - 200);
  EXPECT_GE(side.series[DL_THROUGHPUT_MBPS].size(), 27U) << "one record is lost";
  const std::string cut = folder.write("cut.log", bytes.substr(0, at));
  const Side half = load_side(cut);
  EXPECT_THAT(half.notes, testing::Contains(HasSubstr("did not come to its end")));
  EXPECT_THAT(half.notes, testing::Contains(HasSubstr("cut off inside a record")));
  EXPECT_GT(half.series[DL_THROUGHPUT_MBPS].size(), 8U);
  EXPECT_LT(half.series[DL_THROUGHPUT_MBPS].size(), 20U);
}

TEST(Side, of_a_field_log_notes_what_could_not_be_read) {
  const LogFolder folder;
  std::string text = gnettrack_header;
  for (int i = 0; i < 30; ++i) text += gnet_line(gnet_row(i));
  const Side side = load_side(folder.write("field.csv", text + "rubbish\n"));
  EXPECT_EQ(side.series[DL_GOODPUT_MBPS].size(), 30U);
  ASSERT_EQ(side.notes.size(), 1U);
  EXPECT_THAT(side.notes[0], HasSubstr("1 lines or cells could not be read"));
  const Kpi* mean = side.summary.find("dl_goodput_mbps", "", "mean");
  ASSERT_NE(mean, nullptr);
  EXPECT_DOUBLE_EQ(mean->value, 71.0);
}

TEST(Side, takes_changes_of_the_cell_for_handovers_where_a_log_names_none) {
  const LogFolder folder;
  const auto handovers = [](const Side& side) {
    const auto& events = side.drive.terminals().at(0)->events;
    return std::count_if(events.begin(), events.end(),
                         [](const MobilityEvent& event) { return event.kind() == COMPLETED; });
  };
  const std::string head = "time_s,terminal_group,ue,cell,ss_rsrp_dbm,events\n";
  const Side silent = load_side(
      folder.write("a.csv", head + "0,,0,1,-90,\n1,,0,1,-90,\n2,,0,2,-90,\n3,,0,3,-9,\n"));
  EXPECT_TRUE(silent.handovers_are_changes);
  EXPECT_EQ(handovers(silent), 2);
  const Side named = load_side(folder.write(
      "b.csv", head + "0,,0,1,-90,\n1,,0,2,-90,completed 1>2\n2,,0,3,-90,radio_link_failure 2\n"));
  EXPECT_FALSE(named.handovers_are_changes);
  EXPECT_EQ(handovers(named), 1);
  EXPECT_EQ(named.drive.terminals().at(0)->events.size(), 2U);
}

TEST(Side, of_a_field_log_counts_the_handovers_it_names) {
  const LogFolder folder;
  const auto side_of = [&](const std::vector<std::string>& events) {
    std::string text = "time_s,terminal_group,ue,cell,ss_rsrp_dbm,events\n";
    for (std::size_t i = 0; i < events.size(); ++i) {
      text += std::to_string(i) + ",,0,1,-90," + events[i] + "\n";
    }
    return load_side(folder.write("log.csv", text));
  };
  const auto expect = [](const Side& side, const char* name, double successes, double trials) {
    const Kpi* kpi = side.summary.find(name, "", "ratio");
    ASSERT_NE(kpi, nullptr) << name;
    EXPECT_EQ(kpi->samples, static_cast<std::int64_t>(trials)) << name;
    EXPECT_DOUBLE_EQ(kpi->value, successes / trials) << name;
    const Interval wilson = wilson_interval(successes, trials);
    EXPECT_DOUBLE_EQ(kpi->ci_low, wilson.low) << name;
    EXPECT_DOUBLE_EQ(kpi->ci_high, wilson.high) << name;
  };
  const Side phone = side_of({"command_received 1>2", "completed 1>2", "",
                              "command_received;execution_failed", "command_received;completed"});
  expect(phone, "handover_execution_ratio", 2, 3);
  EXPECT_EQ(phone.summary.find("handover_ratio", "", "ratio"), nullptr)
      << "a phone sees no preparation";
  EXPECT_EQ(phone.summary.find("not_admitted_count", "", "mean"), nullptr) << "nor who is refused";
  EXPECT_EQ(phone.summary.find("handover_count", "", "mean")->value, 2.0);
  const Side whole = side_of({"preparation_started 1>2;command_received 1>2;completed 1>2",
                              "preparation_started 2>3;preparation_failed 2>3"});
  expect(whole, "handover_ratio", 1, 2);
  expect(whole, "handover_execution_ratio", 1, 1);
  const Side results = side_of({"completed", "completed", "execution_failed", "some other word"});
  expect(results, "handover_execution_ratio", 2, 3);
  const Side silent = side_of({"", "some other word"});
  EXPECT_EQ(silent.summary.find("handover_execution_ratio", "", "ratio"), nullptr);
  EXPECT_EQ(silent.summary.find("handover_count", "", "mean"), nullptr);
}

TEST(Side, refuses_what_is_neither) {
  const LogFolder folder;
  EXPECT_THROW(static_cast<void>(load_side(folder.path("none"))), LogError);
  EXPECT_THROW(static_cast<void>(load_side(folder.path(""))), LogError);
  write_run(folder, "run", {.seconds = 5});
  static_cast<void>(folder.write("run/summary.json", "{}"));
  EXPECT_THROW(static_cast<void>(load_side(folder.path("run"))), LogError);
}

}  // namespace
}  // namespace redcell::analysis
