// Packets that came from ns-3 and wait for the next slot.
#pragma once

#include <ns3/packet.h>
#include <ns3/ptr.h>

#include <array>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "net/packet_pool.h"

namespace redcell::net {

/// One packet that reached the radio: from the core (downlink) or from a terminal's IP stack
/// (uplink).
struct Arrival {
  base::UeId ue;
  base::Direction direction = base::Direction::downlink;
  base::PacketId packet;
  std::uint32_t bytes = 0;  ///< With the IP header.
  base::Instant arrival;
  base::Duration core;  ///< Time between the sender's IP layer and here; zero for the uplink.
};

/// The one way from ns-3 into the radio. Send() of the devices fills it, the slot empties it.
class Inbox {
 public:
  Inbox(PacketPool& pool, std::uint32_t terminal_count);

  /// Called with the present instant when a packet comes into an empty inbox.
  void set_wake(std::function<void(base::Instant)> wake) { wake_ = std::move(wake); }

  void push(ns3::Ptr<ns3::Packet> packet, PacketPool::Owner owner, base::Duration core);

  /// Swaps the contents out: `out` is cleared, then holds all arrivals in the order they came. Hand
  /// in the same vector each time and nothing is allocated once warm.
  void drain(std::vector<Arrival>& out);

  /// IP bytes of one terminal and direction that wait here.
  [[nodiscard]] std::uint64_t waiting_bytes(base::UeId ue, base::Direction direction) const;

 private:
  PacketPool& pool_;
  std::vector<Arrival> waiting_;
  std::vector<std::array<std::uint64_t, 2>> waiting_bytes_;  // [ue][direction]
  std::function<void(base::Instant)> wake_;
};

}  // namespace redcell::net
