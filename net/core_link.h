// N3, the user plane function and N6 as one link: who is on it, since when, and where the bytes
// went.
#pragma once

#include <ns3/ipv4-header.h>
#include <ns3/ipv4-l3-protocol.h>
#include <ns3/net-device-container.h>
#include <ns3/node.h>
#include <ns3/packet.h>

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "net/network.h"

namespace redcell::net {

/// An ns-3 point-to-point link between the remote host and the RAN node, observed through trace
/// sources: every packet is stamped where it enters and counted where it leaves.
class CoreLink {
 public:
  struct Ends {
    ns3::Ptr<ns3::Node> host;
    ns3::Ptr<ns3::Node> ran;
    ns3::Ptr<GnbNetDevice> gnb_device;
  };
  /// Both nodes have an IPv4 stack. has_ip[ue] as in Network.
  CoreLink(Ends ends, const NetworkConfig& config, std::vector<bool> has_ip);
  ~CoreLink();
  CoreLink(const CoreLink&) = delete;
  CoreLink& operator=(const CoreLink&) = delete;

  /// Stamps an uplink packet that is about to enter the RAN node's IP stack.
  UplinkTicket stamp_uplink(base::UeId ue, ns3::Packet& packet);
  /// Takes the stamp off a packet that has reached the radio from the RAN node; the time since its
  /// entry.
  base::Duration unstamp(ns3::Packet& packet);

  void on_delivered(std::function<void(UplinkTicket, base::Duration)> callback);

  [[nodiscard]] CoreLedger ledger(base::Direction direction) const;
  /// Downlink bytes of one terminal on the link.
  [[nodiscard]] std::uint64_t downlink_bytes(base::UeId ue) const;

  [[nodiscard]] static ns3::Ipv4Address host_address();

 private:
  void build_link(const NetworkConfig& config);
  void observe(bool connect);
  void host_sends(ns3::Ptr<const ns3::Packet> packet);
  void ran_enters(ns3::Ptr<const ns3::Packet> packet);
  void host_receives(ns3::Ptr<const ns3::Packet> packet);
  void ran_keeps(const ns3::Ipv4Header&, ns3::Ptr<const ns3::Packet> packet, std::uint32_t);
  void lost(ns3::Ptr<const ns3::Packet> packet);
  void ran_drops(const ns3::Ipv4Header&, ns3::Ptr<const ns3::Packet> packet,
                 ns3::Ipv4L3Protocol::DropReason, ns3::Ptr<ns3::Ipv4>, std::uint32_t);
  bool end_uplink(std::uint32_t ticket);
  void uplink_arrived(const ns3::Packet& packet);

  Ends ends_;
  std::vector<bool> has_ip_;
  ns3::NetDeviceContainer devices_;            // host, RAN node
  std::array<CoreLedger, 2> ledger_;           // [direction], in_flight filled on demand
  std::vector<std::uint64_t> downlink_bytes_;  // [ue]
  std::vector<bool> ticket_live_;              // [ticket]
  std::vector<std::uint32_t> ticket_free_;
  std::function<void(UplinkTicket, base::Duration)> delivered_;
};

/// Gives a device an address and puts it into the node's IPv4 stack; returns the interface.
std::uint32_t add_interface(ns3::Ptr<ns3::NetDevice> device, ns3::Ipv4Address address,
                            ns3::Ipv4Mask mask);
/// A default route. Pre: the node's stack has static routing.
void add_default_route(ns3::Ptr<ns3::Node> node, ns3::Ipv4Address via, std::uint32_t interface);

}  // namespace redcell::net
