// The sockets and sinks that the applications of one network share; counts payload where it is
// received.
#pragma once

#include <ns3/address.h>
#include <ns3/packet.h>
#include <ns3/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/ids.h"
#include "net/network.h"

namespace redcell::net {

/// Goodput: UDP or TCP payload handed to the receiving application.
using OnPayload =
    std::function<void(base::UeId ue, base::Direction direction, std::uint32_t bytes)>;

/// Sinks are ns3::PacketSink, installed where first needed. On the remote host one UDP socket sends
/// for all terminals and one sink of each protocol receives from all: ns-3 searches a node's ports
/// linearly.
class Endpoints {
 public:
  /// `network` must outlive this.
  Endpoints(Network& network, OnPayload on_payload);
  ~Endpoints();  ///< The sinks stay on their nodes, but nobody counts any more.
  Endpoints(const Endpoints&) = delete;
  Endpoints& operator=(const Endpoints&) = delete;

  [[nodiscard]] Network& network() { return network_; }

  /// Where payload of this terminal and direction goes; installs the sink on first use.
  /// Pre: network().has_ip(ue).
  [[nodiscard]] ns3::Address udp_sink(base::UeId ue, base::Direction direction);
  [[nodiscard]] ns3::Address tcp_sink(base::UeId ue, base::Direction direction);
  /// A bound UDP socket on the sending side.
  [[nodiscard]] ns3::Ptr<ns3::Socket> udp_sender(base::UeId ue, base::Direction direction);
  [[nodiscard]] ns3::Ptr<ns3::Node> sending_node(base::UeId ue, base::Direction direction) const;

  /// Numbers the echo clients of this network, so that each knows its replies (RFC 792).
  [[nodiscard]] std::uint16_t next_echo_identifier() { return next_echo_identifier_++; }

 private:
  struct Counter;
  struct Sinks {
    bool udp = false;
    bool tcp = false;
    ns3::Ptr<ns3::Socket> udp_sender;
  };
  struct Sink {
    base::UeId ue;
    base::Direction direction;
    bool tcp;
  };
  [[nodiscard]] ns3::Address sink(Sink wanted);
  void install(Sink wanted);
  [[nodiscard]] Sinks& sinks_at(base::UeId ue, bool host);

  Network& network_;
  std::shared_ptr<Counter> counter_;
  Sinks at_host_;
  std::vector<Sinks> at_ue_;  // [ue]
  std::uint16_t next_echo_identifier_ = 0;
};

/// IP and UDP headers of one datagram.
inline constexpr std::uint32_t udp_ip_header_bytes = 28;

}  // namespace redcell::net
