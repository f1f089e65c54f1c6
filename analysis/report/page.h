// What all pages share: head, style, tables. One HTML file that needs nothing from elsewhere; every
// figure stands in a table or a picture without scripts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analysis/plot.h"
#include "analysis/verdict.h"

namespace redcell::analysis {

/// From the doctype to the open body. The title is escaped.
[[nodiscard]] std::string page_head(std::string_view title);
[[nodiscard]] std::string page_end();
/// A paragraph a note; escaped.
[[nodiscard]] std::string notes_html(const std::vector<std::string>& notes);
/// Four digits, or '?' for what is not finite.
[[nodiscard]] std::string page_number(double value);
/// A cell of a table with the result in its colour.
[[nodiscard]] std::string result_cell(Result result);
/// Each target, what was measured, what is allowed. heading: before the result in the title.
[[nodiscard]] std::string verdict_html(std::string_view heading, const Verdict& verdict);

/// One curve of a panel of distributions.
struct Distributed {
  std::vector<double> values;
  std::string style;  ///< Of the line, as SVG has it.
};
/// Share of values up to each value, in % . Pre: one curve at least has values.
void draw_distributions(Svg& svg, const Box& box, std::string_view title,
                        const std::vector<Distributed>& curves);

}  // namespace redcell::analysis
