#include "net/core_link.h"

#include <ns3/data-rate.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/nstime.h>
#include <ns3/point-to-point-helper.h>
#include <ns3/string.h>

#include <utility>

#include "base/check.h"
#include "net/core_stamp.h"
#include "net/ip_bytes.h"
#include "net/slot_clock.h"

namespace redcell::net {
namespace {

// [ours] The link's own addresses: 172.31.0.1 is the RAN node, .2 the remote host.
constexpr std::uint32_t link_prefix = 0xAC1F'0000;
constexpr std::uint32_t link_mask = 0xFFFF'FFFC;
// What ns-3's point-to-point device has put before the IP header (RFC 1661) when it traces.
constexpr std::uint32_t ppp_header_bytes = 2;

void add(PacketTally& tally, std::uint32_t bytes) {
  ++tally.packets;
  tally.bytes += bytes;
}

}  // namespace

std::uint32_t add_interface(ns3::Ptr<ns3::NetDevice> device, ns3::Ipv4Address address,
                            ns3::Ipv4Mask mask) {
  const auto ipv4 = device->GetNode()->GetObject<ns3::Ipv4>();
  RC_CHECK(ipv4 != nullptr);
  // Not through Ipv4AddressHelper: it would put a queue disc before the device.
  const std::uint32_t interface = ipv4->AddInterface(device);
  ipv4->AddAddress(interface, ns3::Ipv4InterfaceAddress(address, mask));
  ipv4->SetUp(interface);
  return interface;
}

void add_default_route(ns3::Ptr<ns3::Node> node, ns3::Ipv4Address via, std::uint32_t interface) {
  const auto routing =
      ns3::Ipv4StaticRoutingHelper().GetStaticRouting(node->GetObject<ns3::Ipv4>());
  RC_CHECK(routing != nullptr);
  routing->SetDefaultRoute(via, interface);
}

CoreLink::CoreLink(Ends ends, const NetworkConfig& config, std::vector<bool> has_ip)
    : ends_(std::move(ends)), has_ip_(std::move(has_ip)), downlink_bytes_(has_ip_.size()) {
  build_link(config);
  observe(true);
}

CoreLink::~CoreLink() { observe(false); }

void CoreLink::build_link(const NetworkConfig& config) {
  RC_CHECK(config.core_rate_bps >= 1);
  ns3::PointToPointHelper link;
  link.DisableFlowControl();  // nothing between the IP stack and the device that could drop
  link.SetQueue("ns3::DropTailQueue<Packet>", "MaxSize", ns3::StringValue("4294967295p"));
  link.SetDeviceAttribute(
      "DataRate",
      ns3::DataRateValue(ns3::DataRate(static_cast<std::uint64_t>(config.core_rate_bps))));
  link.SetChannelAttribute("Delay",
                           ns3::TimeValue(ns3::NanoSeconds(config.core_one_way_delay.value())));
  devices_ = link.Install(ends_.host, ends_.ran);
  const ns3::Ipv4Mask mask(link_mask);
  const std::uint32_t interface = add_interface(devices_.Get(0), host_address(), mask);
  add_interface(devices_.Get(1), ns3::Ipv4Address(link_prefix + 1), mask);
  add_default_route(ends_.host, ns3::Ipv4Address(link_prefix + 1), interface);
}

ns3::Ipv4Address CoreLink::host_address() { return ns3::Ipv4Address(link_prefix + 2); }

void CoreLink::observe(bool connect) {
  const auto set = [connect](ns3::Ptr<ns3::Object> object, const char* source,
                             const ns3::CallbackBase& callback) {
    RC_CHECK(connect ? object->TraceConnectWithoutContext(source, callback)
                     : object->TraceDisconnectWithoutContext(source, callback));
  };
  const auto ran_stack = ends_.ran->GetObject<ns3::Ipv4L3Protocol>();
  if (ran_stack == nullptr) {
    return;  // the simulator was destroyed before us, and the traces with it
  }
  set(devices_.Get(0), "MacTx", ns3::MakeCallback(&CoreLink::host_sends, this));
  set(devices_.Get(0), "MacRx", ns3::MakeCallback(&CoreLink::host_receives, this));
  set(devices_.Get(0), "MacTxDrop", ns3::MakeCallback(&CoreLink::lost, this));
  set(devices_.Get(1), "MacTxDrop", ns3::MakeCallback(&CoreLink::lost, this));
  set(ends_.gnb_device, "MacRx", ns3::MakeCallback(&CoreLink::ran_enters, this));
  set(ends_.gnb_device, "MacTxDrop", ns3::MakeCallback(&CoreLink::lost, this));
  set(ran_stack, "LocalDeliver", ns3::MakeCallback(&CoreLink::ran_keeps, this));
  set(ran_stack, "Drop", ns3::MakeCallback(&CoreLink::ran_drops, this));
}

void CoreLink::host_sends(ns3::Ptr<const ns3::Packet> packet) {
  const auto ue = terminal_at(ip_destination(*packet, ppp_header_bytes));
  if (!ue || ue->value >= has_ip_.size() || !has_ip_[ue->value]) {
    return;
  }
  const std::uint32_t bytes = packet->GetSize() - ppp_header_bytes;
  CoreStamp stamp({virtual_now(), no_ticket.value, *ue, bytes});
  // The trace shows the packet the device is about to queue, const only to its watchers. It may
  // bear an old stamp when an application on the host sends back what it received.
  ns3::ConstCast<ns3::Packet>(packet)->ReplacePacketTag(stamp);
  add(ledger_[0].entered, bytes);
  downlink_bytes_[ue->value] += bytes;
}

UplinkTicket CoreLink::stamp_uplink(base::UeId ue, ns3::Packet& packet) {
  if (ticket_free_.empty()) {
    ticket_free_.push_back(static_cast<std::uint32_t>(ticket_live_.size()));
    ticket_live_.push_back(false);
  }
  const std::uint32_t ticket = ticket_free_.back();
  ticket_free_.pop_back();
  ticket_live_[ticket] = true;
  CoreStamp stamp({virtual_now(), ticket, ue, packet.GetSize()});
  packet.ReplacePacketTag(stamp);
  return UplinkTicket{ticket};
}

void CoreLink::ran_enters(ns3::Ptr<const ns3::Packet> packet) {
  add(ledger_[1].entered, packet->GetSize());
}

base::Duration CoreLink::unstamp(ns3::Packet& packet) {
  CoreStamp stamp;
  if (!packet.RemovePacketTag(stamp)) {
    return base::Duration();  // born at the RAN node itself, such as an ICMP error
  }
  const CoreStamp::Data& data = stamp.data();
  if (data.ticket != no_ticket.value) {
    packet.AddPacketTag(stamp);
    uplink_arrived(packet);
    packet.RemovePacketTag(stamp);
    return base::Duration();  // from one terminal to another: it has not seen the core
  }
  add(ledger_[0].left, data.bytes);
  downlink_bytes_[data.ue.value] -= data.bytes;
  return virtual_now() - data.entered;
}

void CoreLink::host_receives(ns3::Ptr<const ns3::Packet> packet) { uplink_arrived(*packet); }

void CoreLink::ran_keeps(const ns3::Ipv4Header&, ns3::Ptr<const ns3::Packet> packet,
                         std::uint32_t) {
  uplink_arrived(*packet);
}

bool CoreLink::end_uplink(std::uint32_t ticket) {
  // A packet that the RAN node had to fragment arrives in pieces: the first ends it.
  const bool live = ticket < ticket_live_.size() && ticket_live_[ticket];
  if (live) {
    ticket_live_[ticket] = false;
    ticket_free_.push_back(ticket);
  }
  return live;
}

void CoreLink::uplink_arrived(const ns3::Packet& packet) {
  CoreStamp stamp;
  if (!packet.PeekPacketTag(stamp) || !end_uplink(stamp.data().ticket)) {
    return;
  }
  add(ledger_[1].left, stamp.data().bytes);
  if (delivered_) {
    delivered_(UplinkTicket{stamp.data().ticket}, virtual_now() - stamp.data().entered);
  }
}

void CoreLink::lost(ns3::Ptr<const ns3::Packet> packet) {
  CoreStamp stamp;
  if (!packet->PeekPacketTag(stamp)) {
    return;  // lost by the radio, not by the core
  }
  const CoreStamp::Data& data = stamp.data();
  if (data.ticket == no_ticket.value) {
    add(ledger_[0].dropped, data.bytes);
    downlink_bytes_[data.ue.value] -= data.bytes;
  } else if (end_uplink(data.ticket)) {
    add(ledger_[1].dropped, data.bytes);
  }
}

void CoreLink::ran_drops(const ns3::Ipv4Header&, ns3::Ptr<const ns3::Packet> packet,
                         ns3::Ipv4L3Protocol::DropReason, ns3::Ptr<ns3::Ipv4>, std::uint32_t) {
  lost(packet);
}

void CoreLink::on_delivered(std::function<void(UplinkTicket, base::Duration)> callback) {
  delivered_ = std::move(callback);
}

CoreLedger CoreLink::ledger(base::Direction direction) const {
  CoreLedger ledger = ledger_[static_cast<std::size_t>(direction)];
  ledger.in_flight.packets = ledger.entered.packets - ledger.left.packets - ledger.dropped.packets;
  ledger.in_flight.bytes = ledger.entered.bytes - ledger.left.bytes - ledger.dropped.bytes;
  return ledger;
}

std::uint64_t CoreLink::downlink_bytes(base::UeId ue) const {
  RC_CHECK(ue.value < downlink_bytes_.size());
  return downlink_bytes_[ue.value];
}

}  // namespace redcell::net
