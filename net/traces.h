// What the devices publish: the payloads of the typed trace sources.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/units.h"

namespace redcell::net {

/// Trace source "PacketDelivered": one IP packet has crossed the radio; for the uplink, also the
/// core.
struct PacketDelivered {
  base::UeId ue;
  base::Direction direction = base::Direction::downlink;
  std::uint32_t bytes = 0;  ///< With the IP header.
  base::Duration core;      ///< Between the remote host's IP layer and the RAN node.
  base::Duration queue;     ///< From the bearer's queue to the first transmission.
  base::Duration
      air;  ///< From the first transmission to the last needed one, HARQ and RLC included.
  base::Duration reordering;  ///< Waiting for earlier packets at the receiver.

  [[nodiscard]] base::Duration total() const { return core + queue + air + reordering; }
  using TracedCallback = void (*)(const PacketDelivered&);
};

/// Trace source "TransportBlock": one transmission of a transport block and its fate.
struct TransportBlock {
  base::UeId ue;
  base::CellId cell;
  base::Direction direction = base::Direction::downlink;
  base::Slot slot;  ///< Slot it was sent in, in the carrier's numerology.
  base::McsIndex mcs;
  base::LayerCount layers;
  base::PrbCount prb_count;
  base::Bytes tbs;            ///< Transport block size, TS 38.214 5.1.3.2.
  std::uint32_t attempt = 0;  ///< 0 = first transmission.
  bool ok = false;            ///< Decoded after this transmission.

  using TracedCallback = void (*)(const TransportBlock&);
};

}  // namespace redcell::net
