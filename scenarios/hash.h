// FNV-1a over the bits of numbers: a fingerprint of a world, not a secret.
#pragma once

#include <bit>
#include <cstdint>

namespace redcell::scenarios {

class Hash {
 public:
  void add(std::uint64_t word) {
    for (int byte = 0; byte < 8; ++byte) {
      value_ = (value_ ^ (word & 0xFF)) * 0x0000'0100'0000'01B3ULL;
      word >>= 8;
    }
  }
  void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }
  [[nodiscard]] std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xCBF2'9CE4'8422'2325ULL;
};

}  // namespace redcell::scenarios
