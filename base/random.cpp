#include "base/random.h"

#include <Random123/threefry.h>

#include <cmath>

#include "base/math.h"

namespace redcell::base {
namespace {

/// 53 bits of two words, as an integer below 2^53.
std::uint64_t bits_53(std::uint32_t high, std::uint32_t low) {
  return ((static_cast<std::uint64_t>(high) << 32) | low) >> 11;
}

constexpr double step_53 = 1.0 / 9007199254740992.0;  // 2^-53

}  // namespace

std::array<std::uint32_t, 4> Random::at(Purpose purpose, RandomIds ids, std::uint64_t index) const {
  const threefry4x32_key_t key = {{seed_, run_, static_cast<std::uint32_t>(purpose), 0}};
  const threefry4x32_ctr_t counter = {
      {ids.a, ids.b, static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32)}};
  const threefry4x32_ctr_t words = threefry4x32_R(20, counter, key);
  return {words.v[0], words.v[1], words.v[2], words.v[3]};
}

double Random::uniform(Purpose purpose, RandomIds ids, std::uint64_t index) const {
  const auto words = at(purpose, ids, index);
  return static_cast<double>(bits_53(words[0], words[1])) * step_53;
}

double Random::normal(Purpose purpose, RandomIds ids, std::uint64_t index) const {
  const auto words = at(purpose, ids, index);
  // (0, 1], so that the logarithm is finite.
  const double radius = static_cast<double>(bits_53(words[0], words[1]) + 1) * step_53;
  const double turn = static_cast<double>(bits_53(words[2], words[3])) * step_53;
  return std::sqrt(-2.0 * log(radius)) * cos(2.0 * pi * turn);
}

}  // namespace redcell::base
