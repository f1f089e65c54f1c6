// Goal: every format that `redcell import --list` names is recognised and read; so is a user's map.
// Method: a file of a few rows in each format, with its separators, decimals and encodings.
#include "analysis/field/column_maps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/log_error.h"
#include "tests/analysis/field/log_file.h"

namespace redcell::analysis {
namespace {

using testing::HasSubstr;

Imported import_recognised(const std::string& path, const std::string& format) {
  const ColumnMap& map = recognise_format(path);
  EXPECT_EQ(map.name(), format);
  return import(path, map);
}

TEST(Formats, xcal_with_decimal_commas_and_a_preamble) {
  const LogFolder folder;
  const std::string text =
      "Accuver XCAL export;;;\n"
      "TIME_STAMP;GPS Lon;GPS Lat;5G KPI PCell RF Serving PCI;5G KPI PCell RF Serving SS-RSRP "
      "[dBm];5G KPI PCell RF Serving SS-SINR [dB];5G KPI PCell Layer1 DL BLER [%];5G KPI Total "
      "Info Layer1 PDSCH Throughput [Mbps];5G KPI PCell RF RI;Band\n"
      "2024-03-05 10:00:00.250;121,55;29,87;101;-88,75;14,5;9,8;143,2;2;n41\n"
      "2024-03-05 10:00:01.250;121,5501;29,87;101;-89,25;13,5;10,1;140,9;2;n41\n";
  const Imported got = import_recognised(folder.write("x.csv", text), "xcal");
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(got.rows[0].figure[SS_RSRP_DBM], -88.75);
  EXPECT_EQ(got.rows[0].figure[DL_BLER_PERCENT], 9.8);
  EXPECT_EQ(got.rows[0].figure[DL_THROUGHPUT_MBPS], 143.2);
  EXPECT_EQ(got.rows[0].figure[DL_RANK], 2.0);
  EXPECT_EQ(got.rows[1].time_s, 1.0);
  EXPECT_EQ(got.report.read.lines_before_header, 1U);
  EXPECT_EQ(got.report.read.decimal_commas, 12U);
  EXPECT_EQ(got.report.separator, "semicolon");
  EXPECT_THAT(got.report.read.unused_columns, testing::ElementsAre("band"));
}

TEST(Formats, xcal_fills_cells_reports_blocks_and_events) {
  const LogFolder folder;
  const std::string text =
      "TIME_STAMP,5G KPI PCell RF Serving PCI,5G KPI PCell RF NR-ARFCN,5G KPI PCell RF Band,5G KPI "
      "PCell RF CQI,5G KPI PCell RF RI(Avg),5G KPI PCell Layer1 DL RB Num (Including 0),Smart "
      "Phone "
      "Smart Throughput Mobile Network DL Throughput [Mbps],5G KPI Total Info Layer2 MAC DL "
      "Throughput [Mbps],LTE KPI PCell Serving RSRP[dBm],Event 5G-NR/LTE Events,Event Technology\n"
      "2024-03-05 10:00:00.250,101,504990,n41,12.5,1.8,201.5,71.25,75.5,-81,,5G-NR\n"
      "2024-03-05 10:00:00.750,102,504990,41,,,,,,,NR MCG Handover Success,5G-NR\n"
      "2024-03-05 10:00:01.250,102,504990,B41,,,,,,,Handover Success,5G-NR\n";
  const Imported got = import_recognised(folder.write("x.csv", text), "xcal");
  ASSERT_EQ(got.rows.size(), 3U);
  const auto& figure = got.rows[0].figure;
  EXPECT_EQ(figure[CELL], 101.0);
  EXPECT_EQ(figure[PCI], 101.0);
  EXPECT_EQ(figure[NR_ARFCN], 504990.0);
  EXPECT_EQ(figure[BAND], 41.0);
  EXPECT_EQ(got.rows[1].figure[BAND], 41.0);
  EXPECT_EQ(figure[DL_CQI], 12.5);
  EXPECT_EQ(figure[DL_RANK], 1.8);
  EXPECT_EQ(figure[DL_PRB], 201.5);
  EXPECT_EQ(figure[DL_GOODPUT_MBPS], 71.25);
  EXPECT_EQ(figure[DL_THROUGHPUT_MBPS], 75.5);
  EXPECT_TRUE(std::isnan(figure[SS_RSRP_DBM])) << "-81 is the LTE anchor's";
  EXPECT_EQ(got.rows[1].events, "completed");
  EXPECT_EQ(got.rows[2].events, "Handover Success") << "of the LTE anchor: no handover of NR";
  EXPECT_EQ(got.rows[0].state, "5G-NR");
  ASSERT_EQ(got.unread.size(), 1U) << "B41 is a band of LTE";
  EXPECT_EQ(got.unread[0].column, "band");
  EXPECT_THAT(got.report.read.left_out_columns,
              testing::ElementsAre("lte kpi pcell serving rsrp[dbm]"));
  EXPECT_TRUE(got.report.read.unused_columns.empty());
  EXPECT_THAT(report_text(got.report),
              HasSubstr("left out by the map, levels of LTE are no SS-RSRP: lte kpi pcell"));
}

TEST(Formats, tems_over_midnight_with_tabs_takes_no_levels_of_lte) {
  const LogFolder folder;
  const std::string header =
      "All-Time\tAll-Latitude\tAll-Longitude\tAll-Serving Cell Identity[1]\tAll-Serving Cell RSRP "
      "(dBm)[1]\tAll-Serving Cell RSRQ (dB)[1]\tEventInfo";
  const std::string lte = header +
                          "\n23:59:59.50\t29.87\t121.55\t7\t-90.5\t-10.5\t\n"
                          "00:00:00.50\t29.87\t121.55\t7\t\t\tHandover done\n";
  const Imported got = import_recognised(folder.write("t.txt", lte), "tems");
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(got.rows[1].time_s, 1.0);
  EXPECT_EQ(got.rows[1].events, "Handover done");
  EXPECT_EQ(got.rows[0].figure[CELL], 7.0);
  EXPECT_TRUE(std::isnan(got.rows[0].figure[SS_RSRP_DBM]));
  EXPECT_TRUE(std::isnan(got.rows[0].figure[SS_RSRQ_DB]));
  EXPECT_THAT(
      got.report.read.left_out_columns,
      testing::ElementsAre("all-serving cell rsrp (dbm)[1]", "all-serving cell rsrq (db)[1]"));
  EXPECT_EQ(got.report.midnights, 1U);
  const std::string both = header +
                           "\tAll-NR SS-RSRP (dBm)[1]\tAll-NR Serving Cell PCI[1]\n"
                           "10:00:00\t29.87\t121.55\t7\t-70.5\t-10.5\t\t-91.5\t381\n";
  const Imported nr = import_recognised(folder.write("n.txt", both), "tems");
  ASSERT_EQ(nr.rows.size(), 1U);
  EXPECT_EQ(nr.rows[0].figure[SS_RSRP_DBM], -91.5);
  EXPECT_EQ(nr.rows[0].figure[CELL], 381.0);
  EXPECT_EQ(nr.rows[0].figure[PCI], 381.0);
}

TEST(Formats, nemo_records_with_held_places) {
  const LogFolder folder;
  const std::string text =
      "#AV,,,,4\n"
      "#START,23:59:58.000,,\"05.03.2024\"\n"
      "GPS,23:59:58.000,,121.55,29.87,12,0,1,9,36\n"
      "CELLMEAS,23:59:59.000,,9,0,2,10,1,70041,2,318,-44.0,-73.1,-9.7,1,97.0,54.0,"
      "0,70041,1,380,-61.1,-90.3,-17.1,1,37.0,1\n"
      "CELLMEAS,00:00:09.000,,9,0,1,10,0,70041,1,381,-61.1,-91.3,-17.1,1,37.0,1\n"
      "CELLMEAS,00:00:10.000,,9,0,3,10,0,70041,1\n"
      "RRCSM,00:00:10.500,,8,1\n";
  const Imported got = import_recognised(folder.write("n.nmf", text), "nemo");
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(iso_time(got.report.order.first_ns), "2024-03-05T23:59:59Z");
  EXPECT_EQ(got.rows[0].figure[CELL], 380.0) << "the serving cell, not the first";
  EXPECT_EQ(got.rows[0].figure[SS_RSRP_DBM], -90.3);
  EXPECT_EQ(got.rows[0].figure[SS_RSRQ_DB], -17.1);
  EXPECT_EQ(got.rows[0].figure[PCI], 380.0);
  EXPECT_EQ(got.rows[0].figure[NR_ARFCN], 1.0);
  EXPECT_DOUBLE_EQ(got.rows[0].figure[SPEED_MPS], 10.0) << "36 km/h in field 10 of GPS";
  EXPECT_FALSE(std::isnan(got.rows[0].figure[EAST_M])) << "the place of the second before";
  EXPECT_TRUE(std::isnan(got.rows[1].figure[EAST_M])) << "a place is held for five seconds";
  EXPECT_EQ(got.rows[1].time_s, 10.0);
  EXPECT_EQ(got.report.read.other_records, 2U);
  ASSERT_EQ(got.unread.size(), 1U);
  EXPECT_EQ(got.unread[0].line, 6U);
  EXPECT_THAT(got.unread[0].why, HasSubstr("ends inside a block"));
}

TEST(Formats, nemo_reads_no_field_beyond_its_block) {
  const LogFolder folder;
  const std::string text =
      "CELLMEAS,10:00:00.000,,9,0,2,5,0,70041,1,380,-61.1,-73.1,70041,2,318,-44.0\n"
      "CELLMEAS,10:00:01.000,,9,0,1,10,0,70041,1,381,-61.1,-91.3,-17.1,1,37.0,1\n"
      "CELLMEAS,10:00:02.000,,9,0,1,10,0,70041,1,381,-61.1,-91.3,-17.1,1,37.0\n";
  const Imported got = import_recognised(folder.write("n.nmf", text), "nemo");
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(got.rows[0].figure[CELL], 380.0);
  EXPECT_TRUE(std::isnan(got.rows[0].figure[SS_RSRP_DBM])) << "-73.1 begins the next block";
  EXPECT_EQ(got.rows[1].figure[SS_RSRP_DBM], -91.3);
  ASSERT_EQ(got.unread.size(), 3U);
  EXPECT_EQ(got.unread[0].column, "ss_rsrp_dbm");
  EXPECT_THAT(got.unread[0].why, HasSubstr("a block has 5 fields"));
  EXPECT_EQ(got.unread[2].line, 3U) << "one field short";
  EXPECT_THAT(got.unread[2].why, HasSubstr("ends inside a block"));
}

TEST(Formats, nemo_leaves_out_records_of_other_systems_and_counts_them) {
  const LogFolder folder;
  const std::string nr =
      "CELLMEAS,10:00:00.000,,9,0,1,10,0,90041,504990,381,-61,-91.3,-17.1,,37,1\n";
  const std::string lte =
      "CELLMEAS,10:00:01.000,,7,0,1,10,0,70003,1550,318,-43.0,-70.0,-5.0,,93.0,\n";
  const std::string umts =
      "CELLMEAS,10:00:02.000,,5,0,3,3,3032,-80.1,50008,10838,-95.1,50001,10813,-96.9,50001,9,17,"
      "0\n";
  const Imported got = import_recognised(folder.write("n.nmf", umts + lte + nr + lte), "nemo");
  ASSERT_EQ(got.rows.size(), 1U) << "neither LTE nor UMTS makes a row";
  EXPECT_EQ(got.rows[0].figure[SS_RSRP_DBM], -91.3);
  EXPECT_EQ(got.report.read.left_out_records, 3U);
  EXPECT_EQ(got.report.read.other_records, 0U);
  EXPECT_TRUE(got.unread.empty());
  EXPECT_THAT(report_text(got.report),
              testing::AllOf(HasSubstr("3 records left out by the map: of another system"),
                             HasSubstr("records without a header")));
  EXPECT_THAT(report_text(got.report), testing::Not(HasSubstr("line 0")));
  const std::string alone = folder.write("lte.nmf", lte + lte);
  try {
    static_cast<void>(import(alone, *find_map("nemo")));
    FAIL() << "no row at all";
  } catch (const LogError& error) {
    EXPECT_THAT(error.what(), HasSubstr("2 records that only_if of format nemo leaves out"));
  }
}

TEST(Formats, nemo_counts_the_fields_before_the_blocks) {
  const LogFolder folder;
  const std::string text =
      "CELLMEAS,10:00:00.000,,9,2,x,y,1,7,0,90041,504990,381,-61,-91.3,-17.1\n"
      "CELLMEAS,10:00:01.000,,9,-1,1,7,0,90041,504990,382,-61,-92.3,-17.1\n"
      "CELLMEAS,10:00:02.000,,9,,1,7,0,90041,504990,383,-61,-93.3,-17.1\n";
  const Imported got = import_recognised(folder.write("n.nmf", text), "nemo");
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(got.rows[0].figure[PCI], 381.0) << "two fields more before the count";
  EXPECT_EQ(got.rows[0].figure[SS_RSRP_DBM], -91.3);
  EXPECT_EQ(got.rows[1].figure[PCI], 383.0) << "no number there is none";
  ASSERT_EQ(got.unread.size(), 1U);
  EXPECT_THAT(got.unread[0].why, HasSubstr("field 5 does not say"));
}

TEST(Formats, conditions_of_records_stand_on_fields_of_the_line) {
  const LogFolder folder;
  const ColumnMap map = parse_map(R"~(
    name: "mine" time { field: 2 format: "%s" }
    record {
      id: "A" makes_row: true only_if { field: 3 text: "NR" }
      column { to: SS_RSRP_DBM field: 4 }
    }
    record {
      id: "A" makes_row: true only_if { field: 3 text: "LTE" }
      column { to: RTT_MS field: 5 only_if { field: 4 text: "x" } }
    })~",
                                  "mine");
  const Imported got =
      import(folder.write("a.txt", "A,1,NR,-90\nA,2,LTE,-91,20\nA,3,LTE,x,30\nA,4,GSM,-92\n"), map);
  ASSERT_EQ(got.rows.size(), 3U);
  EXPECT_EQ(got.rows[0].figure[SS_RSRP_DBM], -90.0);
  EXPECT_TRUE(std::isnan(got.rows[1].figure[RTT_MS]));
  EXPECT_TRUE(std::isnan(got.rows[1].figure[SS_RSRP_DBM]));
  EXPECT_EQ(got.rows[2].figure[RTT_MS], 30.0);
  EXPECT_EQ(got.report.read.figure[RTT_MS].left_out, 1U);
  EXPECT_EQ(got.report.read.left_out_records, 1U) << "of no kind that the map means";
}

TEST(Formats, a_condition_on_a_column_that_the_header_lacks_is_refused) {
  const LogFolder folder;
  const ColumnMap map = load_map(folder.write("mine.txtpb", R"~(
    name: "mine" time { column: "t" format: "%s" }
    column { to: SS_RSRP_DBM from: "level" only_if { column: "ratt" text: "NR" } })~"));
  const std::string log = folder.write("m.csv", "t,level,rat\n1,-90,NR\n2,-91,LTE\n");
  try {
    static_cast<void>(import(log, map));
    FAIL() << "levels of LTE are no SS-RSRP";
  } catch (const LogError& error) {
    EXPECT_THAT(error.what(),
                testing::AllOf(HasSubstr("line 1"), HasSubstr("\"ratt\""), HasSubstr("only_if")));
  }
}

TEST(Formats, n41_log_with_bars_and_a_table_of_events) {
  const LogFolder folder;
  const std::string text =
      "Timestamp|Longitude|Latitude|GPS Speed (km/h)|5G KPI PCell RF Serving PCI|5G KPI PCell RF "
      "Serving SS-RSRP [dBm]|5G KPI PCell RF Serving SS-SINR [dB]|5G KPI PCell Layer2 MAC DL "
      "Throughput [Mbps]\n"
      "2024-03-05 10:00:00.000000|121.55|29.87|36|737|-85.25|14|576.94\n"
      "2024-03-05 10:00:01.000000|121.55|29.8701|36|36|-86.5|12|542.31\n"
      "\n"
      "Timestamp|Event Name|Event Content\n"
      "2024-03-05 10:00:00.500|NRHandoverAttempt|SourcePCI:737\n"
      "2024-03-05 10:00:00.600|NRRandomAccessSuc|Delay:10ms\n";
  const Imported got = import_recognised(folder.write("b.txt", text), "n41-log");
  ASSERT_EQ(got.rows.size(), 4U);
  EXPECT_EQ(got.rows[0].figure[CELL], 737.0);
  EXPECT_EQ(got.rows[0].figure[DL_THROUGHPUT_MBPS], 576.94);
  EXPECT_EQ(got.rows[1].events, "command_received");
  EXPECT_EQ(got.rows[1].time_s, 0.5);
  EXPECT_EQ(got.rows[2].events, "NRRandomAccessSuc") << "an unknown word is kept";
  EXPECT_EQ(got.report.read.header_repeats, 1U);
  EXPECT_TRUE(got.unread.empty());
}

TEST(Formats, n41_log_fills_neighbours_and_blocks) {
  const LogFolder folder;
  const std::string top = "|Measurement PCell Neighbor Cell Top Set(Cell Level) Top ";
  std::string header =
      "Timestamp|Longitude|Latitude|5G KPI PCell RF Serving PCI|5G KPI PCell RF "
      "Serving SS-RSRP [dBm]|5G KPI PCell Layer1 DL RB Num (Including 0)";
  for (const char* number : {"1", "2", "3"}) header += top + number + " PCI";
  for (const char* number : {"1", "2", "3"}) header += top + number + " Filtered Tx BRSRP [dBm]";
  const Imported got = import_recognised(
      folder.write("b.txt", header +
                                "\n2025-05-07 13:41:42.000000|128.1|32.5|441|-78.52|178.59|226|"
                                "13|480|-88.11|-96.63|-\n"),
      "n41-log");
  ASSERT_EQ(got.rows.size(), 1U);
  const auto& figure = got.rows[0].figure;
  EXPECT_EQ(figure[PCI], 441.0);
  EXPECT_EQ(figure[DL_PRB], 178.59);
  EXPECT_EQ(figure[NEIGHBOUR1_PCI], 226.0);
  EXPECT_EQ(figure[NEIGHBOUR1_CELL], 226.0) << "as the serving cell: by its PCI";
  EXPECT_EQ(figure[NEIGHBOUR1_SS_RSRP_DBM], -88.11);
  EXPECT_EQ(figure[NEIGHBOUR2_SS_RSRP_DBM], -96.63);
  EXPECT_EQ(figure[NEIGHBOUR3_PCI], 480.0);
  EXPECT_TRUE(std::isnan(figure[NEIGHBOUR3_SS_RSRP_DBM]));
  EXPECT_TRUE(got.report.read.unused_columns.empty());
}

TEST(Formats, n41_log_is_recognised_by_short_names_too) {
  const LogFolder folder;
  const Imported got = import_recognised(
      folder.write("s.csv",
                   "Timestamp,Longitude,Latitude,SS-RSRP [dBm],SS-SINR [dB],Throughput [Mbps]\n"
                   "2024-03-05 10:00:00.000000,121.55,29.87,-85.25,14,576.94\n"),
      "n41-log");
  ASSERT_EQ(got.rows.size(), 1U);
  EXPECT_EQ(got.rows[0].figure[SS_RSRP_DBM], -85.25);
  EXPECT_EQ(got.rows[0].figure[DL_THROUGHPUT_MBPS], 576.94);
  const std::string levels_of_what =
      "Timestamp,Longitude,Latitude,RSRP\n2024-03-05 10:00:00,121.55,29.87,-85\n";
  EXPECT_THROW(static_cast<void>(recognise_format(folder.write("r.csv", levels_of_what))),
               LogError);
}

TEST(Formats, chinese_headers_in_gbk) {
  const LogFolder folder;
  // "时间|经度|纬度|PCI|SS-RSRP [dBm]" in code page 936.
  const std::string text =
      "\xCA\xB1\xBC\xE4|\xBE\xAD\xB6\xC8|\xCE\xB3\xB6\xC8|PCI|SS-RSRP [dBm]\n"
      "2024/03/05 10:00:00|121.55|29.87|7|-90\n";
  const Imported got = import(folder.write("g.txt", text), *find_map("n41-log"));
  ASSERT_EQ(got.rows.size(), 1U);
  EXPECT_EQ(got.rows[0].figure[SS_RSRP_DBM], -90.0);
  EXPECT_EQ(got.rows[0].figure[NORTH_M], 0.0);
  EXPECT_EQ(got.report.encoding, "GBK");
}

TEST(Formats, gnettrack_text_with_tabs) {
  const LogFolder folder;
  const std::string text =
      "Timestamp\tLongitude\tLatitude\tSpeed\tNetworkTech\tCGI\tLevel\tQual\tSNR\tDL_bitrate\n"
      "2024.03.05_10.00.00\t121.55\t29.87\t36\t5G\t4097\t-91\t-11\t8\t8000\n"
      "2024.03.05_10.00.01\t121.55\t29.87\t36\t4G\t4098\t-71\t-9\t18\t9000\n";
  const Imported got = import_recognised(folder.write("g.txt", text), "gnettrack-text");
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(got.rows[0].figure[SS_RSRP_DBM], -91.0);
  EXPECT_TRUE(std::isnan(got.rows[1].figure[SS_RSRP_DBM])) << "4G";
  EXPECT_EQ(got.rows[1].figure[DL_GOODPUT_MBPS], 9.0);
}

TEST(Formats, a_map_of_ones_own_with_zone_date_and_devices) {
  const LogFolder folder;
  const std::string map_text = R"~(
    name: "mine" separator: ";" missing: "?"
    time { column: "clock" date_column: "day" format: "%d.%m.%Y %H:%M:%S" utc_offset_h: 8 }
    column { to: UE from: "phone" }
    column { to: RTT_MS from: "ping (s)" scale : 1000
}
    column { to: SS_RSRP_DBM from: "level" only_if { column: "rat" text: "NR" } })~";
  const ColumnMap map = load_map(folder.write("mine.txtpb", map_text));
  const std::string text =
      "day;clock;phone;PING (s);level;rat\n"
      "05.03.2024;18:00:00;2;0,025;-90;NR\n"
      "05.03.2024;18:00:00;1;0,031;?;NR\n"
      "05.03.2024;18:00:01;2;?;-91;LTE\n";
  const Imported got = import(folder.write("m.csv", text), map);
  ASSERT_EQ(got.rows.size(), 3U);
  EXPECT_EQ(iso_time(got.report.order.first_ns), "2024-03-05T10:00:00Z");
  EXPECT_TRUE(got.report.zone_known);
  EXPECT_EQ(got.rows[0].ue, 1U) << "two devices of one second are two, in order";
  EXPECT_EQ(got.rows[1].ue, 2U);
  EXPECT_EQ(got.rows[1].time_s, 0.0);
  EXPECT_EQ(got.rows[1].figure[RTT_MS], 25.0);
  EXPECT_TRUE(std::isnan(got.rows[2].figure[SS_RSRP_DBM]));
}

TEST(ColumnMaps, say_what_is_wrong_with_a_map) {
  const auto message = [](const std::string& text) {
    try {
      static_cast<void>(parse_map(text, "my.txtpb"));
    } catch (const LogError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const std::string good =
      "name: \"m\"\ntime { column: \"t\" format: \"%s\" }\ncolumn { to: RTT_MS from: \"r\" }\n";
  EXPECT_EQ(message(good), "");
  EXPECT_THAT(message(good + "colum { }"), HasSubstr("my.txtpb:4:7"));
  EXPECT_THAT(message(good + "column { to: LOUDNESS }"), HasSubstr("LOUDNESS"));
  EXPECT_THAT(message(good + "column { from: \"x\" }"), HasSubstr("without to"));
  EXPECT_THAT(message(good + "column { to: CELL }"), HasSubstr("cell without from"));
  EXPECT_THAT(message(good + "column { to: CELL from: \"c\" scale: 0 }"), HasSubstr("scale 0"));
  EXPECT_THAT(message(good + "separator: \"::\""), HasSubstr("one character"));
  const auto with_time = [&](const std::string& time) {
    return message("name: \"m\" column { to: CELL from: \"c\" } time { column: \"t\" " + time +
                   " }");
  };
  EXPECT_EQ(with_time("format: \"%s\" utc_offset_h: 14"), "");
  EXPECT_THAT(with_time("format: \"%j\""), HasSubstr("%j"));
  EXPECT_THAT(with_time("format: \"%s\" utc_offset_h: 15"), HasSubstr("-14 to 14"));
  EXPECT_THAT(with_time(""), HasSubstr("time.format"));
  EXPECT_THAT(message("name: \"m\" time { format: \"%s\" }"), HasSubstr("time.column"));
  EXPECT_THAT(message(good + "record { id: \"A\" }"), HasSubstr("makes_row"));
  EXPECT_THAT(message(good + "record { id: \"A\" makes_row: true column { to: CELL } }"),
              testing::AllOf(HasSubstr("time.field"), HasSubstr("cell of a record without field")));
  EXPECT_THAT(message(good + "record { makes_row: true block { size_field: 1 } }"),
              testing::AllOf(HasSubstr("without id"), HasSubstr("a block needs")));
  const std::string condition = "only_if { column: \"x\" text: \"1\" }";
  EXPECT_THAT(message("name: \"m\" time { field: 2 format: \"%s\" } record { id: \"A\" makes_row: "
                      "true " +
                      condition + " column { to: CELL field: 1 " + condition + " } }"),
              testing::AllOf(HasSubstr("record A: only_if of a record needs field"),
                             HasSubstr("column cell: only_if of a record needs field")));
  EXPECT_THAT(message(good + "column { to: CELL from: \"c\" only_if { field: 3 } }"),
              HasSubstr("only_if needs the name of a column"));
  EXPECT_EQ(message(good + "state_column { from: \"State\" }"), "");
  EXPECT_THAT(message(good + "state_column { to: CELL }"), HasSubstr("my.txtpb:4"));
}

TEST(ColumnMaps, that_are_known_are_sound_and_distinct) {
  ASSERT_GE(known_maps().size(), 7U);
  for (const ColumnMap& map : known_maps()) {
    EXPECT_EQ(map_findings(map), std::vector<std::string>{}) << map.name();
    EXPECT_EQ(find_map(map.name()), &map);
    EXPECT_FALSE(map.title().empty());
    EXPECT_FALSE(map.recognise().empty() && map.recognise_figure().empty()) << map.name();
    EXPECT_NE(map.origin(), ColumnMap::OWN);
  }
  EXPECT_EQ(find_map("fax"), nullptr);
}

}  // namespace
}  // namespace redcell::analysis
