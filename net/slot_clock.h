// When the cells run: one event of the ns-3 scheduler at a time, at instants the cells name
// themselves.
#pragma once

#include <ns3/event-id.h>

#include <functional>
#include <optional>

#include "base/units.h"

namespace redcell::net {

/// Runs a function at exact instants. An instant is nanoseconds of ns-3's virtual time, in whole
/// numbers.
///
/// Sleeping costs nothing: no event exists while the function has returned nullopt and nobody woke
/// the clock. The clock never starts, stops or destroys the simulator.
class SlotClock {
 public:
  /// Runs what is due at `now` and returns the next instant, later than `now`; nullopt sleeps until
  /// wake_at(). It is asked anew after every run, so an early wake-up loses nothing that was
  /// planned.
  using Tick = std::function<std::optional<base::Instant>(base::Instant now)>;

  explicit SlotClock(Tick tick);
  ~SlotClock();  ///< Cancels what is planned. Not from inside the Tick.
  SlotClock(const SlotClock&) = delete;
  SlotClock& operator=(const SlotClock&) = delete;

  /// Plans the first run. Pre: nothing has run; first >= virtual time now.
  void start(base::Instant first);

  /// Plans a run at `at` unless an earlier one is planned; also from inside the Tick, where the
  /// earlier of this and the returned instant counts. Rounding to slot boundaries is the caller's.
  /// Pre: at >= virtual time now, and later than last_run(): no instant runs twice.
  void wake_at(base::Instant at);

  /// The instant that ran last or is running; nullopt before the first.
  [[nodiscard]] std::optional<base::Instant> last_run() const { return last_run_; }

 private:
  void plan(base::Instant at);
  void run();

  Tick tick_;
  ns3::EventId event_;
  std::optional<base::Instant> due_;
  std::optional<base::Instant> last_run_;
};

/// ns-3's virtual time.
[[nodiscard]] base::Instant virtual_now();

}  // namespace redcell::net
