// FullBufferSource and ConstantRateSource.
#include <ns3/nstime.h>
#include <ns3/packet.h>
#include <ns3/simulator.h>
#include <ns3/socket.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "net/applications.h"
#include "net/slot_clock.h"

namespace redcell::net {
namespace {

constexpr std::uint32_t mtu_bytes = 1500;

/// Where datagrams of one source leave and go.
struct UdpPath {
  ns3::Ptr<ns3::Node> node;
  ns3::Ptr<ns3::Socket> socket;
  ns3::Address to;
  std::uint32_t payload_bytes;
  std::uint64_t sent = 0;

  void send() {
    const auto packet = ns3::Create<ns3::Packet>(payload_bytes);
    RC_CHECK(socket->SendTo(packet, 0, to) == static_cast<int>(payload_bytes));
    ++sent;
  }
};

UdpPath udp_path(Endpoints& endpoints, base::UeId ue, base::Direction direction,
                 std::uint32_t payload_bytes) {
  RC_CHECK(payload_bytes > 0 && payload_bytes + udp_ip_header_bytes <= mtu_bytes);
  return {endpoints.sending_node(ue, direction), endpoints.udp_sender(ue, direction),
          endpoints.udp_sink(ue, direction), payload_bytes};
}

}  // namespace

struct FullBufferSource::State {
  Network& network;
  Config config;
  UdpPath path;
  std::int64_t planned_packets = 0;  // an event to send them is on its way

  void send_planned() {
    for (; planned_packets > 0; --planned_packets) {
      path.send();
    }
  }
};

FullBufferSource::FullBufferSource(Endpoints& endpoints, const Config& config)
    : state_(std::make_shared<State>(
          State{endpoints.network(), config,
                udp_path(endpoints, config.ue, config.direction, config.payload_bytes)})) {}

FullBufferSource::~FullBufferSource() = default;

void FullBufferSource::refill(base::Bytes queued_at_bearer) {
  const Config& config = state_->config;
  const std::int64_t packet_bytes = config.payload_bytes + udp_ip_header_bytes;
  const std::int64_t missing = config.queue_target.value() - queued_at_bearer.value() -
                               state_->network.on_the_way(config.ue, config.direction).value() -
                               state_->planned_packets * packet_bytes;
  if (missing < packet_bytes) {
    return;
  }
  const bool event_exists = state_->planned_packets > 0;
  state_->planned_packets += missing / packet_bytes;
  if (!event_exists) {
    const std::weak_ptr<State> weak = state_;
    ns3::Simulator::ScheduleWithContext(state_->path.node->GetId(), ns3::Time(0), [weak] {
      if (const auto state = weak.lock()) {
        state->send_planned();
      }
    });
  }
}

std::uint64_t FullBufferSource::sent_packets() const { return state_->path.sent; }

struct ConstantRateSource::State {
  Config config;
  UdpPath path;

  /// Counted from the start, so that rounding never adds up.
  [[nodiscard]] base::Instant due() const {
    const double interval_ns = path.payload_bytes * 8e9 / config.rate_bps;
    const double offset_ns = std::floor(static_cast<double>(path.sent) * interval_ns);
    return config.start + base::Duration(static_cast<std::int64_t>(offset_ns));
  }

  static void plan(const std::shared_ptr<State>& state) {
    const base::Instant at = std::max(state->due(), virtual_now());
    if (state->config.stop && at >= *state->config.stop) {
      return;
    }
    const std::weak_ptr<State> weak = state;
    const ns3::Time delay = ns3::NanoSeconds((at - virtual_now()).value());
    ns3::Simulator::ScheduleWithContext(state->path.node->GetId(), delay, [weak] {
      if (const auto alive = weak.lock()) {
        alive->path.send();
        plan(alive);
      }
    });
  }
};

ConstantRateSource::ConstantRateSource(Endpoints& endpoints, const Config& config)
    : state_(std::make_shared<State>(
          State{config, udp_path(endpoints, config.ue, config.direction, config.payload_bytes)})) {
  RC_CHECK(config.rate_bps > 0);
  State::plan(state_);
}

ConstantRateSource::~ConstantRateSource() = default;

std::uint64_t ConstantRateSource::sent_packets() const { return state_->path.sent; }

}  // namespace redcell::net
