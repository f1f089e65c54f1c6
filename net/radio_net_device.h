// What both ends of the radio are to ns-3: an IP-only net device without ARP.
#pragma once

#include <ns3/channel.h>
#include <ns3/mac48-address.h>
#include <ns3/net-device.h>
#include <ns3/node.h>
#include <ns3/traced-callback.h>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "net/attributes.h"
#include "net/inbox.h"
#include "net/packet_pool.h"
#include "net/traces.h"

namespace redcell::net {

/// Base of UeNetDevice and GnbNetDevice (TypeId "redcell::RadioNetDevice").
///
/// Trace sources: "PacketDelivered", "TransportBlock" (traces.h), and "MacTx", "MacRx", "MacTxDrop"
/// with an ns-3 packet, as other devices have them. A packet given to Send() goes to the inbox;
/// what the radio delivers goes to the node's IP stack in an event of that node, after the slot
/// that delivered it.
class RadioNetDevice : public ns3::NetDevice {
 public:
  static ns3::TypeId GetTypeId();
  RadioNetDevice(const RadioNetDevice&) = delete;
  RadioNetDevice& operator=(const RadioNetDevice&) = delete;

  /// Joins the device to the radio. Both must outlive it or be taken away with disconnect().
  void connect(Inbox& inbox, PacketPool& pool);
  /// From here on Send() drops and nothing is delivered: the radio has gone, the node may live on.
  void disconnect();

  /// Hands a packet of the pool to the IP stack: all packets of one slot in one event at the same
  /// instant. The packet stays in the pool until that event runs. Pre: connected; not synthetic.
  void deliver(base::PacketId packet);
  /// Hands a packet to the IP stack now. Pre: runs in an event of this device's node.
  void deliver(ns3::Ptr<ns3::Packet> packet);

  void trace(const PacketDelivered& delivered) const { packet_delivered_(delivered); }
  void trace(const TransportBlock& block) const { transport_block_(block); }
  /// The radio gave the packet up ("MacTxDrop").
  void trace_drop(ns3::Ptr<const ns3::Packet> packet) const { mac_tx_drop_(packet); }

  /// Called after SetAttribute() changed a declared attribute of this device.
  void set_attribute_listener(std::function<void(std::string_view name)> listener);

  // ns-3's NetDevice.
  void SetIfIndex(std::uint32_t index) override { if_index_ = index; }
  std::uint32_t GetIfIndex() const override { return if_index_; }
  ns3::Ptr<ns3::Channel> GetChannel() const override { return nullptr; }
  void SetAddress(ns3::Address address) override;
  ns3::Address GetAddress() const override { return address_; }
  bool SetMtu(std::uint16_t mtu) override;
  std::uint16_t GetMtu() const override { return mtu_; }
  bool IsLinkUp() const override { return true; }
  void AddLinkChangeCallback(ns3::Callback<void> callback) override;
  bool IsBroadcast() const override { return false; }
  ns3::Address GetBroadcast() const override { return ns3::Mac48Address::GetBroadcast(); }
  bool IsMulticast() const override { return false; }
  ns3::Address GetMulticast(ns3::Ipv4Address group) const override;
  ns3::Address GetMulticast(ns3::Ipv6Address group) const override;
  bool IsBridge() const override { return false; }
  bool IsPointToPoint() const override { return true; }
  bool Send(ns3::Ptr<ns3::Packet> packet, const ns3::Address& to, std::uint16_t protocol) override;
  bool SendFrom(ns3::Ptr<ns3::Packet> packet, const ns3::Address& from, const ns3::Address& to,
                std::uint16_t protocol) override;
  ns3::Ptr<ns3::Node> GetNode() const override { return node_; }
  void SetNode(ns3::Ptr<ns3::Node> node) override { node_ = node; }
  bool NeedsArp() const override { return false; }
  void SetReceiveCallback(ReceiveCallback callback) override { receive_ = callback; }
  void SetPromiscReceiveCallback(PromiscReceiveCallback callback) override;
  bool SupportsSendFrom() const override { return false; }

 protected:
  explicit RadioNetDevice(DeviceKind kind);
  ~RadioNetDevice() override;
  void DoDispose() override;
  /// Puts an IPv4 packet into the inbox; false when it belongs to no terminal.
  virtual bool send_to_radio(Inbox& inbox, ns3::Ptr<ns3::Packet> packet) = 0;

 private:
  friend class AttributeAccess;  // the accessor of declared attributes
  void deliver_pending();

  Inbox* inbox_ = nullptr;
  PacketPool* pool_ = nullptr;
  std::vector<base::PacketId> pending_;
  std::vector<base::PacketId> delivering_;

  DeviceKind kind_;
  std::vector<AttributeData> attributes_;  // in the order of declaration
  std::function<void(std::string_view)> attribute_listener_;

  ns3::Ptr<ns3::Node> node_;
  ns3::Mac48Address address_;
  std::uint32_t if_index_ = 0;
  std::uint16_t mtu_ = 1500;
  ReceiveCallback receive_;
  PromiscReceiveCallback promisc_receive_;

  ns3::TracedCallback<const PacketDelivered&> packet_delivered_;
  ns3::TracedCallback<const TransportBlock&> transport_block_;
  ns3::TracedCallback<ns3::Ptr<const ns3::Packet>> mac_tx_;
  ns3::TracedCallback<ns3::Ptr<const ns3::Packet>> mac_rx_;
  ns3::TracedCallback<ns3::Ptr<const ns3::Packet>> mac_tx_drop_;
};

}  // namespace redcell::net
