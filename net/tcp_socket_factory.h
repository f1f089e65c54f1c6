// TCP sockets as bulk transfers need them, without touching the process-wide defaults of ns-3.
#pragma once

#include <ns3/node.h>
#include <ns3/socket-factory.h>

#include <cstdint>

namespace redcell::net {

inline constexpr std::uint32_t tcp_segment_bytes = 1400;  // [ours]

/// TypeId "redcell::TcpSocketFactory": ns-3's TCP with SACK (RFC 2018), segments of 1400 bytes and
/// buffers of 4 MB (sending) and 6 MB (receiving), the upper limits that Linux comes with [ours].
class TcpSocketFactory : public ns3::SocketFactory {
 public:
  static ns3::TypeId GetTypeId();
  ns3::Ptr<ns3::Socket> CreateSocket() override;

  /// Adds the factory to a node that has TCP; does nothing when it is there already.
  static void install(ns3::Ptr<ns3::Node> node);
};

}  // namespace redcell::net
