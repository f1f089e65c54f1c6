// The uplink of a slot: PUSCH and control that ended, answers that never came, PUSCH and PUCCH that
// begin.
#include <algorithm>

#include "base/check.h"
#include "base/math.h"
#include "phy/link/control_error.h"
#include "phy/link/power.h"
#include "scenarios/spine.h"

namespace redcell::scenarios {
namespace {

std::uint64_t draw_index(base::Slot slot, std::uint32_t kind) {
  return static_cast<std::uint64_t>(slot.value()) * 4 + kind;
}
constexpr std::uint32_t uplink_block = 1;
constexpr std::uint32_t uci_draw = 2;
constexpr std::uint32_t csi_draw = 3;

/// RE that carry UCI: one PRB, 14 symbols, every second one DMRS as in PUCCH format 1 [ours].
constexpr int pucch_re_count = 84;
constexpr int csi_report_bits =
    7;  ///< CQI 4, RI 1, PMI 2 for two ports (TS 38.212 Table 6.3.1.1.2-3).

}  // namespace

phy::PuschPower pusch_power_of(const Layer& layer, const TerminalPlan& plan, base::Db path_loss,
                               const mac::BlockFormat& format) {
  return phy::pusch_power({.p0 = base::Dbm(layer.plan.radio.p0_dbm),
                           .alpha = layer.plan.radio.alpha,
                           .path_loss = path_loss,
                           .closed_loop = base::Db(0),
                           .mu = layer.plan.resources.numerology.mu(),
                           .first_prb = format.prb.first,
                           .prb_count = format.prb.count,
                           .channel_prb_count = layer.plan.radio.bwp_prb_count,
                           .modulation_order = format.modulation_order,
                           .transform_precoding = layer.plan.radio.transform_precoding,
                           .power_class = base::Dbm(plan.capability.max_power_dbm())});
}

void Spine::measure_uplink(Layer& layer, base::UeId ue, mac::gnb::Connection& c) {
  mac::BlockFormat one_prb;
  one_prb.prb = {.first = 0, .count = 1};
  const phy::PuschPower power = pusch_power_of(layer, deployment_.terminals[ue.value],
                                               layer.channel.path_loss_estimate(ue), one_prb);
  const std::span<const double> sinr =
      layer.channel.uplink_sinr(ue, base::from_db(power.per_re.value()) * 1e-3);
  re_count_.assign(sinr.size(), 1);
  c.ul_quality.one_prb_power_below_max_db = -power.headroom.value();
  c.ul_quality.sinr_db_one_prb_full_power =
      base::to_db(phy::effective_sinr(2, re_count_, sinr)) - c.ul_quality.prb_power_below_max_db(1);
}

void Spine::send_uplink(Layer& layer, base::UeId ue, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  touch(layer, ue);
  send_uci(layer, ue, slot);
  const mac::UlGrant* grant = terminal.mac.grant_at(slot);
  if (grant != nullptr) send_pusch(layer, ue, mac::UlGrant(*grant), slot);
}

void Spine::send_pusch(Layer& layer, base::UeId ue, const mac::UlGrant& grant, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  const base::Instant begins = layer.start_of(slot);
  const base::Instant ends = layer.start_of(slot + base::SlotCount(1));
  const phy::PuschPower power = pusch_power_of(layer, deployment_.terminals[ue.value],
                                               layer.channel.path_loss_estimate(ue), grant.format);
  drops_.clear();
  const auto sent = terminal.mac.pusch(
      slot,
      {.now = begins,
       .headroom = {.headroom_db = power.headroom.value(), .prb_count = grant.format.prb.count}},
      drops_);
  RC_CHECK(sent.has_value());
  account_drops(ue, base::Direction::uplink, drops_, begins);
  if (sent->is_new) {
    for (const base::PacketId packet : terminal.ungranted) {
      book_.at(packet).granted = std::max(begins, book_.at(packet).aligned);
    }
    terminal.ungranted.clear();
    for (const mac::RlcPdu& rlc : sent->pdu->data) {
      book_.on_sent(piece_of(ue, base::Direction::uplink, rlc), begins, ends);
    }
  }
  const double re_power_w = base::from_db(power.per_re.value()) * 1e-3;
  const std::span<const double> sinr = layer.channel.uplink_sinr(ue, re_power_w);
  const phy::SoftBlock quality = block_quality(layer, grant.format, layer.map.uplink(slot), sinr);
  layer.uplink_on_air.push_back({.grant = grant,
                                 .cell = terminal.cell,
                                 .is_sent = true,
                                 .quality = quality,
                                 .sinr_db = base::to_db(phy::effective_sinr(
                                     grant.format.modulation_order, re_count_, sinr))});
}

void Spine::send_uci(Layer& layer, base::UeId ue, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  const mac::Uci uci = terminal.mac.uci(slot);
  if (uci.empty()) return;
  // On PUCCH: one PRB at an edge of the BWP, hopping to the other; on PUSCH the same share of it.
  mac::BlockFormat one_prb;
  one_prb.prb = {.first = 0, .count = 1};
  const phy::PuschPower power = pusch_power_of(layer, deployment_.terminals[ue.value],
                                               layer.channel.path_loss_estimate(ue), one_prb);
  const std::span<const double> sinr =
      layer.channel.uplink_sinr(ue, base::from_db(power.per_re.value()) * 1e-3);
  const double mean = (sinr.front() + sinr.back()) / 2;
  const std::int64_t bits = std::max(1, uci.feedback_count + (uci.sr ? 1 : 0));
  const double error_rate =
      phy::uci_error_rate({.payload = base::Bits(bits), .re_count = pucch_re_count}, mean);
  const bool heard = random_.uniform(base::Purpose::control_channel, {.a = ue.value, .b = 0},
                                     draw_index(slot, uci_draw)) >= error_rate;
  layer.uci_on_air.push_back({.uci = uci, .cell = terminal.cell, .heard = heard});
}

void Spine::receive_uplink(Layer& layer, base::Slot slot) {
  for (const UplinkOnAir& air : layer.uplink_on_air) receive_pusch(layer, air, slot);
  layer.uplink_on_air.clear();
  const auto is_due = [&](const UplinkOnAir& air) { return air.grant.pusch_slot < slot; };
  for (const UplinkOnAir& air : layer.grants_missed) {
    if (is_due(air)) receive_pusch(layer, air, slot);
  }
  std::erase_if(layer.grants_missed, is_due);
}

void Spine::receive_pusch(Layer& layer, const UplinkOnAir& air, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  const mac::UlGrant& grant = air.grant;
  Terminal& terminal = *terminals_[grant.ue.value];
  mac::gnb::Cell& cell = *layer.cells[air.cell];
  mac::gnb::Connection& c = cell.connection(terminal.connection);
  const bool before = c.receiver.has_decoded(grant.harq);
  phy::SoftBlock& soft = c.receiver.turn_to(grant.harq);
  mac::gnb::PuschResult result{.decoded = before, .sinr_db = air.sinr_db, .detected = air.is_sent};
  const mac::MacPdu* pdu = terminal.mac.block(grant.harq);
  if (air.is_sent) {
    phy::combine(soft, air.quality);
    const double error_rate =
        phy::block_error_rate(grant.format.tbs, grant.format.rate_x1024, soft);
    const double draw =
        random_.uniform(base::Purpose::transport_block, {.a = grant.ue.value, .b = 0},
                        draw_index(slot, uplink_block));
    result.decoded = before || draw >= error_rate;
    if (result.decoded && !before) {
      for (const mac::RlcPdu& rlc : pdu->data)
        book_.on_received(piece_of(grant.ue, base::Direction::uplink, rlc), now);
      recorder_.acknowledged(grant.ue, base::Direction::uplink, grant.format.tbs.value() / 8);
    }
    recorder_.block(grant.ue, base::Direction::uplink,
                    {.is_first = grant.harq.attempt == 0,
                     .decoded = result.decoded,
                     .mcs = grant.format.mcs.value(),
                     .rank = 1,
                     .prb_count = grant.format.prb.count});
    network_.trace(net::TransportBlock{.ue = grant.ue,
                                       .cell = deployment_.terminals[grant.ue.value].serving,
                                       .direction = base::Direction::uplink,
                                       .slot = slot - base::SlotCount(1),
                                       .mcs = grant.format.mcs,
                                       .layers = base::LayerCount(1),
                                       .prb_count = base::PrbCount(grant.format.prb_count),
                                       .tbs = base::Bytes(grant.format.tbs.value() / 8),
                                       .attempt = static_cast<std::uint32_t>(grant.harq.attempt),
                                       .ok = result.decoded});
  }
  output_.clear();
  static const mac::MacPdu nothing;
  const mac::HarqOutcome outcome = cell.on_pusch(
      terminal.connection,
      {.grant = grant, .pdu = pdu != nullptr ? *pdu : nothing, .result = result, .now = now},
      output_);
  if (outcome == mac::HarqOutcome::given_up) {
    recorder_.residual_loss(grant.ue, base::Direction::uplink);
    drops_.clear();
    if (pdu != nullptr) terminal.mac.uplink().on_block_lost(pdu->data, drops_);
    account_drops(grant.ue, base::Direction::uplink, drops_, now);
  }
  settle(layer, grant.ue, base::Direction::uplink, now);
}

void Spine::receive_control(Layer& layer, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  for (const UciOnAir& air : layer.uci_on_air) {
    const Terminal& terminal = *terminals_[air.uci.ue.value];
    if (!air.heard || air.uci.epoch != terminal.mac.epoch()) continue;
    if (air.uci.sr) layer.cells[air.cell]->on_scheduling_request(terminal.connection);
    for (int i = 0; i < air.uci.feedback_count; ++i) {
      conclude_feedback(layer,
                        {.cell = air.cell,
                         .ue = air.uci.ue,
                         .feedback = air.uci.feedback[static_cast<std::size_t>(i)]},
                        now);
    }
  }
  layer.uci_on_air.clear();

  const auto is_over = [&](const ExpectedFeedback& expected) { return expected.slot < slot; };
  for (const ExpectedFeedback& expected : layer.expected_feedback) {
    if (!is_over(expected)) continue;
    conclude_feedback(layer,
                      {.cell = expected.cell,
                       .ue = expected.ue,
                       .feedback = {.harq = expected.harq, .ack = false, .heard = false}},
                      now);
  }
  std::erase_if(layer.expected_feedback, is_over);

  const auto has_arrived = [&](const CsiOnAir& csi) { return csi.arrival <= slot; };
  for (const CsiOnAir& csi : layer.csi_on_air) {
    if (!has_arrived(csi)) continue;
    const std::span<const double> sinr = layer.channel.uplink_sinr(
        csi.ue,
        base::from_db(deployment_.terminals[csi.ue.value].capability.max_power_dbm()) * 1e-3 / 12);
    const double error_rate = phy::uci_error_rate(
        {.payload = base::Bits(csi_report_bits), .re_count = pucch_re_count}, sinr.front());
    const double draw = random_.uniform(base::Purpose::control_channel, {.a = csi.ue.value, .b = 0},
                                        draw_index(slot, csi_draw));
    const Terminal& terminal = *terminals_[csi.ue.value];
    if (draw >= error_rate && csi.epoch == terminal.mac.epoch()) {
      connection(layer, terminal).csi = csi.report;
    }
  }
  std::erase_if(layer.csi_on_air, has_arrived);
}

void Spine::conclude_feedback(Layer& layer, const Answer& answer, base::Instant now) {
  const auto& [cell, ue, feedback] = answer;
  Terminal& terminal = *terminals_[ue.value];
  mac::gnb::Connection& c = layer.cells[cell]->connection(terminal.connection);
  const mac::BlockFormat format = c.dl_harq.format(feedback.harq.process);
  const mac::HarqOutcome outcome = layer.cells[cell]->on_feedback(terminal.connection, feedback);
  if (outcome == mac::HarqOutcome::acknowledged) {
    recorder_.acknowledged(ue, base::Direction::downlink, format.tbs.value() / 8);
    touch(layer, ue);
  }
  if (outcome != mac::HarqOutcome::given_up) return;
  touch(layer, ue);
  // The block may have arrived although no ACK did.
  if (terminal.mac.receiver().has_decoded(feedback.harq)) return;
  recorder_.residual_loss(ue, base::Direction::downlink);
  drops_.clear();
  c.downlink.on_block_lost(c.dl_blocks[static_cast<std::size_t>(feedback.harq.process)].data,
                           drops_);
  account_drops(ue, base::Direction::downlink, drops_, now);
}

ByteLedger Spine::ledger(base::UeId ue, base::Direction direction) const {
  const Terminal& terminal = *terminals_[ue.value];
  ByteLedger ledger = terminal.ledger[static_cast<std::size_t>(direction)];
  const Layer& layer = *layers_[terminal.layer];
  ledger.queued =
      direction == base::Direction::downlink
          ? layer.cells[terminal.cell]->connection(terminal.connection).downlink.queued_bytes()
          : terminal.mac.uplink().queued_bytes();
  return ledger;
}

}  // namespace redcell::scenarios
