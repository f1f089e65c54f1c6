#include "scenarios/recorder.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace redcell::scenarios {
namespace {

analysis::LinkDirection link_direction(base::Direction direction) {
  return direction == base::Direction::downlink ? analysis::DOWNLINK : analysis::UPLINK;
}

analysis::DropReason drop_reason(mac::DropReason reason) {
  switch (reason) {
    case mac::DropReason::queue_full:
      return analysis::QUEUE_OVERFLOW;
    case mac::DropReason::discard_timer:
      return analysis::DISCARD_TIMER;
    case mac::DropReason::rlc_gave_up:
      return analysis::RLC_RETRANSMISSIONS;
    case mac::DropReason::lost_on_air:
      return analysis::HARQ_EXHAUSTED;
    case mac::DropReason::too_late:
    case mac::DropReason::hfn_desync:
      return analysis::REORDERING_TIMER;
    case mac::DropReason::released:
      return analysis::NO_CONNECTION;
  }
  RC_CHECK(false);
  return analysis::NO_CONNECTION;
}

/// The same order in both lists, checked by a test.
analysis::MobilityEventKind event_kind(mac::MobilityEventKind kind) {
  return static_cast<analysis::MobilityEventKind>(static_cast<int>(kind));
}

std::int64_t thousandths(double value) {
  return static_cast<std::int64_t>(std::floor(value * 1e3 + 0.5));
}

}  // namespace

std::uint64_t ByteLedger::dropped_total() const {
  return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0});
}

Recorder::Recorder(std::size_t terminal_count, std::vector<CellCapacity> cells, Sink sink)
    : sink_(std::move(sink)),
      bins_(2 * terminal_count),
      rows_(2 * terminal_count),
      row_start_(terminal_count),
      capacities_(std::move(cells)),
      cell_bins_(capacities_.size()),
      capacity_since_(capacities_.size()),
      connected_(capacities_.size()) {}

void Recorder::take_part(base::UeId ue, base::Direction direction) {
  bin(ue, direction).takes_part = true;
}

void Recorder::start(const analysis::RunStart& facts) {
  if (!sink_) return;
  record_.Clear();
  *record_.mutable_run_start() = facts;
  sink_(record_);
}

void Recorder::write_bin(std::size_t index, base::Duration duration) {
  Bin& b = bins_[index];
  if (!b.takes_part) return;
  const auto ue = static_cast<std::uint32_t>(index / 2);
  const auto direction = index % 2 == 0 ? analysis::DOWNLINK : analysis::UPLINK;
  record_.Clear();
  analysis::ThroughputBin& rate = *record_.mutable_throughput_bin();
  rate.set_time_ns((bin_start_ - base::Instant()).value());
  rate.set_duration_ns(duration.value());
  rate.set_ue(ue);
  rate.set_direction(direction);
  rate.set_mac_bytes_acked(b.acknowledged_bytes);
  rate.set_payload_bytes(b.payload_bytes);
  sink_(record_);
  if (b.blocks > 0 || b.residual_losses > 0) {
    record_.Clear();
    analysis::LinkBin& link = *record_.mutable_link_bin();
    link.set_time_ns((bin_start_ - base::Instant()).value());
    link.set_ue(ue);
    link.set_direction(direction);
    link.set_blocks(b.blocks);
    link.set_first_blocks(b.first_blocks);
    link.set_first_errors(b.first_errors);
    link.set_residual_losses(b.residual_losses);
    link.set_mcs_sum(b.mcs_sum);
    link.set_rank_sum(b.rank_sum);
    link.set_prb_sum(b.prb_sum);
    sink_(record_);
  }
  b = {.takes_part = true};
}

void Recorder::write_bounds(const CellBin& bin, analysis::CellBin& out) {
  using mac::gnb::Bound;
  for (std::size_t part = 0; part < bin.bounds.size(); ++part) {
    for (std::size_t direction = 0; direction < 2; ++direction) {
      const auto& counts = bin.bounds[part][direction];
      const std::int64_t wanting = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
      if (wanting == 0) continue;
      const auto of = [&](Bound bound) { return counts[static_cast<std::size_t>(bound)]; };
      analysis::CellBin::Bound& row = *out.add_bound();
      row.set_bwp(static_cast<std::uint32_t>(part));
      row.set_direction(direction == 0 ? analysis::DOWNLINK : analysis::UPLINK);
      row.set_wanting(wanting);
      row.set_by_prbs(of(Bound::prbs));
      row.set_by_cces(of(Bound::cces));
      row.set_by_terminals(of(Bound::terminals));
      row.set_by_slice(of(Bound::slice));
      row.set_by_block(of(Bound::block));
    }
  }
}

