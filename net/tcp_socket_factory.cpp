#include "net/tcp_socket_factory.h"

#include <ns3/boolean.h>
#include <ns3/socket.h>
#include <ns3/tcp-socket-factory.h>
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
  const auto socket = GetObject<ns3::TcpSocketFactory>()->CreateSocket();
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
