#include "scenarios/sweep/design.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <sstream>
#include <utility>

#include "base/check.h"
#include "base/random.h"

namespace redcell::scenarios {
namespace {

/// Rounded so that sums of tenths are tenths.
std::string number_text(double value) { return fmt::format("{:.12g}", value); }

std::optional<double> number_from(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// What moves together: for each step a value for each of the group's columns.
struct Group {
  std::vector<std::size_t> columns;
  std::vector<std::vector<std::string>> steps;  ///< [step][column of the group]
};

/// A permutation of 0 ... count - 1 that follows from seed and ids alone.
std::vector<std::size_t> permutation(const base::Random& random, base::RandomIds ids,
                                     std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = count - 1; i > 0; --i) {
    const double u = random.uniform(base::Purpose::sweep_sample, ids, i);
    std::swap(order[i], order[static_cast<std::size_t>(u * static_cast<double>(i + 1))]);
  }
  return order;
}

std::vector<std::string> dimension_values(const schema::LatinHypercube& cube,
                                          std::uint32_t cube_index, int dimension) {
  const schema::Dimension& d = cube.dimension(dimension);
  const base::Random random(cube.seed(), 0);
  const base::RandomIds ids{.a = cube_index, .b = static_cast<std::uint32_t>(dimension)};
  const std::size_t count = cube.samples();
  const std::vector<std::size_t> strata = permutation(random, ids, count);
  std::vector<std::string> values;
  for (std::size_t i = 0; i < count; ++i) {
    const double inside = random.uniform(base::Purpose::sweep_sample, ids, count + i);
    const double share = (static_cast<double>(strata[i]) + inside) / static_cast<double>(count);
    double value = d.low() + share * (d.high() - d.low());
    if (d.log()) value = d.low() * std::pow(d.high() / d.low(), share);
    values.push_back(number_text(d.whole() ? std::round(value) : value));
  }
  return values;
}

/// The values of each group, in the order of columns_of().
std::vector<Group> groups_of(const schema::Sweep& sweep, const std::vector<Column>& columns) {
  std::vector<Group> groups(columns.empty() ? 0 : columns.back().group + 1);
  for (const Column& column : columns) {
    if (column.group >= groups.size()) groups.resize(column.group + 1);
  }
  std::size_t index = 0;
  const auto add = [&](const std::vector<std::string>& values) {
    Group& group = groups[columns[index].group];
    group.columns.push_back(index++);
    group.steps.resize(std::max(group.steps.size(), values.size()));
    for (std::size_t i = 0; i < values.size(); ++i) group.steps[i].push_back(values[i]);
  };
  for (const schema::Axis& axis : sweep.axis()) add(axis_values(axis));
  for (int c = 0; c < sweep.latin_hypercube_size(); ++c) {
    const schema::LatinHypercube& cube = sweep.latin_hypercube(c);
    for (int d = 0; d < cube.dimension_size(); ++d) {
      add(dimension_values(cube, static_cast<std::uint32_t>(c), d));
    }
  }
  return groups;
}

/// Counts the steps of all groups like a mileage counter; false after the last combination.
bool advance(std::vector<std::size_t>& steps, const std::vector<Group>& groups) {
  for (std::size_t g = groups.size(); g-- > 0;) {
    if (++steps[g] < groups[g].steps.size()) return true;
    steps[g] = 0;
  }
  return false;
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

bool has_all_different(const std::vector<std::string>& values) {
  return std::set<std::string>(values.begin(), values.end()).size() == values.size();
}

std::optional<std::size_t> column_named(const std::vector<Column>& columns,
                                        const std::string& name) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> axis_values(const schema::Axis& axis) {
  std::vector<std::string> values(axis.value().begin(), axis.value().end());
  const auto fill = [&](std::uint32_t count, auto&& at) {
    for (std::uint32_t i = 0; i < count; ++i) {
      values.push_back(number_text(at(static_cast<double>(i) / (count - 1))));
    }
  };
  if (axis.has_range()) {
    const schema::Range& r = axis.range();
    fill(r.count(), [&](double share) { return r.first() + share * (r.last() - r.first()); });
  }
  if (axis.has_log_range()) {
    const schema::LogRange& r = axis.log_range();
    fill(r.count(),
         [&](double share) { return r.first() * std::pow(r.last() / r.first(), share); });
  }
  return values;
}

std::optional<Constraint> Constraint::parse(const std::string& text,
                                            const std::vector<Column>& columns, std::string& why) {
  static const std::map<std::string, Op> ops = {
      {"<", Op::less},   {"<=", Op::less_or_equal}, {">", Op::greater},
      {"==", Op::equal}, {"!=", Op::unequal},       {">=", Op::greater_or_equal},
  };
  const std::vector<std::string> words = words_of(text);
  Constraint constraint;
  for (std::size_t at = 0; at < words.size(); at += 4) {
    const bool has_more = at + 3 < words.size();
    if (at + 3 > words.size() || (has_more && words[at + 3] != "or") || at + 4 == words.size()) {
      why = "no NAME OP NAME|VALUE with spaces and 'or' between";
      return std::nullopt;
    }
    const std::optional<std::size_t> left = column_named(columns, words[at]);
    const auto op = ops.find(words[at + 1]);
    if (!left || op == ops.end()) {
      why = fmt::format("'{}'", left ? words[at + 1] : words[at]);
      return std::nullopt;
    }
    constraint.terms_.push_back({.left = *left,
                                 .op = op->second,
                                 .right_column = column_named(columns, words[at + 2]),
                                 .right_value = words[at + 2]});
  }
  if (constraint.terms_.empty()) {
    why = "nothing";
    return std::nullopt;
  }
  return constraint;
}

bool Constraint::holds(const Term& term, const std::string& left, const std::string& right) {
  const std::optional<double> a = number_from(left);
  const std::optional<double> b = number_from(right);
  const bool is_number = a && b;
  const bool is_equal = is_number ? *a == *b : left == right;
  switch (term.op) {
    case Op::less:
      return is_number && *a < *b;
    case Op::less_or_equal:
      return is_number && *a <= *b;
    case Op::greater:
      return is_number && *a > *b;
    case Op::greater_or_equal:
      return is_number && *a >= *b;
    case Op::equal:
      return is_equal;
    case Op::unequal:
      return !is_equal;
  }
  return false;
}

bool Constraint::holds(const std::vector<std::string>& values) const {
  return std::any_of(terms_.begin(), terms_.end(), [&](const Term& term) {
    const std::string& right = term.right_column ? values[*term.right_column] : term.right_value;
    return holds(term, values[term.left], right);
  });
}

std::vector<Column> columns_of(const schema::Sweep& sweep) {
  std::vector<Column> columns;
  std::map<std::string, std::size_t> zips;
  std::set<std::size_t> told_groups;
  std::size_t group_count = 0;
  for (const schema::Axis& axis : sweep.axis()) {
    std::size_t group = group_count;
    if (axis.has_zip()) group = zips.try_emplace(axis.zip(), group_count).first->second;
    group_count = std::max(group_count, group + 1);
    const bool is_told = !told_groups.contains(group);
    if (has_all_different(axis_values(axis))) told_groups.insert(group);
    columns.push_back({.name = axis.name(),
                       .paths = {axis.path().begin(), axis.path().end()},
                       .group = group,
                       .place = fmt::format("axis[{}]", axis.name()),
                       .is_told = is_told});
  }
  for (const schema::LatinHypercube& cube : sweep.latin_hypercube()) {
    for (const schema::Dimension& d : cube.dimension()) {
      columns.push_back(
          {.name = d.name(),
           .paths = {d.path().begin(), d.path().end()},
           .group = group_count,
           .place = fmt::format("latin_hypercube[{}].dimension[{}]", cube.name(), d.name())});
    }
    ++group_count;
  }
  return columns;
}

std::size_t combination_count(const schema::Sweep& sweep) {
  const std::vector<Column> columns = columns_of(sweep);
  std::map<std::size_t, std::size_t> steps;
  std::size_t index = 0;
  for (const schema::Axis& axis : sweep.axis()) {
    std::size_t count = static_cast<std::size_t>(axis.value_size());
    if (axis.has_range()) count = axis.range().count();
    if (axis.has_log_range()) count = axis.log_range().count();
    steps[columns[index++].group] = count;
  }
  for (const schema::LatinHypercube& cube : sweep.latin_hypercube()) {
    steps[columns[index].group] = cube.samples();
    index += static_cast<std::size_t>(cube.dimension_size());
  }
  std::size_t total = 1;
  for (const auto& [group, count] : steps) {
    if (total > design_row_count_max) break;
    total *= count;
  }
  return total;
}

Design make_design(const schema::Sweep& sweep) {
  RC_CHECK(combination_count(sweep) <= design_row_count_max);
  Design design;
  design.columns = columns_of(sweep);
  const std::vector<Group> groups = groups_of(sweep, design.columns);
  std::vector<Constraint> constraints;
  std::string why;
  for (const std::string& text : sweep.constraint()) {
    constraints.push_back(*Constraint::parse(text, design.columns, why));
  }
  std::vector<std::size_t> steps(groups.size(), 0);
  do {
    DesignRow row{.values = std::vector<std::string>(design.columns.size()), .steps = steps};
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const std::vector<std::string>& step = groups[g].steps[steps[g]];
      for (std::size_t c = 0; c < step.size(); ++c) row.values[groups[g].columns[c]] = step[c];
    }
    const bool is_in = std::all_of(constraints.begin(), constraints.end(),
                                   [&](const Constraint& c) { return c.holds(row.values); });
    if (is_in) {
      design.rows.push_back(std::move(row));
    } else {
      ++design.left_out;
    }
  } while (advance(steps, groups));
  return design;
}

}  // namespace redcell::scenarios