CellCapacity Recorder::available(std::size_t cell, base::Instant now) const {
  const base::Instant since = std::max(bin_start_, capacity_since_[cell]);
  const auto add = [&](std::int64_t before, std::int64_t per_second) {
    return before + per_second * (now - since).value() / bin_duration.value();
  };
  const CellCapacity& before = cell_bins_[cell].available;
  return {.dl_prb_slots = add(before.dl_prb_slots, capacities_[cell].dl_prb_slots),
          .ul_prb_slots = add(before.ul_prb_slots, capacities_[cell].ul_prb_slots)};
}

void Recorder::capacity(base::CellId cell, const CellCapacity& capacity, base::Instant now) {
  cell_bins_[cell.value].available = available(cell.value, now);
  capacity_since_[cell.value] = now;
  capacities_[cell.value] = capacity;
}

void Recorder::write_cell_bin(std::size_t cell, base::Duration duration) {
  const CellCapacity could = available(cell, bin_start_ + duration);
  const CellBin& b = cell_bins_[cell];
  record_.Clear();
  analysis::CellBin& out = *record_.mutable_cell_bin();
  out.set_time_ns((bin_start_ - base::Instant()).value());
  out.set_duration_ns(duration.value());
  out.set_cell(static_cast<std::uint32_t>(cell));
  out.set_dl_prb_slots_used(b.dl_prb_slots);
  out.set_dl_prb_slots_available(could.dl_prb_slots);
  out.set_ul_prb_slots_used(b.ul_prb_slots);
  out.set_ul_prb_slots_available(could.ul_prb_slots);
  out.set_iot_sum_mdb(b.iot_sum_mdb);
  out.set_iot_samples(b.iot_samples);
  out.set_connected(static_cast<std::uint32_t>(connected_[cell]));
  out.set_dl_mac_bytes_acked(b.acknowledged_bytes[0]);
  out.set_ul_mac_bytes_acked(b.acknowledged_bytes[1]);
  for (std::size_t part = 0; part < b.pdcch.size(); ++part) {
    for (std::size_t level = 0; level < phy::aggregation_level_count; ++level) {
      const CellBin::Dcis& dcis = b.pdcch[part][level];
      if (dcis.sent + dcis.blocked == 0) continue;
      analysis::CellBin::Pdcch& row = *out.add_pdcch();
      row.set_bwp(static_cast<std::uint32_t>(part));
      row.set_aggregation_level(static_cast<std::uint32_t>(phy::aggregation_levels[level]));
      row.set_dci_sent(dcis.sent);
      row.set_dci_blocked(dcis.blocked);
    }
  }
  write_bounds(b, out);
  sink_(record_);
  cell_bins_[cell] = {};
}

void Recorder::write_bins(base::Duration duration) {
  for (std::size_t index = 0; index < bins_.size(); ++index) write_bin(index, duration);
  for (std::size_t cell = 0; cell < cell_bins_.size(); ++cell) {
    if (capacities_[cell].dl_prb_slots > 0) write_cell_bin(cell, duration);
  }
  bin_start_ += duration;
}

void Recorder::close_bins(base::Instant now) {
  if (!sink_) return;
  while (now - bin_start_ >= bin_duration) write_bins(bin_duration);
}

void Recorder::block(base::UeId ue, base::Direction direction, const BlockOutcome& outcome) {
  for (Bin* b : {&bin(ue, direction), &row(ue, direction)}) {
    ++b->blocks;
    b->prb_sum += outcome.prb_count;
    if (!outcome.is_first) continue;
    ++b->first_blocks;
    if (!outcome.decoded) ++b->first_errors;
    b->mcs_sum += outcome.mcs;
    b->rank_sum += outcome.rank;
  }
}

void Recorder::cqi(base::UeId ue, base::CqiIndex cqi) {
  Bin& b = row(ue, base::Direction::downlink);
  b.cqi_sum += cqi.value();
  ++b.cqi_reports;
}

void Recorder::residual_loss(base::UeId ue, base::Direction direction) {
  ++bin(ue, direction).residual_losses;
}

void Recorder::acknowledged(base::CellId cell, base::UeId ue, base::Direction direction,
                            std::int64_t bytes) {
  cell_bins_[cell.value].acknowledged_bytes[static_cast<std::size_t>(direction)] += bytes;
  bin(ue, direction).acknowledged_bytes += bytes;
  row(ue, direction).acknowledged_bytes += bytes;
}

void Recorder::downlink_used(base::CellId cell, int prb_count) {
  cell_bins_[cell.value].dl_prb_slots += prb_count;
}

