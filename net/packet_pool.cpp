#include "net/packet_pool.h"

#include <utility>

#include "base/check.h"

namespace redcell::net {

base::PacketId PacketPool::add(ns3::Ptr<ns3::Packet> packet, Owner owner) {
  RC_CHECK(packet != nullptr);
  const std::uint32_t bytes = packet->GetSize();
  return place(Entry{std::move(packet), owner, bytes, true});
}

base::PacketId PacketPool::add_synthetic(std::uint32_t bytes) {
  return place(Entry{nullptr, Owner{}, bytes, true});
}

base::PacketId PacketPool::place(Entry entry) {
  byte_count_ += entry.bytes;
  if (free_.empty()) {
    entries_.push_back(std::move(entry));
    // The free list can hold every number, so that giving one back never allocates.
    free_.reserve(entries_.capacity());
    return base::PacketId{static_cast<std::uint32_t>(entries_.size() - 1)};
  }
  const std::uint32_t index = free_.back();
  free_.pop_back();
  entries_[index] = std::move(entry);
  return base::PacketId{index};
}

const PacketPool::Entry& PacketPool::at(base::PacketId id) const {
  RC_CHECK(id.value < entries_.size());
  RC_CHECK(entries_[id.value].live);
  return entries_[id.value];
}

bool PacketPool::is_synthetic(base::PacketId id) const { return at(id).packet == nullptr; }

std::uint32_t PacketPool::bytes(base::PacketId id) const { return at(id).bytes; }

PacketPool::Owner PacketPool::owner(base::PacketId id) const {
  RC_CHECK(!is_synthetic(id));
  return at(id).owner;
}

const ns3::Ptr<ns3::Packet>& PacketPool::packet(base::PacketId id) const { return at(id).packet; }

ns3::Ptr<ns3::Packet> PacketPool::take(base::PacketId id) {
  byte_count_ -= at(id).bytes;
  Entry& entry = entries_[id.value];
  entry.live = false;
  free_.push_back(id.value);
  return std::exchange(entry.packet, nullptr);
}

}  // namespace redcell::net
