// Goal: packets find their terminal both ways, delays are measured and exact, nothing gets lost
// uncounted. Method: a radio of fixed delay between the doors; delays and ledgers from arithmetic.
#include "net/network.h"

#include <gtest/gtest.h>
#include <ns3/config.h>
#include <ns3/flow-monitor-helper.h>
#include <ns3/inet-socket-address.h>
#include <ns3/internet-stack-helper.h>
#include <ns3/ipv4-flow-classifier.h>
#include <ns3/node-list.h>
#include <ns3/nstime.h>
#include <ns3/simulator.h>
#include <ns3/socket.h>
#include <ns3/udp-socket-factory.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/applications.h"
#include "tests/net/loopback_radio.h"

namespace redcell::net {
namespace {

using base::Direction;
using base::Duration;
using base::Instant;
using base::UeId;

constexpr Duration core_delay = base::milliseconds(3);
constexpr double core_rate_bps = 1e9;  // 8 ns a byte

/// Time of an IP packet on the core link: the delay, and the packet with 2 bytes of PPP header.
Duration core_time(std::uint32_t ip_bytes) { return core_delay + Duration((ip_bytes + 2) * 8); }

NetworkConfig config_of(std::uint32_t terminal_count) {
  return {terminal_count, {}, {}, core_delay, core_rate_bps};
}

void run_until(Duration end) {
  ns3::Simulator::Stop(ns3::NanoSeconds(end.value()));
  ns3::Simulator::Run();
}

class NetworkTest : public testing::Test {
 protected:
  ~NetworkTest() override { ns3::Simulator::Destroy(); }

