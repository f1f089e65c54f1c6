// The UE's measurements: samples of SS/PBCH blocks in, event A3 reports out.
//
//   sample -> mean of the last N (layer 1) -> dB -> F = (1 - a) F + a M (layer 3) -> event A3
//
// TS 38.133 9.2.5.2 (layer 1), TS 38.331 5.5.3.2 (layer 3), 5.5.4.4 (A3), 5.5.5 (reports). Trigger
// quantity RSRP; cell and frequency offsets zero; reportAmount infinity.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "mac/rrc.h"

namespace redcell::mac::ue {

struct MeasurementConfig {
  base::Db a3_offset{3};
  base::Db hysteresis{1};
  base::Duration time_to_trigger = base::milliseconds(160);
  base::Duration report_interval = base::milliseconds(240);
  int filter_coefficient = 4;                             ///< k, TS 38.331 6.3.2; 0: no filter.
  int samples_per_measurement = 5;                        ///< >= 1.
  base::Duration sample_period = base::milliseconds(20);  ///< SS/PBCH period, > 0.
};

/// One cell in one SS/PBCH block, linear.
struct CellSample {
  base::CellId cell;
  double rsrp_mw = 0;   ///< > 0.
  double rsrq_lin = 0;  ///< > 0.
  double sinr_lin = 0;  ///< > 0.
};

/// Cells followed at a time [ours]: twice the 8 of TS 38.133 9.2.3. A further cell takes the place
/// of the weakest neighbour it is stronger than.
inline constexpr int measured_cell_count_max = 16;

/// The coefficient k is meant for one value per layer 1 period of at least this.
inline constexpr base::Duration filter_period_min = base::milliseconds(200);

/// Largest error of a filtered value against the formulas in exact arithmetic, in dB.
inline constexpr double filter_error_db_max = 1e-9;

class Measurements {
 public:
  Measurements(const MeasurementConfig& config, base::CellId serving);

  /// Once per SS/PBCH period, all cells detected in it, each once. A cell not seen for longer than
  /// samples_per_measurement periods is forgotten [ours]. Nothing is reported while the serving
  /// cell is not measured. No allocation.
  void sample(base::Instant now, std::span<const CellSample> samples);

  /// After sample(): the report that is due now. Time to trigger and interval are met at the first
  /// sample at or after them.
  [[nodiscard]] std::optional<MeasurementReport> update(base::Instant now);

  /// Another cell serves: no cell is triggered any more (TS 38.331 5.5.6.1); the filters go on.
  void set_serving(base::CellId cell);

  /// The filtered values of a cell; nullopt before its first layer 1 measurement.
  [[nodiscard]] std::optional<CellMeasurement> filtered(base::CellId cell) const;
  /// Fills out with the strongest cells, strongest first, the serving cell among them; returns how
  /// many there are.
  [[nodiscard]] int strongest(std::span<CellMeasurement> out) const;

 private:
  struct Values {
    double rsrp = 0, rsrq = 0, sinr = 0;
  };
  struct Cell {
    bool used = false;
    base::CellId cell;
    base::Instant last_seen;
    std::vector<Values> ring;  ///< [samples_per_measurement] linear.
    std::size_t sample_count = 0;
    std::optional<Values> filtered_db;
    bool triggered = false;
    /// Since when the entering (not yet triggered) or leaving (triggered) condition holds.
    std::optional<base::Instant> holds_since;
  };
  [[nodiscard]] const Cell* find(base::CellId cell) const;
  Cell* find_or_admit(const CellSample& sample);
  void take(Cell& c, const CellSample& sample) const;
  /// Moves a neighbour into or out of the triggered list. True: it entered now.
  bool evaluate(Cell& c, double serving_dbm, base::Instant now) const;

  MeasurementConfig config_;
  base::CellId serving_;
  double a_ = 1;             ///< Filter constant at the rate of the samples.
  std::vector<Cell> cells_;  ///< [measured_cell_count_max], in no order.
  std::optional<base::Instant> next_report_;
};

}  // namespace redcell::mac::ue
