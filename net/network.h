// The ns-3 side of a testbed: nodes, IP stacks, the core network, and the doors to the radio.
//
//   remote host --(core: delay, rate)-- RAN node [GnbNetDevice] ~ radio ~ [UeNetDevice] terminal's
//   node
//
// N3, the user plane function and N6 are one point-to-point link. Nothing drops a packet outside
// the ledgers: no queue discs, and the link's queue is as long as memory.
#pragma once

#include <ns3/node-container.h>
#include <ns3/packet.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "net/gnb_net_device.h"
#include "net/inbox.h"
#include "net/packet_pool.h"
#include "net/traces.h"
#include "net/ue_net_device.h"
#include "terminals/route.h"

namespace redcell::net {

struct NetworkConfig {
  std::uint32_t terminal_count = 0;
  std::vector<bool>
      without_ip;  ///< [ue] true: no node is built, only synthetic packets. Empty: all IP.
  ns3::NodeContainer user_nodes;  ///< [ue] the user's own nodes, see below. Empty: ours.
  base::Duration core_one_way_delay;
  double core_rate_bps = 10e9;
};

struct PacketTally {
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;  ///< IP bytes.
};

/// What went through the core link one way: entered = left + dropped + in_flight, at any instant.
struct CoreLedger {
  PacketTally entered;
  PacketTally left;
  PacketTally dropped;  ///< The RAN node's IP stack found no way on (hop limit, no such terminal).
  PacketTally in_flight;
};

/// Names an uplink packet while it crosses the core. Dense and recycled: an index into the caller's
/// array.
using UplinkTicket = base::Id<struct UplinkTicketTag>;
inline constexpr UplinkTicket no_ticket{0xffff'ffffU};

class CoreLink;

/// Builds the nodes on construction; never runs, stops or destroys the simulator. Several can live
/// in one process. When it is destroyed its nodes live on without radio, until Simulator::Destroy.
class Network {
 public:
  /// A user's node may have an IPv4 stack with static routing, or none: then it gets one. In both
  /// cases it gets a UeNetDevice, its address and a default route through the radio. Pre:
  /// without_ip and user_nodes are empty or hold terminal_count entries; at most 2^24 - 3
  /// terminals; core_rate_bps >= 1;
  /// a user's stack, where there is one, has static routing.
  explicit Network(const NetworkConfig& config);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // --- doors of the spine ---
  /// Called with the present instant when a packet comes into the empty inbox.
  void set_wake(std::function<void(base::Instant)> wake);
  /// Replaces the contents of `arrivals` by what came since last time, in order. Call first in a
  /// slot.
  void drain_inbox(std::vector<Arrival>& arrivals);
  /// Downlink: to the terminal's IP stack. Uplink: from the RAN node into the core; the ticket
  /// comes back through on_core_delivered. ns-3 sees the packet in an event of its own at the same
  /// instant, after the calling slot; until then it stays in the pool. A synthetic packet is
  /// released at once, without ticket. Downlink returns no_ticket. Pre: the packet is this
  /// terminal's and goes this way.
  UplinkTicket deliver(base::UeId ue, base::Direction direction, base::PacketId packet);
  /// The radio gives the packet up: fires "MacTxDrop" on the sender's device and frees the number.
  void drop(base::PacketId packet);
  /// Called when an uplink packet reaches the remote host (or another end beyond the RAN node),
  /// with the time it took. A packet the core drops never calls; its ticket is free again.
  void on_core_delivered(std::function<void(UplinkTicket, base::Duration core)> callback);
  [[nodiscard]] PacketPool& pool() { return pool_; }

  /// Fires the trace source on the terminal's device (if it has one) and on the RAN node's.
  void trace(const PacketDelivered& delivered) const;
  void trace(const TransportBlock& block) const;

  // --- what is on the way ---
  /// The core link's ledger. Downlink ends where the packet enters the inbox.
  [[nodiscard]] CoreLedger in_flight(base::Direction direction) const;
  /// IP bytes this terminal's sender has sent and drain_inbox has not given out yet.
  [[nodiscard]] base::Bytes on_the_way(base::UeId ue, base::Direction direction) const;

  // --- the nodes ---
  [[nodiscard]] std::uint32_t terminal_count() const { return config_.terminal_count; }
  [[nodiscard]] bool has_ip(base::UeId ue) const;
  [[nodiscard]] ns3::Ptr<ns3::Node> remote_host() const { return remote_host_; }
  [[nodiscard]] ns3::Ptr<ns3::Node> ran_node() const { return ran_node_; }
  /// Null for a terminal without IP.
  [[nodiscard]] ns3::Ptr<ns3::Node> ue_node(base::UeId ue) const;
  /// Tells ns-3 where a terminal is; a user's node that has a MobilityModel keeps its own. Without
  /// a node it does nothing.
  void set_route(base::UeId ue, const terminals::Route& route);
  [[nodiscard]] ns3::Ptr<UeNetDevice> ue_device(base::UeId ue) const;
  [[nodiscard]] ns3::Ptr<GnbNetDevice> gnb_device() const { return gnb_device_; }
  [[nodiscard]] ns3::Ipv4Address remote_address() const;

  /// Fixes the streams of all random variables in the stacks; returns how many were used.
  std::int64_t assign_streams(std::int64_t first);

 private:
  void build_ran();
  void build_terminal(base::UeId ue);

  NetworkConfig config_;
  PacketPool pool_;
  Inbox inbox_;
  ns3::Ptr<ns3::Node> remote_host_;
  ns3::Ptr<ns3::Node> ran_node_;
  ns3::Ptr<GnbNetDevice> gnb_device_;
  std::vector<ns3::Ptr<UeNetDevice>> ue_devices_;  // [ue]; null without IP
  std::unique_ptr<CoreLink> core_;
};

}  // namespace redcell::net
