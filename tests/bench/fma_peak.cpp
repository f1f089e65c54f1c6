#include "tests/bench/fma_peak.h"

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "base/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/bench/fma_peak.cpp"
#include "hwy/foreach_target.h"
// After foreach_target, as Highway demands.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace redcell::bench {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

/// More chains than two units of four cycles can have under way, and few enough for 16 registers.
constexpr std::size_t chain_count = 12;

/// Operations done; `kept` keeps the compiler from leaving them out.
double multiply_adds(std::size_t rounds, float* kept) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, 0.999F);
  const auto term = hn::Set(d, 0.001F);
  // Each begins elsewhere, or the compiler would make one of equal ones.
  auto a = hn::Set(d, 1.0F);
  auto b = hn::Set(d, 2.0F);
  auto c = hn::Set(d, 3.0F);
  auto e = hn::Set(d, 4.0F);
  auto f = hn::Set(d, 5.0F);
  auto g = hn::Set(d, 6.0F);
  auto h = hn::Set(d, 7.0F);
  auto i = hn::Set(d, 8.0F);
  auto j = hn::Set(d, 9.0F);
  auto k = hn::Set(d, 10.0F);
  auto l = hn::Set(d, 11.0F);
  auto m = hn::Set(d, 12.0F);
  for (std::size_t round = 0; round < rounds; ++round) {
    a = hn::MulAdd(a, factor, term);
    b = hn::MulAdd(b, factor, term);
    c = hn::MulAdd(c, factor, term);
    e = hn::MulAdd(e, factor, term);
    f = hn::MulAdd(f, factor, term);
    g = hn::MulAdd(g, factor, term);
    h = hn::MulAdd(h, factor, term);
    i = hn::MulAdd(i, factor, term);
    j = hn::MulAdd(j, factor, term);
    k = hn::MulAdd(k, factor, term);
    l = hn::MulAdd(l, factor, term);
    m = hn::MulAdd(m, factor, term);
  }
  const auto all = hn::Add(
      hn::Add(hn::Add(a, b), hn::Add(c, e)),
      hn::Add(hn::Add(hn::Add(f, g), hn::Add(h, i)), hn::Add(hn::Add(j, k), hn::Add(l, m))));
  *kept = hn::GetLane(all);
  return 2.0 * static_cast<double>(rounds * chain_count * hn::Lanes(d));
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace redcell::bench
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace redcell::bench {

HWY_EXPORT(multiply_adds);

double measured_fma_peak() {
  constexpr int round_count = 20;
  constexpr std::size_t steps = 200'000;
  double best = 0.0;
  volatile float sink = 0.0F;
  for (int round = 0; round < round_count; ++round) {
    float kept = 0.0F;
    const auto begin = std::chrono::steady_clock::now();
    const double operations = HWY_DYNAMIC_DISPATCH(multiply_adds)(steps, &kept);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    sink = kept;
    best = std::max(best, operations / took.count());
  }
  (void)sink;
  return best;
}

}  // namespace redcell::bench
#endif
