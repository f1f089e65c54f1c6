#include "net/tcp_socket_factory.h"

#include <ns3/boolean.h>
#include <ns3/socket.h>
#include <ns3/tcp-congestion-ops.h>
#include <ns3/tcp-l4-protocol.h>
#include <ns3/uinteger.h>

namespace redcell::net {
namespace {

constexpr std::uint32_t send_buffer_bytes = 4U << 20;
constexpr std::uint32_t receive_buffer_bytes = 6U << 20;

}  // namespace

NS_OBJECT_ENSURE_REGISTERED(TcpSocketFactory);

ns3::TypeId TcpSocketFactory::GetTypeId() {
  static ns3::TypeId type = ns3::TypeId("redcell::TcpSocketFactory")
                                .SetParent<ns3::SocketFactory>()
                                .SetGroupName("redcell")
                                .AddConstructor<TcpSocketFactory>();
  return type;
}

ns3::Ptr<ns3::Socket> TcpSocketFactory::CreateSocket() {
  // NewReno is arithmetic alone; ns-3's default, Cubic, takes roots from the C library, whose last
  // bits differ between machines.
  const auto socket = GetObject<ns3::TcpL4Protocol>()->CreateSocket(ns3::TcpNewReno::GetTypeId());
  socket->SetAttribute("SegmentSize", ns3::UintegerValue(tcp_segment_bytes));
  socket->SetAttribute("SndBufSize", ns3::UintegerValue(send_buffer_bytes));
  socket->SetAttribute("RcvBufSize", ns3::UintegerValue(receive_buffer_bytes));
  socket->SetAttribute("Sack", ns3::BooleanValue(true));
  return socket;
}

void TcpSocketFactory::install(ns3::Ptr<ns3::Node> node) {
  if (node->GetObject<TcpSocketFactory>() == nullptr) {
    node->AggregateObject(ns3::CreateObject<TcpSocketFactory>());
  }
}

}  // namespace redcell::net
