// A radio for tests: every packet crosses after a fixed delay, or slower when a rate limits it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "net/network.h"
#include "net/slot_clock.h"

namespace redcell::net {

class LoopbackRadio {
 public:
  struct Config {
    base::Duration delay = base::milliseconds(5);
    double rate_bps =
        1e15;  // less than a nanosecond for any packet; each way, for all terminals together
  };

  LoopbackRadio(Network& network, const Config& config)
      : network_(network), config_(config), clock_([this](base::Instant now) { return run(now); }) {
    network_.set_wake([this](base::Instant now) {
      // What comes after this instant's run is drained a nanosecond later; `due` knows its real
      // time.
      const auto last = clock_.last_run();
      clock_.wake_at(last && *last >= now ? *last + base::Duration(1) : now);
    });
  }

  /// Asked per packet before it crosses; true: the radio gives it up.
  std::function<bool(const Arrival&)> lose;
  /// Called before a packet is delivered, with the uplink's ticket after.
  std::function<void(const Arrival&, UplinkTicket)> delivered;
  /// Called after each run.
  std::function<void()> after_run;

  [[nodiscard]] base::Bytes queued_bytes(base::UeId ue, base::Direction direction) const {
    std::int64_t bytes = 0;
    for (const Entry& entry : queues_[static_cast<std::size_t>(direction)]) {
      bytes += entry.arrival.ue == ue ? entry.arrival.bytes : 0;
    }
    return base::Bytes(bytes);
  }
  [[nodiscard]] std::uint64_t dropped_count() const { return dropped_count_; }
  [[nodiscard]] std::uint64_t arrived_count(base::Direction direction) const {
    return arrived_count_[static_cast<std::size_t>(direction)];
  }

 private:
  struct Entry {
    Arrival arrival;
    base::Instant due;
  };
  using Queue = std::deque<Entry>;

  std::optional<base::Instant> run(base::Instant now) {
    network_.drain_inbox(arrivals_);
    for (const Arrival& arrival : arrivals_) {
      const auto index = static_cast<std::size_t>(arrival.direction);
      ++arrived_count_[index];
      if (lose && lose(arrival)) {
        network_.drop(arrival.packet);
        ++dropped_count_;
        continue;
      }
      const auto air =
          base::Duration(static_cast<std::int64_t>(arrival.bytes * 8e9 / config_.rate_bps));
      free_at_[index] = std::max(free_at_[index], arrival.arrival) + air;
      queues_[index].push_back({arrival, free_at_[index] + config_.delay});
    }
    std::optional<base::Instant> next;
    for (Queue& waiting : queues_) {
      while (!waiting.empty() && waiting.front().due <= now) {
        const Arrival arrival = waiting.front().arrival;
        waiting.pop_front();
        const auto ticket = network_.deliver(arrival.ue, arrival.direction, arrival.packet);
        if (delivered) {
          delivered(arrival, ticket);
        }
      }
      if (!waiting.empty() && (!next || waiting.front().due < *next)) {
        next = waiting.front().due;
      }
    }
    if (after_run) {
      after_run();
    }
    return next;
  }

  Network& network_;
  Config config_;
  SlotClock clock_;
  std::vector<Arrival> arrivals_;
  Queue queues_[2];
  base::Instant free_at_[2];
  std::uint64_t arrived_count_[2] = {0, 0};
  std::uint64_t dropped_count_ = 0;
};

}  // namespace redcell::net
