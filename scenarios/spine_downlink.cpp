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

phy::SoftBlock Spine::block_quality(const Layer& layer, const BlockPlace& place,
                                    std::span<const double> sinr) {
  const auto& [format, carrier_prb, slot] = place;
  const PrbGroups& groups = layer.channel.groups();
  const GroupRange touched = groups.of(carrier_prb);
  re_count_.assign(static_cast<std::size_t>(touched.count()), 0);
  for (int i = 0; i < carrier_prb.count; ++i) {
    re_count_[static_cast<std::size_t>(groups.of(carrier_prb.first + i) - touched.first)] +=
        slot.data_re[static_cast<std::size_t>(format.prb.first + i)];
  }
  phy::SoftBlock quality;
  phy::accumulate(quality, format.modulation_order, re_count_, sinr);
  return quality;
}

void Spine::receive_downlink(Layer& layer, base::Slot slot) {
  for (const DownlinkOnAir& air : layer.downlink_on_air) {
    if (air.is_expected) receive_block(layer, air, slot);
  }
  layer.downlink_on_air.clear();
}

void Spine::receive_block(Layer& layer, const DownlinkOnAir& air, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  const mac::DlAssignment& a = air.assignment;
  Terminal& terminal = *terminals_[a.ue.value];
  if (!terminal.mac.is_of(a.epoch)) return;  // It has left since.
  phy::SoftBlock& soft = terminal.mac.receiver().turn_to(a.harq);
  phy::combine(soft, air.quality);
  const double error_rate = phy::block_error_rate(a.format.tbs, a.format.rate_x1024, soft);
  const double draw = random_.uniform(base::Purpose::transport_block, {.a = a.ue.value, .b = 0},
                                      draw_index(slot, downlink_block));
  const bool decoded = terminal.mac.receiver().has_decoded(a.harq) || draw >= error_rate;
  const mac::MacPdu& pdu = layer.cells[air.leg.cell]
                               ->connection(air.leg.connection)
                               .dl_blocks[static_cast<std::size_t>(a.harq.process)];
  if (decoded && !terminal.mac.receiver().has_decoded(a.harq)) {
    for (const mac::RlcPdu& rlc : pdu.data.pdus)
      book_.on_received(piece_of(a.ue, base::Direction::downlink, rlc), now);
    if (!pdu.data.pdus.empty()) note_data(a.ue, base::Direction::downlink, now);
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
                                     .cell = layer.id_of(air.leg.cell),
                                     .direction = base::Direction::downlink,
                                     .slot = slot - base::SlotCount(1),
                                     .mcs = a.format.mcs,
                                     .layers = base::LayerCount(a.format.layer_count),
                                     .prb_count = base::PrbCount(a.format.prb_count),
                                     .tbs = base::Bytes(a.format.tbs.value() / 8),
                                     .attempt = static_cast<std::uint32_t>(a.harq.attempt),
                                     .ok = decoded});
  settle(layer, a.ue, base::Direction::downlink, now);
  keep_signalling(layer, a.ue, air.leg, true);
}

void Spine::plan_csi(Layer& layer, base::UeId ue, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  const std::int64_t slots_per_ms = layer.plan.numerology().slots_per_ms();
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
  terminal.csi_planned = false;
  if (!terminal.mac.is_connected()) return;
  send_csi(layer, ue, slot);
  const base::Slot again = slot + layer.plan.radio.csi_period;
  terminal.csi_planned = again <= terminal.csi_until;
  if (terminal.csi_planned) {
    layer.agenda.add({.slot = again, .task = mac::Task::csi_report, .ue = ue});
  }
}

void Spine::send_csi(Layer& layer, base::UeId ue, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  if (!terminal.mac.is_connected() || terminal.bwp.in_gap(slot)) return;
  const int slots_per_ms = layer.plan.numerology().slots_per_ms();
  // TS 38.214 5.2.2.5: the reference resource lies at least 4 x 2^mu slots before the report.
  base::Slot report = slot + base::SlotCount(4 * slots_per_ms);
  while (layer.map().uplink(report).symbols.count == 0) report += base::SlotCount(1);
  const LayerChannel::ChannelReport measured =
      layer.channel.measure_csi(ue, terminal.leg.cell, slot);
  recorder_.cqi(ue, measured.csi.cqi);
  layer.csi_on_air.push_back({.ue = ue,
                              .leg = terminal.leg,
                              .arrival = report + base::SlotCount(1),
                              .bwp = bwp_of(ue),
                              .report = measured});
  layer.agenda.add({.slot = report + base::SlotCount(1), .task = mac::Task::wake, .ue = ue});
}

