#include "analysis/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "analysis/distribution.h"
#include "analysis/kpi_writer.h"
#include "analysis/log_error.h"
#include "analysis/mobility.h"
#include "analysis/satisfaction.h"

namespace redcell::analysis {
namespace {

constexpr std::size_t direction_count = 2;
constexpr std::array<const char*, direction_count> direction_names = {"dl", "ul"};
constexpr std::int64_t bin_ns = 1'000'000'000;

/// Where the time of a packet goes, in the order of its way.
struct LatencyPart {
  const char* name;
  std::int64_t (PacketLatency::*ns)() const;
};
constexpr std::array<LatencyPart, 9> latency_parts = {{
    {"core", &PacketLatency::core_ns},
    {"queue", &PacketLatency::queue_ns},
    {"alignment", &PacketLatency::alignment_ns},
    {"grant", &PacketLatency::grant_ns},
    {"air", &PacketLatency::air_ns},
    {"processing", &PacketLatency::processing_ns},
    {"harq", &PacketLatency::harq_ns},
    {"rlc", &PacketLatency::rlc_ns},
    {"reordering", &PacketLatency::reordering_ns},
}};

/// One direction of one terminal group.
struct DirectionSeries {
  Distribution throughput_bytes;
  Distribution goodput_bytes;
  Distribution latency_ns;
  std::array<BatchedSums, latency_parts.size()> part_ns;
  BatchedSums first_errors;
  BatchedSums residual_losses;
  BatchedSums packet_losses;
  Satisfaction satisfaction;
  BatchedSums mcs;
  BatchedSums rank;
  BatchedSums prb;
  std::int64_t unattributed_ns_max = 0;
  std::int64_t unaccounted_bytes_max = 0;
  std::int64_t ledger_count = 0;
};

struct GroupSeries {
  std::string name;  ///< Empty: all terminals.
  std::uint64_t first_ue = 0;
  std::uint64_t end_ue = 0;
  bool background = false;
  std::array<DirectionSeries, direction_count> directions;
  Distribution rtt_ns;
  MobilitySeries mobility;

