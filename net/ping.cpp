// Ping: ICMP echo over a raw socket.
#include <ns3/icmpv4.h>
#include <ns3/inet-socket-address.h>
#include <ns3/ipv4-header.h>
#include <ns3/ipv4-raw-socket-factory.h>
#include <ns3/nstime.h>
#include <ns3/packet.h>
#include <ns3/simulator.h>
#include <ns3/socket.h>
#include <ns3/uinteger.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "base/check.h"
#include "net/applications.h"
#include "net/slot_clock.h"

namespace redcell::net {
namespace {

constexpr std::uint8_t icmp_protocol = 1;
// Sequence numbers have 16 bits: older requests than this can no longer be told from newer ones.
constexpr std::size_t outstanding_max = 1U << 15;

}  // namespace

struct Ping::State {
  struct Outstanding {
    base::Instant sent;
    std::uint32_t payload_bytes;
    bool answered;
  };

  Config config;
  ns3::Ptr<ns3::Node> node;
  ns3::Ptr<ns3::Socket> socket;
  std::uint16_t identifier;
  std::deque<Outstanding> outstanding;  // from index first_outstanding on
  std::uint64_t first_outstanding = 0;
  std::uint64_t sent = 0;
  std::uint64_t answered = 0;
  std::uint64_t given_up = 0;  // unanswered ones that left `outstanding`

  State(Config plan, ns3::Ptr<ns3::Node> at, ns3::Ptr<ns3::Socket> over, std::uint16_t name)
      : config(std::move(plan)), node(at), socket(over), identifier(name) {
    socket->SetRecvCallback(ns3::MakeCallback(&State::receive, this));
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    // The node keeps the socket; it must not call us any more.
    socket->SetRecvCallback(ns3::MakeNullCallback<void, ns3::Ptr<ns3::Socket>>());
    socket->ShutdownRecv();
  }

  static void plan(const std::shared_ptr<State>& state) {
    const std::optional<Request> request = state->config.next(state->sent);
    if (!request) {
      return;
    }
    const base::Instant now = virtual_now();
    const ns3::Time delay = ns3::NanoSeconds((std::max(request->at, now) - now).value());
    const std::uint32_t payload_bytes = request->payload_bytes;
    const std::weak_ptr<State> weak = state;
    ns3::Simulator::ScheduleWithContext(state->node->GetId(), delay, [weak, payload_bytes] {
      if (const auto alive = weak.lock()) {
        alive->send(payload_bytes);
        plan(alive);
      }
    });
  }

  void send(std::uint32_t payload_bytes) {
    ns3::Icmpv4Echo echo;
    echo.SetIdentifier(identifier);
    echo.SetSequenceNumber(static_cast<std::uint16_t>(sent));
    echo.SetData(ns3::Create<ns3::Packet>(payload_bytes));
    ns3::Icmpv4Header header;
    header.SetType(ns3::Icmpv4Header::ICMPV4_ECHO);
    header.SetCode(0);
    if (ns3::Node::ChecksumEnabled()) {
      header.EnableChecksum();
    }
    const auto packet = ns3::Create<ns3::Packet>();
    packet->AddHeader(echo);
    packet->AddHeader(header);
    if (outstanding.size() == outstanding_max) {
      given_up += outstanding.front().answered ? 0 : 1;
      forget_first();
    }
    outstanding.push_back({virtual_now(), payload_bytes, false});
    ++sent;
    RC_CHECK(socket->Send(packet, 0) >= 0);
  }

  void forget_first() {
    outstanding.pop_front();
    ++first_outstanding;
  }

  void receive(ns3::Ptr<ns3::Socket>) {
    ns3::Address from;
    while (const ns3::Ptr<ns3::Packet> packet = socket->RecvFrom(from)) {
      ns3::Ipv4Header ip;
      ns3::Icmpv4Header header;
      packet->RemoveHeader(ip);
      packet->RemoveHeader(header);
      if (header.GetType() != ns3::Icmpv4Header::ICMPV4_ECHO_REPLY) {
        continue;
      }
      ns3::Icmpv4Echo echo;
      packet->RemoveHeader(echo);
      if (echo.GetIdentifier() == identifier) {
        match(echo.GetSequenceNumber());
      }
    }
  }

  void match(std::uint16_t sequence) {
    const auto offset =
        static_cast<std::uint16_t>(sequence - static_cast<std::uint16_t>(first_outstanding));
    if (offset >= outstanding.size() || outstanding[offset].answered) {
      return;  // a duplicate, or an answer that came after we gave up
    }
    Outstanding& request = outstanding[offset];
    request.answered = true;
    ++answered;
    const Echo echo{config.ue, first_outstanding + offset, request.sent,
                    virtual_now() - request.sent, request.payload_bytes};
    while (!outstanding.empty() && outstanding.front().answered) {
      forget_first();
    }
    if (config.on_echo) {
      config.on_echo(echo);
    }
  }
};

Ping::Ping(Endpoints& endpoints, Config config) {
  RC_CHECK(config.next != nullptr);
  Network& network = endpoints.network();
  const auto node = endpoints.sending_node(config.ue, base::Direction::uplink);
  const auto socket = ns3::Socket::CreateSocket(node, ns3::Ipv4RawSocketFactory::GetTypeId());
  socket->SetAttribute("Protocol", ns3::UintegerValue(icmp_protocol));
  RC_CHECK(socket->Bind(ns3::InetSocketAddress(address_of(config.ue), 0)) == 0);
  RC_CHECK(socket->Connect(ns3::InetSocketAddress(network.remote_address(), 0)) == 0);
  state_ =
      std::make_shared<State>(std::move(config), node, socket, endpoints.next_echo_identifier());
  State::plan(state_);
}

Ping::~Ping() = default;

std::uint64_t Ping::sent() const { return state_->sent; }

std::uint64_t Ping::answered() const { return state_->answered; }

std::uint64_t Ping::unanswered(base::Instant until) const {
  const auto lost = [until](const State::Outstanding& request) {
    return !request.answered && request.sent <= until;
  };
  return state_->given_up + static_cast<std::uint64_t>(std::count_if(
                                state_->outstanding.begin(), state_->outstanding.end(), lost));
}

}  // namespace redcell::net
