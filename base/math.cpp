#include "base/math.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "base/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "base/math.cpp"
#include "hwy/foreach_target.h"
// After foreach_target, as Highway demands.
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace redcell::base {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using OneLane = hn::CappedTag<double, 1>;

double exp_one(double x) {
  const OneLane d;
  return hn::GetLane(hn::Exp(d, hn::Set(d, x)));
}

double log_one(double x) {
  const OneLane d;
  return hn::GetLane(hn::Log(d, hn::Set(d, x)));
}

double log10_one(double x) {
  const OneLane d;
  return hn::GetLane(hn::Log10(d, hn::Set(d, x)));
}

double log2_one(double x) {
  const OneLane d;
  return hn::GetLane(hn::Log2(d, hn::Set(d, x)));
}

double pow_one(double x, double y) {
  const OneLane d;
  return hn::GetLane(hn::Exp(d, hn::Mul(hn::Set(d, y), hn::Log(d, hn::Set(d, x)))));
}

double sin_one(double x) {
  const OneLane d;
  return hn::GetLane(hn::Sin(d, hn::Set(d, x)));
}

double cos_one(double x) {
  const OneLane d;
  return hn::GetLane(hn::Cos(d, hn::Set(d, x)));
}

double atan_one(double x) {
  const OneLane d;
  return hn::GetLane(hn::Atan(d, hn::Set(d, x)));
}

// For x >= 0, Q(x) = exp(-x^2 / 2) * p(t) / (1 + x / 2) with t = (x - 3.5) / (x + 3.5), where p is
// the Chebyshev interpolant of degree 15 over x in [0, 38], computed in quadruple precision; its
// relative error is 3e-12.
constexpr double tail_even[] = {0.2924491724927749162,    0.06332104358382390218,
                                -0.005595236477811351908, -0.0005589833297929160407,
                                0.0001395993209923726776, -2.260252008920380317e-05,
                                2.726828734466768972e-06, -1.483736105322905498e-07};
constexpr double tail_odd[] = {-0.1424261339543697823,   -0.01179590298540021864,
                               0.004409341605334698984,  -0.0005164333092713511205,
                               7.710832597731221185e-05, -1.487950370074052622e-05,
                               2.769066404154063106e-06, -2.977208908935066681e-07};

double tail_one(double x) {
  const OneLane d;
  const auto a = hn::Abs(hn::Set(d, x));
  const auto pivot = hn::Set(d, 3.5);
  const auto t = hn::Div(hn::Sub(a, pivot), hn::Add(a, pivot));
  const auto t2 = hn::Mul(t, t);
  auto even = hn::Set(d, tail_even[7]);
  auto odd = hn::Set(d, tail_odd[7]);
  for (int i = 6; i >= 0; --i) {
    even = hn::MulAdd(even, t2, hn::Set(d, tail_even[i]));
    odd = hn::MulAdd(odd, t2, hn::Set(d, tail_odd[i]));
  }
  const auto half = hn::Set(d, 0.5);
  const auto scale = hn::Exp(d, hn::Neg(hn::Mul(half, hn::Mul(a, a))));
  const auto shape = hn::Div(hn::MulAdd(odd, t, even), hn::MulAdd(a, half, hn::Set(d, 1.0)));
  const double tail = hn::GetLane(hn::Mul(scale, shape));
  return x < 0.0 ? 1.0 - tail : tail;
}

void exp_many(double* values, std::size_t count) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    hn::StoreU(hn::Exp(d, hn::LoadU(d, values + i)), d, values + i);
  }
  for (; i < count; ++i) values[i] = exp_one(values[i]);
}

}  // namespace HWY_NAMESPACE
}  // namespace redcell::base
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace redcell::base {

HWY_EXPORT(exp_one);
HWY_EXPORT(log_one);
HWY_EXPORT(log10_one);
HWY_EXPORT(log2_one);
HWY_EXPORT(pow_one);
HWY_EXPORT(sin_one);
HWY_EXPORT(cos_one);
HWY_EXPORT(atan_one);
HWY_EXPORT(tail_one);
HWY_EXPORT(exp_many);

namespace {

constexpr double ln_10_tenth = 0.23025850929940456840;
// The widest instruction set that is used, AVX-512, has the name AVX3 in Highway.
constexpr std::int64_t avx512 = HWY_AVX3_DL | HWY_AVX3;

}  // namespace

double exp(double x) { return HWY_DYNAMIC_DISPATCH(exp_one)(x); }
double log(double x) { return HWY_DYNAMIC_DISPATCH(log_one)(x); }
double log10(double x) { return HWY_DYNAMIC_DISPATCH(log10_one)(x); }
double log2(double x) { return HWY_DYNAMIC_DISPATCH(log2_one)(x); }
double pow(double x, double y) { return HWY_DYNAMIC_DISPATCH(pow_one)(x, y); }
double sin(double x) { return HWY_DYNAMIC_DISPATCH(sin_one)(x); }
double cos(double x) { return HWY_DYNAMIC_DISPATCH(cos_one)(x); }

double atan2(double y, double x) {
  const double width = std::fabs(x);
  const double height = std::fabs(y);
  if (width == 0.0 && height == 0.0) return 0.0;
  const bool flat = height <= width;
  const double small = HWY_DYNAMIC_DISPATCH(atan_one)(flat ? height / width : width / height);
  const double first_quadrant = flat ? small : 0.5 * pi - small;
  const double angle = x < 0.0 ? pi - first_quadrant : first_quadrant;
  return y < 0.0 ? -angle : angle;
}

double gaussian_tail(double x) {
  if (x > 38.0) return 0.0;
  if (x < -38.0) return 1.0;
  return HWY_DYNAMIC_DISPATCH(tail_one)(x);
}

double from_db(double db) { return exp(db * ln_10_tenth); }
double to_db(double ratio) { return 10.0 * log10(ratio); }

void exp_in_place(std::span<double> values) {
  HWY_DYNAMIC_DISPATCH(exp_many)(values.data(), values.size());
}

const char* isa_name() { return (hwy::SupportedTargets() & avx512) != 0 ? "AVX-512" : "AVX2"; }

bool isa_supported() { return (hwy::SupportedTargets() & (avx512 | HWY_AVX2)) != 0; }

void force_avx2() { hwy::DisableTargets(avx512); }

}  // namespace redcell::base
#endif
