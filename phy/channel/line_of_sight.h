// Line of sight as a soft state: how much of a link's power comes as if its ends saw each other.
//
//   share = Phi((field + quantile(P) sqrt(1 + w^2)) / w),       w^2 = (pi / 2) wavelength / 20 m
//
// The state is a Gaussian field over the map held against the quantile of the probability P of line
// of sight, as in TR 38.901 7.6.3.3, and turns as steeply there as the standard's arc tangent of
// sqrt(20 m / wavelength). The shape is a normal distribution instead [ours]: so the mean share is
// P exactly. As a power share, the long tail of an arc tangent would leave a hundredth of line of
// sight deep in the shade, where that is more than all the other paths bring.
#pragma once

#include "base/units.h"

namespace redcell::phy {

/// Largest absolute error of gaussian_quantile for 1e-300 <= p <= 1 - 1e-15.
inline constexpr double gaussian_quantile_error_max = 1e-9;
/// x with P(N(0,1) <= x) = p. Pre: 0 < p < 1.
[[nodiscard]] double gaussian_quantile(double p);

/// Largest difference between los_probability and the mean of los_share over a normal field.
inline constexpr double los_share_mean_error_max = 1e-9;

/// Power share of line of sight, 0..1: gain = share * gain_los + (1 - share) * gain_nlos. More with
/// a larger `field_value`, which is standard normal over the map: a CorrelatedField with
/// los_correlation_distance.
///
/// Pre: 0 <= los_probability <= 1, 0 < wavelength.
[[nodiscard]] double los_share(double los_probability, double field_value, base::Metres wavelength);

}  // namespace redcell::phy