  [[nodiscard]] bool has(std::uint64_t ue) const { return ue >= first_ue && ue < end_ue; }
};

double real(std::int64_t value) { return static_cast<double>(value); }

/// Numbers that no run can record; a log of another make is refused, not misread.
void require(bool holds, const char* what) {
  if (!holds) throw LogError(fmt::format("KPI log contradicts itself: {}", what));
}

bool within(std::int64_t low, std::int64_t value, std::int64_t high) {
  return value >= low && value <= high;
}

void require_sound(const DriveRow& row) {
  // [ours] Far beyond what TS 38.133 10.1.6 lets a terminal report.
  constexpr std::int64_t level_mdb_max = 200'000;
  for (const std::int64_t level : {row.ss_rsrp_mdbm(), row.ss_rsrq_mdb(), row.ss_sinr_mdb()}) {
    require(within(-level_mdb_max, level, level_mdb_max), "a level is beyond 200 dB");
  }
  require(within(0, row.dl_first_errors(), row.dl_first_blocks()) &&
              within(0, row.ul_first_errors(), row.ul_first_blocks()),
          "a drive row has more errors than blocks");
  require(within(row.dl_first_blocks(), row.dl_rank_sum(), 2 * row.dl_first_blocks()),
          "a drive row has blocks without a layer, or with more than two");
}

void require_sound(const CellBin& bin) {
  require(within(0, bin.dl_prb_slots_used(), bin.dl_prb_slots_available()) &&
              within(0, bin.ul_prb_slots_used(), bin.ul_prb_slots_available()),
          "a cell uses more PRBs than it has");
  require(bin.iot_samples() >= 0, "a cell has negative samples");
  require(bin.dl_mac_bytes_acked() >= 0 && bin.ul_mac_bytes_acked() >= 0,
          "a cell has negative bytes");
  for (const CellBin::Bound& row : bin.bound()) {
    const std::int64_t held_up =
        row.by_prbs() + row.by_cces() + row.by_terminals() + row.by_slice() + row.by_block();
    require(std::min({row.by_prbs(), row.by_cces(), row.by_terminals(), row.by_slice(),
                      row.by_block()}) >= 0 &&
                held_up <= row.wanting(),
            "a cell holds up more terminals than it has");
  }
  for (const CellBin::Pdcch& row : bin.pdcch()) {
    require(row.dci_sent() >= 0 && row.dci_blocked() >= 0, "a cell has negative DCIs");
  }
}

constexpr double mbps_per_byte_bin = 8e-6;
constexpr double ms_per_ns = 1e-6;

void write_rates(KpiWriter& to, const GroupSeries& group) {
  for (std::size_t d = 0; d < direction_count; ++d) {
    const DirectionSeries& s = group.directions[d];
    const std::string prefix = direction_names[d];
    to.distribution({prefix + "_throughput_mbps", "mbps", mbps_per_byte_bin}, s.throughput_bytes);
    // What only makes load has no application that receives it.
    if (group.background) continue;
    to.distribution({prefix + "_goodput_mbps", "mbps", mbps_per_byte_bin}, s.goodput_bytes);
  }
}

void write_delays(KpiWriter& to, const GroupSeries& group) {
  to.distribution({"rtt_ms", "ms", ms_per_ns}, group.rtt_ns);
  for (std::size_t d = 0; d < direction_count; ++d) {
    const DirectionSeries& s = group.directions[d];
    const std::string prefix = fmt::format("{}_latency_", direction_names[d]);
    to.distribution({prefix + "ms", "ms", ms_per_ns}, s.latency_ns);
    for (std::size_t part = 0; part < latency_parts.size(); ++part) {
      to.mean({fmt::format("{}{}_ms", prefix, latency_parts[part].name), "ms", ms_per_ns},
              s.part_ns[part]);
    }
    to.greatest({prefix + "unattributed_ms", "ms", ms_per_ns}, s.unattributed_ns_max,
                s.latency_ns.count());
  }
}

void write_link(KpiWriter& to, const GroupSeries& group) {
  for (std::size_t d = 0; d < direction_count; ++d) {
    const DirectionSeries& s = group.directions[d];
    const std::string prefix = direction_names[d];
    to.ratio(prefix + "_bler_first_ratio", s.first_errors);
    to.ratio(prefix + "_residual_loss_ratio", s.residual_losses);
    to.ratio(prefix + "_packet_loss_ratio", s.packet_losses);
    s.satisfaction.write(direction_names[d], to);
    to.mean({prefix + "_mcs_index", "", 1.0}, s.mcs);
    to.mean({prefix + "_rank_layers", "layers", 1.0}, s.rank);
    to.mean({prefix + "_block_size_prb", "prb", 1.0}, s.prb);
    to.greatest({prefix + "_unaccounted_bytes", "bytes", 1.0}, s.unaccounted_bytes_max,
                s.ledger_count);
  }
}

}  // namespace

class SummaryBuilder::State {
 public:
  void add(const KpiRecord& record) {
    require(started_ || record.has_run_start(), "it does not begin with a run");
    if (record.has_run_start()) add(record.run_start());
    if (record.has_throughput_bin()) add(record.throughput_bin());
    if (record.has_packet_latency()) add(record.packet_latency());
    if (record.has_round_trip()) add(record.round_trip());
    if (record.has_packet_drop()) add(record.packet_drop());
    if (record.has_link_bin()) add(record.link_bin());
    if (record.has_ledger()) add(record.ledger());
    if (record.has_drive_row()) add(record.drive_row());
    if (record.has_mobility_event()) add(record.mobility_event());
    if (record.has_handover_interruption()) add(record.handover_interruption());
    if (record.has_cell_bin()) add(record.cell_bin());
    if (record.has_run_end()) {
      complete_ = true;
      end_ns_ = record.run_end().simulated_ns();
    }
  }

  [[nodiscard]] Summary finish() const {
    Summary summary;
    summary.complete = complete_;
    summary.simulated_s = real(complete_ ? end_ns_ : latest_ns_) * 1e-9;
    for (const GroupSeries& group : groups_) {
      if (!group.name.empty()) summary.terminal_groups.push_back(group.name);
      KpiWriter writer(group.name, summary.kpi);
      write_rates(writer, group);
      write_delays(writer, group);
      write_link(writer, group);
      group.mobility.write(writer);
    }
    KpiWriter writer(cell_group, summary.kpi);
    cells_.write(writer);
    return summary;
  }

