// Which PRBs and which slots configured grants have: the resources of a carrier in, a place for
// each terminal out.
//
// TS 38.321 5.8.2. Places never share a PRB in a slot, whatever parts they are in. A place is the
// first that fits, by offset and then by PRB [ours].
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/units.h"
#include "phy/nr/resource_map.h"

namespace redcell::mac::gnb {

class ConfiguredRoom {
 public:
  struct Wish {
    std::uint32_t bwp = 0;
    base::SlotCount periodicity{1};
    std::optional<base::SlotCount> offset{};  ///< Else any.
    int prb_count = 1;
  };
  struct Place {
    base::SlotCount offset;
    phy::PrbRange prb;  ///< Relative to the BWP.
  };
  /// Bandwidth parts of a carrier, which outlive this.
  explicit ConfiguredRoom(std::vector<const phy::ResourceMap*> bwps) : bwps_(std::move(bwps)) {}

  /// All occasions at an offset are in slots with a PUSCH. Pre: 0 <= offset < wish.periodicity.
  [[nodiscard]] bool is_uplink(const Wish& wish, base::SlotCount offset) const;
  /// A place that is nobody else's, and is now taken: data may have all of its PRBs in all of its
  /// slots. nullopt: there is none. Cost: slots of the resources' period x PRBs, and the places
  /// taken before, for every offset.
  std::optional<Place> take(const Wish& wish);

 private:
  struct Taken {
    base::SlotCount periodicity;
    base::SlotCount offset;
    phy::PrbRange prb;  ///< Of the carrier.
  };
  std::optional<phy::PrbRange> find(const Wish& wish, base::SlotCount offset);

  std::vector<const phy::ResourceMap*> bwps_;
  std::vector<Taken> taken_;
  std::vector<std::uint8_t> free_;  ///< [PRB of the part] Working memory.
};

}  // namespace redcell::mac::gnb