  /// A UDP packet from the remote host to `to`.
  static void send_down(Network& network, ns3::Ipv4Address to, std::uint32_t payload_bytes) {
    const auto socket =
        ns3::Socket::CreateSocket(network.remote_host(), ns3::UdpSocketFactory::GetTypeId());
    socket->Bind();
    socket->SendTo(ns3::Create<ns3::Packet>(payload_bytes), 0, ns3::InetSocketAddress(to, 9));
  }
};

TEST_F(NetworkTest, finds_the_terminal_of_a_downlink_packet_by_its_address) {
  Network network(config_of(300));
  std::vector<Arrival> seen;
  LoopbackRadio radio(network, {});
  radio.delivered = [&](const Arrival& arrival, UplinkTicket) {
    if (arrival.direction == Direction::downlink) {  // the terminals answer: no such port
      seen.push_back(arrival);
    }
  };
  for (const std::uint32_t ue : {0U, 255U, 299U}) {
    send_down(network, address_of(UeId{ue}), 100 + ue);
  }
  run_until(base::milliseconds(50));
  ASSERT_EQ(seen.size(), 3U);
  Instant on_wire;
  for (const Arrival& arrival : seen) {
    EXPECT_EQ(arrival.direction, Direction::downlink);
    EXPECT_EQ(arrival.bytes, 128 + arrival.ue.value);
    on_wire += Duration((arrival.bytes + 2) * 8);  // sent back to back at time zero
    EXPECT_EQ(arrival.core, on_wire - Instant() + core_delay);
    EXPECT_EQ(arrival.arrival, Instant() + arrival.core);
  }
  EXPECT_EQ(network.in_flight(Direction::downlink).left.packets, 3U);
  EXPECT_EQ(network.pool().packet_count(), 0U);
}

TEST_F(NetworkTest, measures_the_core_of_an_uplink_packet_when_it_arrives) {
  Network network(config_of(2));
  LoopbackRadio radio(network, {});
  std::vector<UplinkTicket> given;
  std::map<std::uint32_t, Duration> core;
  radio.delivered = [&](const Arrival& arrival, UplinkTicket ticket) {
    if (arrival.direction == Direction::uplink) {
      EXPECT_EQ(arrival.core, Duration());
      given.push_back(ticket);
    } else {
      EXPECT_EQ(ticket, no_ticket);
    }
  };
  network.on_core_delivered([&](UplinkTicket ticket, Duration d) { core[ticket.value] = d; });
  const auto socket =
      ns3::Socket::CreateSocket(network.ue_node(UeId{1}), ns3::UdpSocketFactory::GetTypeId());
  socket->Bind();
  socket->SendTo(ns3::Create<ns3::Packet>(500), 0,
                 ns3::InetSocketAddress(network.remote_address(), 9));
  EXPECT_EQ(network.on_the_way(UeId{1}, Direction::uplink), base::Bytes(528));
  run_until(base::milliseconds(7));
  EXPECT_TRUE(core.empty());
  EXPECT_EQ(network.in_flight(Direction::uplink).in_flight.bytes, 528U);
  run_until(base::milliseconds(9));
  ASSERT_EQ(given.size(), 1U);
  EXPECT_EQ(core.at(given[0].value), core_time(528));
  EXPECT_EQ(network.in_flight(Direction::uplink).in_flight.bytes, 0U);
}

TEST_F(NetworkTest, gives_tickets_that_are_dense_and_used_again) {
  Network network(config_of(1));
  LoopbackRadio radio(network, {});
  std::uint32_t highest = 0;
  std::uint32_t count = 0;
  radio.delivered = [&](const Arrival& arrival, UplinkTicket ticket) {
    if (arrival.direction == Direction::uplink) {
      highest = std::max(highest, ticket.value);
      ++count;
    }
  };
  Endpoints endpoints(network, nullptr);
  ConstantRateSource source(endpoints, {UeId{0}, Direction::uplink, 8e6, 1000, Instant(), {}});
  run_until(base::milliseconds(300));
  EXPECT_GT(count, 290U);
  EXPECT_LE(highest, 3U);  // a packet a millisecond, each three milliseconds in the core
}

TEST_F(NetworkTest, counts_what_the_ran_node_cannot_forward) {
  Network network(config_of(2));
  LoopbackRadio radio(network, {});
  const auto socket =
      ns3::Socket::CreateSocket(network.ue_node(UeId{0}), ns3::UdpSocketFactory::GetTypeId());
  socket->Bind();
  // Nowhere; a terminal that does not exist; the RAN node itself; the other terminal.
  for (const ns3::Ipv4Address to : {ns3::Ipv4Address("192.168.77.1"), address_of(UeId{99}),
                                    ran_address(), address_of(UeId{1})}) {
    socket->SendTo(ns3::Create<ns3::Packet>(200), 0, ns3::InetSocketAddress(to, 9));
  }
  run_until(base::milliseconds(50));
  const CoreLedger ledger = network.in_flight(Direction::uplink);
  EXPECT_EQ(ledger.entered.bytes, ledger.left.bytes + ledger.dropped.bytes);
  EXPECT_EQ(ledger.in_flight.packets, 0U);
  EXPECT_EQ(ledger.dropped.packets, 2U);
  // The RAN node's ICMP error, the other terminal's packet, and its ICMP error on the way back.
  EXPECT_EQ(radio.arrived_count(Direction::downlink), 3U);
  EXPECT_EQ(network.pool().packet_count(), 0U);
}

TEST_F(NetworkTest, fires_the_drop_trace_of_the_sender_when_the_radio_gives_up) {
  Network network(config_of(1));
  LoopbackRadio radio(network, {});
  radio.lose = [](const Arrival&) { return true; };
  std::uint32_t gnb_bytes = 0;
  const ns3::Callback<void, ns3::Ptr<const ns3::Packet>> at_gnb(
      [&](ns3::Ptr<const ns3::Packet> packet) { gnb_bytes += packet->GetSize(); });
  ASSERT_TRUE(network.gnb_device()->TraceConnectWithoutContext("MacTxDrop", at_gnb));
  send_down(network, address_of(UeId{0}), 72);
  run_until(base::milliseconds(20));
  EXPECT_EQ(gnb_bytes, 100U);
  EXPECT_EQ(radio.dropped_count(), 1U);
  EXPECT_EQ(network.pool().packet_count(), 0U);
  EXPECT_EQ(network.in_flight(Direction::downlink).left.packets, 1U);  // not the core's drop
}

TEST_F(NetworkTest, builds_no_node_for_a_terminal_without_ip) {
  const std::uint32_t before = ns3::NodeList::GetNNodes();
  NetworkConfig config = config_of(3);
  config.without_ip = {true, false, true};
  Network network(config);
  EXPECT_EQ(ns3::NodeList::GetNNodes() - before, 3U);  // host, RAN node, one terminal
  EXPECT_FALSE(network.has_ip(UeId{0}));
  EXPECT_TRUE(network.has_ip(UeId{1}));
  EXPECT_EQ(network.ue_node(UeId{2}), nullptr);
  const auto packet = network.pool().add_synthetic(1500);
  EXPECT_EQ(network.deliver(UeId{0}, Direction::uplink, packet), no_ticket);
  EXPECT_EQ(network.pool().packet_count(), 0U);
  send_down(network, address_of(UeId{0}), 72);
  run_until(base::milliseconds(20));
  EXPECT_EQ(network.in_flight(Direction::downlink).entered.packets, 0U);
}

TEST_F(NetworkTest, lives_on_the_nodes_of_the_user) {
  NetworkConfig config = config_of(2);
  config.user_nodes.Create(2);
  ns3::InternetStackHelper().Install(config.user_nodes.Get(1));  // the other gets its stack from us
  Network network(config);
  LoopbackRadio radio(network, {});
  EXPECT_EQ(network.ue_node(UeId{1}), config.user_nodes.Get(1));
  std::uint32_t echoes = 0;
  Endpoints endpoints(network, nullptr);
  std::vector<std::unique_ptr<Ping>> pings;
  for (const std::uint32_t ue : {0U, 1U}) {
    pings.push_back(std::make_unique<Ping>(
        endpoints, Ping::Config{UeId{ue},
                                [](std::uint64_t index) {
                                  return index == 0 ? std::optional(Ping::Request{}) : std::nullopt;
                                },
                                [&](const Ping::Echo&) { ++echoes; }}));
  }
  run_until(base::milliseconds(100));
  EXPECT_EQ(echoes, 2U);
}

struct Heard {
  std::vector<std::string> paths;
  std::vector<TransportBlock> blocks;
  std::vector<PacketDelivered> packets;
};
Heard* heard = nullptr;

void hear_block(std::string path, const TransportBlock& block) {
  heard->paths.push_back(path);
  heard->blocks.push_back(block);
}

void hear_packet(const PacketDelivered& packet) { heard->packets.push_back(packet); }

TEST_F(NetworkTest, publishes_typed_traces_that_config_paths_find) {
  Heard all;
  heard = &all;
  Network network(config_of(2));
  ns3::Config::Connect("/NodeList/*/DeviceList/*/$redcell::UeNetDevice/TransportBlock",
                       ns3::MakeCallback(&hear_block));
  ns3::Config::ConnectWithoutContext(
      "/NodeList/*/DeviceList/*/$redcell::GnbNetDevice/PacketDelivered",
      ns3::MakeCallback(&hear_packet));
  TransportBlock block;
  block.ue = UeId{1};
  block.mcs = base::McsIndex(27);
  block.tbs = base::Bytes(4000);
  network.trace(block);
  PacketDelivered packet;
  packet.ue = UeId{0};
  packet.core = Duration(5);
  packet.air = Duration(7);
  network.trace(packet);
  ASSERT_EQ(all.blocks.size(), 1U);
  EXPECT_EQ(all.blocks[0].ue, UeId{1});
  EXPECT_EQ(all.blocks[0].mcs, base::McsIndex(27));
  const std::string node = std::to_string(network.ue_node(UeId{1})->GetId());
  EXPECT_EQ(all.paths[0].find("/NodeList/" + node + "/DeviceList/"), 0U) << all.paths[0];
  ASSERT_EQ(all.packets.size(), 1U);
  EXPECT_EQ(all.packets[0].total(), Duration(12));
}

TEST_F(NetworkTest, is_visible_to_flow_monitor) {
  Network network(config_of(1));
  LoopbackRadio radio(network, {});
  Endpoints endpoints(network, nullptr);
  ns3::FlowMonitorHelper helper;
  helper.Install(network.remote_host());
  const auto monitor = helper.Install(network.ue_node(UeId{0}));
  ConstantRateSource source(endpoints, {UeId{0}, Direction::downlink, 1e6, 1000, Instant(),
                                        Instant() + base::milliseconds(80)});
  run_until(base::milliseconds(100));
  ASSERT_EQ(monitor->GetFlowStats().size(), 1U);
  const auto& flow = monitor->GetFlowStats().begin()->second;
  EXPECT_EQ(flow.rxPackets, 10U);
  EXPECT_EQ(flow.delaySum.GetNanoSeconds(), 10 * (core_time(1028) + base::milliseconds(5)).value());
}

TEST_F(NetworkTest, can_be_built_again_and_be_gone_before_the_simulation_ends) {
  auto first = std::make_unique<Network>(config_of(1));
  auto second = std::make_unique<Network>(config_of(1));
  std::uint32_t arrived = 0;
  std::vector<Arrival> arrivals;
  second->set_wake([&](Instant) {
    second->drain_inbox(arrivals);
    for (const Arrival& arrival : arrivals) {
      arrived += arrival.direction == Direction::downlink ? 1 : 0;
      second->deliver(arrival.ue, arrival.direction, arrival.packet);
    }
  });
  send_down(*first, address_of(UeId{0}), 100);
  send_down(*second, address_of(UeId{0}), 100);
  first.reset();
  run_until(base::milliseconds(10));
  EXPECT_EQ(arrived, 1U);
  second.reset();
  run_until(base::milliseconds(10));
  EXPECT_EQ(ns3::Simulator::Now().GetNanoSeconds(), base::milliseconds(20).value());
}

}  // namespace
}  // namespace redcell::net