 private:
  void add(const RunStart& start) {
    require(!started_, "a second run begins in it");
    started_ = true;
    warm_up_ns_ = start.warm_up_ns();
    groups_.resize(1);
    groups_[0].end_ue = ~std::uint64_t{0};
    for (const RunStart::Group& group : start.groups()) {
      require(!group.name().empty(), "a terminal group has no name");
      GroupSeries& series = groups_.emplace_back();
      series.name = group.name();
      series.first_ue = group.first_ue();
      series.end_ue = series.first_ue + group.count();
      series.background = group.background();
      require(group.delay_budget_ns() >= 0, "a terminal group has a negative delay budget");
      for (DirectionSeries& direction : series.directions) {
        direction.satisfaction = Satisfaction(group.delay_budget_ns());
      }
    }
  }

  void add(const ThroughputBin& bin) {
    require(bin.mac_bytes_acked() >= 0 && bin.payload_bytes() >= 0, "a bin has negative bytes");
    const bool whole = bin.duration_ns() == bin_ns;
    if (!seen(bin.time_ns()) || !whole) return;
    for_each_direction(bin, [&](DirectionSeries& series, std::uint32_t /*terminal*/) {
      series.throughput_bytes.add(bin.time_ns() - warm_up_ns_, bin.mac_bytes_acked());
      series.goodput_bytes.add(bin.time_ns() - warm_up_ns_, bin.payload_bytes());
    });
  }

  void add(const PacketLatency& packet) {
    require(packet.total_ns() >= 0, "a packet arrives before it was sent");
    if (!seen(packet.time_ns())) return;
    const std::int64_t time_ns = packet.time_ns() - warm_up_ns_;
    for_each_direction(packet, [&](DirectionSeries& series, std::uint32_t terminal) {
      series.latency_ns.add(time_ns, packet.total_ns());
      series.packet_losses.add(time_ns, {.sum = 0.0, .weight = 1.0});
      series.satisfaction.delivered(terminal, time_ns, packet.total_ns());
      std::int64_t attributed_ns = 0;
      for (std::size_t part = 0; part < latency_parts.size(); ++part) {
        const std::int64_t ns = (packet.*latency_parts[part].ns)();
        attributed_ns += ns;
        series.part_ns[part].add(time_ns, {.sum = real(ns), .weight = 1.0});
      }
      series.unattributed_ns_max =
          std::max(series.unattributed_ns_max, std::abs(packet.total_ns() - attributed_ns));
    });
  }

  void add(const RoundTrip& trip) {
    require(trip.rtt_ns() >= 0, "an answer comes before its request");
    if (!seen(trip.time_ns())) return;
    for_each_group(trip.ue(), [&](GroupSeries& group) {
      group.rtt_ns.add(trip.time_ns() - warm_up_ns_, trip.rtt_ns());
    });
  }

  void add(const PacketDrop& drop) {
    if (!seen(drop.time_ns())) return;
    for_each_direction(drop, [&](DirectionSeries& series, std::uint32_t terminal) {
      series.packet_losses.add(drop.time_ns() - warm_up_ns_, {.sum = 1.0, .weight = 1.0});
      series.satisfaction.dropped(terminal, drop.time_ns() - warm_up_ns_);
    });
  }

  void add(const LinkBin& bin) {
    require(bin.first_blocks() >= 0 && bin.blocks() >= 0, "a bin has negative blocks");
    require(bin.first_errors() >= 0 && bin.first_errors() <= bin.first_blocks(),
            "a bin has more errors than blocks");
    require(bin.residual_losses() >= 0, "a bin has negative losses");
    if (!seen(bin.time_ns())) return;
    const std::int64_t time_ns = bin.time_ns() - warm_up_ns_;
    const double first = real(bin.first_blocks());
    for_each_direction(bin, [&](DirectionSeries& series, std::uint32_t /*terminal*/) {
      series.first_errors.add(time_ns, {real(bin.first_errors()), first});
      series.residual_losses.add(time_ns, {real(bin.residual_losses()), first});
      series.mcs.add(time_ns, {real(bin.mcs_sum()), first});
      series.rank.add(time_ns, {real(bin.rank_sum()), first});
      series.prb.add(time_ns, {real(bin.prb_sum()), real(bin.blocks())});
    });
  }