void Recorder::uplink_used(base::CellId cell, int prb_count) {
  cell_bins_[cell.value].ul_prb_slots += prb_count;
}

void Recorder::interference(base::CellId cell, double over_thermal_db) {
  cell_bins_[cell.value].iot_sum_mdb += thousandths(over_thermal_db);
  ++cell_bins_[cell.value].iot_samples;
}

void Recorder::pdcch(base::CellId cell, std::span<const mac::gnb::PdcchCount> parts) {
  RC_CHECK(parts.size() <= cell_bwp_count_max);
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (std::size_t level = 0; level < phy::aggregation_level_count; ++level) {
      CellBin::Dcis& dcis = cell_bins_[cell.value].pdcch[part][level];
      dcis.sent += parts[part].sent[level];
      dcis.blocked += parts[part].blocked[level];
    }
  }
}

void Recorder::bounds(base::CellId cell, std::span<const mac::gnb::BoundCounts> parts) {
  RC_CHECK(parts.size() <= cell_bwp_count_max);
  for (std::size_t part = 0; part < parts.size(); ++part) {
    for (std::size_t direction = 0; direction < 2; ++direction) {
      for (std::size_t bound = 0; bound < mac::gnb::bound_count; ++bound) {
        cell_bins_[cell.value].bounds[part][direction][bound] += parts[part][direction][bound];
      }
    }
  }
}

void Recorder::connected(base::CellId cell, int change) { connected_[cell.value] += change; }

void Recorder::drive_row(const DriveState& state, base::Instant now) {
  base::Instant& begin = row_start_[state.ue.value];
  Bin& dl = row(state.ue, base::Direction::downlink);
  Bin& ul = row(state.ue, base::Direction::uplink);
  if (sink_) {
    record_.Clear();
    analysis::DriveRow& out = *record_.mutable_drive_row();
    out.set_time_ns((begin - base::Instant()).value());
    out.set_duration_ns((now - begin).value());
    out.set_ue(state.ue.value);
    out.set_east_mm(thousandths(state.position.east_m));
    out.set_north_mm(thousandths(state.position.north_m));
    if (state.serving) {
      out.set_cell(state.serving->cell.value);
      out.set_ss_rsrp_mdbm(static_cast<std::int32_t>(thousandths(state.serving->rsrp_dbm)));
      out.set_ss_rsrq_mdb(static_cast<std::int32_t>(thousandths(state.serving->rsrq_db)));
      out.set_ss_sinr_mdb(static_cast<std::int32_t>(thousandths(state.serving->sinr_db)));
    }
    out.set_dl_rank_sum(dl.rank_sum);
    out.set_dl_mcs_sum(dl.mcs_sum);
    out.set_dl_first_blocks(dl.first_blocks);
    out.set_dl_first_errors(dl.first_errors);
    out.set_ul_first_blocks(ul.first_blocks);
    out.set_ul_first_errors(ul.first_errors);
    out.set_ul_mcs_sum(ul.mcs_sum);
    out.set_dl_bytes_acked(dl.acknowledged_bytes);
    out.set_ul_bytes_acked(ul.acknowledged_bytes);
    out.set_connected(state.connected ? 1 : 0);
    out.set_dl_cqi_sum(dl.cqi_sum);
    out.set_dl_cqi_reports(dl.cqi_reports);
    out.set_dl_blocks(dl.blocks);
    out.set_dl_prb_sum(dl.prb_sum);
    out.set_ul_blocks(ul.blocks);
    out.set_ul_prb_sum(ul.prb_sum);
    for (std::size_t i = 0; i < state.neighbour_count; ++i) {
      analysis::DriveRow::Neighbour& neighbour = *out.add_neighbours();
      neighbour.set_cell(state.neighbours[i].cell.value);
      neighbour.set_ss_rsrp_mdbm(
          static_cast<std::int32_t>(thousandths(state.neighbours[i].rsrp_dbm)));
    }
    sink_(record_);
  }
  dl = {};
  ul = {};
  begin = now;
}

void Recorder::mobility(const mac::MobilityEvent& event, base::Instant now) {
  if (!sink_) return;
  record_.Clear();
  analysis::MobilityEvent& out = *record_.mutable_mobility_event();
  out.set_time_ns((now - base::Instant()).value());
  out.set_ue(event.ue.value);
  out.set_kind(event_kind(event.kind));
  out.set_source_cell(event.source.value);
  if (event.target != event.source) out.set_target_cell(event.target.value);
  sink_(record_);
}

