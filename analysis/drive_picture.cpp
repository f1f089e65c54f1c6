#include "analysis/drive_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/drive_view.h"
#include "analysis/statistics.h"
#include "base/check.h"

namespace redcell::analysis {
namespace {

constexpr double picture_width = 1100.0;
constexpr double picture_height = 862.0;
constexpr const char* dl_style = "stroke=\"#1f5fbf\" stroke-width=\"1.2\"";
constexpr const char* ul_style = "stroke=\"#d9730d\" stroke-width=\"1.2\"";
constexpr const char* level_style = "stroke=\"#333\" stroke-width=\"1.2\"";

using Level = std::int32_t (DriveRow::*)() const;
using HasLevel = bool (DriveRow::*)() const;
using HasRate = bool (DriveRow::*)() const;
using Bytes = std::int64_t (DriveRow::*)() const;

using Stretches = std::vector<std::vector<Point>>;  ///< Between gaps.

/// Rates of whole seconds, each at the second's end. A second or more without a rate is a gap.
Stretches rates_of(const std::vector<DriveRow>& rows, HasRate has, Bytes bytes_of) {
  constexpr std::int64_t second_ns = 1'000'000'000;
  Stretches stretches(1);
  std::int64_t bytes = 0, duration_ns = 0, last_end_ns = 0;
  for (const DriveRow& row : rows) {
    if (!(row.*has)()) continue;
    if (row.time_ns() - last_end_ns >= second_ns) {
      if (!stretches.back().empty()) stretches.emplace_back();
      bytes = duration_ns = 0;
    }
    last_end_ns = row.time_ns() + row.duration_ns();
    bytes += (row.*bytes_of)();
    duration_ns += row.duration_ns();
    if (duration_ns < second_ns) continue;
    stretches.back().push_back({end_s(row), rate_mbps(bytes, duration_ns)});
    bytes = duration_ns = 0;
  }
  return stretches;
}

/// Stretches without a gap.
Stretches levels_of(const std::vector<DriveRow>& rows, HasLevel has, Level level) {
  Stretches stretches(1);
  for (const DriveRow& row : rows) {
    if ((row.*has)()) {
      stretches.back().push_back({end_s(row), static_cast<double>((row.*level)()) / 1e3});
    } else if (!stretches.back().empty()) {
      stretches.emplace_back();
    }
  }
  return stretches;
}

std::vector<double> heights(const Stretches& stretches) {
  std::vector<double> values;
  for (const auto& stretch : stretches) {
    for (const Point& point : stretch) values.push_back(point.y);
  }
  return values;
}

/// A lone point is drawn as wide as the second it stands for.
void draw_stretches(Svg& svg, const Panel& panel, const Stretches& stretches, const char* style) {
  for (const std::vector<Point>& stretch : stretches) {
    if (stretch.size() == 1) {
      svg.line(panel.at(std::max(stretch[0].x - 1.0, panel.x.low), stretch[0].y),
               panel.at(stretch[0].x, stretch[0].y), style);
    } else {
      draw_line(svg, panel, stretch, style);
    }
  }
}

Range widened(Range range, double share) {
  const double more = share * (range.high - range.low);
  return {range.low - more, range.high + more};
}

void draw_failures(Svg& svg, const DriveView& view, const Panel& panel) {
  for (const MobilityEvent& event : view.events()) {
    if (!is_failure(event)) continue;
    const double time_s = static_cast<double>(event.time_ns()) / 1e9;
    svg.line(panel.at(time_s, panel.y.low), panel.at(time_s, panel.y.high),
             "stroke=\"#e00000\" stroke-width=\"1.2\" stroke-opacity=\"0.7\"");
  }
}

void draw_level_plot(Svg& svg, const DriveView& view, const Panel& place) {
  constexpr double range_min_db = 10.0;
  const auto stretches =
      levels_of(view.rows(), &DriveRow::has_ss_rsrp_mdbm, &DriveRow::ss_rsrp_mdbm);
  Panel panel = place;
  panel.y = widened(range_of(heights(stretches), range_min_db), 0.06);
  draw_ground(svg, panel, "SS-RSRP (dBm)");
  draw_x_axis(svg, panel, "");
  draw_y_axis(svg, panel);
  draw_stretches(svg, panel, stretches, level_style);
  draw_failures(svg, view, panel);
}

/// One stretch of rows with the same serving cell.
struct Service {
  std::uint32_t cell;
  double from_s;
  double to_s;
};

std::vector<Service> services_of(const std::vector<DriveRow>& rows) {
  std::vector<Service> services;
  bool open = false;
  for (const DriveRow& row : rows) {
    if (!row.has_cell()) {
      open = false;
      continue;
    }
    if (!open || services.back().cell != row.cell()) {
      services.push_back({row.cell(), static_cast<double>(row.time_ns()) / 1e9, 0.0});
    }
    services.back().to_s = end_s(row);
    open = true;
  }
  return services;
}

void draw_cell_names(Svg& svg, const DriveView& view, const Panel& panel) {
  constexpr double pixels_a_name = 11.0;
  const double pixels_a_cell = panel.box.height / (panel.y.high - panel.y.low);
  const auto every = static_cast<std::size_t>(std::ceil(pixels_a_name / pixels_a_cell));
  for (std::size_t i = 0; i < view.cells().size(); i += every) {
    const double y = panel.at(0.0, -static_cast<double>(i)).y;
    svg.text({panel.box.x - 6, y + 4}, fmt::format("{}", view.cells()[i]),
             "font-size=\"11\" text-anchor=\"end\" fill=\"#222\"");
  }
}

/// The first cell on top, at 0; the next below it, at -1.
void draw_cell_plot(Svg& svg, const DriveView& view, const Panel& place) {
  constexpr double band_height_max = 12.0;
  Panel panel = place;
  panel.y = {0.5 - std::max(1.0, static_cast<double>(view.cells().size())), 0.5};
  draw_ground(svg, panel, "Serving cell");
  draw_x_axis(svg, panel, "");
  draw_cell_names(svg, view, panel);
  const double band_height =
      std::min(band_height_max, 0.7 * panel.box.height / (panel.y.high - panel.y.low));
  std::vector<Point> steps;
  std::vector<Box> bands;
  const std::vector<Service> services = services_of(view.rows());
  for (const Service& service : services) {
    const auto found = std::find(view.cells().begin(), view.cells().end(), service.cell);
    const auto row = static_cast<double>(found - view.cells().begin());
    const Point from = panel.at(service.from_s, -row), to = panel.at(service.to_s, -row);
    steps.insert(steps.end(), {from, to});
    bands.push_back({from.x, from.y - band_height / 2, std::max(0.8, to.x - from.x), band_height});
  }
  svg.polyline(steps, "stroke=\"#777\" stroke-width=\"0.8\"");
  for (std::size_t i = 0; i < bands.size(); ++i) {
    svg.rect(bands[i], fmt::format("fill=\"{}\"", view.colour_of(services[i].cell)));
  }
  draw_failures(svg, view, panel);
}

void draw_rate_plot(Svg& svg, const DriveView& view, const Panel& place, const char* title) {
  const Stretches dl =
      rates_of(view.rows(), &DriveRow::has_dl_bytes_acked, &DriveRow::dl_bytes_acked);
  const Stretches ul =
      rates_of(view.rows(), &DriveRow::has_ul_bytes_acked, &DriveRow::ul_bytes_acked);
  std::vector<double> all = {0.0};
  for (const Stretches* one : {&dl, &ul}) {
    const std::vector<double> rates = heights(*one);
    all.insert(all.end(), rates.begin(), rates.end());
  }
  Panel panel = place;
  panel.y = {0.0, 1.08 * std::max(1e-3, range_of(all, 0.0).high)};
  draw_ground(svg, panel, title);
  draw_x_axis(svg, panel, "time (s)");
  draw_y_axis(svg, panel);
  draw_stretches(svg, panel, dl, dl_style);
  draw_stretches(svg, panel, ul, ul_style);
  draw_failures(svg, view, panel);
  const auto draw_key = [&](double x, const char* words, const char* style) {
    const double y = panel.box.y - 11;
    svg.line({x, y}, {x + 18, y}, style);
    svg.text({x + 22, y + 4}, words, "font-size=\"11\" fill=\"#444\"");
  };
  const double right = panel.box.x + panel.box.width;
  draw_key(right - 136, "downlink", dl_style);
  draw_key(right - 58, "uplink", ul_style);
}

struct Quantity {
  const char* name;
  const char* unit;
  std::vector<double> values;
  const char* style;
  double range_min;
};

double median_of(std::vector<double> values) {
  const auto middle =
      values.begin() + static_cast<std::ptrdiff_t>(rank_of_share(0.5, values.size()));
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void draw_cdf(Svg& svg, const Quantity& quantity, const Box& box) {
  const Range range = widened(range_of(quantity.values, quantity.range_min), 0.04);
  const Panel panel = {.box = box, .x = range, .y = {0.0, 100.0}};
  draw_ground(svg, panel, quantity.name);
  if (quantity.values.empty()) {
    svg.text({box.x + box.width / 2, box.y + box.height / 2}, "not measured",
             "font-size=\"12\" fill=\"#888\" text-anchor=\"middle\"");
    return;
  }
  draw_x_axis(svg, panel, quantity.unit);
  draw_y_axis(svg, panel);
  draw_distribution(svg, panel, quantity.values, quantity.style);
  const double median = median_of(quantity.values);
  svg.line(panel.at(median, 0.0), panel.at(median, 100.0),
           "stroke=\"#555\" stroke-dasharray=\"4 3\"");
  svg.text({box.x + box.width, box.y - 7}, fmt::format("median {:.1f} {}", median, quantity.unit),
           "font-size=\"11\" fill=\"#444\" text-anchor=\"end\"");
}

void draw_cdfs(Svg& svg, const DriveView& view, const Box& box) {
  // As in the summary, what came before the end of the warm-up is no sample.
  std::vector<DriveRow> rows = view.rows();
  std::erase_if(rows,
                [&](const DriveRow& row) { return row.time_ns() < view.start().warm_up_ns(); });
  const auto levels = [&](HasLevel has, Level level) {
    return heights(levels_of(rows, has, level));
  };
  const auto rates = [&](HasRate has, Bytes bytes) { return heights(rates_of(rows, has, bytes)); };
  const Quantity quantities[] = {
      {"SS-RSRP", "dBm", levels(&DriveRow::has_ss_rsrp_mdbm, &DriveRow::ss_rsrp_mdbm), level_style,
       4.0},
      {"SS-SINR", "dB", levels(&DriveRow::has_ss_sinr_mdb, &DriveRow::ss_sinr_mdb), level_style,
       4.0},
      {"DL rate", "Mbps", rates(&DriveRow::has_dl_bytes_acked, &DriveRow::dl_bytes_acked), dl_style,
       1.0},
      {"UL rate", "Mbps", rates(&DriveRow::has_ul_bytes_acked, &DriveRow::ul_bytes_acked), ul_style,
       1.0}};
  constexpr double gap = 56.0;
  const double width = (box.width - 3 * gap) / 4;
  double x = box.x;
  for (const Quantity& quantity : quantities) {
    draw_cdf(svg, quantity, {x, box.y, width, box.height});
    x += width + gap;
  }
}

std::string subtitle(const DriveView& view) {
  double metres = 0.0;
  for (std::size_t i = 1; i < view.rows().size(); ++i) {
    const Point from = place_of(view.rows()[i - 1]), to = place_of(view.rows()[i]);
    metres += std::hypot(to.x - from.x, to.y - from.y);
  }
  const auto count_of = [&](auto&& counts) {
    return std::count_if(view.events().begin(), view.events().end(), counts);
  };
  const auto handovers = count_of([](const auto& event) { return event.kind() == COMPLETED; });
  const double duration_s =
      end_s(view.rows().back()) - static_cast<double>(view.rows().front().time_ns()) / 1e9;
  return fmt::format("terminal {}{}, {:.0f} s, {:.2f} km, handovers: {}, failures: {}",
                     view.drive().ue,
                     view.drive().group.empty() ? "" : fmt::format(" ({})", view.drive().group),
                     duration_s, metres / 1e3, handovers, count_of(is_failure));
}

void draw_time_plots(Svg& svg, const DriveView& view, const Box& box, const char* rate_title) {
  const Range time_s = {static_cast<double>(view.rows().front().time_ns()) / 1e9,
                        end_s(view.rows().back())};
  constexpr double gap = 30.0;
  const double height = (box.height - 2 * gap) / 3;
  const auto place = [&](int row) {
    return Panel{.box = {box.x, box.y + row * (height + gap), box.width, height},
                 .x = time_s,
                 .y = {0.0, 1.0}};
  };
  draw_level_plot(svg, view, place(0));
  draw_cell_plot(svg, view, place(1));
  draw_rate_plot(svg, view, place(2), rate_title);
}

}  // namespace

std::string drive_svg(const DriveLog& log, const char* rate_title) {
  RC_CHECK(!log.empty());
  const DriveView view(log, *log.terminals().front());
  const std::string title = log.start().scenario().empty() ? "Drive" : log.start().scenario();
  Svg svg(picture_width, picture_height, title);
  svg.text({24, 32}, title, "font-size=\"18\" font-weight=\"bold\" fill=\"#111\"");
  svg.text({24, 52}, subtitle(view), "font-size=\"12\" fill=\"#444\"");
  draw_map(svg, view, {24, 84, 510, 546});
  draw_time_plots(svg, view, {598, 84, 478, 508}, rate_title);
  svg.text({24, 664}, "Share of samples up to a value (%), after warm-up",
           "font-size=\"12\" fill=\"#444\"");
  draw_cdfs(svg, view, {52, 692, 1024, 122});
  return svg.finish();
}

}  // namespace redcell::analysis
