// Goal: every format that `redcell import --list` names is recognised and read; so is a user's map.
// Method: a file of a few rows in each format, with its separators, decimals and encodings.
#include "analysis/field/column_maps.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "analysis/field/guess.h"
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

TEST(Formats, tems_over_midnight_with_tabs) {
  const LogFolder folder;
  const std::string text =
      "All-Time\tAll-Latitude\tAll-Longitude\tAll-Serving Cell Identity[1]\tAll-Serving Cell RSRP "
      "(dBm)[1]\tAll-Serving Cell RSRQ (dB)[1]\tEventInfo\n"
      "23:59:59.50\t29.87\t121.55\t7\t-90.5\t-10.5\t\n"
      "00:00:00.50\t29.87\t121.55\t7\t\t\tHandover done\n";
  const Imported got = import_recognised(folder.write("t.txt", text), "tems");
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(got.rows[1].time_s, 1.0);
  EXPECT_EQ(got.rows[1].events, "Handover done");
  EXPECT_EQ(got.rows[0].figure[SS_RSRP_DBM], -90.5);
  EXPECT_EQ(got.report.midnights, 1U);
}

TEST(Formats, nemo_records_with_held_places) {
  const LogFolder folder;
  const std::string text =
      "#AV,,,,4\n"
      "#START,23:59:58.000,,\"05.03.2024\"\n"
      "GPS,23:59:58.000,,121.55,29.87,12,0,1,9,10\n"
      "CELLMEAS,23:59:59.000,,8,0,2,10,1,70041,2,318,-44.0,-73.1,-9.7,1,97.0,54.0,"
      "0,70041,1,380,-61.1,-90.3,-17.1,1,37.0,1\n"
      "CELLMEAS,00:00:09.000,,8,0,1,10,0,70041,1,381,-61.1,-91.3,-17.1,1,37.0,1\n"
      "CELLMEAS,00:00:10.000,,8,0,3,10,0,70041,1\n"
      "RRCSM,00:00:10.500,,8,1\n";
  const Imported got = import_recognised(folder.write("n.nmf", text), "nemo");
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(iso_time(got.report.order.first_ns), "2024-03-05T23:59:59Z");
  EXPECT_EQ(got.rows[0].figure[CELL], 380.0) << "the serving cell, not the first";
  EXPECT_EQ(got.rows[0].figure[SS_RSRP_DBM], -90.3);
  EXPECT_EQ(got.rows[0].figure[SS_RSRQ_DB], -17.1);
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
      "CELLMEAS,10:00:00.000,,8,0,2,5,0,70041,1,380,-61.1,-73.1,70041,2,318,-44.0\n"
      "CELLMEAS,10:00:01.000,,8,0,1,10,0,70041,1,381,-61.1,-91.3,-17.1,1,37.0,1\n"
      "CELLMEAS,10:00:02.000,,8,0,1,10,0,70041,1,381,-61.1,-91.3,-17.1,1,37.0\n";
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
}

TEST(ColumnMaps, that_are_known_are_sound_and_distinct) {
  ASSERT_GE(known_maps().size(), 7U);
  for (const ColumnMap& map : known_maps()) {
    EXPECT_EQ(map_findings(map), std::vector<std::string>{}) << map.name();
    EXPECT_EQ(find_map(map.name()), &map);
    EXPECT_FALSE(map.title().empty());
    EXPECT_FALSE(map.recognise().empty()) << map.name();
    EXPECT_NE(map.origin(), ColumnMap::OWN);
  }
  EXPECT_EQ(find_map("fax"), nullptr);
}

TEST(Guess, proposes_a_map_that_reads_the_file) {
  const LogFolder folder;
  const std::string text =
      "my phone's log\n"
      "Log Time;GPS Latitude;GPS Longitude;Car speed (km/h);NR RSRP;Neighbour RSRP;SINR dB;DL "
      "Throughput kbps;Ping avg (ms);Weather\n"
      "05.03.2024 10:00:00;29,87;121,55;36;-90;-99;11;71000;24;rain\n"
      "05.03.2024 10:00:01;29,87;121,55;36;-91;-99;12;72000;25;rain\n";
  const std::string path = folder.write("phone.csv", text);
  const std::string proposal = guess_map(path);
  EXPECT_THAT(proposal, HasSubstr("# not used: \"Weather\""));
  EXPECT_THAT(proposal, HasSubstr("# not used: \"Neighbour RSRP\""));
  const Imported got = import(path, parse_map(proposal, "guess"));
  ASSERT_EQ(got.rows.size(), 2U);
  EXPECT_EQ(got.rows[1].figure[SS_RSRP_DBM], -91.0);
  EXPECT_EQ(got.rows[1].figure[SS_SINR_DB], 12.0);
  EXPECT_DOUBLE_EQ(got.rows[1].figure[DL_THROUGHPUT_MBPS], 72.0);
  EXPECT_DOUBLE_EQ(got.rows[1].figure[SPEED_MPS], 10.0);
  EXPECT_EQ(got.rows[1].figure[RTT_MS], 25.0);
  EXPECT_EQ(got.rows[1].figure[NORTH_M], 0.0);
  EXPECT_EQ(got.rows[1].time_s, 1.0);
}

TEST(Guess, knows_short_names_as_whole_words_only) {
  const LogFolder folder;
  const std::string proposal = guess_map(
      folder.write("a.csv", "time,lat,lon,plate,rsrp\n2024-03-05 10:00:00,29.87,121.55,7,-90\n"));
  EXPECT_THAT(proposal, HasSubstr("to: LATITUDE_DEG from: \"lat\""));
  EXPECT_THAT(proposal, HasSubstr("to: LONGITUDE_DEG from: \"lon\""));
  EXPECT_THAT(proposal, HasSubstr("# not used: \"plate\""));
}

TEST(Guess, says_what_it_lacks) {
  const LogFolder folder;
  EXPECT_THROW(static_cast<void>(guess_map(folder.write("a.txt", "no table here\n"))), LogError);
  EXPECT_THROW(static_cast<void>(guess_map(folder.write("b.csv", "RSRP,Latitude\n-90,3\n"))),
               LogError)
      << "no time";
  const std::string neighbours = "time,Neighbour RSRP,Neighbour RSRQ\n2024-03-05 10:00:00,-90,-9\n";
  EXPECT_THROW(static_cast<void>(guess_map(folder.write("c.csv", neighbours))), LogError)
      << "neighbours alone are no drive";
}

}  // namespace
}  // namespace redcell::analysis
