// Time grid of one subcarrier spacing: slots and OFDM symbols in, instants out.
//
// Normal cyclic prefix, TS 38.211 4.3.2 and 5.3.1. Lengths are summed in Tc = 1/(480 kHz x 4096)
// and rounded down to the nanosecond once, so that no error accumulates.
#pragma once

#include "base/units.h"

namespace redcell::phy {

inline constexpr int symbols_per_slot = 14;
inline constexpr int subcarriers_per_prb = 12;

/// Nanoseconds of a number of Tc, rounded down. Pre: 0 <= tc_count < 2^48.
[[nodiscard]] base::Duration duration_of_tc(std::int64_t tc_count);

class Numerology {
 public:
  /// Pre: 15, 30, 60 or 120 kHz (mu 0..3).
  explicit Numerology(int scs_khz);

  [[nodiscard]] int mu() const { return mu_; }
  [[nodiscard]] int scs_khz() const { return 15 << mu_; }
  [[nodiscard]] int slots_per_frame() const { return 10 << mu_; }
  [[nodiscard]] int slots_per_ms() const { return 1 << mu_; }
  /// 1 ms / 2^mu. For mu >= 2 the mean: the longer cyclic prefix comes every 0.5 ms only.
  [[nodiscard]] base::Duration slot_duration() const { return base::Duration(1'000'000 >> mu_); }

  /// Start of the cyclic prefix of symbol 0. Pre: slot >= 0.
  [[nodiscard]] base::Instant slot_start(base::Slot slot) const { return symbol_start(slot, 0); }
  /// Start of a symbol's cyclic prefix. Pre: slot >= 0, symbol 0..14; 14 is the end of the slot.
  [[nodiscard]] base::Instant symbol_start(base::Slot slot, int symbol) const;
  /// The slot with slot_start(s) <= t < slot_start(s + 1). Pre: t >= 0.
  [[nodiscard]] base::Slot slot_at(base::Instant t) const;

  friend bool operator==(const Numerology&, const Numerology&) = default;

 private:
  int mu_;
};

}  // namespace redcell::phy
