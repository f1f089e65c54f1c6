// Which bandwidth part is active at one end of a connection, and when nothing can be sent: switches
// in, gaps out.
//
// TS 38.321 5.15 (bwp-InactivityTimer), TS 38.133 8.6.2 (by DCI and by timer), 8.6.3 (by RRC). Both
// ends have one each and may disagree where a DCI was lost. Downlink and uplink part go together
// (TS 38.213 12 in TDD, [ours] in FDD).
#pragma once

#include <cstdint>
#include <optional>

#include "base/ids.h"
#include "base/units.h"

namespace redcell::mac {

enum class BwpCause : std::uint8_t { dci = 0, command = 1, timer = 2 };

struct BwpTiming {
  base::SlotCount switch_delay{1};    ///< T_BWPswitchDelay, >= 1.
  base::SlotCount rrc_processing{1};  ///< RRC procedure delay.
  base::SlotCount rrc_switch{1};      ///< T_BWPswitchDelayRRC, >= 1.
  base::SlotCount inactivity{0};      ///< bwp-InactivityTimer, whole subframes; 0: none.
  base::SlotCount subframe{1};        ///< Slots of 1 ms: what the timer counts.
  std::uint32_t default_bwp = 0;      ///< Where the timer leads.
};

/// T_BWPswitchDelay (TS 38.133 Table 8.6.2-1). Pre: mu 0..3, type 1 or 2.
[[nodiscard]] base::SlotCount bwp_switch_delay(int mu, int type);

/// Slots [from, until) belong to neither part.
struct BwpSwitch {
  std::uint32_t from_bwp = 0;
  std::uint32_t to_bwp = 0;
  BwpCause cause = BwpCause::dci;
  base::Slot from;
  base::Slot until;
};

class ActiveBwp {
 public:
  ActiveBwp(const BwpTiming& timing, std::uint32_t bwp) : timing_(timing), bwp_(bwp) {}

  /// The part in use, or the last one while in a gap.
  [[nodiscard]] std::uint32_t bwp() const { return bwp_; }
  /// Announced or under way.
  [[nodiscard]] const std::optional<BwpSwitch>& pending() const { return pending_; }
  [[nodiscard]] bool in_gap(base::Slot slot) const {
    return pending_ && slot >= pending_->from && slot < pending_->until;
  }
  /// Something that begins in `first` and is answered or sent in `last` meets no gap between them,
  /// not even that of a timer which nothing starts anew.
  [[nodiscard]] bool allows(base::Slot first, base::Slot last) const {
    if (pending_) return last < pending_->from || first >= pending_->until;
    const std::optional<base::Slot> end = expiry();
    return !end || last < *end;
  }

  /// A DCI of slot n names another part. Ignored while a switch is pending.
  void on_switch_dci(base::Slot n, std::uint32_t to);
  /// A command whose last PDSCH ended with one of slots first .. last: the gap is that of all of
  /// them, the timer that of the first.
  void on_command(base::Slot first, base::Slot last, std::uint32_t to);
  /// Any other DCI of slot n for this terminal: the timer starts anew.
  void on_dci(base::Slot n);
  /// Time has come to slot. Returns the switch that has ended by it. Call again after a change.
  std::optional<BwpSwitch> advance(base::Slot slot);
  /// The next slot for which advance() has something to do; later than the last one it was given.
  [[nodiscard]] std::optional<base::Slot> next(base::Slot after) const;

 private:
  /// First slot of the subframe behind that at whose end the timer runs out (TS 38.213 12: it is
  /// decremented at the end of every subframe in which it was not started).
  [[nodiscard]] std::optional<base::Slot> timer_end() const;
  /// nullopt: no timer runs.
  [[nodiscard]] std::optional<base::Slot> expiry() const {
    if (timing_.inactivity.value() == 0 || bwp_ == timing_.default_bwp || pending_) return {};
    return timer_end();
  }

  BwpTiming timing_;
  std::uint32_t bwp_;
  std::optional<BwpSwitch> pending_;
  base::Slot timer_start_;
};

}  // namespace redcell::mac
