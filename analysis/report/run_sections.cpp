#include "analysis/report/run_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/field/column_maps.h"
#include "analysis/report/page.h"
#include "analysis/xml.h"

namespace redcell::analysis {
namespace {

constexpr const char* one_style = "stroke=\"#1f5fbf\" stroke-width=\"1.6\"";
constexpr const char* other_style = "stroke=\"#d9730d\" stroke-width=\"1.6\"";
constexpr std::array<const char*, 2> direction_names = {"dl", "ul"};

/// In the order of a packet's way; [ours] colours that stay apart in grey.
struct PartColour {
  const char* name;
  const char* colour;
};
constexpr std::array<PartColour, 9> part_colours = {{{"core", "#7f7f7f"},
                                                     {"queue", "#1f77b4"},
                                                     {"alignment", "#aec7e8"},
                                                     {"grant", "#2c9c3c"},
                                                     {"air", "#e8710a"},
                                                     {"processing", "#8c564b"},
                                                     {"harq", "#c2185b"},
                                                     {"rlc", "#8a56b0"},
                                                     {"reordering", "#b8860b"}}};

std::string kpi_row(const Summary& summary, const Kpi& kpi) {
  const auto beside = [&](const char* statistic) {
    const Kpi* found = summary.find(kpi.name, kpi.terminal_group, statistic);
    return found ? page_number(found->value) : std::string();
  };
  return fmt::format(
      "<tr><td>{}</td><td>{} <small>[{}, {}]</small></td><td>{}</td><td>{}</td><td>{}</td><td>{}"
      "</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
      xml_escaped(kpi.name), page_number(kpi.value), page_number(kpi.ci_low),
      page_number(kpi.ci_high), beside("p5"), beside("median"), beside("p95"), beside("p99"),
      beside("min"), beside("max"), kpi.samples);
}

std::string group_table(const Summary& summary, const std::string& group) {
  std::string rows;
  for (const Kpi& kpi : summary.kpi) {
    const bool alone =
        kpi.statistic == "max" && summary.find(kpi.name, kpi.terminal_group, "mean") == nullptr;
    const bool leads = kpi.statistic == "mean" || kpi.statistic == "ratio" || alone;
    if (kpi.terminal_group == group && leads) rows += kpi_row(summary, kpi);
  }
  if (rows.empty()) return {};
  return "<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>KPI</th><th>mean [95 "
         "%]</th><th>p5</th>"
         "<th>median</th><th>p95</th><th>p99</th><th>min</th><th>max</th><th>samples</th></tr>"
         "</thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

/// Panels side by side, three a row.
class PanelGrid {
 public:
  PanelGrid(std::size_t count, std::string_view title)
      : svg_(1120.0, 40.0 + std::ceil(static_cast<double>(count) / 3.0) * pitch_y, title) {}
  void add(std::string_view title, const std::vector<Distributed>& curves) {
    const double column = static_cast<double>(count_ % 3), row = static_cast<double>(count_ / 3);
    draw_distributions(svg_, {48.0 + column * 366.0, 34.0 + row * pitch_y, 300.0, 170.0}, title,
                       curves);
    ++count_;
  }
  [[nodiscard]] std::string finish() const { return svg_.finish(); }

 private:
  static constexpr double pitch_y = 236.0;
  Svg svg_;
  std::size_t count_ = 0;
};

/// Means of the parts of one group's latency, in ms; [part_colours].
struct LatencyBar {
  std::string label;
  std::array<double, part_colours.size()> part_ms{};
  double total_ms = 0.0;
};

std::vector<LatencyBar> latency_bars(const Summary& summary) {
  std::vector<std::string> groups = {""};
  groups.insert(groups.end(), summary.terminal_groups.begin(), summary.terminal_groups.end());
  std::vector<LatencyBar> bars;
  for (const std::string& group : groups) {
    for (const char* direction : direction_names) {
      const auto mean_of = [&](const std::string& part) {
        const Kpi* kpi =
            summary.find(fmt::format("{}_latency_{}ms", direction, part), group, "mean");
        return kpi ? kpi->value : std::nan("");
      };
      LatencyBar bar;
      bar.label = fmt::format("{} {}", group.empty() ? "all" : group, direction);
      bar.total_ms = mean_of("");
      if (std::isnan(bar.total_ms)) continue;
      for (std::size_t i = 0; i < part_colours.size(); ++i) {
        bar.part_ms[i] = mean_of(fmt::format("{}_", part_colours[i].name));
      }
      bars.push_back(bar);
    }
  }
  return bars;
}

std::string latency_picture(const std::vector<LatencyBar>& bars) {
  constexpr double left = 170.0, width = 880.0, pitch = 26.0;
  double longest_ms = 1e-3;
  for (const LatencyBar& bar : bars) longest_ms = std::max(longest_ms, bar.total_ms);
  Svg svg(1120.0, 16.0 + pitch * static_cast<double>(bars.size()), "Latency parts");
  double y = 8.0;
  for (const LatencyBar& bar : bars) {
    svg.text({left - 8, y + 14}, bar.label, "font-size=\"12\" fill=\"#444\" text-anchor=\"end\"");
    double x = left;
    for (std::size_t i = 0; i < bar.part_ms.size(); ++i) {
      const double part = std::isnan(bar.part_ms[i]) ? 0.0 : bar.part_ms[i] / longest_ms * width;
      svg.rect({x, y, part, 18}, fmt::format("class=\"part\" fill=\"{}\"", part_colours[i].colour));
      x += part;
    }
    svg.text({x + 6, y + 14}, page_number(bar.total_ms), "font-size=\"11\" fill=\"#444\"");
    y += pitch;
  }
  return svg.finish();
}

std::string legend_html() {
  std::string html = "<p class=\"key\">";
  for (const PartColour& part : part_colours) {
    html += fmt::format("<i style=\"background:{}\"></i>{}", part.colour, part.name);
  }
  return html + "</p>\n";
}

}  // namespace

std::string kpi_section(const Summary& summary) {
  std::string html = "<h2>KPIs</h2>\n" + group_table(summary, "");
  for (const std::string& group : summary.terminal_groups) {
    html += fmt::format("<details><summary>Terminal group {}</summary>\n{}</details>\n",
                        xml_escaped(group), group_table(summary, group));
  }
  const std::string cells = group_table(summary, cell_group);
  if (!cells.empty()) html += "<h3>All cells</h3>\n" + cells;
  return html;
}

std::string distribution_section(const Side& side) {
  const auto is_drawn = [&](std::size_t i) { return is_measure(i) && !side.series[i].empty(); };
  std::size_t count = 0;
  for (std::size_t i = 0; i < drive_figure_count; ++i) count += is_drawn(i) ? 1 : 0;
  if (count == 0) return {};
  PanelGrid grid(count, "Distributions");
  for (std::size_t i = 0; i < drive_figure_count; ++i) {
    if (!is_drawn(i)) continue;
    grid.add(column_name(static_cast<DriveColumn>(i)),
             {{.values = values_of(side.series[i]), .style = one_style}});
  }
  return fmt::format(
      "<h2>Distributions</h2>\n<p>Share of seconds up to a value (%).</p>\n"
      "<figure>{}</figure>\n",
      grid.finish());
}

std::string latency_section(const Summary& summary) {
  const std::vector<LatencyBar> bars = latency_bars(summary);
  if (bars.empty()) return {};
  std::string html = fmt::format(
      "<h2>Where the time of packets goes (mean, ms)</h2>\n{}<figure>{}"
      "</figure>\n<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th></th>",
      legend_html(), latency_picture(bars));
  for (const PartColour& part : part_colours) html += fmt::format("<th>{}</th>", part.name);
  html += "<th>sum</th></tr></thead><tbody>\n";
  for (const LatencyBar& bar : bars) {
    html += fmt::format("<tr><td>{}</td>", xml_escaped(bar.label));
    for (const double part : bar.part_ms) html += fmt::format("<td>{}</td>", page_number(part));
    html += fmt::format("<td>{}</td></tr>\n", page_number(bar.total_ms));
  }
  return html + "</tbody></table></div>\n";
}

std::string handover_section(const Side& side) {
  const bool interrupted = !side.interruption_ms[0].empty() || !side.interruption_ms[1].empty();
  const bool apart = !side.handover_distance_m.empty();
  if (!interrupted && !apart) return {};
  PanelGrid grid(2, "Handovers");
  if (interrupted) {
    grid.add("Interruption by a handover (ms)",
             {{.values = side.interruption_ms[DOWNLINK], .style = one_style},
              {.values = side.interruption_ms[UPLINK], .style = other_style}});
  }
  if (apart) {
    grid.add("Driven between handovers (m)",
             {{.values = side.handover_distance_m, .style = one_style}});
  }
  return fmt::format(
      "<h2>Handovers</h2>\n<p>Share of handovers up to a value (%); interruptions: <span "
      "class=\"a\">downlink</span> {}, <span class=\"b\">uplink</span> {}; distances: {}.</p>\n"
      "<figure>{}</figure>\n",
      side.interruption_ms[DOWNLINK].size(), side.interruption_ms[UPLINK].size(),
      side.handover_distance_m.size(), grid.finish());
}

std::string slice_section(const Side& side) {
  if (side.slices.empty()) return {};
  constexpr double left = 170.0, width = 880.0, pitch = 26.0;
  Svg svg(1120.0, 16.0 + 2.0 * pitch * static_cast<double>(side.slices.size()), "Slices");
  std::string rows;
  double y = 8.0;
  for (const SliceUse& use : side.slices) {
    for (std::size_t d = 0; d < direction_names.size(); ++d) {
      const double share = side.prb_slots[d] > 0 ? static_cast<double>(use.prb_slots[d]) /
                                                       static_cast<double>(side.prb_slots[d])
                                                 : 0.0;
      svg.text({left - 8, y + 14}, fmt::format("{} {}", use.slice, direction_names[d]),
               "font-size=\"12\" fill=\"#444\" text-anchor=\"end\"");
      svg.rect({left, y, width, 18}, "fill=\"#fafafa\" stroke=\"#999\"");
      svg.rect({left, y, width * std::min(share, 1.0), 18},
               fmt::format("class=\"slice\" fill=\"{}\"", d == 0 ? "#1f5fbf" : "#d9730d"));
      rows += fmt::format(
          "<tr><td>{}</td><td>{}</td><td>{:.1f}</td><td>{}</td></tr>\n", xml_escaped(use.slice),
          direction_names[d], 100.0 * share,
          side.counted_ns > 0 ? page_number(rate_mbps(use.bytes[d], side.counted_ns)) : "?");
      y += pitch;
    }
  }
  return fmt::format(
      "<h2>Slices</h2>\n<p>PRBs that a slice had, of all that the cells had for data.</p>\n"
      "<figure>{}</figure>\n<table><thead><tr><th>slice</th><th></th><th>PRBs (%)</th>"
      "<th>all terminals, at MAC (Mbps)</th></tr></thead><tbody>\n{}</tbody></table>\n",
      svg.finish(), rows);
}

}  // namespace redcell::analysis
