// Correlated field: a Gaussian number for every place on the map, alike at places near each other.
//
//   value(x) = sqrt(2 / N) sum_n cos(k[n] . x + phase[n])
//
// Over all seeds the correlation of two places is exp(-distance / correlation distance), TR 38.901
// 7.6.3.1. The wave vectors follow the spectrum of that correlation in the plane, spread evenly
// over it so that one field already varies as it should. A pure function of place: no grid, no
// memory of where anyone was.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/random.h"
#include "base/units.h"

namespace redcell::phy {

/// N. Sixteen at a time.
inline constexpr std::size_t field_wave_count = 96;
/// Largest |east| and |north|.
inline constexpr base::Metres field_coordinate_max{1e6};

/// Largest difference between exp(-distance / correlation distance) and the mean product of two
/// places over many fields.
inline constexpr double field_correlation_error_max = 0.01;
/// The same over the whole plane for one field: root mean square over distances and directions,
/// sqrt(1 / 2N), the correlation that N waves keep at any distance.
inline constexpr double field_correlation_rms_max = 0.08;
/// Largest difference between the distribution of the values over many fields and the normal one.
inline constexpr double field_normal_error_max = 0.002;

class CorrelatedField {
 public:
  /// Waves are drawn with Purpose::field_wave, the given ids and index = wave. An infinite
  /// correlation distance makes the field one number everywhere.
  ///
  /// Pre: correlation_distance >= 1 m. Cost: some 20 us.
  /// finest: waves shorter than 2 pi of it are left out, so that the field is smooth on that scale;
  /// nearer than that the correlation falls more slowly than the exponential, whose field is rough
  /// everywhere.
  CorrelatedField(const base::Random& random, base::RandomIds ids,
                  base::Metres correlation_distance, base::Metres finest = base::Metres(0));

  /// The field in units of its standard deviation; mean 0. Places are rounded to 2^-10 m. The same
  /// bits on every instruction set.
  ///
  /// Pre: |east_m| and |north_m| <= field_coordinate_max. No allocation; some 50 ns.
  [[nodiscard]] double at(double east_m, double north_m) const;

 private:
  using Words = std::array<std::uint32_t, field_wave_count>;
  // Phase gained per 2^-10 m, and the phase at the origin, in 2^-32 turns.
  alignas(64) Words east_rate_;
  alignas(64) Words north_rate_;
  alignas(64) Words start_;
};

}  // namespace redcell::phy
