#include "phy/link/information.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "base/math.h"

namespace redcell::phy {
namespace {

constexpr int cell_bits = 4;  // 16 cells an octave
constexpr int cells_per_octave = 1 << cell_bits;
constexpr int lowest_exponent = -7;  // 2^-7 is -21 dB
constexpr double lowest_sinr = 0.0078125;

// Trapezoids over the noise in standard deviations. For a smooth function under a Gaussian this
// rule converges exponentially, as Gauss-Hermite does, without its nodes; checked against a finer
// one.
constexpr double noise_step = 0.25;
constexpr int noise_half_count = 28;
constexpr int noise_count = 2 * noise_half_count + 1;
constexpr int pam_count_max = 16;

// The axis runs over the bits of the number: linear inside an octave, logarithmic over octaves.
double node_sinr(int node) {
  const double within = 1.0 + static_cast<double>(node % cells_per_octave) / cells_per_octave;
  const auto exponent =
      static_cast<std::uint64_t>(1023 + lowest_exponent + node / cells_per_octave);
  return within * std::bit_cast<double>(exponent << 52);
}

struct Moments {
  double mean = 0;
  double square = 0;
};

// Adds information density and its square for all noise values on top of one transmitted amplitude.
// likelihood[noise][amplitude] is relative to that of the amplitude sent.
Moments moments_of_one(std::span<const double> likelihood, int pam_bits, int sent) {
  const int pam_count = 1 << pam_bits;
  Moments sum;
  double weight_sum = 0;
  for (int i = 0; i < noise_count; ++i) {
    const double noise = noise_step * (i - noise_half_count);
    const double* row = likelihood.data() + i * pam_count;
    double all = 0;
    for (int k = 0; k < pam_count; ++k) all += row[k];
    double product = 1;
    for (int bit = 0; bit < pam_bits; ++bit) {
      const int sent_bit = ((sent ^ (sent >> 1)) >> bit) & 1;
      double same = 0;
      for (int k = 0; k < pam_count; ++k) {
        same += (((k ^ (k >> 1)) >> bit) & 1) == sent_bit ? row[k] : 0.0;
      }
      product *= 2.0 * same / all;
    }
    const double density = base::log2(product);
    const double weight = base::exp(-0.5 * noise * noise);
    weight_sum += weight;
    sum.mean += weight * density;
    sum.square += weight * density * density;
  }
  return {sum.mean / weight_sum, sum.square / weight_sum};
}

// One real dimension twice: the two of a square constellation are independent and alike.
Information integrate(int modulation_order, double sinr) {
  const int pam_bits = modulation_order / 2;
  const int pam_count = 1 << pam_bits;
  // Half the distance of neighbours in standard deviations of the noise.
  const double half_distance =
      std::sqrt(3.0 * sinr / (static_cast<double>(pam_count) * pam_count - 1));
  std::array<double, static_cast<std::size_t>(noise_count) * pam_count_max> likelihood;
  Moments sum;
  for (int sent = pam_count / 2; sent < pam_count; ++sent) {  // the lower half is its mirror image
    for (int i = 0; i < noise_count; ++i) {
      const double noise = noise_step * (i - noise_half_count);
      for (int k = 0; k < pam_count; ++k) {
        const double offset = 2.0 * half_distance * (sent - k);
        likelihood[static_cast<std::size_t>(i * pam_count + k)] = -offset * (0.5 * offset + noise);
      }
    }
    const std::span<double> used(likelihood.data(),
                                 static_cast<std::size_t>(noise_count * pam_count));
    base::exp_in_place(used);
    const Moments one = moments_of_one(used, pam_bits, sent);
    sum.mean += one.mean;
    sum.square += one.square;
  }
  const double mean = sum.mean / (pam_count / 2);
  const double square = sum.square / (pam_count / 2);
  return {2.0 * mean, 2.0 * std::max(0.0, square - mean * mean)};
}

// Slope at a node from the polynomial through the five nodes around it; nodes are not equally
// spaced.
double slope_at(std::span<const double> x, std::span<const double> y, std::size_t node) {
  const std::size_t first = std::min(node < 2 ? 0 : node - 2, x.size() - 5);
  double slope = 0;
  for (std::size_t j = first; j < first + 5; ++j) {
    // Derivative of the Lagrange basis polynomial j at x[node].
    double derivative = 0;
    for (std::size_t left_out = first; left_out < first + 5; ++left_out) {
      if (left_out == j) continue;
      double term = 1.0 / (x[j] - x[left_out]);
      for (std::size_t m = first; m < first + 5; ++m) {
        if (m != j && m != left_out) term *= (x[node] - x[m]) / (x[j] - x[m]);
      }
      derivative += term;
    }
    slope += derivative * y[j];
  }
  return slope;
}

std::array<double, 4> hermite(double y0, double y1, double rise0, double rise1) {
  return {y0, rise0, 3 * (y1 - y0) - 2 * rise0 - rise1, 2 * (y0 - y1) + rise0 + rise1};
}

double evaluate(const std::array<double, 4>& c, double t) {
  return c[0] + t * (c[1] + t * (c[2] + t * c[3]));
}

// Parabola through the origin that meets value and slope of the lowest cell, at a fraction of its
// SINR.
double below_grid(const std::array<double, 4>& lowest_cell, double fraction) {
  const double curvature = lowest_cell[1] * cells_per_octave - lowest_cell[0];
  return fraction * (lowest_cell[0] - curvature * (1.0 - fraction));
}

}  // namespace

InformationTable::Curve InformationTable::build(int modulation_order) {
  // Neighbours more than 8 standard deviations from the threshold are not mistaken for one another.
  const double levels = static_cast<double>(1 << modulation_order) - 1;
  int octave_count = 0;
  while (3.0 * node_sinr(octave_count * cells_per_octave) < 64.0 * levels) ++octave_count;
  const auto cell_count = static_cast<std::size_t>(octave_count * cells_per_octave);

  std::vector<double> sinr(cell_count + 1), capacity(cell_count + 1), dispersion(cell_count + 1);
  for (std::size_t i = 0; i <= cell_count; ++i) {
    sinr[i] = node_sinr(static_cast<int>(i));
    const Information exact = integrate(modulation_order, sinr[i]);
    capacity[i] = i == 0 ? exact.capacity_bits : std::max(capacity[i - 1], exact.capacity_bits);
    dispersion[i] = exact.dispersion_bits2;
  }

  Curve curve;
  curve.saturation = sinr.back();
  curve.cells.resize(cell_count);
  for (std::size_t i = 0; i < cell_count; ++i) {
    const double width = sinr[i + 1] - sinr[i];
    // Slopes within three times the secant keep a cubic monotone (Fritsch, Carlson 1980).
    const double steepest = 3 * (capacity[i + 1] - capacity[i]);
    curve.cells[i].capacity =
        hermite(capacity[i], capacity[i + 1],
                std::clamp(slope_at(sinr, capacity, i) * width, 0.0, steepest),
                std::clamp(slope_at(sinr, capacity, i + 1) * width, 0.0, steepest));
    curve.cells[i].dispersion =
        hermite(dispersion[i], dispersion[i + 1], slope_at(sinr, dispersion, i) * width,
                slope_at(sinr, dispersion, i + 1) * width);
  }
  return curve;
}

InformationTable::InformationTable() : curves_{build(2), build(4), build(6), build(8)} {}

const InformationTable::Curve& InformationTable::curve(int modulation_order) const {
  RC_CHECK(modulation_order >= 2 && modulation_order <= 8 && modulation_order % 2 == 0);
  return curves_[static_cast<std::size_t>(modulation_order / 2 - 1)];
}

Information InformationTable::at(int modulation_order, double sinr_lin) const {
  const Curve& c = curve(modulation_order);
  RC_CHECK(sinr_lin >= 0);
  if (sinr_lin >= c.saturation) return {static_cast<double>(modulation_order), 0.0};
  if (sinr_lin < lowest_sinr) {
    const double fraction = sinr_lin / lowest_sinr;
    return {below_grid(c.cells[0].capacity, fraction), below_grid(c.cells[0].dispersion, fraction)};
  }
  constexpr std::uint64_t first = static_cast<std::uint64_t>(1023 + lowest_exponent) << cell_bits;
  constexpr std::uint64_t within_mask = (std::uint64_t{1} << (52 - cell_bits)) - 1;
  const auto bits = std::bit_cast<std::uint64_t>(sinr_lin);
  const Cell& cell = c.cells[(bits >> (52 - cell_bits)) - first];
  const double t = static_cast<double>(bits & within_mask) * 0x1p-48;
  return {evaluate(cell.capacity, t), std::max(0.0, evaluate(cell.dispersion, t))};
}

double InformationTable::sinr_for(int modulation_order, double capacity_bits) const {
  const Curve& c = curve(modulation_order);
  RC_CHECK(capacity_bits >= 0);
  const double lowest = c.cells[0].capacity[0];
  if (capacity_bits < lowest) {
    // Root of the parabola of below_grid(); curvature < 0, so that this form does not cancel.
    const double curvature = c.cells[0].capacity[1] * cells_per_octave - lowest;
    const double slope = lowest - curvature;
    const double root = std::sqrt(slope * slope + 4.0 * curvature * capacity_bits);
    return lowest_sinr * (2.0 * capacity_bits / (slope + root));
  }
  if (capacity_bits >= evaluate(c.cells.back().capacity, 1.0)) {
    return c.saturation;
  }
  const auto above =
      std::upper_bound(c.cells.begin(), c.cells.end(), capacity_bits,
                       [](double wanted, const Cell& cell) { return wanted < cell.capacity[0]; });
  const auto index = static_cast<int>(above - c.cells.begin()) - 1;
  const std::array<double, 4>& cubic = c.cells[static_cast<std::size_t>(index)].capacity;
  // Newton, kept between the bounds that bisection would have.
  double low = 0, high = 1, t = 0.5;
  for (int step = 0; step < 60; ++step) {
    const double excess = evaluate(cubic, t) - capacity_bits;
    if (std::fabs(excess) <= 0.01 * capacity_inverse_error_max_bits) break;
    (excess > 0 ? high : low) = t;
    const double slope = cubic[1] + t * (2 * cubic[2] + 3 * t * cubic[3]);
    const double next = t - excess / slope;
    t = next > low && next < high ? next : 0.5 * (low + high);
  }
  return node_sinr(index) + t * (node_sinr(index + 1) - node_sinr(index));
}

const InformationTable& information_table() {
  static const InformationTable table;
  return table;
}

}  // namespace redcell::phy