/// A PDCCH is sent over one port from all PRBs of its CORESET (interleaved).
double Spine::dci_error_rate(Layer& layer, ServingLink link, std::uint32_t bwp,
                             int aggregation_level) {
  link.prb = layer.plan.bwps[bwp].coreset_prbs();
  const std::span<const double> sinr = layer.channel.control_sinr(link);
  const std::span<const int> prbs = layer.channel.groups().coreset_prb_counts(bwp);
  return phy::dci_error_rate({.aggregation_level = aggregation_level},
                             phy::effective_sinr(2, prbs, sinr));
}

bool Spine::dci_heard(Layer& layer, const Dci& dci) {
  const double error_rate = dci_error_rate(layer, dci.link, dci.bwp, dci.aggregation_level);
  return random_.uniform(base::Purpose::control_channel, {.a = dci.link.ue.value, .b = 0},
                         draw_index(dci.data_slot, dci.is_grant ? grant_dci : assignment_dci)) >=
         error_rate;
}

/// All cells decide before anything is on the air: each suffers from what all others send.
void Spine::schedule_cells(Layer& layer, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  layer.assignments.clear();
  layer.grants.clear();
  layer.switches.clear();
  layer.configured.clear();
  layer.dl_data.clear();
  layer.dl_control.clear();
  const double re_power_w = layer.plan.radio.dl_re_power_w;
  const auto add_control = [&](std::uint32_t cell, int beam, std::uint32_t bwp,
                               int aggregation_level) {
    const phy::ResourceMap& map = layer.maps[bwp];
    layer.dl_control.push_back({.cell = cell,
                                .beam = beam,
                                .ue = {},
                                .re_power_w = re_power_w,
                                .prb = map.config().coreset_prbs(),
                                .share = static_cast<double>(aggregation_level) / map.cce_count()});
  };
  for (std::uint32_t cell = 0; cell < layer.cells.size(); ++cell) {
    note_open_parts(layer, cell, slot);
    if (!layer.cells[cell]->has_work()) continue;
    layer.cells[cell]->schedule(slot, now, plan_);
    for (const mac::DlAssignment& a : plan_.downlink) {
      layer.assignments.emplace_back(cell, a);
      layer.dl_data.push_back({.cell = cell,
                               .beam = a.format.beam,
                               .ue = a.ue,
                               .re_power_w = re_power_w,
                               .prb = carrier_prbs(layer, a.format),
                               .share = 1});
      if (a.aggregation_level > 0) {
        add_control(cell, a.format.beam, a.format.bwp, a.aggregation_level);
      }
      recorder_.downlink_used(layer.id_of(cell), a.format.prb_count);
    }
    for (const mac::UlGrant& grant : plan_.uplink) {
      layer.grants.emplace_back(cell, grant);
      add_control(cell, grant.format.beam, grant.format.bwp, grant.aggregation_level);
    }
    for (const mac::BwpSwitchDci& dci : plan_.switches) {
      layer.switches.emplace_back(cell, dci);
      add_control(cell, dci.beam, dci.from_bwp, dci.aggregation_level);
    }
    for (const mac::ConfiguredGrantDci& dci : plan_.configured) {
      layer.configured.emplace_back(cell, dci);
      add_control(cell, dci.beam, dci.grant.format.bwp, dci.aggregation_level);
    }
    recorder_.pdcch(layer.id_of(cell), plan_.pdcch);
    recorder_.bounds(layer.id_of(cell), plan_.bounds);
    for (const mac::DroppedSdu& dropped : plan_.drops) {
      drops_.assign(1, dropped);
      account_drops(book_.at(dropped.packet).ue, base::Direction::downlink, drops_, now);
    }
  }
}

