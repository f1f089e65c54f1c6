// How much a QAM symbol tells: modulation order and SINR in, BICM information and its spread out.
//
//   i(y) = sum over bits j of log2( 2 p(y | b_j) / (p(y | b_j = 0) + p(y | b_j = 1)) )
//
// capacity = E[i], dispersion = Var[i], Gray labelling of TS 38.211 5.1, additive white Gaussian
// noise. Model: Caire, Taricco, Biglieri 1998 (BICM capacity); Polyanskiy, Poor, Verdu 2010
// (dispersion).
#pragma once

#include <array>
#include <vector>

namespace redcell::phy {

/// Of one complex symbol.
struct Information {
  double capacity_bits = 0;     ///< 0 .. modulation order.
  double dispersion_bits2 = 0;  ///< >= 0.
};

/// Bounds of InformationTable::at() against the exact integrals, for every SINR.
inline constexpr double capacity_error_max_bits = 2e-6;
inline constexpr double dispersion_error_max_bits2 = 2e-5;
/// Neighbouring values may fall by rounding, by no more than this.
inline constexpr double capacity_rounding_bits = 1e-14;
/// Bound of |at(sinr_for(c)).capacity_bits - c|.
inline constexpr double capacity_inverse_error_max_bits = 1e-9;

/// Piecewise cubics over SINR, 16 cells an octave: the cell comes from the bits of the number, not
/// from a log.
class InformationTable {
 public:
  InformationTable();

  /// Pre: modulation_order 2, 4, 6 or 8; sinr_lin >= 0. Capacity never falls as SINR rises (but for
  /// capacity_rounding_bits). Below -21 dB both are proportional to SINR; above saturation (error
  /// of a neighbour below 1e-15) capacity is the order.
  [[nodiscard]] Information at(int modulation_order, double sinr_lin) const;

  /// The SINR with that capacity; the saturation SINR (18 to 39 dB) for capacities that are not
  /// below it. Pre: as at(); capacity_bits >= 0.
  [[nodiscard]] double sinr_for(int modulation_order, double capacity_bits) const;

 private:
  /// Cubics in 0..1 across the cell; one cache line.
  struct alignas(64) Cell {
    std::array<double, 4> capacity;
    std::array<double, 4> dispersion;
  };
  struct Curve {
    std::vector<Cell> cells;
    double saturation = 0;
  };
  [[nodiscard]] const Curve& curve(int modulation_order) const;
  [[nodiscard]] static Curve build(int modulation_order);

  std::array<Curve, 4> curves_;
};

/// The one table, built on first use (about 15 ms).
[[nodiscard]] const InformationTable& information_table();

}  // namespace redcell::phy
