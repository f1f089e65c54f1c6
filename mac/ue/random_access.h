// The UE's side of random access: when to send a preamble, how strong, and when to give up
// (TS 38.321 5.1). The caller owns the PRACH occasions and decides whether a preamble was heard.
//
// Contention-free (handover) and contention-based access (re-establishment) are the same here
// [ours]: preambles do not collide, and no backoff is signalled.
#pragma once

#include <cstdint>
#include <optional>

#include "base/units.h"

namespace redcell::mac::ue {

struct RandomAccessConfig {
  base::Dbm preamble_target{-100};  ///< preambleReceivedTargetPower plus DELTA_PREAMBLE (7.3).
  base::Db ramping_step{2};         ///< powerRampingStep.
  int attempts_max = 10;            ///< preambleTransMax, >= 1.
  base::Duration response_window = base::milliseconds(10);  ///< ra-ResponseWindow, > 0.
};

class RandomAccess {
 public:
  explicit RandomAccess(const RandomAccessConfig& config);

  /// Begins; the first preamble may be sent from this instant on.
  void start(base::Instant from);
  void stop();

  /// A preamble goes out in the next PRACH occasion.
  [[nodiscard]] bool wants_preamble(base::Instant now) const;
  /// Its power (TS 38.213 7.4): target, ramped once per earlier attempt, plus path loss, at most
  /// max.
  [[nodiscard]] base::Dbm preamble_power(base::Db path_loss, base::Dbm max) const;
  /// It ended now; the response window opens. Pre: wants_preamble(now).
  void on_sent(base::Instant now);
  /// The cell's answer was decoded. True: access has succeeded. False: too late; the last instant
  /// of the window is not.
  [[nodiscard]] bool on_response(base::Instant now);

  /// End of the response window; nullopt while none is open.
  [[nodiscard]] std::optional<base::Instant> deadline() const { return window_end_; }
  /// Closes a window that is over: the next attempt, or, true: preambleTransMax is reached and
  /// access has failed. Called in vain it does nothing.
  [[nodiscard]] bool on_time(base::Instant now);

 private:
  RandomAccessConfig config_;
  std::optional<base::Instant> from_;  ///< Set while access is under way.
  std::optional<base::Instant> window_end_;
  int attempt_count_ = 0;
};

}  // namespace redcell::mac::ue
