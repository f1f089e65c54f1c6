// How far apart two samples are, whatever their distributions.
#pragma once

#include <cstddef>
#include <span>

namespace redcell::analysis {

/// Kolmogorov and Smirnov's D: the greatest distance of the two empirical distribution functions,
/// 0 to 1. Pre: neither sample is empty.
[[nodiscard]] double ks_distance(std::span<const double> a, std::span<const double> b);

/// The chance of a D at least as large when both samples come from one distribution, from Smirnov's
/// limit (1939), which is within 0.01 from 40 samples on. The counts are those of independent
/// samples: effective_count. Pre: counts > 0.
[[nodiscard]] double ks_p_value(double distance, double effective_a, double effective_b);

/// The same for independent samples of any number, exact without ties and cautious with them; from
/// Smirnov's limit where the counts' product exceeds ks_exact_product_max. Pre: counts > 0.
[[nodiscard]] double ks_p_value_exact(double distance, std::size_t count_a, std::size_t count_b);
inline constexpr std::size_t ks_exact_product_max = 1'000'000;

/// The first Wasserstein distance: how far the mass of one sample must move on average to become
/// the other; the area between both distribution functions. In the unit of the samples. Pre:
/// neither is empty.
[[nodiscard]] double wasserstein_distance(std::span<const double> a, std::span<const double> b);

/// Independent samples that would tell as much about the mean as these, in order of time; 1 to
/// their count. Autocorrelations are summed in pairs until a pair is not positive: Geyer's initial
/// positive sequence, Statistical Science 7 (1992). Pre: series is not empty.
[[nodiscard]] double effective_count(std::span<const double> series);

}  // namespace redcell::analysis
