// Goal: the page of a run has every section the run has something for, is whole without scripts
// and needs nothing from elsewhere. Method: a run written here, the page's structure and figures
// read back.
#include "analysis/report/run_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "analysis/report/bwp_section.h"
#include "tests/analysis/compare/run_folder.h"

namespace redcell::analysis {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) {
    ++count;
  }
  return count;
}

/// What lies between two marks; empty when they are not there.
std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t begin = text.find(from);
  if (begin == std::string::npos) return {};
  const std::size_t start = begin + from.size();
  return text.substr(start, text.find(to, start) - start);
}

class RunPage : public testing::Test {
 protected:
  std::string page(const FakeRun& run, const RunStory& story = {}) {
    write_run(folder_, "run", run);
    return run_html(load_side(folder_.path("run")), story);
  }
  LogFolder folder_;
};

TEST_F(RunPage, needs_nothing_from_elsewhere_and_closes_what_it_opens) {
  const std::string html = page({.seconds = 90});
  EXPECT_EQ(html.rfind("<!DOCTYPE html>", 0), 0U);
  for (const char* outside : {"src=", "href=", "@import", "url(http", "<link"}) {
    EXPECT_THAT(html, Not(HasSubstr(outside)));
  }
  for (const char* tag :
       {"table", "section", "svg", "script", "figure", "details", "select", "tr", "td"}) {
    EXPECT_EQ(
        count_of(html, std::string("<") + tag + ">") + count_of(html, std::string("<") + tag + " "),
        count_of(html, std::string("</") + tag + ">"))
        << tag;
  }
}

TEST_F(RunPage, shows_figures_verdict_and_facts_in_tables) {
  Target target;
  target.set_kpi("dl_throughput_mbps");
  target.set_value(1000.0);
  target.set_tolerance_percent(1.0);
  write_run(folder_, "run", {});
  const Side side = load_side(folder_.path("run"));
  const std::string html =
      run_html(side, {.facts = {{"seed", "3 & <4>"}},
                      .verdict = judge(side.summary, std::vector<Target>{target})});
  EXPECT_THAT(html, HasSubstr("Verdict: <span class=\"FAIL\">FAIL</span>"));
  EXPECT_THAT(html, HasSubstr("<td>990 to 1010</td><td class=\"FAIL\">FAIL</td>"));
  EXPECT_THAT(html, HasSubstr("<td>seed</td><td>3 &amp; &lt;4&gt;</td>"));
  const Kpi* mean = side.summary.find("dl_throughput_mbps", "", "mean");
  ASSERT_NE(mean, nullptr);
  EXPECT_THAT(html, HasSubstr(fmt::format("<tr><td>dl_throughput_mbps</td><td>{:.4g} <small>",
                                          mean->value)));
  EXPECT_THAT(html, HasSubstr("<summary>Terminal group car</summary>"));
}

TEST_F(RunPage, says_nothing_of_what_the_run_does_not_have) {
  const std::string html = page({.moves = false});
  for (const char* absent : {"<h2>Verdict", "<h2>The drive", "<h2>Slices", "<h2>Handovers",
                             "<h2>Where the time", "<script"}) {
    EXPECT_THAT(html, Not(HasSubstr(absent)));
  }
  EXPECT_THAT(html, HasSubstr("<h2>Distributions</h2>"));
}

TEST_F(RunPage, links_each_piece_of_the_way_to_its_figures) {
  const std::string html = page({.seconds = 90});
  const std::string text = between(html, "<script type=\"application/json\">", "</script>");
  const auto data = nlohmann::json::parse(text);
  ASSERT_EQ(data["time_s"].size(), 90U);
  EXPECT_EQ(count_of(html, "class=\"w w"), 90U) << "a line of the way each";
  const auto& rsrp = data["figures"][0];
  EXPECT_EQ(rsrp["name"], "ss_rsrp_dbm");
  ASSERT_EQ(rsrp["classes"].get<std::string>().size(), 90U);
  // -80 to -86 dBm: below -80 is the fourth class of six, counted from 0.
  EXPECT_EQ(rsrp["classes"].get<std::string>().substr(0, 3), "433");
  EXPECT_EQ(rsrp["low"][1], -81.0);
  EXPECT_EQ(data["cell"][89], 4);
  // The cursor of a time is where its curve is drawn.
  EXPECT_EQ(data["from_s"], 0.0);
  EXPECT_EQ(data["to_s"], 89.0);
  EXPECT_EQ(count_of(html, "<option>"), data["figures"].size());
}

