// Goal: traffic that does what its name says, with exact times and no packet unaccounted for.
// Method: a radio of fixed delay or fixed rate; round trips and counts from arithmetic.
#include "net/applications.h"

#include <gtest/gtest.h>
#include <ns3/nstime.h>
#include <ns3/simulator.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "tests/net/loopback_radio.h"

namespace redcell::net {
namespace {

using base::Direction;
using base::Duration;
using base::Instant;
using base::UeId;

constexpr Duration core_delay = base::milliseconds(4);
constexpr double core_rate_bps = 1e9;  // 8 ns a byte
constexpr Duration radio_delay = base::milliseconds(5);
constexpr std::array both = {Direction::downlink, Direction::uplink};

void run_until(Duration end) {
  const Duration now = virtual_now() - Instant();
  ns3::Simulator::Stop(ns3::NanoSeconds((end - now).value()));
  ns3::Simulator::Run();
}

/// A network with `terminal_count` terminals behind a loop-back radio, and payload counters.
struct Lab {
  explicit Lab(std::uint32_t terminal_count, double rate_bps = 1e15)
      : network({terminal_count, {}, {}, core_delay, core_rate_bps}),
        radio(network, {radio_delay, rate_bps}),
        endpoints(network,
                  [this](UeId ue, Direction direction, std::uint32_t bytes) {
                    payload[ue.value][static_cast<std::size_t>(direction)] += bytes;
                  }),
        payload(terminal_count) {}

