// Drawing: an SVG document, and panels with axes on it. Pixels are counted from the upper left.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace redcell::analysis {

struct Point {
  double x = 0.0;
  double y = 0.0;
};

struct Box {
  double x = 0.0;
  double y = 0.0;
  double width = 0.0;
  double height = 0.0;
};

/// Writes SVG elements. style holds further attributes as they are ("stroke=\"red\"").
class Svg {
 public:
  Svg(double width, double height, std::string_view title);

  void line(Point from, Point to, std::string_view style);
  void polyline(const std::vector<Point>& points, std::string_view style);  ///< Not filled.
  void rect(const Box& box, std::string_view style);
  void circle(Point centre, double radius, std::string_view style);
  void cross(Point centre, double half_size, std::string_view style);
  /// words are escaped; at is on the base line, on the side that text-anchor in style names.
  void text(Point at, std::string_view words, std::string_view style);
  /// What is drawn until close() is cut off outside the box.
  void open_clipped(const Box& box);
  void close();
  /// The whole document. Pre: what was opened is closed.
  [[nodiscard]] std::string finish() const;

 private:
  std::string body_;
  int clip_count_ = 0;
  int open_count_ = 0;
};

struct Range {
  double low = 0.0;
  double high = 1.0;
};

/// From the least to the greatest value, widened to at least width. {0, width} for no values.
[[nodiscard]] Range range_of(const std::vector<double>& values, double width);
/// Multiples of 1, 2 or 5 times a power of ten within the range, at most count. Pre: the range has
/// a width, count > 1.
[[nodiscard]] std::vector<double> nice_ticks(Range range, int count);

/// A box in which values have a place.
struct Panel {
  Box box;
  Range x;
  Range y;
  [[nodiscard]] Point at(double x_value, double y_value) const;
};

/// Ground, and above it a title.
void draw_ground(Svg& svg, const Panel& panel, std::string_view title);
/// Grid lines across the panel; x_title below stands for numbers at the lines, empty for neither.
void draw_x_axis(Svg& svg, const Panel& panel, std::string_view x_title);
void draw_y_axis(Svg& svg, const Panel& panel);

/// A line through points that lie in x order. What falls into one pixel column is drawn as its
/// first, lowest, highest and last point: long runs stay small files.
void draw_line(Svg& svg, const Panel& panel, const std::vector<Point>& values,
               std::string_view style);
/// The share of values up to each value, from 0 to 100 % on the y axis.
void draw_distribution(Svg& svg, const Panel& panel, std::vector<double> values,
                       std::string_view style);

}  // namespace redcell::analysis
