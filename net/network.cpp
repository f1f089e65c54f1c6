#include "net/network.h"

#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-static-routing-helper.h>
#include <ns3/ipv4.h>

#include <utility>

#include "base/check.h"
#include "net/core_link.h"
#include "net/mobility.h"

namespace redcell::net {
namespace {

/// IPv4 with static routing only: no queue discs, no routing that would search.
ns3::InternetStackHelper stack_helper() {
  ns3::InternetStackHelper helper;
  helper.SetIpv6StackInstall(false);
  helper.SetRoutingHelper(ns3::Ipv4StaticRoutingHelper());
  return helper;
}

ns3::Ptr<ns3::Node> node_with_stack() {
  const auto node = ns3::CreateObject<ns3::Node>();
  stack_helper().Install(node);
  return node;
}

std::vector<bool> terminals_with_ip(const NetworkConfig& config) {
  std::vector<bool> has_ip(config.terminal_count, true);
  for (std::size_t ue = 0; ue < config.without_ip.size(); ++ue) {
    has_ip[ue] = !config.without_ip[ue];
  }
  return has_ip;
}

}  // namespace

Network::Network(const NetworkConfig& config)
    : config_(config), inbox_(pool_, config.terminal_count), ue_devices_(config.terminal_count) {
  RC_CHECK(config.terminal_count <= terminal_count_max);
  RC_CHECK(config.without_ip.empty() || config.without_ip.size() == config.terminal_count);
  RC_CHECK(config.user_nodes.GetN() == 0 || config.user_nodes.GetN() == config.terminal_count);
  remote_host_ = node_with_stack();
  build_ran();
  for (std::uint32_t ue = 0; ue < config.terminal_count; ++ue) {
    if (config.without_ip.empty() || !config.without_ip[ue]) {
      build_terminal(base::UeId{ue});
    }
  }
}

Network::~Network() {
  core_.reset();
  gnb_device_->disconnect();
  for (const auto& device : ue_devices_) {
    if (device != nullptr) {
      device->disconnect();
    }
  }
}

void Network::build_ran() {
  ran_node_ = node_with_stack();
  gnb_device_ = ns3::CreateObject<GnbNetDevice>();
  ran_node_->AddDevice(gnb_device_);
  gnb_device_->connect(inbox_, pool_);
  add_interface(gnb_device_, ran_address(), terminal_mask());  // the one route to all terminals
  const std::vector<bool> has_ip = terminals_with_ip(config_);
  core_ = std::make_unique<CoreLink>(CoreLink::Ends{remote_host_, ran_node_, gnb_device_}, config_,
                                     has_ip);
  gnb_device_->serve(has_ip, [core = core_.get()](ns3::Ptr<ns3::Packet> packet) {
    return core->unstamp(*packet);
  });
}

void Network::build_terminal(base::UeId ue) {
  ns3::Ptr<ns3::Node> node = config_.user_nodes.GetN() == 0 ? ns3::CreateObject<ns3::Node>()
                                                            : config_.user_nodes.Get(ue.value);
  if (node->GetObject<ns3::Ipv4>() == nullptr) {
    stack_helper().Install(node);
  }
  const auto device = ns3::CreateObject<UeNetDevice>();
  device->set_ue(ue);
  device->connect(inbox_, pool_);
  node->AddDevice(device);
  const std::uint32_t interface = add_interface(device, address_of(ue), terminal_mask());
  add_default_route(node, ran_address(), interface);
  ue_devices_[ue.value] = device;
}

void Network::set_wake(std::function<void(base::Instant)> wake) {
  inbox_.set_wake(std::move(wake));
}

void Network::drain_inbox(std::vector<Arrival>& arrivals) { inbox_.drain(arrivals); }

UplinkTicket Network::deliver(base::UeId ue, base::Direction direction, base::PacketId packet) {
  if (pool_.is_synthetic(packet)) {
    pool_.release(packet);
    return no_ticket;
  }
  const PacketPool::Owner owner = pool_.owner(packet);
  RC_CHECK(owner.ue == ue && owner.direction == direction);
  if (direction == base::Direction::downlink) {
    ue_devices_[ue.value]->deliver(packet);
    return no_ticket;
  }
  const UplinkTicket ticket = core_->stamp_uplink(ue, *pool_.packet(packet));
  gnb_device_->deliver(packet);
  return ticket;
}

void Network::drop(base::PacketId packet) {
  if (pool_.is_synthetic(packet)) {
    pool_.release(packet);
    return;
  }
  const PacketPool::Owner owner = pool_.owner(packet);
  const ns3::Ptr<ns3::Packet> dropped = pool_.take(packet);
  if (owner.direction == base::Direction::downlink) {
    gnb_device_->trace_drop(dropped);
  } else {
    ue_devices_[owner.ue.value]->trace_drop(dropped);
  }
}

void Network::on_core_delivered(std::function<void(UplinkTicket, base::Duration core)> callback) {
  core_->on_delivered(std::move(callback));
}

void Network::trace(const PacketDelivered& delivered) const {
  if (has_ip(delivered.ue)) {
    ue_devices_[delivered.ue.value]->trace(delivered);
  }
  gnb_device_->trace(delivered);
}

void Network::trace(const TransportBlock& block) const {
  if (has_ip(block.ue)) {
    ue_devices_[block.ue.value]->trace(block);
  }
  gnb_device_->trace(block);
}

CoreLedger Network::in_flight(base::Direction direction) const { return core_->ledger(direction); }

base::Bytes Network::on_the_way(base::UeId ue, base::Direction direction) const {
  std::uint64_t bytes = inbox_.waiting_bytes(ue, direction);
  if (direction == base::Direction::downlink) {
    bytes += core_->downlink_bytes(ue);
  }
  return base::Bytes(static_cast<std::int64_t>(bytes));
}

bool Network::has_ip(base::UeId ue) const { return ue_device(ue) != nullptr; }

ns3::Ptr<ns3::Node> Network::ue_node(base::UeId ue) const {
  const ns3::Ptr<UeNetDevice> device = ue_device(ue);
  return device == nullptr ? nullptr : device->GetNode();
}

ns3::Ptr<UeNetDevice> Network::ue_device(base::UeId ue) const {
  RC_CHECK(ue.value < ue_devices_.size());
  return ue_devices_[ue.value];
}

ns3::Ipv4Address Network::remote_address() const { return CoreLink::host_address(); }

std::int64_t Network::assign_streams(std::int64_t first) {
  ns3::NodeContainer nodes(remote_host_, ran_node_);
  for (const auto& device : ue_devices_) {
    if (device != nullptr) {
      nodes.Add(device->GetNode());
    }
  }
  return stack_helper().AssignStreams(nodes, first);
}

void Network::set_route(base::UeId ue, const terminals::Route& route) {
  const ns3::Ptr<ns3::Node> node = ue_node(ue);
  if (node == nullptr || node->GetObject<ns3::MobilityModel>() != nullptr) return;
  node->AggregateObject(ns3::CreateObject<RouteMobilityModel>(route));
}

}  // namespace redcell::net