  Network network;
  LoopbackRadio radio;
  Endpoints endpoints;
  std::vector<std::array<std::uint64_t, 2>> payload;  // [ue][direction]
};

class ApplicationsTest : public testing::Test {
 protected:
  ~ApplicationsTest() override { ns3::Simulator::Destroy(); }
};

TEST_F(ApplicationsTest, a_ping_takes_twice_the_core_and_the_radio_exactly) {
  Lab lab(2);
  const std::vector<Ping::Request> requests = {{Instant() + base::milliseconds(1), 32},
                                               {Instant() + base::milliseconds(2), 1472},
                                               {Instant() + base::milliseconds(60), 500}};
  std::vector<Ping::Echo> echoes;
  const auto next = [&](std::uint64_t index) {
    return index < requests.size() ? std::optional(requests[index]) : std::nullopt;
  };
  Ping ping(lab.endpoints,
            {UeId{1}, next, [&](const Ping::Echo& echo) { echoes.push_back(echo); }});
  run_until(base::milliseconds(200));
  ASSERT_EQ(echoes.size(), requests.size());
  for (const Ping::Echo& echo : echoes) {
    const Ping::Request& request = requests[echo.index];
    const Duration on_wire((request.payload_bytes + 28 + 2) * 8);
    EXPECT_EQ(echo.ue, UeId{1});
    EXPECT_EQ(echo.sent, request.at);
    EXPECT_EQ(echo.payload_bytes, request.payload_bytes);
    EXPECT_EQ(echo.rtt, 2 * (radio_delay + core_delay + on_wire));
  }
  EXPECT_EQ(ping.answered(), 3U);
  EXPECT_EQ(ping.unanswered(Instant() + base::milliseconds(200)), 0U);
}

TEST_F(ApplicationsTest, a_ping_larger_than_the_mtu_comes_back_whole) {
  Lab lab(1);
  std::vector<Ping::Echo> echoes;
  Ping ping(lab.endpoints,
            {UeId{0},
             [](std::uint64_t index) {
               return index < 3 ? std::optional(Ping::Request{Instant(), 1500}) : std::nullopt;
             },
             [&](const Ping::Echo& echo) { echoes.push_back(echo); }});
  run_until(base::milliseconds(200));
  ASSERT_EQ(echoes.size(), 3U);
  EXPECT_EQ(lab.radio.arrived_count(Direction::uplink), 6U);
  EXPECT_EQ(lab.network.pool().packet_count(), 0U);
}

TEST_F(ApplicationsTest, unanswered_pings_are_counted) {
  Lab lab(1);
  std::uint32_t count = 0;
  lab.radio.lose = [&](const Arrival& arrival) {
    return arrival.direction == Direction::uplink && ++count % 4 == 0;
  };
  Ping ping(lab.endpoints,
            {UeId{0},
             [](std::uint64_t index) {
               return std::optional(
                   Ping::Request{Instant() + base::milliseconds(10 * static_cast<int>(index)), 32});
             },
             nullptr});
  const Duration end = base::milliseconds(1005);
  run_until(end);
  EXPECT_EQ(ping.sent(), 101U);
  EXPECT_EQ(ping.unanswered(Instant() + end - base::milliseconds(100)), 22U);  // 4th, 8th ... 88th
  EXPECT_EQ(ping.sent(), ping.answered() + ping.unanswered(Instant() + end));
}

TEST_F(ApplicationsTest, no_lost_ping_is_forgotten_however_many_there_are) {
  Lab lab(1);
  lab.radio.lose = [](const Arrival&) { return true; };
  constexpr std::uint64_t count = 33'000;  // more than sequence numbers can keep apart
  Ping ping(lab.endpoints, {UeId{0},
                            [](std::uint64_t index) {
                              return index < count ? std::optional(Ping::Request{Instant(
                                                         static_cast<std::int64_t>(index) * 1000)})
                                                   : std::nullopt;
                            },
                            nullptr});
  run_until(base::milliseconds(100));
  EXPECT_EQ(ping.unanswered(Instant() + base::milliseconds(100)), count);
}

TEST_F(ApplicationsTest, a_full_buffer_fills_the_queue_to_its_target_and_never_above) {
  for (const Direction direction : both) {
    Lab lab(1, 50e6);
    constexpr std::int64_t target_bytes = 200'000;
    FullBufferSource source(lab.endpoints, {UeId{0}, direction, base::Bytes(target_bytes), 1400});
    std::int64_t most = 0;
    std::int64_t least = target_bytes;
    lab.radio.after_run = [&] {
      const std::int64_t queued = lab.radio.queued_bytes(UeId{0}, direction).value();
      most = std::max(most, queued);
      if (virtual_now() > Instant() + base::milliseconds(100)) {
        least = std::min(least, queued);
      }
      source.refill(base::Bytes(queued));
    };
    source.refill(base::Bytes(0));
    source.refill(base::Bytes(0));  // what is planned already counts
    run_until(virtual_now() - Instant() + base::milliseconds(1000));
    EXPECT_LE(most, target_bytes);
    EXPECT_GT(least, target_bytes / 2);  // 4 ms of core at 50 Mbps hold 25 000 bytes
    const auto index = static_cast<std::size_t>(direction);
    // 50 Mbps of IP bytes for what is left of the second after the first packet's way.
    const double seconds = 1.0 - 2 * 0.005;
    EXPECT_NEAR(static_cast<double>(lab.payload[0][index]), 50e6 / 8 * seconds * 1400 / 1428,
                50e6 / 8 * 0.006);
    // Conservation: sent = received + in the pool + in the core.
    const std::uint64_t received = lab.payload[0][index] / 1400;
    EXPECT_EQ(source.sent_packets(), received + lab.network.pool().packet_count() +
                                         lab.network.in_flight(direction).in_flight.packets);
    EXPECT_EQ(lab.payload[0][1 - index], 0U);
    ns3::Simulator::Destroy();
  }
}

TEST_F(ApplicationsTest, two_directions_and_many_terminals_conserve_packets_with_losses) {
  Lab lab(5, 20e6);
  std::uint64_t seen = 0;
  lab.radio.lose = [&](const Arrival&) { return ++seen % 10 == 0; };
  std::vector<std::unique_ptr<FullBufferSource>> sources;
  for (std::uint32_t ue = 0; ue < 5; ++ue) {
    for (const Direction direction : both) {
      const FullBufferSource::Config config{UeId{ue}, direction, base::Bytes(50'000), 900};
      sources.push_back(std::make_unique<FullBufferSource>(lab.endpoints, config));
      sources.back()->refill(base::Bytes(0));
    }
  }
  lab.radio.after_run = [&] {
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const UeId ue{static_cast<std::uint32_t>(i / 2)};
      sources[i]->refill(lab.radio.queued_bytes(ue, both[i % 2]));
    }
  };
  run_until(base::milliseconds(300));
  std::uint64_t sent = 0;
  for (const auto& source : sources) {
    sent += source->sent_packets();
  }
  std::uint64_t received = 0;
  for (const auto& payload : lab.payload) {
    EXPECT_GT(payload[0], 0U);
    EXPECT_GT(payload[1], 0U);
    received += (payload[0] + payload[1]) / 900;
  }
  EXPECT_GT(lab.radio.dropped_count(), 0U);
  EXPECT_GT(lab.network.pool().packet_count(), 0U);
  EXPECT_EQ(sent, received + lab.radio.dropped_count() + lab.network.pool().packet_count() +
                      lab.network.in_flight(Direction::downlink).in_flight.packets +
                      lab.network.in_flight(Direction::uplink).in_flight.packets);
}

TEST_F(ApplicationsTest, a_constant_rate_neither_drifts_nor_jitters) {
  Lab lab(1);
  std::vector<Instant> left;
  lab.radio.delivered = [&](const Arrival& arrival, UplinkTicket) {
    left.push_back(arrival.arrival);
  };
  // 300 bytes at 0.7 Mbps: 3428571.43 ns apart, not a whole number.
  ConstantRateSource source(lab.endpoints, {UeId{0}, Direction::uplink, 0.7e6, 300, Instant(12'345),
                                            Instant() + base::milliseconds(1000)});
  run_until(base::milliseconds(1100));
  ASSERT_EQ(left.size(), 292U);  // k x 3.428571 ms < 999.987655 ms
  for (std::size_t k = 0; k < left.size(); ++k) {
    EXPECT_EQ(left[k], Instant(12'345 + static_cast<std::int64_t>(k) * 24'000'000 / 7)) << k;
  }
  EXPECT_EQ(lab.payload[0][1], 292U * 300U);
}

TEST_F(ApplicationsTest, a_bulk_transfer_arrives_completely_both_ways_over_a_slow_lossy_radio) {
  for (const Direction direction : both) {
    Lab lab(2, 20e6);
    std::uint64_t seen = 0;
    lab.radio.lose = [&](const Arrival& arrival) {
      return arrival.direction == direction && ++seen % 500 == 0;
    };
    constexpr std::uint64_t size_bytes = 3'000'000;
    const TcpBulk bulk(lab.endpoints, {UeId{1}, direction, size_bytes, Instant(), {}});
    run_until(virtual_now() - Instant() + base::milliseconds(10'000));
    const auto index = static_cast<std::size_t>(direction);
    EXPECT_EQ(bulk.sent_bytes(), size_bytes);
    EXPECT_EQ(lab.payload[1][index], size_bytes);
    EXPECT_EQ(lab.payload[1][1 - index], 0U);
    EXPECT_EQ(lab.payload[0][index], 0U);
    EXPECT_GT(lab.radio.dropped_count(), 0U);
    EXPECT_EQ(lab.network.pool().packet_count(), 0U);
    ns3::Simulator::Destroy();
  }
}

TEST_F(ApplicationsTest, a_bulk_transfer_without_end_fills_the_radio) {
  Lab lab(1, 100e6);
  const TcpBulk bulk(lab.endpoints, {UeId{0}, Direction::downlink, 0, Instant(), {}});
  run_until(base::milliseconds(3000));
  EXPECT_GT(static_cast<double>(lab.payload[0][0]) * 8 / 3, 85e6);
}

TEST_F(ApplicationsTest, ended_sources_send_no_more_and_callers_may_go_first) {
  auto lab = std::make_unique<Lab>(1);
  auto source = std::make_unique<ConstantRateSource>(
      lab->endpoints,
      ConstantRateSource::Config{UeId{0}, Direction::downlink, 1e6, 500, Instant(), {}});
  auto ping = std::make_unique<Ping>(
      lab->endpoints, Ping::Config{UeId{0},
                                   [](std::uint64_t index) {
                                     return std::optional(Ping::Request{
                                         Instant() + base::milliseconds(static_cast<int>(index))});
                                   },
                                   nullptr});
  run_until(base::milliseconds(50));
  source.reset();
  ping.reset();
  run_until(base::milliseconds(100));
  const std::uint64_t before = lab->radio.arrived_count(Direction::downlink);
  run_until(base::milliseconds(150));
  EXPECT_EQ(lab->radio.arrived_count(Direction::downlink), before);
  EXPECT_GT(before, 0U);
  lab.reset();
  run_until(base::milliseconds(200));
}

TEST_F(ApplicationsTest, the_same_run_twice_is_the_same) {
  const auto run = [] {
    std::vector<std::int64_t> trace;
    {
      Lab lab(3, 30e6);
      EXPECT_GE(lab.network.assign_streams(1000), 0);
      lab.radio.delivered = [&](const Arrival& arrival, UplinkTicket ticket) {
        trace.insert(trace.end(), {arrival.arrival.value(), std::int64_t{arrival.ue.value},
                                   std::int64_t{arrival.bytes}, std::int64_t{ticket.value}});
      };
      for (std::uint32_t ue = 0; ue < 3; ++ue) {
        const TcpBulk bulk(lab.endpoints, {UeId{ue}, both[ue % 2], 200'000, Instant(), {}});
      }
      run_until(base::milliseconds(1000));
    }
    ns3::Simulator::Destroy();
    return trace;
  };
  const auto first = run();
  EXPECT_GT(first.size(), 1000U);
  EXPECT_EQ(first, run());
}

}  // namespace
}  // namespace redcell::net
