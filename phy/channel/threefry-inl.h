// Random words in lanes: Threefry4x32-20 of Random123, word for word those of base::Random. Only
// for kernels compiled once per instruction set.

#if defined(REDCELL_PHY_CHANNEL_THREEFRY_INL_H) == defined(HWY_TARGET_TOGGLE)
#ifdef REDCELL_PHY_CHANNEL_THREEFRY_INL_H
#undef REDCELL_PHY_CHANNEL_THREEFRY_INL_H
#else
#define REDCELL_PHY_CHANNEL_THREEFRY_INL_H
#endif

#include <array>
#include <cstddef>
#include <cstdint>

#include "hwy/highway.h"
#include "phy/channel/phasor-inl.h"

HWY_BEFORE_NAMESPACE();
namespace redcell::phy {
namespace HWY_NAMESPACE {

/// What base::Random::at is asked for, but for the index.
struct RandomKey {
  std::uint32_t seed;
  std::uint32_t run;
  std::uint32_t purpose;
  std::uint32_t a;
  std::uint32_t b;
};

struct RandomWords {
  VecU w0, w1, w2, w3;
};

template <int bits>
HWY_INLINE void mix(VecU& sum, VecU& turned) {
  sum = hn::Add(sum, turned);
  turned = hn::Xor(hn::Or(hn::ShiftLeft<bits>(turned), hn::ShiftRight<32 - bits>(turned)), sum);
}

template <int first, int second, int third, int fourth>
HWY_INLINE void two_rounds(RandomWords& x) {
  mix<first>(x.w0, x.w1);
  mix<second>(x.w2, x.w3);
  mix<third>(x.w0, x.w3);
  mix<fourth>(x.w2, x.w1);
}

/// The key is added after every fourth round, turned by one word each time.
HWY_INLINE void add_key(RandomWords& x, const std::array<std::uint32_t, 5>& key,
                        std::uint32_t time) {
  const LaneU du;
  x.w0 = hn::Add(x.w0, hn::Set(du, key[time % 5]));
  x.w1 = hn::Add(x.w1, hn::Set(du, key[(time + 1) % 5]));
  x.w2 = hn::Add(x.w2, hn::Set(du, key[(time + 2) % 5]));
  x.w3 = hn::Add(x.w3, hn::Set(du, key[(time + 3) % 5] + time));
}

/// The index that base::Random::at is asked for, by halves.
struct RandomIndex {
  VecU low;
  VecU high;
};

/// The four words of each lane's index.
HWY_INLINE RandomWords random_words(const RandomKey& name, RandomIndex index) {
  const LaneU du;
  const std::array<std::uint32_t, 5> key = {name.seed, name.run, name.purpose, 0,
                                            0x1BD11BDAU ^ name.seed ^ name.run ^ name.purpose};
  RandomWords x = {hn::Set(du, name.a), hn::Set(du, name.b), index.low, index.high};
  add_key(x, key, 0);
  for (std::uint32_t time = 1; time <= 5; ++time) {
    if (time % 2 == 1) {
      two_rounds<10, 26, 11, 21>(x);
      two_rounds<13, 27, 23, 5>(x);
    } else {
      two_rounds<6, 20, 17, 11>(x);
      two_rounds<25, 10, 18, 20>(x);
    }
    add_key(x, key, time);
  }
  return x;
}

}  // namespace HWY_NAMESPACE
}  // namespace redcell::phy
HWY_AFTER_NAMESPACE();

#endif