  void add(const Ledger& ledger) {
    require(ledger.packets_overdue() >= 0, "a ledger has a negative number of packets");
    std::int64_t unaccounted = ledger.bytes_in() - ledger.bytes_delivered() - ledger.bytes_queued();
    for (const Ledger::Dropped& dropped : ledger.dropped()) unaccounted -= dropped.bytes();
    for_each_direction(ledger, [&](DirectionSeries& series, std::uint32_t terminal) {
      series.satisfaction.overdue(terminal, ledger.packets_overdue());
      series.unaccounted_bytes_max = std::max(series.unaccounted_bytes_max, std::abs(unaccounted));
      ++series.ledger_count;
    });
  }

  void add(const DriveRow& row) {
    require_sound(row);
    if (!seen(row.time_ns())) return;
    for_each_group(row.ue(), [&](GroupSeries& group) {
      group.mobility.add(row, row.time_ns() - warm_up_ns_);
    });
  }

  void add(const MobilityEvent& event) {
    // Attempts are followed from the start: one that began in the warm-up may end after it.
    const bool counts = seen(event.time_ns());
    const MobilityOutcome outcome = tracker_.add(event, counts);
    for_each_group(event.ue(),
                   [&](GroupSeries& group) { group.mobility.add(event, outcome, counts); });
  }

  void add(const HandoverInterruption& interruption) {
    require(interruption.interruption_ns() >= 0, "data passes before it stopped");
    if (!seen(interruption.time_ns())) return;
    for_each_group(interruption.ue(), [&](GroupSeries& group) {
      group.mobility.add(interruption, interruption.time_ns() - warm_up_ns_);
    });
  }

  void add(const CellBin& bin) {
    require_sound(bin);
    if (seen(bin.time_ns())) cells_.add(bin, bin.time_ns() - warm_up_ns_);
  }

  /// Notes the time; true after warm-up.
  bool seen(std::int64_t time_ns) {
    require(time_ns >= 0, "a time is negative");
    latest_ns_ = std::max(latest_ns_, time_ns);
    return time_ns >= warm_up_ns_;
  }

  /// What makes load only is not counted among all terminals.
  template <class Use>
  void for_each_group(std::uint32_t ue, Use use) {
    const bool background = std::any_of(groups_.begin(), groups_.end(), [&](const auto& group) {
      return group.background && group.has(ue);
    });
    for (GroupSeries& group : groups_) {
      if (group.has(ue) && !(background && group.name.empty())) use(group);
    }
  }

  template <class Record, class Use>
  void for_each_direction(const Record& record, Use use) {
    const auto direction = static_cast<std::size_t>(record.direction());
    for_each_group(record.ue(), [&](GroupSeries& group) {
      use(group.directions[direction], static_cast<std::uint32_t>(record.ue() - group.first_ue));
    });
  }

  bool started_ = false;
  bool complete_ = false;
  std::int64_t warm_up_ns_ = 0;
  std::int64_t latest_ns_ = 0;
  std::int64_t end_ns_ = 0;
  std::vector<GroupSeries> groups_;  ///< All terminals first.
  MobilityTracker tracker_;
  CellSeries cells_;
};

SummaryBuilder::SummaryBuilder() : state_(std::make_unique<State>()) {}
SummaryBuilder::~SummaryBuilder() = default;
SummaryBuilder::SummaryBuilder(SummaryBuilder&&) noexcept = default;
SummaryBuilder& SummaryBuilder::operator=(SummaryBuilder&&) noexcept = default;

void SummaryBuilder::add(const KpiRecord& record) { state_->add(record); }
Summary SummaryBuilder::finish() const { return state_->finish(); }

const Kpi* Summary::find(std::string_view name, std::string_view terminal_group,
                         std::string_view statistic) const {
  const auto found = std::find_if(kpi.begin(), kpi.end(), [&](const Kpi& k) {
    return k.name == name && k.terminal_group == terminal_group && k.statistic == statistic;
  });
  return found == kpi.end() ? nullptr : &*found;
}

}  // namespace redcell::analysis
