#include "analysis/drive_line.h"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "analysis/field/column_maps.h"

namespace redcell::analysis {
namespace {

/// Most figures are thousandths; written as such in a fifth of the time.
void append_number(double value, std::string& out) {
  const double scaled = std::round(value * 1e3);
  constexpr double thousandths_max = 1e15;
  if (!(std::fabs(scaled) < thousandths_max) || scaled / 1e3 != value ||
      (scaled == 0.0 && std::signbit(value))) {
    fmt::format_to(std::back_inserter(out), "{}", value);
    return;
  }
  if (scaled < 0.0) out += '-';
  const auto count = static_cast<std::uint64_t>(std::fabs(scaled));
  const fmt::format_int whole(count / 1000);
  out.append(whole.data(), whole.size());
  std::uint64_t rest = count % 1000;
  if (rest == 0) return;
  out += '.';
  for (std::uint64_t weight = 100; rest > 0; weight /= 10) {
    out += static_cast<char>('0' + rest / weight);
    rest %= weight;
  }
}

}  // namespace

void append_csv_text(const std::string& text, std::string& out) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

const std::string& drive_csv_head() {
  static const std::string head = [] {
    std::string text = "time_s,terminal_group,ue";
    for (std::size_t i = 0; i < drive_figure_count; ++i) {
      text += "," + column_name(static_cast<DriveColumn>(i));
    }
    return text + ",state,events\n";
  }();
  return head;
}

void append_drive_line(const DriveLine& line, std::string& out) {
  append_number(line.time_s, out);
  out += ',';
  append_csv_text(line.terminal_group, out);
  out += ',';
  const fmt::format_int ue(line.ue);
  out.append(ue.data(), ue.size());
  for (const double figure : line.figure) {
    out += ',';
    if (!std::isnan(figure)) append_number(figure, out);
  }
  out += ',';
  append_csv_text(line.state, out);
  out += ',';
  append_csv_text(line.events, out);
  out += '\n';
}

}  // namespace redcell::analysis
