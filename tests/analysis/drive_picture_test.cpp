// Goal: the picture is a well-formed SVG that needs nothing from outside and shows every event.
// Method: read back as XML by Boost's parser; elements counted; drives with things missing.
#include "analysis/drive_picture.h"

#include <gtest/gtest.h>

#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

namespace redcell::analysis {
namespace {

using Tree = boost::property_tree::ptree;

/// Throws, and so fails the test, where the text is no XML.
Tree xml_of(const std::string& text) {
  std::istringstream in(text);
  Tree tree;
  boost::property_tree::read_xml(in, tree);
  return tree.get_child("svg");
}

template <class Counts>
int count_of(const Tree& tree, Counts counts) {
  int count = 0;
  for (const auto& [name, child] : tree) {
    if (name == "<xmlattr>") continue;
    count += counts(name, child) ? 1 : 0;
    count += count_of(child, counts);
  }
  return count;
}

int count_of_class(const Tree& tree, const std::string& wanted) {
  return count_of(tree, [&](const std::string&, const Tree& child) {
    return child.get("<xmlattr>.class", "") == wanted;
  });
}

int count_of_words(const Tree& tree, const std::string& words) {
  return count_of(tree, [&](const std::string& name, const Tree& child) {
    return name == "text" && child.data() == words;
  });
}

void add_event(DriveLog& log, int time_s, MobilityEventKind kind) {
  KpiRecord record;
  record.mutable_mobility_event()->set_time_ns(time_s * 1'000'000'000LL);
  record.mutable_mobility_event()->set_kind(kind);
  log.add(record);
}

/// 100 s through three sectors of one site.
DriveLog drive_of(const std::string& title) {
  DriveLog log;
  KpiRecord record;
  record.mutable_run_start()->set_scenario(title);
  record.mutable_run_start()->set_warm_up_ns(50'000'000'000);
  for (const std::uint32_t cell : {3U, 4U, 5U}) {
    RunStart::Cell& out = *record.mutable_run_start()->add_cells();
    out.set_cell(cell);
    out.set_site("market <square> & \"hall\"");
    out.set_azimuth_mdeg(static_cast<std::int32_t>(cell) * 120'000);
  }
  log.add(record);
  for (int i = 0; i < 100; ++i) {
    record.Clear();
    DriveRow& row = *record.mutable_drive_row();
    row.set_time_ns(i * 1'000'000'000LL);
    row.set_duration_ns(1'000'000'000);
    row.set_east_mm(i * 10'000);
    row.set_north_mm(i * i * 10);
    row.set_cell(3 + static_cast<std::uint32_t>(i) / 34);
    row.set_ss_rsrp_mdbm(-120'000 + 600 * i);
    row.set_ss_sinr_mdb(i < 50 ? 30'000 : -3'000);
    row.set_dl_bytes_acked(i < 50 ? 25'000'000 : 1'250'000);
    row.set_ul_bytes_acked(0);
    log.add(record);
  }
  return log;
}

TEST(DriveSvg, is_well_formed_and_names_what_it_shows) {
  const std::string text = drive_svg(drive_of("Ring <700 MHz> & \"more\""));
  const Tree svg = xml_of(text);
  EXPECT_EQ(svg.get<std::string>("title"), "Ring <700 MHz> & \"more\"");
  EXPECT_EQ(svg.get<int>("<xmlattr>.width"), 1100);
  EXPECT_EQ(count_of_words(svg, "market <square> & \"hall\""), 1) << "a site is named once";
  for (const char* words : {"Route", "SS-RSRP (dBm)", "Serving cell", "time (s)", "SS-SINR",
                            "DL rate", "UL rate", "start", "end"}) {
    EXPECT_GE(count_of_words(svg, words), 1) << words;
  }
  for (const char* cell : {"3", "4", "5"}) EXPECT_GE(count_of_words(svg, cell), 1) << cell;
}

TEST(DriveSvg, needs_nothing_from_outside) {
  const std::string text = drive_svg(drive_of("Ring"));
  for (const char* part : {"<script", "href", "<image", "@import", "<foreignObject", "url(http"}) {
    EXPECT_EQ(text.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(text.find("http"), text.find("http://www.w3.org/2000/svg"));
  EXPECT_EQ(text.find("http"), text.rfind("http"));
}

TEST(DriveSvg, marks_each_handover_and_each_failure) {
  DriveLog log = drive_of("Ring");
  EXPECT_EQ(count_of_class(xml_of(drive_svg(log)), "handover"), 0);
  for (int i = 0; i < 17; ++i) add_event(log, 3 + 5 * i, COMPLETED);
  for (int i = 0; i < 3; ++i) add_event(log, 4 + 5 * i, COMMAND_RECEIVED);
  add_event(log, 90, EXECUTION_FAILED);
  add_event(log, 91, PREPARATION_FAILED);
  add_event(log, 95, RADIO_LINK_FAILURE);
  add_event(log, 1000, REESTABLISHMENT_FAILED);
  const Tree svg = xml_of(drive_svg(log));
  EXPECT_EQ(count_of_class(svg, "handover"), 17);
  EXPECT_EQ(count_of_class(svg, "failure"), 3);
}

TEST(DriveSvg, marks_the_medians_of_what_came_after_warm_up) {
  const Tree svg = xml_of(drive_svg(drive_of("Ring")));
  EXPECT_EQ(count_of_words(svg, "median -75.6 dBm"), 1) << "of i = 50 to 99, the 25th: 74";
  EXPECT_EQ(count_of_words(svg, "median -3.0 dB"), 1);
  EXPECT_EQ(count_of_words(svg, "median 10.0 Mbps"), 1);
  EXPECT_EQ(count_of_words(svg, "median 0.0 Mbps"), 1);
}

/// Curves in the colour of the downlink: its rate, and its distribution.
std::size_t downlink_curves(const DriveLog& log) {
  const std::string text = drive_svg(log);
  std::size_t count = 0, at = 0;
  while ((at = text.find("<polyline", at)) != std::string::npos) {
    const std::string element = text.substr(at, text.find('>', at) - at);
    count += element.find("#1f5fbf") != std::string::npos ? 1 : 0;
    ++at;
  }
  return count;
}

TEST(DriveSvg, leaves_a_gap_where_no_rate_was_measured) {
  const auto drive_with = [](int from, int to) {
    const DriveLog whole = drive_of("Ring");
    DriveLog log;
    KpiRecord start;
    *start.mutable_run_start() = whole.start();
    log.add(start);
    for (const DriveRow& row : whole.terminals().at(0)->rows) {
      KpiRecord record;
      *record.mutable_drive_row() = row;
      const auto second = row.time_ns() / 1'000'000'000;
      if (second >= from && second < to) record.mutable_drive_row()->clear_dl_bytes_acked();
      log.add(record);
    }
    return log;
  };
  EXPECT_EQ(downlink_curves(drive_with(0, 0)), 2U);
  EXPECT_EQ(downlink_curves(drive_with(40, 50)), 3U) << "one line before the gap, one behind it";
  const Tree none = xml_of(drive_svg(drive_with(0, 100)));
  EXPECT_EQ(count_of_words(none, "not measured"), 1) << "and no rate of 0";
  const Tree some = xml_of(drive_svg(drive_with(50, 90)));
  EXPECT_EQ(count_of_words(some, "median 10.0 Mbps"), 1) << "of those that were measured";
}

TEST(DriveSvg, shows_what_there_is_of_a_bare_drive) {
  DriveLog log;
  KpiRecord record;
  record.mutable_drive_row()->set_duration_ns(100'000'000);
  log.add(record);
  const std::string text = drive_svg(log);
  const Tree svg = xml_of(text);
  EXPECT_EQ(count_of_words(svg, "not measured"), 4);
  EXPECT_EQ(text.find("nan"), std::string::npos);
  EXPECT_EQ(text.find("inf"), std::string::npos);
}

TEST(DriveSvgDeathTest, rejects_a_log_without_a_drive) {
  EXPECT_DEATH(static_cast<void>(drive_svg(DriveLog())), "broken precondition");
}

}  // namespace
}  // namespace redcell::analysis
