#include "net/endpoints.h"

#include <ns3/inet-socket-address.h>
#include <ns3/packet-sink-helper.h>
#include <ns3/udp-socket-factory.h>

#include <utility>

#include "base/check.h"
#include "net/tcp_socket_factory.h"

namespace redcell::net {
namespace {

constexpr std::uint16_t sink_port = 5001;  // [ours] as iperf

}  // namespace

/// Outlives Endpoints as long as a sink may call it.
struct Endpoints::Counter {
  OnPayload on_payload;

  static void at_ue(std::shared_ptr<Counter> counter, base::UeId ue,
                    ns3::Ptr<const ns3::Packet> packet, const ns3::Address&) {
    if (counter->on_payload) {
      counter->on_payload(ue, base::Direction::downlink, packet->GetSize());
    }
  }

  static void at_host(std::shared_ptr<Counter> counter, ns3::Ptr<const ns3::Packet> packet,
                      const ns3::Address& from) {
    const auto ue = terminal_at(ns3::InetSocketAddress::ConvertFrom(from).GetIpv4().Get());
    if (ue && counter->on_payload) {
      counter->on_payload(*ue, base::Direction::uplink, packet->GetSize());
    }
  }
};

Endpoints::Endpoints(Network& network, OnPayload on_payload)
    : network_(network),
      counter_(std::make_shared<Counter>(Counter{std::move(on_payload)})),
      at_ue_(network.terminal_count()) {}

Endpoints::~Endpoints() { counter_->on_payload = nullptr; }

Endpoints::Sinks& Endpoints::sinks_at(base::UeId ue, bool host) {
  RC_CHECK(network_.has_ip(ue));
  return host ? at_host_ : at_ue_[ue.value];
}

ns3::Address Endpoints::udp_sink(base::UeId ue, base::Direction direction) {
  return sink({ue, direction, false});
}

ns3::Address Endpoints::tcp_sink(base::UeId ue, base::Direction direction) {
  return sink({ue, direction, true});
}

ns3::Address Endpoints::sink(Sink wanted) {
  const bool host = wanted.direction == base::Direction::uplink;
  Sinks& sinks = sinks_at(wanted.ue, host);
  bool& installed = wanted.tcp ? sinks.tcp : sinks.udp;
  if (!installed) {
    install(wanted);
    installed = true;
  }
  const ns3::Ipv4Address address = host ? network_.remote_address() : address_of(wanted.ue);
  return ns3::InetSocketAddress(address, sink_port);
}

void Endpoints::install(Sink wanted) {
  const bool host = wanted.direction == base::Direction::uplink;
  const ns3::Ptr<ns3::Node> node = host ? network_.remote_host() : network_.ue_node(wanted.ue);
  if (wanted.tcp) {
    TcpSocketFactory::install(node);
  }
  const ns3::TypeId factory =
      wanted.tcp ? TcpSocketFactory::GetTypeId() : ns3::UdpSocketFactory::GetTypeId();
  ns3::PacketSinkHelper helper(factory.GetName(),
                               ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), sink_port));
  const ns3::Ptr<ns3::Application> application = helper.Install(node).Get(0);
  const bool connected =
      host ? application->TraceConnectWithoutContext(
                 "Rx", ns3::MakeBoundCallback(&Counter::at_host, counter_))
           : application->TraceConnectWithoutContext(
                 "Rx", ns3::MakeBoundCallback(&Counter::at_ue, counter_, wanted.ue));
  RC_CHECK(connected);
}

ns3::Ptr<ns3::Node> Endpoints::sending_node(base::UeId ue, base::Direction direction) const {
  RC_CHECK(network_.has_ip(ue));
  return direction == base::Direction::downlink ? network_.remote_host() : network_.ue_node(ue);
}

ns3::Ptr<ns3::Socket> Endpoints::udp_sender(base::UeId ue, base::Direction direction) {
  const bool host = direction == base::Direction::downlink;
  Sinks& sinks = sinks_at(ue, host);
  if (sinks.udp_sender == nullptr) {
    sinks.udp_sender =
        ns3::Socket::CreateSocket(sending_node(ue, direction), ns3::UdpSocketFactory::GetTypeId());
    RC_CHECK(sinks.udp_sender->Bind() == 0);
    sinks.udp_sender->ShutdownRecv();
  }
  return sinks.udp_sender;
}

}  // namespace redcell::net
