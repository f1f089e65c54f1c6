// What the terminals send and fetch: the scenario's traffic as ns-3 applications and built-in
// sources.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/random.h"
#include "net/applications.h"
#include "net/endpoints.h"
#include "net/network.h"
#include "scenarios/deployment.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// A flow that never runs dry: the spine tells what is queued, the flow sends what is missing.
struct SaturatedFlow {
  base::UeId ue;
  base::Direction direction = base::Direction::downlink;
  base::Instant start;
  std::uint32_t packet_bytes = 0;                  ///< Of the built-in source.
  std::unique_ptr<net::FullBufferSource> over_ip;  ///< Null: the built-in source, without IP.
};

/// Files that come at random and are queued at once (FTP model 3, TR 36.814 A.2.1.3.1).
struct FileFlow {
  base::UeId ue;
  base::Direction direction = base::Direction::downlink;
  double mean_interval_s = 1;
  std::uint64_t file_bytes = 0;
  std::uint32_t packet_bytes = 0;
  std::uint32_t number = 0;  ///< Tells the flows of a terminal apart.
  base::Instant next;        ///< When the next file comes.
  std::uint64_t index = 0;   ///< Its number.
};
/// Moves a flow on to its next file: exponential times between files, drawn by their number.
void advance(FileFlow& flow, const base::Random& random);

/// What the built-in source keeps queued at a bearer [ours]: more than any block, so that no slot
/// goes short.
inline constexpr std::uint64_t built_in_queue_bytes = 120'000;

class Traffic {
 public:
  /// What the sources need from the spine.
  struct Context {
    base::Random random;
    net::OnPayload on_payload;
    std::function<void(const net::Ping::Echo&)> on_echo;
  };
  /// Builds every source; those with a start time of their own begin by themselves.
  Traffic(const schema::Scenario& scenario, const Deployment& deployment, net::Network& network,
          Context context);
  ~Traffic();

  [[nodiscard]] std::vector<SaturatedFlow>& saturated() { return saturated_; }
  [[nodiscard]] std::vector<FileFlow>& files() { return files_; }
  /// [ue] {downlink, uplink}: directions in which a terminal has traffic of its own.
  struct Directions {
    bool downlink = false;
    bool uplink = false;
  };
  [[nodiscard]] const std::vector<Directions>& directions() const { return directions_; }

 private:
  void add(const schema::Traffic& traffic, base::UeId ue);
  base::Direction take_part(base::UeId ue, schema::TrafficDirection direction);
  void add_udp_full_buffer(const schema::Traffic& traffic, base::UeId ue);
  void add_udp_rate(const schema::Traffic& traffic, base::UeId ue);
  void add_files(const schema::Traffic& traffic, base::UeId ue);
  void add_ping(const schema::Traffic& traffic, base::UeId ue);

  Context context_;
  net::Endpoints endpoints_;
  std::vector<SaturatedFlow> saturated_;
  std::vector<FileFlow> files_;
  std::vector<Directions> directions_;
  std::vector<std::unique_ptr<net::ConstantRateSource>> rates_;
  std::vector<std::unique_ptr<net::Ping>> pings_;
  std::vector<std::unique_ptr<net::TcpBulk>> bulks_;
};

/// [ue] true: no traffic of this terminal crosses the IP stack, so it needs no node.
[[nodiscard]] std::vector<bool> terminals_without_ip(const schema::Scenario& scenario,
                                                     const Deployment& deployment);

}  // namespace redcell::scenarios
