#include "net/slot_clock.h"

#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <utility>

#include "base/check.h"

namespace redcell::net {

base::Instant virtual_now() { return base::Instant(ns3::Simulator::Now().GetNanoSeconds()); }

SlotClock::SlotClock(Tick tick) : tick_(std::move(tick)) { RC_CHECK(tick_ != nullptr); }

SlotClock::~SlotClock() { event_.Cancel(); }

void SlotClock::start(base::Instant first) {
  RC_CHECK(!last_run_);
  plan(first);
}

void SlotClock::wake_at(base::Instant at) { plan(at); }

void SlotClock::plan(base::Instant at) {
  const base::Instant now = virtual_now();
  RC_CHECK(at >= now);
  RC_CHECK(!last_run_ || at > *last_run_);
  if (due_ && *due_ <= at) {
    return;
  }
  event_.Cancel();
  due_ = at;
  event_ = ns3::Simulator::Schedule(ns3::NanoSeconds((at - now).value()), &SlotClock::run, this);
}

void SlotClock::run() {
  const base::Instant now = virtual_now();
  due_.reset();
  last_run_ = now;
  if (const std::optional<base::Instant> next = tick_(now)) {
    plan(*next);
  }
}

}  // namespace redcell::net
