// Terminals of a calibration drop of 3GPP, and what each hears of its serving cell.
//
// Set-up of R1-165974 (TR 38.900, phase 1; spreads: phase 2, configuration 1):
//                   UMa               UMi               InH (open office)
//   sites           19, 500 m apart   19, 200 m apart   12 in two rows, 20 m apart, 120 m x 50 m
//   borders         wrapped around    wrapped around    walls
//   station at      25 m, tilt 12     10 m, tilt 12     3 m, tilt 20 degrees (electrical)
//   terminals       80 % indoors, half of them behind high loss,      all in the office, 1 m high
//                   on floors 1 to N with N from 4 to 8
// Three sectors a site, one column of vertical elements at half a wavelength, no fast fading.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace redcell::scenarios {

enum class DropPlace { uma, umi, inh };
inline constexpr std::array<std::string_view, 3> drop_place_names = {"UMa", "UMi", "InH"};

struct DropConfig {
  DropPlace place = DropPlace::uma;
  double carrier_ghz = 6.0;
  int terminals_per_sector = 10;
  int rows = 10;  ///< Elements of the column: 10 in phase 1, 4 in phase 2.
  std::uint32_t seed = 1;
};

struct Heard {
  double coupling_db;             ///< Gain from port to port of the serving cell, negative.
  double geometry_db;             ///< Serving cell over the sum of all others.
  double geometry_with_noise_db;  ///< Over the sum of all others and noise.
  double ds_ns;
  double asd_deg;  ///< Circular, TR 38.901 Annex A.
  double asa_deg;
  double zsd_deg;
  double zsa_deg;
};

/// Called with the part that is done, 0 to 1.
using DropProgress = std::function<void(double)>;

/// 57 or 36 times terminals_per_sector. Pre: counts >= 1, 0.5 <= carrier_ghz <= 100.
[[nodiscard]] std::vector<Heard> drop_terminals(const DropConfig& config,
                                                const DropProgress& progress = {});

/// The value below which `percent` of the samples lie. Pre: there are some; 0 <= percent <= 100.
[[nodiscard]] double percentile(std::vector<double> values, double percent);

}  // namespace redcell::scenarios
