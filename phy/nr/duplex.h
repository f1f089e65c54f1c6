// Who owns a symbol: slots in, downlink and uplink symbols out, for FDD and semi-static TDD.
//
// TS 38.331 TDD-UL-DL-ConfigCommon, TS 38.213 11.1, reference spacing = carrier spacing. Flexible
// symbols stay guard: no dynamic slot format is used [ours].
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "phy/nr/numerology.h"

namespace redcell::phy {

/// Consecutive OFDM symbols of one slot; count 0 is none.
struct SymbolRange {
  int first = 0;
  int count = 0;
  [[nodiscard]] constexpr int end() const { return first + count; }
  friend bool operator==(const SymbolRange&, const SymbolRange&) = default;
};

/// One TDD-UL-DL-Pattern: downlink slots and symbols from its start, uplink symbols and slots up to
/// its end.
struct TddPattern {
  base::Duration period;  ///< 0.5, 0.625, 1, 1.25, 2, 2.5, 3, 4, 5 or 10 ms.
  int dl_slots = 0;
  int dl_symbols = 0;  ///< 0..13, in the slot after the downlink slots.
  int ul_slots = 0;
  int ul_symbols = 0;  ///< 0..13, in the slot before the uplink slots.
};

/// Every rule the one or two patterns break, each with its clause, in words; empty means legal. A
/// second pattern may lack uplink, the configuration as a whole may not.
[[nodiscard]] std::vector<std::string> tdd_findings(const Numerology& numerology,
                                                    std::span<const TddPattern> patterns);

class Duplex {
 public:
  [[nodiscard]] static Duplex fdd(const Numerology& numerology);
  /// Pre: tdd_findings(numerology, patterns) is empty.
  [[nodiscard]] static Duplex tdd(const Numerology& numerology,
                                  std::span<const TddPattern> patterns);

  [[nodiscard]] SymbolRange downlink(base::Slot slot) const { return at(slot).downlink; }
  [[nodiscard]] SymbolRange uplink(base::Slot slot) const { return at(slot).uplink; }
  /// Slots after which the assignment repeats; 1 for FDD.
  [[nodiscard]] base::SlotCount period() const;
  [[nodiscard]] bool is_fdd() const { return is_fdd_; }

 private:
  struct SlotFormat {
    SymbolRange downlink;
    SymbolRange uplink;
  };
  Duplex(bool is_fdd, std::vector<SlotFormat> formats);
  [[nodiscard]] const SlotFormat& at(base::Slot slot) const;

  bool is_fdd_;
  std::vector<SlotFormat> formats_;
};

}  // namespace redcell::phy
