// What a slot leaves for user data: the carrier's configuration in, RE per PRB and slot out.
//
// Every resource element of the BWP has one owner (TS 38.214 5.1.4, 6.1.2). Around SSB, TRS and
// CSI-RS data is rate-matched; a PRB is blocked for user data where another PDSCH (SIB1, paging),
// PUCCH or PRACH uses it, or where its DMRS would meet an SSB or CORESET 0 (TS 38.214 5.1.4 lets no
// UE expect that). The short uplink part of a special slot carries no PUSCH [ours]: type A needs
// symbol 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "phy/nr/resource_config.h"

namespace redcell::phy {

/// One direction of one slot.
struct SlotResources {
  SymbolRange symbols;  ///< Of PDSCH or PUSCH; count 0: no data in this slot.
  int dmrs_re_per_prb = 0;
  std::vector<std::int16_t> data_re;  ///< [PRB of the BWP] RE left for data; 0 = blocked.
  int usable_prb_count = 0;           ///< PRBs with data_re > 0.
  int usable_re_total = 0;            ///< Sum of data_re.
};

/// PRBs of a resource block group of a BWP, rbg-Size config1 (TS 38.214 Table 5.1.2.2.1-1).
[[nodiscard]] int rbg_size(int bwp_prb_count);

/// The longest run of usable PRBs, the first of equals; relative to the BWP.
[[nodiscard]] PrbRange longest_usable_run(const SlotResources& slot);

/// Who owns a resource element. `other_bwp`: data of a BWP that has the PRB for itself. `idle`: in
/// the direction's symbols, but no one may use it (beside a CORESET narrower than the BWP, or
/// symbols too few for a PDSCH or PUSCH).
enum class ReUse : std::uint8_t {
  data,
  coreset,
  dmrs,
  ssb,
  sib1,
  paging,
  trs,
  csi_rs,
  pucch,
  prach,
  other_bwp,
  idle,
  guard,
  other_direction
};
inline constexpr std::size_t re_use_count = 14;
/// "coreset", "csi_rs" and so on.
[[nodiscard]] const char* re_use_name(ReUse use);

/// Resource elements of the BWP over one period(), by owner. They sum to PRBs x 12 x 14 x slots;
/// without guard and other_direction, to PRBs x 12 x the direction's symbols.
struct ReAccount {
  std::array<std::int64_t, re_use_count> re{};
  [[nodiscard]] std::int64_t of(ReUse use) const { return re[static_cast<std::size_t>(use)]; }
  [[nodiscard]] std::int64_t total() const;
};

/// What in a configuration cannot be, with its clause, in words (a beam outside the downlink, a
/// CORESET wider than the BWP, periods without a common one within 160 ms ...); empty: a map can be
/// built.
[[nodiscard]] std::vector<std::string> resource_findings(const ResourceMapConfig& config);

class ResourceMap {
 public:
  /// Pre: resource_findings(config) is empty. Cost: PRBs x 168 x slots of the period, once.
  explicit ResourceMap(const ResourceMapConfig& config);

  /// Slots after which everything repeats, at most 160 ms.
  [[nodiscard]] base::SlotCount period() const;
  /// Pre: slot >= 0.
  [[nodiscard]] const SlotResources& downlink(base::Slot slot) const { return at(dl_, slot); }
  [[nodiscard]] const SlotResources& uplink(base::Slot slot) const { return at(ul_, slot); }
  /// Control channel elements of the CORESET: 6 REGs each (TS 38.211 7.3.2.2).
  [[nodiscard]] int cce_count() const;
  [[nodiscard]] const ReAccount& account(base::Direction direction) const;
  [[nodiscard]] const ResourceMapConfig& config() const { return config_; }

 private:
  [[nodiscard]] static const SlotResources& at(const std::vector<SlotResources>& slots,
                                               base::Slot slot);

  ResourceMapConfig config_;
  std::vector<SlotResources> dl_;  ///< [slot of the period]
  std::vector<SlotResources> ul_;
  std::array<ReAccount, 2> account_{};
};

/// PRBs of the carrier that data of at least one of these BWPs may take in a slot.
[[nodiscard]] int usable_prb_count(std::span<const ResourceMap* const> bwps,
                                   base::Direction direction, base::Slot slot);

}  // namespace redcell::phy
