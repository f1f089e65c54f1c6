// Terminals of 3GPP's calibration drop of UMa, and what each hears of its serving cell.
//
// Set-up of R1-165974 (phase 1): 19 sites of three sectors, 500 m apart, wrapped around; stations
// at 25 m; 80 % of the terminals indoors, half of them in high-loss buildings, on floors 1 to N
// with N from 4 to 8; no fast fading. The station has one column of ten vertical elements, tilted
// 12 degrees electrically; for the spreads (phase 2, configuration 1) it has four rows.
#pragma once

#include <cstdint>
#include <vector>

namespace redcell::calibration {

struct DropConfig {
  double carrier_ghz = 6.0;
  int terminals_per_sector = 10;
  int rows = 10;
  std::uint32_t seed = 1;
};

struct Heard {
  double coupling_db;  ///< Gain from port to port of the serving cell, negative.
  double geometry_db;  ///< Serving cell over the sum of all others.
  double ds_ns;
  double asd_deg;  ///< Circular, TR 38.901 Annex A.
  double asa_deg;
  double zsd_deg;
  double zsa_deg;
};

[[nodiscard]] std::vector<Heard> drop_uma(const DropConfig& config);

/// The value below which `percent` of the samples lie.
[[nodiscard]] double percentile(std::vector<double> values, double percent);

}  // namespace redcell::calibration
