// Sine and cosine of a phase in 2^-32 turns, and the phase of what moves, in lanes. Only for
// kernels compiled once per instruction set.
//
// The phase is cut to the nearest quarter turn by integers, so its reduction is exact for every
// input.

#if defined(REDCELL_PHY_CHANNEL_PHASOR_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef REDCELL_PHY_CHANNEL_PHASOR_INL_H
#undef REDCELL_PHY_CHANNEL_PHASOR_INL_H
#else
#define REDCELL_PHY_CHANNEL_PHASOR_INL_H
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace redcell::phy {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

/// Up to 16 lanes: one register on AVX-512, two on AVX2. The memory layout is the same.
using Lane = hn::CappedTag<float, 16>;
using LaneI = hn::RebindToSigned<Lane>;
using LaneU = hn::RebindToUnsigned<Lane>;
using VecF = hn::Vec<Lane>;
using VecI = hn::Vec<LaneI>;
using VecU = hn::Vec<LaneU>;

/// A complex number per lane.
struct Phasor {
  VecF re;
  VecF im;
};

HWY_INLINE Phasor multiply(Phasor a, Phasor b) {
  return {hn::NegMulAdd(a.im, b.im, hn::Mul(a.re, b.re)),
          hn::MulAdd(a.im, b.re, hn::Mul(a.re, b.im))};
}

/// exp(j 2 pi phase / 2^32), absolute error below 2e-7. The polynomials are Chebyshev interpolants
/// in quadruple precision of sin(pi y / 4) / y and (cos(pi y / 4) - 1) / y^2 over y^2 in [0, 1].
HWY_INLINE Phasor unit_phasor(VecU phase) {
  const Lane d;
  const LaneI di;
  const LaneU du;
  const VecU nearest = hn::Add(phase, hn::Set(du, std::uint32_t{1} << 29));
  const VecU quarter = hn::ShiftRight<30>(nearest);
  const VecI rest = hn::BitCast(di, hn::Sub(phase, hn::ShiftLeft<30>(quarter)));
  const VecF y = hn::Mul(hn::ConvertTo(d, rest), hn::Set(d, 0x1p-29f));
  const VecF z = hn::Mul(y, y);

  VecF s = hn::Set(d, -3.595429072511e-05f);
  s = hn::MulAdd(s, z, hn::Set(d, 0.002490006801492f));
  s = hn::MulAdd(s, z, hn::Set(d, -0.080745434708101f));
  s = hn::MulAdd(s, z, hn::Set(d, 0.785398160976618f));
  s = hn::Mul(s, y);
  VecF c = hn::Set(d, 3.541952728138e-06f);
  c = hn::MulAdd(c, z, hn::Set(d, -0.000325961380347f));
  c = hn::MulAdd(c, z, hn::Set(d, 0.015854338147319f));
  c = hn::MulAdd(c, z, hn::Set(d, -0.308425137343555f));
  c = hn::MulAdd(c, z, hn::Set(d, 1.0f));

  // Quarter 1 is (-s, c), 2 is (-c, -s), 3 is (s, -c).
  const VecU one = hn::Set(du, 1u);
  const auto odd = hn::RebindMask(d, hn::TestBit(quarter, one));
  const VecU sign = hn::Set(du, std::uint32_t{1} << 31);
  const VecU flip_im = hn::And(hn::ShiftLeft<30>(quarter), sign);
  const VecU flip_re = hn::And(hn::ShiftLeft<30>(hn::Add(quarter, one)), sign);
  return {hn::Xor(hn::IfThenElse(odd, s, c), hn::BitCast(d, flip_re)),
          hn::Xor(hn::IfThenElse(odd, c, s), hn::BitCast(d, flip_im))};
}

/// The same with an absolute error below 1.5e-6, for a half of the work: cut to the nearest half
/// turn, shorter polynomials. Interpolants of sin(pi y) / y and (cos(pi y) - 1) / y^2 over y^2 in
/// [0, 1/4].
HWY_INLINE Phasor coarse_phasor(VecU phase) {
  const Lane d;
  const LaneU du;
  const VecU nearest = hn::Add(phase, hn::Set(du, std::uint32_t{1} << 30));
  const VecU half = hn::And(nearest, hn::Set(du, std::uint32_t{1} << 31));
  const VecI rest = hn::BitCast(LaneI(), hn::Sub(phase, half));
  const VecF y = hn::Mul(hn::ConvertTo(d, rest), hn::Set(d, 0x1p-31f));
  const VecF z = hn::Mul(y, y);
  VecF s = hn::Set(d, -0.559435000833565f);
  s = hn::MulAdd(s, z, hn::Set(d, 2.54400021618723f));
  s = hn::MulAdd(s, z, hn::Set(d, -5.16740576636203f));
  s = hn::MulAdd(s, z, hn::Set(d, 3.1415902567479f));
  s = hn::Mul(s, y);
  VecF c = hn::Set(d, 0.222753575845605f);
  c = hn::MulAdd(c, z, hn::Set(d, -1.33331325231289f));
  c = hn::MulAdd(c, z, hn::Set(d, 4.05861496022906f));
  c = hn::MulAdd(c, z, hn::Set(d, -4.93480144188159f));
  c = hn::MulAdd(c, z, hn::Set(d, 1.0f));
  const VecF sign = hn::BitCast(d, half);
  return {hn::Xor(c, sign), hn::Xor(s, sign)};
}

/// Where the lanes are: whole wavelengths, and the rest scaled to rates in 2^-31 turns.
struct Travelled {
  VecU whole;
  VecF fraction;
};

/// start + rate * travelled in 2^-32 turns. Whole wavelengths are exact modulo one turn. The rest,
/// at most half a turn, is read off the mantissa of 1.5 + rest; the 1.5 shows as half a turn, which
/// `start` already holds.
HWY_INLINE VecU phase_at(VecU start, VecI rate, Travelled travelled) {
  const Lane d;
  const LaneU du;
  const VecU per_wavelength = hn::ShiftLeft<1>(hn::BitCast(du, rate));
  const VecF rest = hn::MulAdd(hn::ConvertTo(d, rate), travelled.fraction, hn::Set(d, 1.5f));
  return hn::Add(hn::Add(start, hn::Mul(travelled.whole, per_wavelength)),
                 hn::ShiftLeft<9>(hn::BitCast(du, rest)));
}

}  // namespace HWY_NAMESPACE
}  // namespace redcell::phy
HWY_AFTER_NAMESPACE();

#endif
