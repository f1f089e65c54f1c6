#include "phy/nr/numerology.h"

#include "base/check.h"

namespace redcell::phy {
namespace {

// TS 38.211 4.1 and 5.3.1, all in Tc: kappa = 64, a symbol is 2048 kappa 2^-mu, its prefix 144
// kappa 2^-mu, and the prefix of the first symbol in each half millisecond is 16 kappa longer
// whatever mu is.
constexpr std::int64_t tc_per_ms = 1'966'080;
constexpr std::int64_t symbol_tc_mu_0 = (2048LL + 144) * 64;
constexpr std::int64_t long_prefix_extra_tc = 16LL * 64;

int mu_of(int scs_khz) {
  RC_CHECK(scs_khz == 15 || scs_khz == 30 || scs_khz == 60 || scs_khz == 120);
  return scs_khz == 15 ? 0 : scs_khz == 30 ? 1 : scs_khz == 60 ? 2 : 3;
}

}  // namespace

base::Duration duration_of_tc(std::int64_t tc_count) {
  // 1e9 / (480e3 x 4096) = 15625 / 30720 in lowest useful terms.
  return base::Duration(tc_count * 15'625 / 30'720);
}

Numerology::Numerology(int scs_khz) : mu_(mu_of(scs_khz)) {}

base::Instant Numerology::symbol_start(base::Slot slot, int symbol) const {
  RC_CHECK(slot.value() >= 0);
  RC_CHECK(symbol >= 0 && symbol <= symbols_per_slot);
  const std::int64_t subframe = slot.value() >> mu_;
  const std::int64_t slot_in_subframe = slot.value() - (subframe << mu_);
  const std::int64_t symbol_in_subframe = slot_in_subframe * symbols_per_slot + symbol;
  const std::int64_t symbols_per_half_ms = 7LL << mu_;
  // The longer prefixes that began before this symbol does.
  const std::int64_t long_prefixes =
      (symbol_in_subframe + symbols_per_half_ms - 1) / symbols_per_half_ms;
  const std::int64_t tc =
      symbol_in_subframe * (symbol_tc_mu_0 >> mu_) + long_prefixes * long_prefix_extra_tc;
  static_assert(tc_per_ms == 14 * symbol_tc_mu_0 + 2 * long_prefix_extra_tc);
  return base::Instant(subframe * 1'000'000) + duration_of_tc(tc);
}

base::Slot Numerology::slot_at(base::Instant t) const {
  RC_CHECK(t.value() >= 0);
  const std::int64_t subframe = t.value() / 1'000'000;
  base::Slot slot((subframe << mu_) + (slots_per_ms() - 1));
  while (slot_start(slot) > t) slot = slot - base::SlotCount(1);
  return slot;
}

}  // namespace redcell::phy
