// Floating-point operations of the channel's kernels for one link, counted in their source.
//
// An addition, a subtraction, a multiplication, a division and a root count one, a fused
// multiply-add two. What is not counted: comparisons, conversions, integers (phases, random words,
// sorting), loads and stores, lanes that pad the last vector, and what runs outside the kernels in
// one lane.
#pragma once

#include <cstddef>

#include "phy/channel/cluster_rays.h"
#include "phy/channel/fading.h"

namespace redcell::bench {

/// unit_phasor and coarse_phasor alike: two multiplications to the variable and its square, three
/// multiply-adds and a multiplication for the sine, four multiply-adds for the cosine.
inline constexpr double phasor_flops = 17;
inline constexpr double phase_flops = 2;     ///< phase_at.
inline constexpr double multiply_flops = 6;  ///< Of two complex numbers.
/// Highway 1.0.3, contrib/math, single precision.
inline constexpr double asin_flops = 19;
inline constexpr double acos_flops = 21;
inline constexpr double exp_flops = 24;
inline constexpr double log_flops = 20;

/// respond: for each burst of nine groups every tap's gain turned to its centre and added, four
/// multiply-adds a mirrored pair, and four additions of each pair's sums.
constexpr double response_flops(std::size_t taps, std::size_t groups, std::size_t pairs) {
  constexpr std::size_t mirrors = 4;
  const std::size_t bursts = (groups + 2 * mirrors) / (2 * mirrors + 1);
  const double of_a_burst =
      static_cast<double>(taps) * (multiply_flops + 2 + mirrors * 8) + mirrors * 4;
  return static_cast<double>(pairs * bursts) * of_a_burst;
}

/// tap_gains of a FadingTile without a line of sight.
constexpr double fading_flops(std::size_t taps, std::size_t pairs) {
  return static_cast<double>(taps * pairs) *
         (phy::sinusoid_count * (phase_flops + phasor_flops + 2) + 2);
}

/// cluster_taps of a ClusterTile with `clusters` rows in use.
constexpr double cluster_tap_flops(std::size_t clusters, std::size_t taps, std::size_t pairs) {
  const auto p = static_cast<double>(pairs);
  const double ray = 2 + phasor_flops + 2 + 8 * p;
  const double direct = p * (phase_flops + phasor_flops + 3);
  return static_cast<double>(clusters * phy::ray_count) * ray +
         static_cast<double>(taps - 1) * 2 * p + direct;
}

/// A plane of a panel: its phase step, then the array factor of some beams by Chebyshev's
/// recurrence.
constexpr double plane_flops(int elements, std::size_t beams) {
  const double factor = 3 + 1 + 3.0 * ((elements + 1) / 2) + 1;
  return 1 + phasor_flops + static_cast<double>(beams) * (3 + factor);
}

/// Panel of look_through: elements and beams of both planes.
struct PanelCount {
  int columns, rows;
  std::size_t horizontal_beams, vertical_beams;
};

/// look_through: frame, element pattern, both planes, and the gain of every beam.
constexpr double look_flops(std::size_t clusters, const PanelCount& panel, bool has_amplitude) {
  const double frame = 2 * phasor_flops + 8;
  const double element = 6 + 4 + 1 + 1 + asin_flops + acos_flops + 1 + 1 + exp_flops + 1;
  const auto v = static_cast<double>(panel.vertical_beams);
  const double beams =
      v * 2 + v * static_cast<double>(panel.horizontal_beams) * (2 + 2 + (has_amplitude ? 2 : 0));
  return static_cast<double>(clusters * phy::ray_count) *
         (frame + element + plane_flops(panel.columns, panel.horizontal_beams) +
          plane_flops(panel.rows, panel.vertical_beams) + beams);
}

/// draw_directions.
constexpr double departure_flops(std::size_t clusters) {
  return static_cast<double>(clusters * phy::ray_count) * 2;
}

/// draw_all: directions, rates, cross-polarisation of four rays from two pairs of normal numbers,
/// and gains.
constexpr double ray_flops(std::size_t clusters, std::size_t pairs) {
  const double rate = 2 + 2 * phasor_flops + 2;
  const double normal_pair = 2 + log_flops + 1 + phasor_flops + 2;
  const double crossed = normal_pair / 2 + 2 + exp_flops;
  const double gain = 4 * phasor_flops + static_cast<double>(pairs) * (2 + 2 * 7 + 4);
  return departure_flops(clusters) +
         static_cast<double>(clusters * phy::ray_count) * (rate + crossed + gain);
}

}  // namespace redcell::bench
