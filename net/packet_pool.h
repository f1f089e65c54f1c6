// Where IP packets wait while the radio moves their numbers: PacketId <-> ns-3 packet.
#pragma once

#include <ns3/packet.h>
#include <ns3/ptr.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace redcell::net {

/// Owns packets by dense, recycled numbers. Payload is never copied; nothing is allocated once the
/// pool has been as full as it gets. Every door aborts on an id that is not in the pool (our bug).
class PacketPool {
 public:
  /// Whose packet it is and which way it goes.
  struct Owner {
    base::UeId ue;
    base::Direction direction = base::Direction::downlink;
  };

  /// Takes an ns-3 packet with its IP header. Pre: not null.
  base::PacketId add(ns3::Ptr<ns3::Packet> packet, Owner owner);
  /// Takes a packet that exists only as a size: traffic of the built-in full-buffer source, without
  /// ns-3.
  base::PacketId add_synthetic(std::uint32_t bytes);

  [[nodiscard]] bool is_synthetic(base::PacketId id) const;
  [[nodiscard]] std::uint32_t bytes(base::PacketId id) const;
  /// Pre: not synthetic.
  [[nodiscard]] Owner owner(base::PacketId id) const;

  /// The packet itself, still in the pool; null for a synthetic one.
  [[nodiscard]] const ns3::Ptr<ns3::Packet>& packet(base::PacketId id) const;

  /// Gives the packet out and frees its number; null for a synthetic packet.
  ns3::Ptr<ns3::Packet> take(base::PacketId id);
  /// Frees the number and forgets the packet.
  void release(base::PacketId id) { take(id); }

  /// Packets and bytes that are in the pool now, synthetic ones included.
  [[nodiscard]] std::size_t packet_count() const { return entries_.size() - free_.size(); }
  [[nodiscard]] std::uint64_t byte_count() const { return byte_count_; }

 private:
  struct Entry {
    ns3::Ptr<ns3::Packet> packet;
    Owner owner;
    std::uint32_t bytes = 0;
    bool live = false;
  };
  base::PacketId place(Entry entry);
  [[nodiscard]] const Entry& at(base::PacketId id) const;

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::uint64_t byte_count_ = 0;
};

}  // namespace redcell::net
