// TCP bulk: ns-3's bulk sender over our socket factory.
#include <ns3/application.h>
#include <ns3/bulk-send-helper.h>
#include <ns3/nstime.h>
#include <ns3/packet.h>
#include <ns3/simulator.h>
#include <ns3/uinteger.h>

#include <algorithm>
#include <memory>

#include "base/check.h"
#include "net/applications.h"
#include "net/slot_clock.h"
#include "net/tcp_socket_factory.h"

namespace redcell::net {
namespace {

void count(std::shared_ptr<std::uint64_t> bytes, ns3::Ptr<const ns3::Packet> packet) {
  *bytes += packet->GetSize();
}

/// Applications that are installed while the simulation runs count their times from then on.
ns3::Time from_now(base::Instant at) {
  const base::Instant now = virtual_now();
  return ns3::NanoSeconds((std::max(at, now) - now).value());
}

}  // namespace

TcpBulk::TcpBulk(Endpoints& endpoints, const Config& config)
    : sent_bytes_(std::make_shared<std::uint64_t>(0)) {
  const auto node = endpoints.sending_node(config.ue, config.direction);
  TcpSocketFactory::install(node);
  ns3::BulkSendHelper helper(TcpSocketFactory::GetTypeId().GetName(),
                             endpoints.tcp_sink(config.ue, config.direction));
  helper.SetAttribute("MaxBytes", ns3::UintegerValue(config.bytes));
  helper.SetAttribute("SendSize", ns3::UintegerValue(tcp_segment_bytes));
  const auto application = helper.Install(node).Get(0);
  application->SetStartTime(from_now(config.start));
  if (config.stop) {
    application->SetStopTime(from_now(*config.stop));
  }
  RC_CHECK(
      application->TraceConnectWithoutContext("Tx", ns3::MakeBoundCallback(&count, sent_bytes_)));
}

}  // namespace redcell::net
