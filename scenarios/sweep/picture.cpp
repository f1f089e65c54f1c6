#include "scenarios/sweep/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "analysis/plot.h"

namespace redcell::scenarios {
namespace {

using analysis::Box;
using analysis::Panel;
using analysis::Point;
using analysis::Svg;

constexpr double width_px = 760.0;
constexpr double panel_px = 260.0;
constexpr double gap_px = 70.0;
constexpr double left_px = 70.0;
constexpr double key_px = 210.0;
constexpr std::size_t line_count_max = 8;
constexpr std::size_t front_labels_max = 12;  // More would hide one another.
constexpr std::array<const char*, line_count_max> colours = {
    "#1f6fb4", "#d9601a", "#2a9245", "#b02a6f", "#6b53b3", "#8a6d1b", "#1a9aa0", "#555555"};

/// A column whose values are all numbers.
struct Numbers {
  std::size_t column = 0;
  std::string name;
  std::set<double> values;
};

std::optional<double> number_from(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Numbers> numbers_of(const Plan& plan, std::size_t column) {
  Numbers numbers{.column = column, .name = plan.design.columns[column].name, .values = {}};
  for (const DesignRow& row : plan.design.rows) {
    const std::optional<double> value = number_from(row.values[column]);
    if (!value) return std::nullopt;
    numbers.values.insert(*value);
  }
  return numbers;
}

bool varies(const Plan& plan, std::size_t column) {
  const std::vector<DesignRow>& rows = plan.design.rows;
  return std::any_of(rows.begin(), rows.end(), [&](const DesignRow& row) {
    return row.values[column] != rows.front().values[column];
  });
}

/// Which columns a picture is drawn over.
struct Layout {
  std::vector<Numbers> axes;         ///< Varying columns of numbers, the longest first.
  std::vector<std::size_t> varying;  ///< All that vary.
  [[nodiscard]] bool is_map() const {
    return varying.size() == 2 && axes.size() == 2 && axes[1].values.size() >= 3;
  }
};

Layout layout_of(const Plan& plan) {
  Layout layout;
  for (std::size_t c = 0; c < plan.design.columns.size(); ++c) {
    if (!varies(plan, c)) continue;
    layout.varying.push_back(c);
    if (std::optional<Numbers> numbers = numbers_of(plan, c)) {
      layout.axes.push_back(std::move(*numbers));
    }
  }
  std::stable_sort(layout.axes.begin(), layout.axes.end(),
                   [](const auto& a, const auto& b) { return a.values.size() > b.values.size(); });
  return layout;
}

double value_at(const SweepReport& report, std::size_t row, const Numbers& axis) {
  return *number_from(report.plan.design.rows[row].values[axis.column]);
}

/// "policy=PF cameras=4": what all points of a line share.
std::string line_name(const SweepReport& report, const Layout& layout, std::size_t row) {
  std::string name;
  for (const std::size_t c : layout.varying) {
    if (c == layout.axes.front().column) continue;
    name += fmt::format("{}{}={}", name.empty() ? "" : " ", report.plan.design.columns[c].name,
                        report.plan.design.rows[row].values[c]);
  }
  return name;
}

/// Lines of one figure: by name, its estimates by x.
using Lines = std::map<std::string, std::map<double, Estimate>>;

Lines lines_of(const SweepReport& report, const Layout& layout, std::size_t figure) {
  Lines lines;
  for (const RowEstimate& row : report.estimates) {
    if (row.figure != figure || !row.estimate) continue;
    lines[line_name(report, layout, row.row)][value_at(report, row.row, layout.axes.front())] =
        *row.estimate;
  }
  return lines;
}

analysis::Range padded(const std::vector<double>& values) {
  analysis::Range range = analysis::range_of(values, 1e-9);
  const double margin = 0.05 * (range.high - range.low) + 1e-3 * std::fabs(range.high) + 1e-9;
  return {range.low - margin, range.high + margin};
}

void draw_lines(Svg& svg, Panel panel, const Lines& lines) {
  std::vector<double> xs;
  std::vector<double> ys;
  for (const auto& [name, points] : lines) {
    for (const auto& [x, e] : points) {
      xs.push_back(x);
      for (const double y : {e.value, e.interval.low, e.interval.high}) {
        if (std::isfinite(y)) ys.push_back(y);
      }
    }
  }
  if (xs.empty()) return;
  panel.x = padded(xs);
  panel.y = padded(ys);
  analysis::draw_y_axis(svg, panel);
  std::size_t index = 0;
  for (const auto& [name, points] : lines) {
    if (index == line_count_max) break;
    const std::string stroke = fmt::format("stroke=\"{}\" stroke-width=\"1.6\"", colours[index]);
    std::vector<Point> path;
    for (const auto& [x, e] : points) {
      path.push_back({x, e.value});
      svg.circle(panel.at(x, e.value), 2.5, fmt::format("fill=\"{}\"", colours[index]));
      if (!std::isfinite(e.interval.low)) continue;
      svg.line(panel.at(x, e.interval.low), panel.at(x, e.interval.high), stroke);
    }
    analysis::draw_line(svg, panel, path, stroke);
    const double y = panel.box.y + 14.0 + 16.0 * static_cast<double>(index);
    const double x = panel.box.x + panel.box.width + 12.0;
    if (!name.empty()) {
      svg.line({x, y - 4}, {x + 18, y - 4}, stroke);
      svg.text({x + 24, y}, name, "font-size=\"11\" fill=\"#222\"");
    }
    ++index;
  }
  if (lines.size() > line_count_max) {
    svg.text({panel.box.x, panel.box.y + panel.box.height + 48},
             fmt::format("{} of {} lines", line_count_max, lines.size()),
             "font-size=\"11\" fill=\"#444\"");
  }
}

/// From white for the least value to blue for the greatest.
std::string heat(double share) {
  const auto part = [&](double from, double to) {
    return static_cast<int>(std::lround(from + share * (to - from)));
  };
  return fmt::format("fill=\"rgb({},{},{})\"", part(247, 8), part(251, 81), part(255, 156));
}

/// What one panel shows.
struct Shown {
  const SweepReport& report;
  const Layout& layout;
  std::size_t figure = 0;
};

/// From this share on white has more than 4.5 times the contrast, below it black has.
constexpr double white_from = 0.77;
/// Below this a number would not fit.
constexpr Point cell_text_px = {30.0, 14.0};

/// Values of both axes at the middle of their cells, as many as there is room for.
void draw_map_axes(Svg& svg, const Panel& panel, const Layout& layout) {
  const Box& box = panel.box;
  const Numbers& across = layout.axes[0];
  const Numbers& up = layout.axes[1];
  const double width = box.width / static_cast<double>(across.values.size());
  const double height = box.height / static_cast<double>(up.values.size());
  double at = box.x + width / 2, last = -1e9;
  for (const double value : across.values) {
    if (at - last >= 34.0) {
      svg.text({at, box.y + box.height + 14}, fmt::format("{:.4g}", value),
               "font-size=\"11\" text-anchor=\"middle\" fill=\"#444\"");
      last = at;
    }
    at += width;
  }
  at = box.y + box.height - height / 2, last = 1e9;
  for (const double value : up.values) {
    if (last - at >= 13.0) {
      svg.text({box.x - 6, at + 4}, fmt::format("{:.4g}", value),
               "font-size=\"11\" text-anchor=\"end\" fill=\"#444\"");
      last = at;
    }
    at -= height;
  }
  svg.text({box.x, box.y + box.height + 32},
           fmt::format("{} to the right, {} upwards", across.name, up.name),
           "font-size=\"11\" fill=\"#444\"");
}

/// Which colour is which value.
void draw_heat_key(Svg& svg, const Panel& panel, const analysis::Range& range) {
  constexpr int steps = 6;
  constexpr double step_px = 18.0;
  const double x = panel.box.x + panel.box.width + 16.0;
  for (int i = 0; i < steps; ++i) {
    const double share = static_cast<double>(i) / (steps - 1);
    const double y = panel.box.y + step_px * (steps - 1 - i);
    svg.rect({x, y, 18.0, step_px}, heat(share) + " class=\"key\"");
    svg.text({x + 26.0, y + 13.0},
             fmt::format("{:.4g}", range.low + share * (range.high - range.low)),
             "font-size=\"11\" fill=\"#444\"");
  }
}

void draw_map(Svg& svg, const Panel& panel, const Shown& shown) {
  const auto& [report, layout, figure] = shown;
  std::vector<double> values;
  for (const RowEstimate& row : report.estimates) {
    if (row.figure == figure && row.estimate) values.push_back(row.estimate->value);
  }
  if (values.empty()) return;
  const analysis::Range range = analysis::range_of(values, 1e-12);
  const Numbers& across = layout.axes[0];
  const Numbers& up = layout.axes[1];
  const double cell_width = panel.box.width / static_cast<double>(across.values.size());
  const double cell_height = panel.box.height / static_cast<double>(up.values.size());
  const auto index_in = [](const Numbers& axis, double value) {
    return static_cast<double>(std::distance(axis.values.begin(), axis.values.find(value)));
  };
  for (const RowEstimate& row : report.estimates) {
    if (row.figure != figure || !row.estimate) continue;
    const double x = panel.box.x + cell_width * index_in(across, value_at(report, row.row, across));
    const double y = panel.box.y + panel.box.height -
                     cell_height * (1 + index_in(up, value_at(report, row.row, up)));
    const double share = (row.estimate->value - range.low) / (range.high - range.low);
    svg.rect({x, y, cell_width, cell_height}, heat(share));
    if (cell_width < cell_text_px.x || cell_height < cell_text_px.y) continue;
    svg.text({x + cell_width / 2, y + cell_height / 2 + 4},
             fmt::format("{:.3g}", row.estimate->value),
             fmt::format("class=\"cell\" font-size=\"10\" text-anchor=\"middle\" fill=\"{}\"",
                         share > white_from ? "#fff" : "#000"));
  }
  draw_map_axes(svg, panel, layout);
  draw_heat_key(svg, panel, range);
}

/// Numbers of the x axis, at the points that were run.
void draw_x_values(Svg& svg, const Panel& panel, const Numbers& axis) {
  const analysis::Range range = padded({*axis.values.begin(), *axis.values.rbegin()});
  const double bottom = panel.box.y + panel.box.height;
  double last_px = -1e9;
  for (const double value : axis.values) {
    const double x = panel.box.x + (value - range.low) / (range.high - range.low) * panel.box.width;
    if (x - last_px < 34.0) continue;
    last_px = x;
    svg.line({x, bottom}, {x, bottom + 4}, "stroke=\"#999\"");
    svg.text({x, bottom + 16}, fmt::format("{:.4g}", value),
             "font-size=\"11\" text-anchor=\"middle\" fill=\"#444\"");
  }
  svg.text({panel.box.x + panel.box.width / 2, bottom + 32}, axis.name,
           "font-size=\"11\" text-anchor=\"middle\" fill=\"#444\"");
}

/// From the top.
Panel panel_at(std::size_t index) {
  return {.box = {left_px, 30 + (panel_px + gap_px) * static_cast<double>(index),
                  width_px - left_px - key_px, panel_px},
          .x = {},
          .y = {}};
}

/// The first two figures of the front over one another.
void draw_front(Svg& svg, Panel panel, const SweepReport& report, const Front& front) {
  std::vector<double> x_values;
  std::vector<double> y_values;
  std::vector<Point> on_front;
  for (const FrontRow& row : front.rows) {
    x_values.push_back(row.values[0]);
    y_values.push_back(row.values[1]);
    if (row.is_on_front) on_front.push_back({row.values[0], row.values[1]});
  }
  panel.x = padded(x_values);
  panel.y = padded(y_values);
  const Figure& x = report.figures[front.figures[0]];
  const Figure& y = report.figures[front.figures[1]];
  analysis::draw_ground(
      svg, panel,
      fmt::format("{} over {}: what no combination beats{}", figure_text(y), figure_text(x),
                  front.figures.size() > 2 ? " in all KPIs with a side" : ""));
  analysis::draw_x_axis(svg, panel, figure_text(x));
  analysis::draw_y_axis(svg, panel);
  std::sort(on_front.begin(), on_front.end(),
            [](const Point& a, const Point& b) { return a.x < b.x; });
  // With more KPIs than two the front is no line in this panel.
  if (front.figures.size() == 2) {
    std::vector<Point> line;
    for (const Point& point : on_front) line.push_back(panel.at(point.x, point.y));
    svg.polyline(line, "stroke=\"#1f6fb4\" stroke-width=\"1.5\" stroke-dasharray=\"4 3\"");
  }
  const bool has_room = on_front.size() <= front_labels_max;
  for (const FrontRow& row : front.rows) {
    const Point at = panel.at(row.values[0], row.values[1]);
    svg.circle(at, 4, row.is_on_front ? "fill=\"#1f6fb4\"" : "fill=\"none\" stroke=\"#777777\"");
    if (!row.is_on_front || !has_room) continue;
    svg.text({at.x + 7, at.y - 5}, row_text(report.plan, row.row),
             "font-size=\"10\" fill=\"#333333\"");
  }
}

void draw_figure(Svg& svg, const Panel& panel, const Shown& shown) {
  const auto& [report, layout, index] = shown;
  const Figure& figure = report.figures[index];
  analysis::draw_ground(
      svg, panel,
      fmt::format("{} {}{}{}", figure.statistic, figure.name,
                  figure.terminal_group.empty() ? "" : " of " + figure.terminal_group,
                  layout.is_map() ? "" : ", 95 % interval"));
  if (layout.is_map()) return draw_map(svg, panel, shown);
  draw_x_values(svg, panel, layout.axes.front());
  draw_lines(svg, panel, lines_of(report, layout, index));
}

double height_of(std::size_t panels) {
  return (panel_px + gap_px) * static_cast<double>(panels) + 20;
}

std::string title_of(const SweepReport& report) {
  const schema::Sweep& sweep = report.plan.loaded.sweep;
  return sweep.has_title() ? sweep.title() : report.plan.loaded.file;
}

}  // namespace

std::string figure_svg(const SweepReport& report, std::size_t figure) {
  const Layout layout = layout_of(report.plan);
  if (layout.axes.empty()) return {};
  Svg svg(width_px, height_of(1), figure_text(report.figures[figure]));
  draw_figure(svg, panel_at(0), {report, layout, figure});
  return svg.finish();
}

std::string front_svg(const SweepReport& report, const Front& front) {
  if (front.rows.empty()) return {};
  Svg svg(width_px, height_of(1), "Pareto front");
  draw_front(svg, panel_at(0), report, front);
  return svg.finish();
}

std::string sweep_svg(const SweepReport& report) {
  const Layout layout = layout_of(report.plan);
  const Front front = pareto_front(report.figures, report.estimates);
  const std::size_t figure_panels = layout.axes.empty() ? 0 : report.figures.size();
  const std::size_t panels = figure_panels + (front.rows.empty() ? 0 : 1);
  if (panels == 0) return {};
  Svg svg(width_px, height_of(panels), title_of(report));
  for (std::size_t f = 0; f < figure_panels; ++f) {
    draw_figure(svg, panel_at(f), {report, layout, f});
  }
  if (!front.rows.empty()) draw_front(svg, panel_at(figure_panels), report, front);
  return svg.finish();
}

}  // namespace redcell::scenarios
