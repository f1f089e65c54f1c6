// A set of PRBs as bits: 64 of them are looked at in one step.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "phy/nr/resource_config.h"

namespace redcell::mac::gnb {

/// PRBs 0 .. prb_bits_count - 1, none of them in the set at first. Pre, throughout: 0 <= prb.
inline constexpr std::size_t prb_word_count = (phy::carrier_prb_count_max + 63) / 64;
inline constexpr int prb_bits_count = static_cast<int>(64 * prb_word_count);

class PrbBits {
 public:
  using Words = std::array<std::uint64_t, prb_word_count>;
  Words words{};

  [[nodiscard]] bool at(int prb) const {
    const auto p = static_cast<std::size_t>(prb);
    return p / 64 < words.size() && (words[p / 64] >> (p % 64) & 1U) != 0;
  }
  /// Pre: the range ends by prb_bits_count.
  void add(const phy::PrbRange& range) {
    for_each_word(range, [&](std::size_t word, std::uint64_t mask) { words[word] |= mask; });
  }
  [[nodiscard]] int count(const phy::PrbRange& range) const {
    int count = 0;
    for_each_word(range, [&](std::size_t word, std::uint64_t mask) {
      count += std::popcount(words[word] & mask);
    });
    return count;
  }
  /// The first from `prb` on that is in the set; prb_bits_count: none is.
  [[nodiscard]] int next(int prb) const {
    return first_from(prb, [&](std::size_t word) { return words[word]; });
  }
  /// The first from `prb` on that is not in the set; prb_bits_count: all are.
  [[nodiscard]] int next_gap(int prb) const {
    return first_from(prb, [&](std::size_t word) { return ~words[word]; });
  }
  /// PRB n becomes n - by; those below are gone. Pre: by >= 0.
  [[nodiscard]] PrbBits moved_down(int by) const {
    PrbBits out;
    const auto whole = static_cast<std::size_t>(by) / 64;
    const auto part = static_cast<std::size_t>(by) % 64;
    for (std::size_t word = 0; word + whole < words.size(); ++word) {
      out.words[word] = words[word + whole] >> part;
      if (part > 0 && word + whole + 1 < words.size()) {
        out.words[word] |= words[word + whole + 1] << (64 - part);
      }
    }
    return out;
  }
  /// Whole groups of so many PRBs of which one at least is in the set. Pre: a power of 2, <= 32.
  [[nodiscard]] PrbBits in_groups(int size) const {
    PrbBits out;
    const std::uint64_t group = (std::uint64_t{1} << size) - 1;
    const std::uint64_t firsts = ~std::uint64_t{0} / group;  // The first bit of every group.
    for (std::size_t word = 0; word < words.size(); ++word) {
      std::uint64_t any = words[word];
      for (int step = 1; step < size; step *= 2) any |= any >> step;
      out.words[word] = (any & firsts) * group;
    }
    return out;
  }

 private:
  template <class Visit>
  static void for_each_word(const phy::PrbRange& range, Visit visit) {
    for (int prb = range.first; prb < range.end();) {
      const int end = std::min(range.end(), (prb / 64 + 1) * 64);
      const std::uint64_t ones = ~std::uint64_t{0} >> (64 - (end - prb));
      visit(static_cast<std::size_t>(prb) / 64, ones << (prb % 64));
      prb = end;
    }
  }
  template <class Word>
  static int first_from(int prb, Word bits) {
    auto word = static_cast<std::size_t>(prb) / 64;
    if (word >= prb_word_count) return prb_bits_count;
    std::uint64_t rest = bits(word) & (~std::uint64_t{0} << (prb % 64));
    while (rest == 0) {
      if (++word == prb_word_count) return prb_bits_count;
      rest = bits(word);
    }
    return static_cast<int>(64 * word) + std::countr_zero(rest);
  }
};

}  // namespace redcell::mac::gnb
