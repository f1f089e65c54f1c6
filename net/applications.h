// Traffic over the ns-3 IP stacks: UDP full buffer, UDP constant rate, ping, TCP bulk.
//
// None of them draws a random number; start times and sizes come from the caller. All act in events
// of the sending node, so a call from inside a slot sends nothing before that slot is done.
// Instants in the past mean "now". Destroying a source or a ping ends its traffic. Payload is
// counted by Endpoints (endpoints.h).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/ids.h"
#include "base/units.h"
#include "net/endpoints.h"

namespace redcell::net {

/// UDP that keeps the bearer's queue filled, never more: the spine says what is queued, the source
/// sends what is missing.
class FullBufferSource {
 public:
  struct Config {
    base::UeId ue;
    base::Direction direction = base::Direction::downlink;
    base::Bytes queue_target{1'000'000};  ///< IP bytes at the bearer and on the way there together.
    std::uint32_t payload_bytes = 1400;   ///< > 0; with headers at most the MTU of 1500 [ours].
  };
  /// Pre: the terminal has IP; payload fits. `endpoints` must outlive this.
  FullBufferSource(Endpoints& endpoints, const Config& config);
  ~FullBufferSource();

  /// Tells what is queued at the bearer (IP bytes, without what drain_inbox has not given out yet);
  /// sends as many whole packets as fit under the target. Call when the queue has shrunk and once
  /// to begin.
  void refill(base::Bytes queued_at_bearer);

  [[nodiscard]] std::uint64_t sent_packets() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// UDP packets at equal distances; packet k leaves at start + k x payload / rate, rounded down to
/// the nanosecond, without drift.
class ConstantRateSource {
 public:
  struct Config {
    base::UeId ue;
    base::Direction direction = base::Direction::downlink;
    double rate_bps = 0;  ///< Of the payload; > 0.
    std::uint32_t payload_bytes = 1400;
    base::Instant start;
    std::optional<base::Instant> stop;  ///< No packet at or after it; nullopt: never stops.
  };
  ConstantRateSource(Endpoints& endpoints, const Config& config);
  ~ConstantRateSource();

  [[nodiscard]] std::uint64_t sent_packets() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// ICMP echo from a terminal to the remote host (RFC 792).
class Ping {
 public:
  struct Request {
    base::Instant at;
    std::uint32_t payload_bytes = 32;  ///< ICMP data; the IP packet is 28 bytes longer.
  };
  struct Echo {
    base::UeId ue;
    std::uint64_t index = 0;
    base::Instant sent;
    base::Duration rtt;
    std::uint32_t payload_bytes = 0;
  };
  struct Config {
    base::UeId ue;
    /// The index-th request, in order of time; nullopt: no more. Asked when the one before has
    /// left.
    std::function<std::optional<Request>(std::uint64_t index)> next;
    std::function<void(const Echo&)> on_echo;
  };
  Ping(Endpoints& endpoints, Config config);
  ~Ping();

  [[nodiscard]] std::uint64_t sent() const;
  [[nodiscard]] std::uint64_t answered() const;
  /// Requests sent at or before `until` that have no answer yet: "until = end - timeout" counts the
  /// lost.
  [[nodiscard]] std::uint64_t unanswered(base::Instant until) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// TCP with ns3::BulkSendApplication: SACK, segments of 1400 bytes, buffers of 4 MB (sender) and 6
/// MB (receiver), the usual upper limits of Linux [ours].
class TcpBulk {
 public:
  struct Config {
    base::UeId ue;
    base::Direction direction = base::Direction::downlink;
    std::uint64_t bytes = 0;  ///< 0: without end.
    base::Instant start;
    std::optional<base::Instant> stop;  ///< nullopt: never stops.
  };
  /// The sending application belongs to its node and goes on when this object is gone.
  TcpBulk(Endpoints& endpoints, const Config& config);

  /// Bytes handed to TCP so far.
  [[nodiscard]] std::uint64_t sent_bytes() const { return *sent_bytes_; }

 private:
  std::shared_ptr<std::uint64_t> sent_bytes_;
};

}  // namespace redcell::net
