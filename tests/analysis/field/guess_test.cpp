// Goal: what --guess proposes reads the file in its units, and says where it had to choose. Method:
// headers of many tools, the proposal parsed and read back; tables of header, figure and factor.
#include "analysis/field/guess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "analysis/log_error.h"
#include "tests/analysis/field/log_file.h"

namespace redcell::analysis {
namespace {

using testing::HasSubstr;
using testing::Not;

struct Named {
  const char* header;
  DriveColumn column;
  double scale;
};

/// What is proposed for the one column beside the time and a plain place.
std::optional<ColumnMap::Column> proposed(const LogFolder& folder, const std::string& header) {
  const ColumnMap map =
      parse_map(guess_map(folder.write(
                    "g.csv", "time;lat;lon;" + header + "\n2024-03-05 10:00:00;29.87;121.55;1\n")),
                "guess");
  for (const ColumnMap::Column& column : map.column()) {
    if (column.from(0) == header) return column;
  }
  return {};
}

TEST(Guess, reads_units_as_whole_words) {
  const LogFolder folder;
  for (const Named& named :
       std::to_array<Named>({{"DL Throughput [Gbit/s]", DL_THROUGHPUT_MBPS, 1e3},
                             {"DL Throughput (Gbps)", DL_THROUGHPUT_MBPS, 1e3},
                             {"DL Throughput [Mbit/s]", DL_THROUGHPUT_MBPS, 1.0},
                             {"DL throughput Mbps", DL_THROUGHPUT_MBPS, 1.0},
                             {"dl_throughput_mbps", DL_THROUGHPUT_MBPS, 1.0},
                             {"UL Throughput [kbit/s]", UL_THROUGHPUT_MBPS, 1e-3},
                             {"UL Throughput (kbps)", UL_THROUGHPUT_MBPS, 1e-3},
                             {"UL Throughput [bit/s]", UL_THROUGHPUT_MBPS, 1e-6},
                             {"UL Throughput [bps]", UL_THROUGHPUT_MBPS, 1e-6},
                             {"DL Throughput (MB/s)", DL_THROUGHPUT_MBPS, 8.0},
                             {"DL Throughput (Mb/s)", DL_THROUGHPUT_MBPS, 1.0},
                             {"DL THROUGHPUT MBPS", DL_THROUGHPUT_MBPS, 1.0},
                             {"DL bitrate [Mbps]", DL_GOODPUT_MBPS, 1.0},
                             {"DL bitrate [Gbps]", DL_GOODPUT_MBPS, 1e3},
                             {"DL_bitrate", DL_GOODPUT_MBPS, 1e-3},
                             {"Upload speed (kbps)", UL_GOODPUT_MBPS, 1e-3},
                             {"Download speed [Mbit/s]", DL_GOODPUT_MBPS, 1.0},
                             {"Speed (mph)", SPEED_MPS, 0.44704},
                             {"Speed [km/h]", SPEED_MPS, 1.0 / 3.6},
                             {"speed_kmh", SPEED_MPS, 1.0 / 3.6},
                             {"Speed", SPEED_MPS, 1.0 / 3.6},
                             {"Velocity m/s", SPEED_MPS, 1.0},
                             {"Speed (knots)", SPEED_MPS, 1852.0 / 3600.0},
                             {"Ping avg (ms)", RTT_MS, 1.0},
                             {"RTT [s]", RTT_MS, 1e3},
                             {"Latency (\xC2\xB5s)", RTT_MS, 1e-3},
                             {"Latency", RTT_MS, 1.0}})) {
    SCOPED_TRACE(named.header);
    const auto column = proposed(folder, named.header);
    ASSERT_TRUE(column.has_value());
    EXPECT_EQ(column->to(), named.column);
    EXPECT_DOUBLE_EQ(column->scale(), named.scale);
  }
}

TEST(Guess, knows_cells_reports_blocks_and_neighbours) {
  const LogFolder folder;
  for (const Named& named : std::to_array<Named>(
           {{"5G KPI PCell RF Serving PCI", PCI, 1.0},
            {"NR_PCI", PCI, 1.0},
            {"5G KPI PCell RF NR-ARFCN", NR_ARFCN, 1.0},
            {"5G KPI PCell RF Band", BAND, 1.0},
            {"Band", BAND, 1.0},
            {"5G KPI PCell RF CQI", DL_CQI, 1.0},
            {"5G KPI PCell Layer1 DL RB Num (Including 0)", DL_PRB, 1.0},
            {"UL PRB", UL_PRB, 1.0},
            {"Smart Phone Smart Throughput Mobile Network DL Throughput [Mbps]", DL_GOODPUT_MBPS,
             1.0},
            {"5G KPI PCell Layer2 MAC DL Throughput [Mbps]", DL_THROUGHPUT_MBPS, 1.0},
            {"Measurement PCell Neighbor Cell Top Set(Cell Level) Top 2 PCI", NEIGHBOUR2_PCI, 1.0},
            {"Measurement PCell Neighbor Cell Top Set(Cell Level) Top 3 Filtered Tx BRSRP [dBm]",
             NEIGHBOUR3_SS_RSRP_DBM, 1.0},
            {"Neighbor 1 RSRP(dBm)", NEIGHBOUR1_SS_RSRP_DBM, 1.0}})) {
    SCOPED_TRACE(named.header);
    const auto column = proposed(folder, named.header);
    ASSERT_TRUE(column.has_value());
    EXPECT_EQ(column->to(), named.column);
    EXPECT_DOUBLE_EQ(column->scale(), named.scale);
  }
  for (const char* header : {"LTE KPI PCell Serving PCI", "LTE Band", "Bandwidth", "EARFCN",
                             "LTE KPI PCell WB CQI CW0", "LTE RSRP", "DL PRB utilisation"}) {
    EXPECT_FALSE(proposed(folder, header).has_value()) << header;
  }
  const std::string proposal = guess_map(folder.write(
      "e.csv", "Time,Serving PCI,CellID,State,Event Name\n2024-03-05 10:00:00,7,4097,D,x\n"));
  EXPECT_THAT(proposal, testing::AllOf(HasSubstr("to: PCI from: \"Serving PCI\""),
                                       HasSubstr("to: CELL from: \"CellID\""),
                                       HasSubstr("state_column { from: \"State\" }"),
                                       HasSubstr("event { column: \"Event Name\" }")));
  const std::string nameless =
      guess_map(folder.write("p.csv", "Time,PCI,SNR\n2024-03-05 10:00:00,7,9\n"));
  EXPECT_THAT(nameless, testing::AllOf(HasSubstr("to: PCI from: \"PCI\""),
                                       HasSubstr("to: CELL from: \"PCI\"")))
      << "a cell without another name goes by its PCI";
}

TEST(Guess, says_where_a_name_has_no_unit_and_no_system) {
  const LogFolder folder;
  const auto proposal = [&](const std::string& header) {
    return guess_map(
        folder.write("g.csv", "time,lat," + header + "\n2024-03-05 10:00:00,29.87,1\n"));
  };
  EXPECT_THAT(proposal("DL throughput"), HasSubstr("# no unit in the name; taken as Mbit/s:"));
  EXPECT_THAT(proposal("Speed"), HasSubstr("# no unit in the name; taken as km/h:"));
  EXPECT_THAT(proposal("Speed (mph)"), Not(HasSubstr("no unit")));
  EXPECT_THAT(proposal("RSRP"), HasSubstr("# of NR? the name does not say"));
  EXPECT_THAT(proposal("SS-RSRP"), Not(HasSubstr("of NR?")));
}

TEST(Guess, takes_the_date_from_its_own_column) {
  const LogFolder folder;
  const auto begin = [&](const std::string& text, const char* wanted) {
    const std::string path = folder.write("d.csv", text);
    const std::string proposal = guess_map(path);
    EXPECT_THAT(proposal, HasSubstr("date_column: \"Date\""));
    const Imported got = import(path, parse_map(proposal, "guess"));
    EXPECT_EQ(iso_time(got.report.order.first_ns), wanted) << proposal;
    return proposal;
  };
  begin("Date,Time,RSRP,SNR\n2024-12-13,10:00:00.5,-90,9\n", "2024-12-13T10:00:00Z");
  begin("Time;Date;RSRP;SNR\n10:00:00;13.12.2024;-90;9\n", "2024-12-13T10:00:00Z");
  begin("Date;Time;RSRP;SNR\n12/13/2024;10:00:00 PM;-90;9\n", "2024-12-13T22:00:00Z");
  const std::string plain = guess_map(folder.write("t.csv", "Time,RSRP,SNR\n10:00:00,-90,9\n"));
  EXPECT_THAT(plain, HasSubstr("# No date"));
  EXPECT_THAT(plain, Not(HasSubstr("date_column")));
}

TEST(Guess, says_which_dates_may_be_read_two_ways) {
  const LogFolder folder;
  const auto proposal = [&](const std::string& times) {
    return guess_map(folder.write("d.csv", "Time,RSRP,SNR\n" + times));
  };
  const std::string both = proposal("03/12/2024 10:00:00,-90,9\n04/12/2024 10:00:00,-90,9\n");
  EXPECT_THAT(both, HasSubstr("# Dates such as 03/12/2024 10:00:00 may be day/month or month/day: "
                              "taken as %d/%m/%Y. Else write %m/%d/%Y."));
  const std::string settled = proposal("03/12/2024 10:00:00,-90,9\n13/12/2024 10:00:00,-90,9\n");
  EXPECT_THAT(settled, Not(HasSubstr("may be")));
  EXPECT_THAT(settled, HasSubstr("%d/%m/%Y"));
  EXPECT_THAT(proposal("12/13/2024 10:00:00,-90,9\n"),
              testing::AllOf(HasSubstr("%m/%d/%Y"), Not(HasSubstr("may be"))));
  EXPECT_THAT(guess_map(folder.write("e.csv", "Date,Time,RSRP,SNR\n03/12/2024,10:00:00,-90,9\n")),
              HasSubstr("may be day/month"));
  EXPECT_THAT(proposal("03.12.2024 10:00:00,-90,9\n"), Not(HasSubstr("may be")));
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
  const std::string numbered = "time,Neighbor 1 PCI,Neighbor 1 RSRP\n2024-03-05 10:00:00,7,-90\n";
  EXPECT_THROW(static_cast<void>(guess_map(folder.write("d.csv", numbered))), LogError)
      << "nor are numbered ones";
}

}  // namespace
}  // namespace redcell::analysis
