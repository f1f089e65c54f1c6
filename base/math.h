// One-lane mathematics with the same bits on every compiler and instruction set from AVX2 up.
//
// These are the one-lane case of Highway's contrib/math kernels in double precision. The C
// library's functions are not used where bits count: compilers fold them differently at compile
// time.
#pragma once

#include <span>

namespace redcell::base {

inline constexpr double pi = 3.14159265358979323846;
inline constexpr double speed_of_light_mps = 299'792'458.0;

/// Largest relative error of exp, log, log10 and log2 against the exact value, for normal results.
inline constexpr double math_relative_error_max = 1e-15;
/// Largest absolute error of sin and cos for |x| <= 1e4, and of atan2.
inline constexpr double math_absolute_error_max = 1e-15;

[[nodiscard]] double exp(double x);    ///< Pre: x <= 706. Zero below -1000.
[[nodiscard]] double log(double x);    ///< Pre: x > 0.
[[nodiscard]] double log10(double x);  ///< Pre: x > 0.
[[nodiscard]] double log2(double x);   ///< Pre: x > 0.
[[nodiscard]] double pow(double x,
                         double y);  ///< Pre: x > 0. exp(y log x); error grows with |y log x|.
[[nodiscard]] double sin(double x);  ///< Pre: |x| <= 1e4.
[[nodiscard]] double cos(double x);  ///< Pre: |x| <= 1e4.
[[nodiscard]] double atan2(double y, double x);
/// Largest relative error of gaussian_tail for |x| <= 37.
inline constexpr double gaussian_tail_error_max = 1e-11;
/// Gaussian tail probability Q(x) = P(N(0,1) > x); 0 above 38 and 1 below -38.
[[nodiscard]] double gaussian_tail(double x);

[[nodiscard]] double from_db(double db);   ///< 10^(db/10).
[[nodiscard]] double to_db(double ratio);  ///< 10 log10(ratio). Pre: ratio > 0.

/// values[i] = exp(values[i]), in lanes; the same bits as exp() one by one.
void exp_in_place(std::span<double> values);

/// The instruction set the kernels run on: "AVX2" or "AVX-512".
[[nodiscard]] const char* isa_name();
/// True when this machine has AVX2 with FMA, the floor below which bits would differ.
[[nodiscard]] bool isa_supported();
/// Uses AVX2 kernels from now on, even where AVX-512 exists; not undone. For tests and comparisons.
void force_avx2();

}  // namespace redcell::base