TEST_F(RunPage, shows_latency_slices_and_handovers_of_a_run_that_has_them) {
  std::filesystem::create_directories(folder_.path("run"));
  KpiLogWriter log(folder_.path("run/kpi.log"));
  constexpr std::int64_t ms = 1'000'000;
  const auto write = [&](auto fill) {
    KpiRecord record;
    fill(record);
    log.write(record);
  };
  write([](KpiRecord& r) {
    RunStart::Group& group = *r.mutable_run_start()->add_groups();
    group.set_name("meters");
    group.set_count(1);
    group.set_slice("grid & more");
  });
  for (int second = 0; second < 40; ++second) {
    write([&](KpiRecord& r) {
      PacketLatency& packet = *r.mutable_packet_latency();
      packet.set_time_ns(second * 1000 * ms);
      packet.set_queue_ns(3 * ms);
      packet.set_air_ns(1 * ms);
      packet.set_total_ns(4 * ms);
    });
    write([&](KpiRecord& r) {
      LinkBin& bin = *r.mutable_link_bin();
      bin.set_time_ns(second * 1000 * ms);
      bin.set_blocks(10);
      bin.set_first_blocks(10);
      bin.set_prb_sum(300);
    });
    write([&](KpiRecord& r) {
      CellBin& bin = *r.mutable_cell_bin();
      bin.set_time_ns(second * 1000 * ms);
      bin.set_dl_prb_slots_available(1200);
    });
    write([&](KpiRecord& r) {
      HandoverInterruption& interruption = *r.mutable_handover_interruption();
      interruption.set_time_ns(second * 1000 * ms);
      interruption.set_interruption_ns((20 + second) * ms);
    });
  }
  write([&](KpiRecord& r) { r.mutable_run_end()->set_simulated_ns(40'000 * ms); });
  log.flush();
  const std::string html = run_html(load_side(folder_.path("run")), {});
  EXPECT_THAT(html, HasSubstr("<h2>Where the time of packets goes"));
  EXPECT_EQ(count_of(html, "class=\"part\""), 2U * 9U) << "all terminals and the group";
  EXPECT_THAT(html, HasSubstr("<tr><td>all dl</td><td>0</td><td>3</td><td>0</td><td>0</td><td>1"));
  EXPECT_THAT(html, HasSubstr("<tr><td>grid &amp; more</td><td>dl</td><td>25.0</td>"));
  EXPECT_THAT(html, HasSubstr("<span class=\"a\">downlink</span> 40"));
}

TEST_F(RunPage, shows_bandwidth_parts_as_a_picture_and_a_table) {
  const std::string html = page({.seconds = 10, .moves = false, .bwp_switches = 3});
  const std::string section = between(html, "<section class=\"bwps\">", "</section>");
  // In part 0 for 0.99 + 0.99 s, in part 1 for 0.99 s and from the third second on.
  EXPECT_THAT(section, HasSubstr("<tr><td>car 0</td><td>3</td><td>0</td><td>2</td><td>1</td>"
                                 "<td>30</td><td>10</td><td>1.98</td><td>7.99</td></tr>"));
  EXPECT_EQ(count_of(section, "class=\"bwp\" fill=\"#1f77b4\""), 2U);
  EXPECT_EQ(count_of(section, "class=\"bwp\" fill=\"#e8710a\""), 2U);
  EXPECT_EQ(count_of(section, "class=\"gap\""), 3U);
  EXPECT_THAT(section, HasSubstr("<tr><td>2.0000</td><td>0</td><td>1</td><td>0</td><td>timer</td>"
                                 "<td>10</td></tr>"));
}

TEST_F(RunPage, shows_the_parts_of_a_drive_above_its_time_lines) {
  const auto charts = [&](int switches) {
    const std::string html = page({.seconds = 90, .bwp_switches = switches});
    return between(html, "<figure class=\"charts\">", "</figure>");
  };
  EXPECT_EQ(count_of(charts(0), "bandwidth part"), 0U);
  const std::string with_parts = charts(2);
  EXPECT_EQ(count_of(with_parts, ">bandwidth part "), 1U);
  EXPECT_EQ(count_of(with_parts, "class=\"bwp\""), 3U);
}

TEST_F(RunPage, of_many_switches_stays_small_and_says_what_is_left_out) {
  const std::string none = page({.seconds = 20'000, .moves = false});
  const std::string html = page({.seconds = 20'000, .moves = false, .bwp_switches = 19'000});
  EXPECT_LT(html.size(), none.size() + 300'000U);
  EXPECT_THAT(html, HasSubstr("<td>19000</td>"));
  EXPECT_THAT(html, HasSubstr(fmt::format("<p>{} more are in the log.</p>",
                                          19'000 - bwp_switches_listed_max)));
}

/// What the script of a page has of each figure of the drive, by name.
std::map<std::string, nlohmann::json> figures_of(const std::string& html) {
  std::map<std::string, nlohmann::json> figures;
  const std::string text = between(html, "<script type=\"application/json\">", "</script>");
  const auto data = nlohmann::json::parse(text);
  for (const auto& figure : data["figures"]) {
    figures[figure["name"].get<std::string>()] = figure;
  }
  return figures;
}

TEST_F(RunPage, of_a_field_log_without_rates_shows_what_it_has) {
  std::string text =
      "TIME_STAMP,GPS Lon,GPS Lat,5G KPI PCell RF Serving SS-RSRP [dBm],5G KPI PCell RF RI,"
      "5G KPI PCell Layer1 DL MCS (Avg),5G KPI PCell Layer1 DL BLER [%]\n";
  for (int i = 0; i < 40; ++i) {
    text += fmt::format("2024-03-05 10:00:{:02}.000,121.55,{:.6f},-95,2,{},8\n", i,
                        29.87 + 9e-5 * i, 20 + i % 5);
  }
  const auto figures = figures_of(run_html(load_side(folder_.write("xcal.csv", text)), {}));
  for (const char* name : {"ss_rsrp_dbm", "dl_rank", "dl_mcs", "dl_bler_percent"}) {
    EXPECT_EQ(figures.count(name), 1U) << name;
  }
  for (const char* name : {"dl_throughput_mbps", "ul_throughput_mbps", "dl_goodput_mbps"}) {
    EXPECT_EQ(figures.count(name), 0U) << name;
  }
  EXPECT_EQ(figures.at("dl_mcs")["low"][7], 22.0);
}

TEST_F(RunPage, of_a_field_log_calls_goodput_so_and_leaves_gaps) {
  std::string text = gnettrack_header;
  for (int i = 0; i < 40; ++i) {
    GnetRow row = gnet_row(i);
    if (i >= 10 && i < 16) row.state = "I";
    text += gnet_line(row);
  }
  const auto figures = figures_of(run_html(load_side(folder_.write("field.csv", text)), {}));
  EXPECT_EQ(figures.count("dl_throughput_mbps"), 0U) << "a traffic counter is not MAC";
  const auto& rates = figures.at("dl_goodput_mbps")["low"];
  for (std::size_t i = 0; i < 40; ++i) {
    if (i >= 10 && i < 16) {
      EXPECT_TRUE(rates[i].is_null()) << i;
    } else {
      EXPECT_EQ(rates[i], 71.0) << i;
    }
  }
}

TEST_F(RunPage, of_a_long_drive_stays_small) {
  for (const bool hands_over : {false, true}) {
    const std::string html = page({.seconds = 20'000, .hands_over = hands_over});
    EXPECT_LT(html.size(), hands_over ? 3'000'000U : 2'000'000U);
    EXPECT_THAT(html, HasSubstr("<h2>The drive of car"));
    EXPECT_EQ(count_of(html, "class=\"failure\"") > 1000U, hands_over);
  }
}

}  // namespace
}  // namespace redcell::analysis