void Spine::send_downlink(Layer& layer, base::Slot slot) {
  schedule_cells(layer, slot);
  layer.channel.set_downlink(layer.dl_data, layer.dl_control);
  for (const auto& [cell, assignment] : layer.assignments) {
    send_assignment(layer, cell, assignment, slot);
  }
  for (const auto& [cell, grant] : layer.grants) send_grant(layer, cell, grant, slot);
  for (const auto& [cell, dci] : layer.switches) send_switch(layer, cell, dci, slot);
  for (const auto& [cell, dci] : layer.configured) send_configured(layer, cell, dci, slot);
  for (const base::UeId ue : layer.csi_due) measure_csi(layer, ue, slot);
  layer.csi_due.clear();
  for (const base::UeId ue : layer.csi_fresh) send_csi(layer, ue, slot);
  layer.csi_fresh.clear();
}

void Spine::send_assignment(Layer& layer, std::uint32_t cell, const mac::DlAssignment& a,
                            base::Slot slot) {
  Terminal& terminal = *terminals_[a.ue.value];
  const base::Instant begins = layer.start_of(slot);
  const base::Instant ends = layer.start_of(slot + base::SlotCount(1));
  const Leg* leg = find_leg(terminal, cell, a.epoch);
  RC_CHECK(leg != nullptr);
  if (a.harq.attempt == 0) {
    const mac::MacPdu& pdu = layer.cells[cell]
                                 ->connection(leg->connection)
                                 .dl_blocks[static_cast<std::size_t>(a.harq.process)];
    for (const mac::RlcPdu& rlc : pdu.data.pdus)
      book_.on_sent(piece_of(a.ue, base::Direction::downlink, rlc), begins, ends);
    plan_csi(layer, a.ue, slot + base::SlotCount(1));
  }
  const phy::PrbRange prb = carrier_prbs(layer, a.format);
  const ServingLink link{.ue = a.ue, .cell = cell, .beam = a.format.beam, .prb = prb};
  DownlinkOnAir air{.assignment = a, .leg = *leg, .is_expected = false, .quality = {}};
  if (terminal.mac.is_of(a.epoch) && listens(terminal, a.format.bwp, slot)) {
    air.is_expected = a.aggregation_level == 0
                          ? terminal.mac.expects(a, slot)
                          : dci_heard(layer, {.link = link,
                                              .aggregation_level = a.aggregation_level,
                                              .bwp = a.format.bwp,
                                              .is_grant = false,
                                              .data_slot = slot});
    if (air.is_expected) {
      if (a.activates) terminal.mac.activate(a, slot);
      terminal.mac.on_assignment(a);
      terminal.bwp.on_dci(slot);
    }
    const std::span<const double> sinr =
        layer.channel.downlink_sinr(link, a.format.layer_count, a.format.pmi);
    const phy::ResourceMap& map = layer.cells[cell]->map(a.format.bwp, slot);
    air.quality =
        block_quality(layer, {.format = a.format, .prb = prb, .slot = map.downlink(slot)}, sinr);
  }
  layer.downlink_on_air.push_back(air);
  layer.expected_feedback.push_back(
      {.slot = a.feedback_slot, .leg = *leg, .ue = a.ue, .harq = a.harq});
  layer.agenda.add(
      {.slot = a.feedback_slot + base::SlotCount(1), .task = mac::Task::wake, .ue = a.ue});
  touch(layer, a.ue);
}

void Spine::send_grant(Layer& layer, std::uint32_t cell, const mac::UlGrant& grant,
                       base::Slot slot) {
  touch(layer, grant.ue);
  plan_csi(layer, grant.ue, slot + base::SlotCount(1));
  Terminal& terminal = *terminals_[grant.ue.value];
  const Leg* leg = find_leg(terminal, cell, grant.epoch);
  RC_CHECK(leg != nullptr);
  const bool heard =
      terminal.mac.is_of(grant.epoch) && listens(terminal, grant.format.bwp, slot) &&
      dci_heard(layer, {.link = {.ue = grant.ue, .cell = cell, .beam = grant.format.beam},
                        .aggregation_level = grant.aggregation_level,
                        .bwp = grant.format.bwp,
                        .is_grant = true,
                        .data_slot = grant.pusch_slot});
  if (heard) {
    terminal.bwp.on_dci(slot);
    if (terminal.mac.on_grant(grant)) return;
  }
  layer.grants_missed.push_back(
      {.grant = grant, .leg = *leg, .is_sent = false, .quality = {}, .sinr_db = 0});
  layer.agenda.add(
      {.slot = grant.pusch_slot + base::SlotCount(1), .task = mac::Task::wake, .ue = grant.ue});
}

}  // namespace redcell::scenarios
