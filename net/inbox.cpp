#include "net/inbox.h"

#include "base/check.h"
#include "net/slot_clock.h"

namespace redcell::net {
namespace {

std::size_t index_of(base::Direction direction) { return static_cast<std::size_t>(direction); }

}  // namespace

Inbox::Inbox(PacketPool& pool, std::uint32_t terminal_count)
    : pool_(pool), waiting_bytes_(terminal_count) {}

void Inbox::push(ns3::Ptr<ns3::Packet> packet, PacketPool::Owner owner, base::Duration core) {
  RC_CHECK(owner.ue.value < waiting_bytes_.size());
  const std::uint32_t bytes = packet->GetSize();
  const base::PacketId id = pool_.add(std::move(packet), owner);
  const base::Instant now = virtual_now();
  const bool was_empty = waiting_.empty();
  waiting_.push_back({owner.ue, owner.direction, id, bytes, now, core});
  waiting_bytes_[owner.ue.value][index_of(owner.direction)] += bytes;
  if (was_empty && wake_) {
    wake_(now);
  }
}

void Inbox::drain(std::vector<Arrival>& out) {
  out.clear();
  out.swap(waiting_);
  for (const Arrival& arrival : out) {
    waiting_bytes_[arrival.ue.value][index_of(arrival.direction)] -= arrival.bytes;
  }
}

std::uint64_t Inbox::waiting_bytes(base::UeId ue, base::Direction direction) const {
  RC_CHECK(ue.value < waiting_bytes_.size());
  return waiting_bytes_[ue.value][index_of(direction)];
}

}  // namespace redcell::net
