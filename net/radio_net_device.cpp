#include "net/radio_net_device.h"

#include <ns3/ipv4-l3-protocol.h>
#include <ns3/simulator.h>
#include <ns3/trace-source-accessor.h>
#include <ns3/uinteger.h>

#include <utility>

#include "base/check.h"
#include "net/declared_attributes.h"

namespace redcell::net {

NS_OBJECT_ENSURE_REGISTERED(RadioNetDevice);

ns3::TypeId RadioNetDevice::GetTypeId() {
  static ns3::TypeId type =
      ns3::TypeId("redcell::RadioNetDevice")
          .SetParent<ns3::NetDevice>()
          .SetGroupName("redcell")
          .AddAttribute("Mtu", "Largest IP packet, in bytes.", ns3::UintegerValue(1500),
                        ns3::MakeUintegerAccessor(&RadioNetDevice::SetMtu, &RadioNetDevice::GetMtu),
                        ns3::MakeUintegerChecker<std::uint16_t>(68))
          .AddTraceSource("PacketDelivered", "An IP packet has crossed the radio.",
                          ns3::MakeTraceSourceAccessor(&RadioNetDevice::packet_delivered_),
                          "redcell::net::PacketDelivered::TracedCallback")
          .AddTraceSource("TransportBlock", "A transport block was sent and decoded or lost.",
                          ns3::MakeTraceSourceAccessor(&RadioNetDevice::transport_block_),
                          "redcell::net::TransportBlock::TracedCallback")
          .AddTraceSource("MacTx", "The IP stack has given a packet to the device.",
                          ns3::MakeTraceSourceAccessor(&RadioNetDevice::mac_tx_),
                          "ns3::Packet::TracedCallback")
          .AddTraceSource("MacRx", "The device gives a packet to the IP stack.",
                          ns3::MakeTraceSourceAccessor(&RadioNetDevice::mac_rx_),
                          "ns3::Packet::TracedCallback")
          .AddTraceSource("MacTxDrop", "A packet of this device was given up by the radio.",
                          ns3::MakeTraceSourceAccessor(&RadioNetDevice::mac_tx_drop_),
                          "ns3::Packet::TracedCallback");
  return type;
}

RadioNetDevice::RadioNetDevice(DeviceKind kind)
    : kind_(kind), attributes_(initial_attributes(kind)), address_(ns3::Mac48Address::Allocate()) {}

RadioNetDevice::~RadioNetDevice() = default;

void RadioNetDevice::DoDispose() {
  node_ = nullptr;
  receive_ = ReceiveCallback();
  promisc_receive_ = PromiscReceiveCallback();
  attribute_listener_ = nullptr;
  ns3::NetDevice::DoDispose();
}

void RadioNetDevice::connect(Inbox& inbox, PacketPool& pool) {
  inbox_ = &inbox;
  pool_ = &pool;
}

void RadioNetDevice::disconnect() {
  inbox_ = nullptr;
  pool_ = nullptr;
}

void RadioNetDevice::deliver(base::PacketId packet) {
  RC_CHECK(pool_ != nullptr);
  RC_CHECK(!pool_->is_synthetic(packet));
  pending_.push_back(packet);
  if (pending_.size() == 1) {
    ns3::Simulator::ScheduleWithContext(node_->GetId(), ns3::Time(0),
                                        &RadioNetDevice::deliver_pending,
                                        ns3::Ptr<RadioNetDevice>(this));
  }
}

void RadioNetDevice::deliver_pending() {
  // What arrives while these packets climb the stack is the next event's.
  delivering_.swap(pending_);
  for (const base::PacketId packet : delivering_) {
    if (pool_ == nullptr) {
      break;  // disconnected since: the pool and its packets are gone
    }
    deliver(pool_->take(packet));
  }
  delivering_.clear();
}

void RadioNetDevice::deliver(ns3::Ptr<ns3::Packet> packet) {
  mac_rx_(packet);
  const ns3::Address from = GetBroadcast();
  if (!promisc_receive_.IsNull()) {
    promisc_receive_(this, packet, ns3::Ipv4L3Protocol::PROT_NUMBER, from, GetAddress(),
                     ns3::NetDevice::PACKET_HOST);
  }
  if (!receive_.IsNull()) {
    receive_(this, packet, ns3::Ipv4L3Protocol::PROT_NUMBER, from);
  }
}

bool RadioNetDevice::Send(ns3::Ptr<ns3::Packet> packet, const ns3::Address&,
                          std::uint16_t protocol) {
  mac_tx_(packet);
  const bool taken = inbox_ != nullptr && protocol == ns3::Ipv4L3Protocol::PROT_NUMBER &&
                     send_to_radio(*inbox_, packet);
  if (!taken) {
    mac_tx_drop_(packet);
  }
  return taken;
}

bool RadioNetDevice::SendFrom(ns3::Ptr<ns3::Packet> packet, const ns3::Address&,
                              const ns3::Address&, std::uint16_t) {
  mac_tx_drop_(packet);
  return false;
}

void RadioNetDevice::set_attribute_listener(std::function<void(std::string_view name)> listener) {
  attribute_listener_ = std::move(listener);
}

void RadioNetDevice::SetAddress(ns3::Address address) {
  address_ = ns3::Mac48Address::ConvertFrom(address);
}

bool RadioNetDevice::SetMtu(std::uint16_t mtu) {
  mtu_ = mtu;
  return true;
}

void RadioNetDevice::AddLinkChangeCallback(ns3::Callback<void>) {
  // The link to the IP stack never changes: a terminal without coverage only waits longer.
}

ns3::Address RadioNetDevice::GetMulticast(ns3::Ipv4Address group) const {
  return ns3::Mac48Address::GetMulticast(group);
}

ns3::Address RadioNetDevice::GetMulticast(ns3::Ipv6Address group) const {
  return ns3::Mac48Address::GetMulticast(group);
}

void RadioNetDevice::SetPromiscReceiveCallback(PromiscReceiveCallback callback) {
  promisc_receive_ = callback;
}

}  // namespace redcell::net
