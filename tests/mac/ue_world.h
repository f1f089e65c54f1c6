// A UE, and the few words in which its tests speak to it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tests/mac/testing.h"

namespace redcell::mac::testing {

inline constexpr PowerHeadroom usual_headroom{.headroom_db = 10, .prb_count = 10};

/// A UE in connection 3 and the lists it writes into.
struct UeWorld {
  explicit UeWorld(const ue::UeConfig& config = ue_config()) : mac(config) { mac.connect(3); }

  void enqueue(std::uint32_t bytes, std::int64_t slot) {
    mac.enqueue(sdu(next_packet++, bytes), base::Slot(slot), now, drops);
  }
  void send_message(std::uint32_t bytes, std::int64_t slot) {
    mac.enqueue_signalling(sdu(next_packet++, bytes), base::Slot(slot), now);
  }
  std::optional<ue::PuschTransmission> send(std::int64_t slot,
                                            const PowerHeadroom& h = usual_headroom) {
    return mac.pusch(base::Slot(slot), {.now = now, .headroom = h}, drops);
  }
  void receive(const DlAssignment& a, bool decoded, const MacPdu& pdu) {
    mac.on_block({.assignment = a, .pdu = pdu, .decoded = decoded}, now, out);
  }
  /// The first slot from `slot` on in which the UE asks for a grant, before `end`.
  std::optional<std::int64_t> asks(std::int64_t slot, std::int64_t end) {
    for (; slot < end; ++slot) {
      if (mac.uci(base::Slot(slot)).sr) return slot;
    }
    return std::nullopt;
  }

  ue::UeMac mac;
  base::Instant now{};
  std::uint32_t next_packet = 0;
  BlockOutput out;
  std::vector<DroppedSdu> drops;
};

}  // namespace redcell::mac::testing
