// The downlink of a slot: blocks that ended, channel state, assignments and grants that begin.
#include <algorithm>

#include "base/check.h"
#include "base/math.h"
#include "phy/link/control_error.h"
#include "scenarios/spine.h"

namespace redcell::scenarios {
namespace {

/// Which draw of a slot: random numbers of blocks and of control are keyed by terminal and slot.
std::uint64_t draw_index(base::Slot slot, std::uint32_t kind) {
  return static_cast<std::uint64_t>(slot.value()) * 4 + kind;
}
constexpr std::uint32_t downlink_block = 0;
constexpr std::uint32_t assignment_dci = 0;
constexpr std::uint32_t grant_dci = 1;

/// A terminal without downlink data goes on reporting for this long [ours].
constexpr std::int64_t csi_hold_ms = 200;

}  // namespace

phy::SoftBlock Spine::block_quality(const Layer& layer, const mac::BlockFormat& format,
                                    const phy::SlotResources& slot, std::span<const double> sinr) {
  re_count_.assign(static_cast<std::size_t>(layer.channel.group_count()), 0);
  for (int prb = format.prb.first; prb < format.prb.end(); ++prb) {
    re_count_[static_cast<std::size_t>(layer.channel.group_of(prb))] +=
        slot.data_re[static_cast<std::size_t>(prb)];
  }
  phy::SoftBlock quality;
  phy::accumulate(quality, format.modulation_order, re_count_, sinr);
  return quality;
}

void Spine::receive_downlink(Layer& layer, base::Slot slot) {
  for (const DownlinkOnAir& air : layer.downlink_on_air) {
    if (air.dci_heard) receive_block(layer, air, slot);
  }
  layer.downlink_on_air.clear();
}

void Spine::receive_block(Layer& layer, const DownlinkOnAir& air, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  const mac::DlAssignment& a = air.assignment;
  Terminal& terminal = *terminals_[a.ue.value];
  phy::SoftBlock& soft = terminal.mac.receiver().turn_to(a.harq);
  phy::combine(soft, air.quality);
  const double error_rate = phy::block_error_rate(a.format.tbs, a.format.rate_x1024, soft);
  const double draw = random_.uniform(base::Purpose::transport_block, {.a = a.ue.value, .b = 0},
                                      draw_index(slot, downlink_block));
  const bool decoded = terminal.mac.receiver().has_decoded(a.harq) || draw >= error_rate;
  const mac::MacPdu& pdu =
      connection(layer, terminal).dl_blocks[static_cast<std::size_t>(a.harq.process)];
  if (decoded && !terminal.mac.receiver().has_decoded(a.harq)) {
    for (const mac::RlcPdu& rlc : pdu.data)
      book_.on_received(piece_of(a.ue, base::Direction::downlink, rlc), now);
  }
  output_.clear();
  terminal.mac.on_block({.assignment = a, .pdu = pdu, .decoded = decoded}, now, output_);
  terminal.mac.request_grant_if_needed(slot, now);
  recorder_.block(a.ue, base::Direction::downlink,
                  {.is_first = a.harq.attempt == 0,
                   .decoded = decoded,
                   .mcs = a.format.mcs.value(),
                   .rank = a.format.layer_count,
                   .prb_count = a.format.prb_count});
  network_.trace(net::TransportBlock{.ue = a.ue,
                                     .cell = deployment_.terminals[a.ue.value].serving,
                                     .direction = base::Direction::downlink,
                                     .slot = slot - base::SlotCount(1),
                                     .mcs = a.format.mcs,
                                     .layers = base::LayerCount(a.format.layer_count),
                                     .prb_count = base::PrbCount(a.format.prb_count),
                                     .tbs = base::Bytes(a.format.tbs.value() / 8),
                                     .attempt = static_cast<std::uint32_t>(a.harq.attempt),
                                     .ok = decoded});
  settle(layer, a.ue, base::Direction::downlink, now);
}

void Spine::plan_csi(Layer& layer, base::UeId ue, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  const std::int64_t slots_per_ms = layer.plan.resources.numerology.slots_per_ms();
  terminal.csi_until = slot + base::SlotCount(csi_hold_ms * slots_per_ms);
  if (terminal.csi_planned) return;
  const std::int64_t period = layer.plan.radio.csi_period.value();
  const std::int64_t offset = ue.value % period;
  const std::int64_t turns = (slot.value() - offset + period - 1) / period;
  const base::Slot occasion(std::max<std::int64_t>(turns, 0) * period + offset);
  terminal.csi_planned = true;
  layer.agenda.add({.slot = occasion, .task = mac::Task::csi_report, .ue = ue});
}

void Spine::measure_csi(Layer& layer, base::UeId ue, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  const int slots_per_ms = layer.plan.resources.numerology.slots_per_ms();
  // TS 38.214 5.2.2.5: the reference resource lies at least 4 x 2^mu slots before the report.
  base::Slot report = slot + base::SlotCount(4 * slots_per_ms);
  while (layer.map.uplink(report).symbols.count == 0) report += base::SlotCount(1);
  layer.csi_on_air.push_back({.ue = ue,
                              .epoch = terminal.mac.epoch(),
                              .arrival = report + base::SlotCount(1),
                              .report = layer.channel.measure_csi(ue, slot)});
  layer.agenda.add({.slot = report + base::SlotCount(1), .task = mac::Task::wake, .ue = ue});
  const base::Slot again = slot + layer.plan.radio.csi_period;
  terminal.csi_planned = again <= terminal.csi_until;
  if (terminal.csi_planned) {
    layer.agenda.add({.slot = again, .task = mac::Task::csi_report, .ue = ue});
  }
}

bool Spine::dci_heard(Layer& layer, const Dci& dci) {
  // A PDCCH is sent over one port from the CORESET's PRBs, which lie spread over the BWP
  // (interleaved).
  const std::span<const double> sinr = layer.channel.downlink_sinr(dci.ue, 1, 0);
  re_count_.assign(sinr.size(), 1);
  const double error_rate = phy::dci_error_rate({.aggregation_level = dci.aggregation_level},
                                                phy::effective_sinr(2, re_count_, sinr));
  return random_.uniform(base::Purpose::control_channel, {.a = dci.ue.value, .b = 0},
                         draw_index(dci.data_slot, dci.is_grant ? grant_dci : assignment_dci)) >=
         error_rate;
}

void Spine::send_downlink(Layer& layer, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  for (std::uint32_t cell = 0; cell < layer.cells.size(); ++cell) {
    if (!layer.cells[cell]->has_work()) continue;
    layer.cells[cell]->schedule(slot, now, plan_);
    for (const mac::DlAssignment& assignment : plan_.downlink) {
      send_assignment(layer, cell, assignment, slot);
    }
    for (const mac::UlGrant& grant : plan_.uplink) send_grant(layer, cell, grant, slot);
    for (const mac::DroppedSdu& dropped : plan_.drops) {
      drops_.assign(1, dropped);
      account_drops(book_.at(dropped.packet).ue, base::Direction::downlink, drops_, now);
    }
  }
}

void Spine::send_assignment(Layer& layer, std::uint32_t cell, const mac::DlAssignment& a,
                            base::Slot slot) {
  Terminal& terminal = *terminals_[a.ue.value];
  const base::Instant begins = layer.start_of(slot);
  const base::Instant ends = layer.start_of(slot + base::SlotCount(1));
  if (a.harq.attempt == 0) {
    const mac::MacPdu& pdu =
        connection(layer, terminal).dl_blocks[static_cast<std::size_t>(a.harq.process)];
    for (const mac::RlcPdu& rlc : pdu.data)
      book_.on_sent(piece_of(a.ue, base::Direction::downlink, rlc), begins, ends);
    plan_csi(layer, a.ue, slot + base::SlotCount(1));
  }
  const bool heard = dci_heard(
      layer,
      {.ue = a.ue, .aggregation_level = a.aggregation_level, .is_grant = false, .data_slot = slot});
  if (heard) terminal.mac.on_assignment(a);
  const std::span<const double> sinr =
      layer.channel.downlink_sinr(a.ue, a.format.layer_count, a.format.pmi);
  layer.downlink_on_air.push_back(
      {.assignment = a,
       .cell = cell,
       .dci_heard = heard,
       .quality = block_quality(layer, a.format, layer.map.downlink(slot), sinr)});
  layer.expected_feedback.push_back(
      {.slot = a.feedback_slot, .cell = cell, .ue = a.ue, .harq = a.harq});
  layer.agenda.add(
      {.slot = a.feedback_slot + base::SlotCount(1), .task = mac::Task::wake, .ue = a.ue});
  touch(layer, a.ue);
}

void Spine::send_grant(Layer& layer, std::uint32_t cell, const mac::UlGrant& grant,
                       base::Slot slot) {
  touch(layer, grant.ue);
  plan_csi(layer, grant.ue, slot + base::SlotCount(1));
  if (dci_heard(layer, {.ue = grant.ue,
                        .aggregation_level = grant.aggregation_level,
                        .is_grant = true,
                        .data_slot = grant.pusch_slot})) {
    terminals_[grant.ue.value]->mac.on_grant(grant);
    return;
  }
  layer.grants_missed.push_back(
      {.grant = grant, .cell = cell, .is_sent = false, .quality = {}, .sinr_db = 0});
  layer.agenda.add(
      {.slot = grant.pusch_slot + base::SlotCount(1), .task = mac::Task::wake, .ue = grant.ue});
}

}  // namespace redcell::scenarios
