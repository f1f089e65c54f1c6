#include "analysis/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/xml.h"
#include "base/check.h"

namespace redcell::analysis {
namespace {

constexpr const char* small_text = "font-size=\"11\" fill=\"#444\"";

/// Shows as many decimals as the step between ticks needs.
std::string tick_text(double value, double step) {
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return fmt::format("{:.{}f}", value, decimals);
}

double step_of(const std::vector<double>& ticks) {
  return ticks.size() < 2 ? 1.0 : ticks[1] - ticks[0];
}

/// The points that can be seen of those within one pixel column.
void append_visible(std::vector<Point>& to, const std::vector<Point>& column) {
  if (column.empty()) return;
  const auto by_y = [](Point a, Point b) { return a.y < b.y; };
  const auto [low, high] = std::minmax_element(column.begin(), column.end(), by_y);
  std::vector<std::ptrdiff_t> kept = {0, low - column.begin(), high - column.begin(),
                                      std::ssize(column) - 1};
  std::sort(kept.begin(), kept.end());
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  for (const std::ptrdiff_t index : kept) to.push_back(column[static_cast<std::size_t>(index)]);
}

}  // namespace

Svg::Svg(double width, double height, std::string_view title)
    : body_(fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" "
                        "viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\">\n"
                        "<title>{2}</title>\n"
                        "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
                        width, height, xml_escaped(title))) {}

void Svg::line(Point from, Point to, std::string_view style) {
  body_ += fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n",
                       from.x, from.y, to.x, to.y, style);
}

void Svg::polyline(const std::vector<Point>& points, std::string_view style) {
  body_ += "<polyline fill=\"none\" points=\"";
  for (const Point& point : points) body_ += fmt::format("{:.1f},{:.1f} ", point.x, point.y);
  if (!points.empty()) body_.pop_back();
  body_ += fmt::format("\" {}/>\n", style);
}

void Svg::rect(const Box& box, std::string_view style) {
  body_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" {}/>\n",
                       box.x, box.y, box.width, box.height, style);
}

void Svg::circle(Point centre, double radius, std::string_view style) {
  body_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" {}/>\n", centre.x,
                       centre.y, radius, style);
}

void Svg::cross(Point centre, double half_size, std::string_view style) {
  body_ += fmt::format(
      "<path d=\"M{:.1f} {:.1f}l{:.1f} {:.1f}m0 {:.1f}l{:.1f} {:.1f}\" fill=\"none\" {}/>\n",
      centre.x - half_size, centre.y - half_size, 2 * half_size, 2 * half_size, -2 * half_size,
      -2 * half_size, 2 * half_size, style);
}

void Svg::text(Point at, std::string_view words, std::string_view style) {
  body_ += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", at.x, at.y, style,
                       xml_escaped(words));
}

void Svg::open_clipped(const Box& box) {
  ++open_count_;
  ++clip_count_;
  body_ += fmt::format("<clipPath id=\"clip{}\">", clip_count_);
  rect(box, "");
  body_ += fmt::format("</clipPath>\n<g clip-path=\"url(#clip{})\">\n", clip_count_);
}

void Svg::close() {
  --open_count_;
  body_ += "</g>\n";
}

std::string Svg::finish() const {
  RC_CHECK(open_count_ == 0);
  return body_ + "</svg>\n";
}

Range range_of(const std::vector<double>& values, double width) {
  if (values.empty()) return {0.0, width};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double missing = std::max(0.0, width - (*high - *low));
  return {*low - missing / 2.0, *high + missing / 2.0};
}

std::vector<double> nice_ticks(Range range, int count) {
  RC_CHECK(range.low < range.high && count > 1);
  // A range with ends on ticks has one tick more than steps.
  const double least = (range.high - range.low) / (count - 1);
  double step = std::pow(10.0, std::floor(std::log10(least)));
  for (const double factor : {2.0, 2.5, 2.0}) {
    if (step < least * (1.0 - 1e-9)) step *= factor;
  }
  std::vector<double> ticks;
  const double first = std::ceil(range.low / step - 1e-9);
  const double last = std::floor(range.high / step + 1e-9);
  // Adding zero turns -0 into 0.
  for (double tick = first; tick <= last; ++tick) ticks.push_back(tick * step + 0.0);
  return ticks;
}

Point Panel::at(double x_value, double y_value) const {
  return {box.x + (x_value - x.low) / (x.high - x.low) * box.width,
          box.y + (y.high - y_value) / (y.high - y.low) * box.height};
}

void draw_ground(Svg& svg, const Panel& panel, std::string_view title) {
  svg.rect(panel.box, "fill=\"#fafafa\" stroke=\"#999\"");
  svg.text({panel.box.x, panel.box.y - 7}, title,
           "font-size=\"12\" font-weight=\"bold\" fill=\"#222\"");
}

void draw_x_axis(Svg& svg, const Panel& panel, std::string_view x_title) {
  constexpr double pixels_a_tick = 36.0;
  const int count = std::max(2, static_cast<int>(panel.box.width / pixels_a_tick));
  const std::vector<double> ticks = nice_ticks(panel.x, count);
  const double bottom = panel.box.y + panel.box.height;
  for (const double tick : ticks) {
    const double x = panel.at(tick, panel.y.low).x;
    svg.line({x, panel.box.y}, {x, bottom}, "stroke=\"#e2e2e2\"");
    if (x_title.empty()) continue;
    svg.text({x, bottom + 15}, tick_text(tick, step_of(ticks)),
             fmt::format("{} text-anchor=\"middle\"", small_text));
  }
  svg.text({panel.box.x + panel.box.width / 2, bottom + 31}, x_title,
           fmt::format("{} text-anchor=\"middle\"", small_text));
}

void draw_y_axis(Svg& svg, const Panel& panel) {
  constexpr double pixels_a_tick = 20.0;
  const int count = std::max(2, static_cast<int>(panel.box.height / pixels_a_tick));
  const std::vector<double> ticks = nice_ticks(panel.y, count);
  for (const double tick : ticks) {
    const double y = panel.at(panel.x.low, tick).y;
    svg.line({panel.box.x, y}, {panel.box.x + panel.box.width, y}, "stroke=\"#e2e2e2\"");
    svg.text({panel.box.x - 6, y + 4}, tick_text(tick, step_of(ticks)),
             fmt::format("{} text-anchor=\"end\"", small_text));
  }
}

void draw_line(Svg& svg, const Panel& panel, const std::vector<Point>& values,
               std::string_view style) {
  std::vector<Point> seen;
  std::vector<Point> column;
  for (const Point& value : values) {
    const Point point = panel.at(value.x, value.y);
    if (!column.empty() && std::floor(point.x) != std::floor(column.front().x)) {
      append_visible(seen, column);
      column.clear();
    }
    column.push_back(point);
  }
  append_visible(seen, column);
  svg.polyline(seen, style);
}

void draw_distribution(Svg& svg, const Panel& panel, std::vector<double> values,
                       std::string_view style) {
  std::sort(values.begin(), values.end());
  std::vector<Point> steps;
  double share = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    steps.push_back({values[i], share});
    share = 100.0 * static_cast<double>(i + 1) / static_cast<double>(values.size());
    steps.push_back({values[i], share});
  }
  draw_line(svg, panel, steps, style);
}

}  // namespace redcell::analysis
