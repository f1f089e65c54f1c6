#include "mac/ue/measurements.h"

#include <algorithm>

#include "base/check.h"
#include "base/math.h"

namespace redcell::mac::ue {

namespace {

/// The coefficient's constant a = 1/2^(k/4) is for one value per layer 1 period; at the rate of
/// the samples the same step answer needs (1 - a')^(values per period) = 1 - a.
double filter_constant(const MeasurementConfig& config) {
  if (config.filter_coefficient == 0) return 1;
  const double kept = 1 - base::pow(2, -config.filter_coefficient / 4.0);
  const base::Duration period = std::max(
      filter_period_min, config.sample_period * std::int64_t{config.samples_per_measurement});
  return 1 - base::pow(kept, base::to_seconds(config.sample_period) / base::to_seconds(period));
}

bool stronger(const CellMeasurement& a, const CellMeasurement& b) {
  return a.rsrp_dbm > b.rsrp_dbm || (a.rsrp_dbm == b.rsrp_dbm && a.cell < b.cell);
}

/// Keeps out[0..count) the strongest seen so far, strongest first.
void insert(std::span<CellMeasurement> out, int& count, CellMeasurement m) {
  for (int i = 0; i < count; ++i) {
    CellMeasurement& other = out[static_cast<std::size_t>(i)];
    if (stronger(m, other)) std::swap(m, other);
  }
  if (static_cast<std::size_t>(count) < out.size()) out[static_cast<std::size_t>(count++)] = m;
}

}  // namespace

Measurements::Measurements(const MeasurementConfig& config, base::CellId serving)
    : config_(config), serving_(serving), cells_(measured_cell_count_max) {
  RC_CHECK(config.filter_coefficient >= 0);
  RC_CHECK(config.samples_per_measurement >= 1);
  RC_CHECK(config.sample_period > base::Duration(0));
  a_ = filter_constant(config);
  for (Cell& c : cells_) c.ring.resize(static_cast<std::size_t>(config.samples_per_measurement));
}

void Measurements::sample(base::Instant now, std::span<const CellSample> samples) {
  const base::Duration patience =
      config_.sample_period * std::int64_t{config_.samples_per_measurement};
  for (Cell& c : cells_) {
    if (c.used && now - c.last_seen > patience) c.used = false;
  }
  for (const CellSample& s : samples) {
    Cell* const c = find_or_admit(s);
    if (c == nullptr) continue;
    c->last_seen = now;
    take(*c, s);
  }
}

std::optional<MeasurementReport> Measurements::update(base::Instant now) {
  const std::optional<CellMeasurement> serving = filtered(serving_);
  if (!serving) return std::nullopt;
  bool entered = false;
  MeasurementReport report{.serving = *serving};
  for (Cell& c : cells_) {
    if (!c.used || !c.filtered_db || c.cell == serving_) continue;
    entered |= evaluate(c, serving->rsrp_dbm, now);
    if (c.triggered) insert(report.neighbours, report.neighbour_count, *filtered(c.cell));
  }
  if (report.neighbour_count == 0) next_report_.reset();
  const bool due = entered || (next_report_ && *next_report_ <= now);
  if (!due) return std::nullopt;
  next_report_ = now + config_.report_interval;
  return report;
}

void Measurements::set_serving(base::CellId cell) {
  serving_ = cell;
  for (Cell& c : cells_) {
    c.triggered = false;
    c.holds_since.reset();
  }
}

std::optional<CellMeasurement> Measurements::filtered(base::CellId cell) const {
  const Cell* const c = find(cell);
  if (c == nullptr || !c->filtered_db) return std::nullopt;
  return CellMeasurement{.cell = cell,
                         .rsrp_dbm = c->filtered_db->rsrp,
                         .rsrq_db = c->filtered_db->rsrq,
                         .sinr_db = c->filtered_db->sinr};
}

int Measurements::strongest(std::span<CellMeasurement> out) const {
  int count = 0;
  for (const Cell& c : cells_) {
    if (c.used && c.filtered_db) insert(out, count, *filtered(c.cell));
  }
  return count;
}

const Measurements::Cell* Measurements::find(base::CellId cell) const {
  for (const Cell& c : cells_) {
    if (c.used && c.cell == cell) return &c;
  }
  return nullptr;
}

Measurements::Cell* Measurements::find_or_admit(const CellSample& sample) {
  Cell* free = nullptr;
  Cell* weakest = nullptr;
  const auto last_rsrp_mw = [](const Cell& c) {
    return c.ring[(c.sample_count - 1) % c.ring.size()].rsrp;
  };
  for (Cell& c : cells_) {
    if (!c.used) {
      free = &c;
      continue;
    }
    if (c.cell == sample.cell) return &c;
    if (c.cell == serving_) continue;
    if (weakest == nullptr || last_rsrp_mw(c) < last_rsrp_mw(*weakest)) weakest = &c;
  }
  if (free == nullptr) {
    const bool better = sample.cell == serving_ || sample.rsrp_mw > last_rsrp_mw(*weakest);
    if (!better) return nullptr;
    free = weakest;
  }
  free->used = true;
  free->cell = sample.cell;
  free->sample_count = 0;
  free->filtered_db.reset();
  free->triggered = false;
  free->holds_since.reset();
  return free;
}

void Measurements::take(Cell& c, const CellSample& sample) const {
  c.ring[c.sample_count++ % c.ring.size()] = {sample.rsrp_mw, sample.rsrq_lin, sample.sinr_lin};
  if (c.sample_count < c.ring.size()) return;
  Values sum;
  for (const Values& v : c.ring) {
    sum.rsrp += v.rsrp;
    sum.rsrq += v.rsrq;
    sum.sinr += v.sinr;
  }
  const double count = static_cast<double>(c.ring.size());
  const Values measured{base::to_db(sum.rsrp / count), base::to_db(sum.rsrq / count),
                        base::to_db(sum.sinr / count)};
  if (!c.filtered_db) {
    c.filtered_db = measured;
    return;
  }
  Values& f = *c.filtered_db;
  f.rsrp += a_ * (measured.rsrp - f.rsrp);
  f.rsrq += a_ * (measured.rsrq - f.rsrq);
  f.sinr += a_ * (measured.sinr - f.sinr);
}

bool Measurements::evaluate(Cell& c, double serving_dbm, base::Instant now) const {
  const double neighbour_dbm = c.filtered_db->rsrp;
  const double threshold_dbm = serving_dbm + config_.a3_offset.value();
  const double hysteresis_db = config_.hysteresis.value();
  const bool holds = c.triggered ? neighbour_dbm + hysteresis_db < threshold_dbm
                                 : neighbour_dbm - hysteresis_db > threshold_dbm;
  if (!holds) {
    c.holds_since.reset();
    return false;
  }
  if (!c.holds_since) c.holds_since = now;
  if (now - *c.holds_since < config_.time_to_trigger) return false;
  c.holds_since.reset();
  c.triggered = !c.triggered;
  return c.triggered;
}

}  // namespace redcell::mac::ue
