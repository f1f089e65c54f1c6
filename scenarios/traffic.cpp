#include "scenarios/traffic.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/math.h"
#include "terminals/echo_plan.h"

namespace redcell::scenarios {
namespace {

base::Instant start_of(const schema::Traffic& traffic) {
  return base::Instant(duration_of_ms(traffic.start_s() * 1e3).value());
}

const GroupPlan& group_of(const Deployment& deployment, const schema::Traffic& traffic) {
  for (const GroupPlan& group : deployment.groups) {
    if (group.name == traffic.terminal_group()) return group;
  }
  RC_CHECK(false);
  return deployment.groups.front();
}

}  // namespace

std::vector<bool> terminals_without_ip(const schema::Scenario& scenario,
                                       const Deployment& deployment) {
  std::vector<bool> without(deployment.terminals.size(), true);
  for (const schema::Traffic& traffic : scenario.traffic()) {
    if (traffic.kind_case() == schema::Traffic::kFullBuffer ||
        traffic.kind_case() == schema::Traffic::kFileTransfer) {
      continue;
    }
    const GroupPlan& group = group_of(deployment, traffic);
    for (std::uint32_t i = 0; i < group.count; ++i) without[group.first_ue + i] = false;
  }
  return without;
}

Traffic::Traffic(const schema::Scenario& scenario, const Deployment& deployment,
                 net::Network& network, Context context)
    : context_(std::move(context)),
      endpoints_(network, context_.on_payload),
      directions_(deployment.terminals.size()) {
  for (const schema::Traffic& traffic : scenario.traffic()) {
    const GroupPlan& group = group_of(deployment, traffic);
    for (std::uint32_t i = 0; i < group.count; ++i) add(traffic, {group.first_ue + i});
  }
}

Traffic::~Traffic() = default;

base::Direction Traffic::take_part(base::UeId ue, schema::TrafficDirection direction) {
  Directions& d = directions_[ue.value];
  (direction == schema::DOWNLINK ? d.downlink : d.uplink) = true;
  return direction == schema::DOWNLINK ? base::Direction::downlink : base::Direction::uplink;
}

void Traffic::add(const schema::Traffic& traffic, base::UeId ue) {
  switch (traffic.kind_case()) {
    case schema::Traffic::kFullBuffer:
      saturated_.push_back({.ue = ue,
                            .direction = take_part(ue, traffic.full_buffer().direction()),
                            .start = start_of(traffic),
                            .packet_bytes = traffic.full_buffer().packet_bytes(),
                            .over_ip = nullptr});
      return;
    case schema::Traffic::kUdpFullBuffer:
      return add_udp_full_buffer(traffic, ue);
    case schema::Traffic::kUdpRate:
      return add_udp_rate(traffic, ue);
    case schema::Traffic::kPing:
      return add_ping(traffic, ue);
    case schema::Traffic::kFileTransfer:
      return add_files(traffic, ue);
    case schema::Traffic::kTcpBulk:
      bulks_.push_back(std::make_unique<net::TcpBulk>(
          endpoints_,
          net::TcpBulk::Config{.ue = ue,
                               .direction = take_part(ue, traffic.tcp_bulk().direction()),
                               .bytes = 0,
                               .start = start_of(traffic),
                               .stop = std::nullopt}));
      return;
    case schema::Traffic::KIND_NOT_SET:
      break;
  }
  RC_CHECK(false);
}

void Traffic::add_udp_full_buffer(const schema::Traffic& traffic, base::UeId ue) {
  const schema::UdpFullBuffer& kind = traffic.udp_full_buffer();
  const base::Direction direction = take_part(ue, kind.direction());
  const base::Bytes target(std::int64_t{1000} * kind.queue_target_kb());
  saturated_.push_back(
      {.ue = ue,
       .direction = direction,
       .start = start_of(traffic),
       .packet_bytes = 0,
       .over_ip = std::make_unique<net::FullBufferSource>(
           endpoints_, net::FullBufferSource::Config{.ue = ue,
                                                     .direction = direction,
                                                     .queue_target = target,
                                                     .payload_bytes = kind.payload_bytes()})});
}

void advance(FileFlow& flow, const base::Random& random) {
  const double u = random.uniform(base::Purpose::arrival,
                                  {.a = flow.ue.value, .b = 16 + flow.number}, flow.index++);
  const double seconds = -flow.mean_interval_s * base::log(1 - u);
  flow.next += base::Duration(static_cast<std::int64_t>(seconds * 1e9) + 1);
}

void Traffic::add_files(const schema::Traffic& traffic, base::UeId ue) {
  const schema::FileTransfer& kind = traffic.file_transfer();
  FileFlow flow{.ue = ue,
                .direction = take_part(ue, kind.direction()),
                .mean_interval_s = kind.mean_interval_s(),
                .file_bytes = static_cast<std::uint64_t>(kind.file_kb() * 1e3),
                .packet_bytes = kind.packet_bytes(),
                .number = static_cast<std::uint32_t>(files_.size()),
                .next = start_of(traffic),
                .index = 0};
  // Numbered within its terminal, so that another group's flows move nobody's files.
  flow.number = static_cast<std::uint32_t>(
      std::count_if(files_.begin(), files_.end(), [&](const FileFlow& f) { return f.ue == ue; }));
  advance(flow, context_.random);
  files_.push_back(flow);
}

void Traffic::add_udp_rate(const schema::Traffic& traffic, base::UeId ue) {
  const schema::UdpRate& kind = traffic.udp_rate();
  rates_.push_back(std::make_unique<net::ConstantRateSource>(
      endpoints_, net::ConstantRateSource::Config{.ue = ue,
                                                  .direction = take_part(ue, kind.direction()),
                                                  .rate_bps = kind.rate_mbps() * 1e6,
                                                  .payload_bytes = kind.payload_bytes(),
                                                  .start = start_of(traffic),
                                                  .stop = std::nullopt}));
}

void Traffic::add_ping(const schema::Traffic& traffic, base::UeId ue) {
  const schema::Ping& kind = traffic.ping();
  const terminals::EchoPlanConfig plan{.ue = ue,
                                       .start = start_of(traffic),
                                       .interval = duration_of_ms(kind.interval_ms()),
                                       .payload_bytes_min = kind.min_payload_bytes(),
                                       .payload_bytes_max = kind.max_payload_bytes()};
  const auto next = [plan, random = context_.random](std::uint64_t index) {
    const terminals::EchoRequest request = terminals::echo_request(plan, random, index);
    return std::optional(
        net::Ping::Request{.at = request.at, .payload_bytes = request.payload_bytes});
  };
  pings_.push_back(std::make_unique<net::Ping>(
      endpoints_, net::Ping::Config{.ue = ue, .next = next, .on_echo = context_.on_echo}));
}

}  // namespace redcell::scenarios