void Recorder::bwp_switch(base::UeId ue, base::CellId cell, const mac::BwpSwitch& done,
                          const BwpGap& gap) {
  if (!sink_) return;
  record_.Clear();
  analysis::BwpSwitch& out = *record_.mutable_bwp_switch();
  out.set_time_ns((gap.until - base::Instant()).value());
  out.set_ue(ue.value);
  out.set_cell(cell.value);
  out.set_from_bwp(done.from_bwp);
  out.set_to_bwp(done.to_bwp);
  out.set_cause(done.cause == mac::BwpCause::dci       ? analysis::BWP_BY_DCI
                : done.cause == mac::BwpCause::command ? analysis::BWP_BY_RRC
                                                       : analysis::BWP_BY_TIMER);
  out.set_gap_ns((gap.until - gap.from).value());
  sink_(record_);
}

void Recorder::interruption(base::UeId ue, base::Direction direction, base::Instant now,
                            base::Duration length) {
  if (!sink_) return;
  record_.Clear();
  analysis::HandoverInterruption& out = *record_.mutable_handover_interruption();
  out.set_time_ns((now - base::Instant()).value());
  out.set_ue(ue.value);
  out.set_direction(link_direction(direction));
  out.set_interruption_ns(length.value());
  sink_(record_);
}

void Recorder::payload(base::UeId ue, base::Direction direction, std::int64_t bytes) {
  bin(ue, direction).payload_bytes += bytes;
}

void Recorder::packet(const PacketMarks& marks, const PacketParts& parts, base::Instant now) {
  if (!sink_) return;
  record_.Clear();
  analysis::PacketLatency& latency = *record_.mutable_packet_latency();
  latency.set_time_ns((now - base::Instant()).value());
  latency.set_ue(marks.ue.value);
  latency.set_direction(link_direction(marks.direction));
  latency.set_packet(marks.number);
  latency.set_bytes(marks.bytes);
  latency.set_core_ns(parts.core.value());
  latency.set_queue_ns(parts.queue.value());
  latency.set_alignment_ns(parts.alignment.value());
  latency.set_grant_ns(parts.grant.value());
  latency.set_air_ns(parts.air.value());
  latency.set_processing_ns(0);
  latency.set_harq_ns(parts.harq.value());
  latency.set_rlc_ns(parts.rlc.value());
  latency.set_reordering_ns(parts.reordering.value());
  latency.set_total_ns(parts.total().value());
  sink_(record_);
}

void Recorder::round_trip(base::UeId ue, base::Instant now, base::Duration rtt,
                          std::int64_t payload_bytes) {
  if (!sink_) return;
  record_.Clear();
  analysis::RoundTrip& trip = *record_.mutable_round_trip();
  trip.set_time_ns((now - base::Instant()).value());
  trip.set_ue(ue.value);
  trip.set_payload_bytes(payload_bytes);
  trip.set_rtt_ns(rtt.value());
  sink_(record_);
}

void Recorder::drop(base::UeId ue, base::Direction direction, const mac::DroppedSdu& dropped,
                    base::Instant now) {
  if (!sink_) return;
  record_.Clear();
  analysis::PacketDrop& drop = *record_.mutable_packet_drop();
  drop.set_time_ns((now - base::Instant()).value());
  drop.set_ue(ue.value);
  drop.set_direction(link_direction(direction));
  drop.set_bytes(dropped.bytes);
  drop.set_reason(drop_reason(dropped.reason));
  sink_(record_);
}

void Recorder::ledger(base::UeId ue, base::Direction direction, const ByteLedger& ledger) {
  if (!sink_) return;
  record_.Clear();
  analysis::Ledger& out = *record_.mutable_ledger();
  out.set_ue(ue.value);
  out.set_direction(link_direction(direction));
  out.set_bytes_in(static_cast<std::int64_t>(ledger.in));
  out.set_bytes_delivered(static_cast<std::int64_t>(ledger.delivered));
  out.set_bytes_queued(static_cast<std::int64_t>(ledger.queued));
  if (ledger.packets_overdue > 0) out.set_packets_overdue(ledger.packets_overdue);
  for (std::size_t reason = 0; reason < ledger.dropped.size(); ++reason) {
    if (ledger.dropped[reason] == 0) continue;
    analysis::Ledger::Dropped& dropped = *out.add_dropped();
    dropped.set_reason(drop_reason(static_cast<mac::DropReason>(reason)));
    dropped.set_bytes(static_cast<std::int64_t>(ledger.dropped[reason]));
  }
  sink_(record_);
}

void Recorder::end(base::Duration simulated) {
  if (!sink_) return;
  const base::Instant now(simulated.value());
  close_bins(now);
  if (now > bin_start_) write_bins(now - bin_start_);
  record_.Clear();
  record_.mutable_run_end()->set_simulated_ns(simulated.value());
  sink_(record_);
}

}  // namespace redcell::scenarios
