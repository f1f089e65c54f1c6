#include "analysis/drive_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/log_error.h"
#include "analysis/words.h"

namespace redcell::analysis {
namespace {

constexpr double not_measured = std::numeric_limits<double>::quiet_NaN();

/// Thousandths as a number.
double thousandths(bool known, std::int64_t value) {
  return known ? static_cast<double>(value) / 1e3 : not_measured;
}

/// Nothing where there was nothing to take the mean of.
double mean(std::int64_t sum, std::int64_t count, double scale = 1.0) {
  return count == 0 ? not_measured : scale * static_cast<double>(sum) / static_cast<double>(count);
}

/// "completed 3>5", "radio_link_failure 3".
std::string event_text(const MobilityEvent& event) {
  std::string text = lower_case(MobilityEventKind_Name(event.kind()));
  if (event.has_source_cell()) text += fmt::format(" {}", event.source_cell());
  if (event.has_target_cell()) text += fmt::format(">{}", event.target_cell());
  return text;
}

/// Goodput of the second in which the row began.
double goodput_mbps(const DriveOfTerminal& drive, const DriveRow& row, LinkDirection direction) {
  const auto later = [](std::int64_t time_ns, const GoodputBin& bin) {
    return time_ns < bin.time_ns;
  };
  const std::vector<GoodputBin>& bins = drive.goodput[static_cast<std::size_t>(direction)];
  auto bin = std::upper_bound(bins.begin(), bins.end(), row.time_ns(), later);
  if (bin == bins.begin()) return not_measured;
  --bin;
  if (row.time_ns() >= bin->time_ns + bin->duration_ns) return not_measured;
  return rate_mbps(bin->bytes, bin->duration_ns);
}

/// Mean over the answers that came during the row.
double rtt_ms(const DriveOfTerminal& drive, const DriveRow& row) {
  const auto before = [](const AnsweredEcho& echo, std::int64_t time_ns) {
    return echo.time_ns < time_ns;
  };
  const auto find = [&](std::int64_t time_ns) {
    return std::lower_bound(drive.echoes.begin(), drive.echoes.end(), time_ns, before);
  };
  double sum_ms = 0.0;
  std::int64_t count = 0;
  const auto end = find(row.time_ns() + row.duration_ns());
  for (auto echo = find(row.time_ns()); echo != end; ++echo, ++count) {
    sum_ms += static_cast<double>(echo->rtt_ns) / 1e6;
  }
  return count == 0 ? not_measured : sum_ms / static_cast<double>(count);
}

/// From the place at the end of the row before to that at the row's end.
double speed_mps(const DriveRow* before, const DriveRow& row) {
  if (before == nullptr || !before->has_east_mm() || !row.has_east_mm()) return not_measured;
  const double metres = std::hypot(static_cast<double>(row.east_mm() - before->east_mm()),
                                   static_cast<double>(row.north_mm() - before->north_mm())) /
                        1e3;
  return metres * 1e9 / static_cast<double>(row.duration_ns());
}

const RunStart::Cell* find_cell(const RunStart& start, std::uint32_t cell) {
  const auto found =
      std::find_if(start.cells().begin(), start.cells().end(),
                   [&](const RunStart::Cell& candidate) { return candidate.cell() == cell; });
  return found == start.cells().end() ? nullptr : &*found;
}

/// What the run knows of the cells that the row names.
void add_cells(const RunStart& start, const DriveRow& row, DriveLine& line) {
  const auto known = [](bool has, std::uint32_t value) {
    return has ? static_cast<double>(value) : not_measured;
  };
  for (std::size_t i = PCI; i <= BAND; ++i) line.figure[i] = not_measured;
  for (std::size_t i = NEIGHBOUR1_CELL; i <= NEIGHBOUR3_SS_RSRP_DBM; ++i) {
    line.figure[i] = not_measured;
  }
  const RunStart::Cell* serving = row.has_cell() ? find_cell(start, row.cell()) : nullptr;
  if (serving != nullptr) {
    line.figure[PCI] = known(serving->has_pci(), serving->pci());
    line.figure[NR_ARFCN] = known(serving->has_nr_arfcn(), serving->nr_arfcn());
    line.figure[BAND] = known(serving->has_band(), serving->band());
  }
  std::size_t column = NEIGHBOUR1_CELL;
  for (const DriveRow::Neighbour& neighbour : row.neighbours()) {
    if (column > NEIGHBOUR3_CELL) return;
    const RunStart::Cell* cell = find_cell(start, neighbour.cell());
    line.figure[column] = known(neighbour.has_cell(), neighbour.cell());
    line.figure[column + 1] = cell ? known(cell->has_pci(), cell->pci()) : not_measured;
    line.figure[column + 2] = thousandths(neighbour.has_ss_rsrp_mdbm(), neighbour.ss_rsrp_mdbm());
    column += 3;
  }
}

DriveLine line_of(const DriveOfTerminal& drive, const DriveRow& row, const DriveRow* before) {
  constexpr double percent = 100.0;
  DriveLine line;
  line.time_s = static_cast<double>(row.time_ns()) / 1e9;
  line.terminal_group = drive.group;
  line.ue = drive.ue;
  line.figure = {thousandths(row.has_east_mm(), row.east_mm()),
                 thousandths(row.has_north_mm(), row.north_mm()),
                 row.has_cell() ? static_cast<double>(row.cell()) : not_measured,
                 thousandths(row.has_ss_rsrp_mdbm(), row.ss_rsrp_mdbm()),
                 thousandths(row.has_ss_rsrq_mdb(), row.ss_rsrq_mdb()),
                 thousandths(row.has_ss_sinr_mdb(), row.ss_sinr_mdb()),
                 mean(row.dl_rank_sum(), row.dl_first_blocks()),
                 mean(row.dl_mcs_sum(), row.dl_first_blocks()),
                 mean(row.dl_first_errors(), row.dl_first_blocks(), percent),
                 mean(row.ul_mcs_sum(), row.ul_first_blocks()),
                 mean(row.ul_first_errors(), row.ul_first_blocks(), percent),
                 rate_mbps(row.dl_bytes_acked(), row.duration_ns()),
                 rate_mbps(row.ul_bytes_acked(), row.duration_ns()),
                 goodput_mbps(drive, row, DOWNLINK),
                 goodput_mbps(drive, row, UPLINK),
                 rtt_ms(drive, row),
                 speed_mps(before, row)};
  line.figure[DL_CQI] = mean(row.dl_cqi_sum(), row.dl_cqi_reports());
  line.figure[DL_PRB] = mean(row.dl_prb_sum(), row.dl_blocks());
  line.figure[UL_PRB] = mean(row.ul_prb_sum(), row.ul_blocks());
  if (row.has_connected()) line.state = row.connected() == 1 ? "connected" : "not_connected";
  return line;
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
  if (record.has_throughput_bin()) add_goodput(record.throughput_bin());
  if (record.has_round_trip()) {
    const RoundTrip& trip = record.round_trip();
    if (keeps(trip.ue())) echoes_[trip.ue()].push_back({trip.time_ns(), trip.rtt_ns()});
  }
  if (!record.has_drive_row()) return;
  const DriveRow& row = record.drive_row();
  if (row.duration_ns() <= 0) throw LogError("KPI log contradicts itself: a row has no duration");
  terminal(row.ue()).rows.push_back(row);
}

bool DriveLog::keeps(std::uint32_t ue) const {
  return std::none_of(start_.groups().begin(), start_.groups().end(),
                      [&](const RunStart::Group& group) {
                        return group.background() && ue >= group.first_ue() &&
                               ue - group.first_ue() < group.count();
                      });
}

void DriveLog::add_goodput(const ThroughputBin& bin) {
  if (bin.duration_ns() <= 0 || !keeps(bin.ue())) return;
  goodput_[bin.ue()][static_cast<std::size_t>(bin.direction())].push_back(
      {bin.time_ns(), bin.duration_ns(), bin.payload_bytes()});
}

DriveOfTerminal DriveLog::with_traffic(const DriveOfTerminal& drive) const {
  DriveOfTerminal all = drive;
  if (const auto bins = goodput_.find(drive.ue); bins != goodput_.end()) all.goodput = bins->second;
  if (const auto echoes = echoes_.find(drive.ue); echoes != echoes_.end()) {
    all.echoes = echoes->second;
  }
  return all;
}

bool DriveLog::empty() const { return terminals().empty(); }

std::vector<const DriveOfTerminal*> DriveLog::terminals() const {
  std::vector<const DriveOfTerminal*> driven;
  for (const DriveOfTerminal& drive : terminals_) {
    if (!drive.rows.empty()) driven.push_back(&drive);
  }
  return driven;
}

void visit_drive_lines(const DriveLog& log, const std::function<void(const DriveLine&)>& visit) {
  for (const DriveOfTerminal* driven : log.terminals()) {
    const DriveOfTerminal drive = log.with_traffic(*driven);
    auto event = drive.events.begin();
    const DriveRow* before = nullptr;
    for (const DriveRow& row : drive.rows) {
      const bool last = &row == &drive.rows.back();
      std::vector<std::string> texts;
      for (; event != drive.events.end(); ++event) {
        if (!last && event->time_ns() >= row.time_ns() + row.duration_ns()) break;
        texts.push_back(event_text(*event));
      }
      DriveLine line = line_of(drive, row, before);
      add_cells(log.start(), row, line);
      line.events = fmt::format("{}", fmt::join(texts, ";"));
      visit(line);
      before = &row;
    }
  }
}

std::string drive_csv(const DriveLog& log) {
  std::string out = drive_csv_head();
  visit_drive_lines(log, [&](const DriveLine& line) { append_drive_line(line, out); });
  return out;
}

}  // namespace redcell::analysis
