#include "analysis/drive_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

constexpr const char* csv_head =
    "time_s,terminal_group,ue,east_m,north_m,cell,ss_rsrp_dbm,ss_rsrq_db,ss_sinr_db,"
    "dl_rank,dl_mcs,dl_bler_percent,ul_mcs,ul_bler_percent,dl_throughput_mbps,"
    "ul_throughput_mbps,events\n";

/// RFC 4180 2.6 and 2.7.
std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// Thousandths as a decimal number.
std::string thousandths(bool known, std::int64_t value) {
  return known ? fmt::format("{}", static_cast<double>(value) / 1e3) : std::string();
}

/// Nothing where there was nothing to take the mean of.
std::string mean(std::int64_t sum, std::int64_t count, double scale = 1.0) {
  if (count == 0) return {};
  return fmt::format("{}", scale * static_cast<double>(sum) / static_cast<double>(count));
}

/// "completed 3>5", "radio_link_failure 3".
std::string event_text(const MobilityEvent& event) {
  std::string text = MobilityEventKind_Name(event.kind());
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (event.has_source_cell()) text += fmt::format(" {}", event.source_cell());
  if (event.has_target_cell()) text += fmt::format(">{}", event.target_cell());
  return text;
}

std::string csv_line(const DriveOfTerminal& drive, const DriveRow& row, const std::string& events) {
  constexpr double percent = 100.0;
  const std::string columns[] = {
      fmt::format("{}", static_cast<double>(row.time_ns()) / 1e9),
      csv_text(drive.group),
      fmt::format("{}", drive.ue),
      thousandths(row.has_east_mm(), row.east_mm()),
      thousandths(row.has_north_mm(), row.north_mm()),
      row.has_cell() ? fmt::format("{}", row.cell()) : std::string(),
      thousandths(row.has_ss_rsrp_mdbm(), row.ss_rsrp_mdbm()),
      thousandths(row.has_ss_rsrq_mdb(), row.ss_rsrq_mdb()),
      thousandths(row.has_ss_sinr_mdb(), row.ss_sinr_mdb()),
      mean(row.dl_rank_sum(), row.dl_first_blocks()),
      mean(row.dl_mcs_sum(), row.dl_first_blocks()),
      mean(row.dl_first_errors(), row.dl_first_blocks(), percent),
      mean(row.ul_mcs_sum(), row.ul_first_blocks()),
      mean(row.ul_first_errors(), row.ul_first_blocks(), percent),
      fmt::format("{}", rate_mbps(row.dl_bytes_acked(), row.duration_ns())),
      fmt::format("{}", rate_mbps(row.ul_bytes_acked(), row.duration_ns())),
      events};
  return fmt::format("{}\n", fmt::join(columns, ","));
}

}  // namespace

double rate_mbps(std::int64_t bytes, std::int64_t duration_ns) {
  constexpr double mbps_per_byte_ns = 8e3;
  return mbps_per_byte_ns * static_cast<double>(bytes) / static_cast<double>(duration_ns);
}

DriveOfTerminal& DriveLog::terminal(std::uint32_t ue) {
  const auto found = std::find_if(terminals_.begin(), terminals_.end(),
                                  [&](const DriveOfTerminal& known) { return known.ue == ue; });
  if (found != terminals_.end()) return *found;
  DriveOfTerminal& added = terminals_.emplace_back();
  added.ue = ue;
  for (const RunStart::Group& group : start_.groups()) {
    if (ue >= group.first_ue() && ue - group.first_ue() < group.count()) added.group = group.name();
  }
  return added;
}

void DriveLog::add(const KpiRecord& record) {
  if (record.has_run_start()) start_ = record.run_start();
  if (record.has_mobility_event()) {
    terminal(record.mobility_event().ue()).events.push_back(record.mobility_event());
  }
  if (!record.has_drive_row()) return;
  const DriveRow& row = record.drive_row();
  if (row.duration_ns() <= 0) throw LogError("KPI log contradicts itself: a row has no duration");
  terminal(row.ue()).rows.push_back(row);
}

bool DriveLog::empty() const { return terminals().empty(); }

std::vector<const DriveOfTerminal*> DriveLog::terminals() const {
  std::vector<const DriveOfTerminal*> driven;
  for (const DriveOfTerminal& drive : terminals_) {
    if (!drive.rows.empty()) driven.push_back(&drive);
  }
  return driven;
}

std::string drive_csv(const DriveLog& log) {
  std::string out = csv_head;
  for (const DriveOfTerminal* drive : log.terminals()) {
    auto event = drive->events.begin();
    for (const DriveRow& row : drive->rows) {
      const bool last = &row == &drive->rows.back();
      std::vector<std::string> texts;
      for (; event != drive->events.end(); ++event) {
        if (!last && event->time_ns() >= row.time_ns() + row.duration_ns()) break;
        texts.push_back(event_text(*event));
      }
      out += csv_line(*drive, row, fmt::format("{}", fmt::join(texts, ";")));
    }
  }
  return out;
}

}  // namespace redcell::analysis
