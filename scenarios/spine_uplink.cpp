// The uplink of a slot: PUSCH and control that ended, answers that never came, PUSCH and PUCCH that
// begin.
#include <algorithm>

#include "base/check.h"
#include "base/math.h"
#include "phy/link/control_error.h"
#include "phy/link/power.h"
#include "phy/nr/numerology.h"
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
                           .mu = layer.plan.numerology().mu(),
                           .first_prb = format.prb.first,
                           .prb_count = format.prb.count,
                           .channel_prb_count = layer.plan.bwps[plan.bwp].bwp_ul.count,
                           .modulation_order = format.modulation_order,
                           .transform_precoding = layer.plan.radio.transform_precoding,
                           .power_class = base::Dbm(plan.capability.max_power_dbm())});
}

void Spine::measure_uplink(Layer& layer, base::UeId ue, const Leg& leg) {
  mac::gnb::Connection& c = layer.cells[leg.cell]->connection(leg.connection);
  mac::BlockFormat one_prb;
  one_prb.prb = {.first = 0, .count = 1};
  const phy::PuschPower power =
      pusch_power_of(layer, deployment_.terminals[ue.value],
                     layer.channel.path_loss_estimate(ue, leg.cell), one_prb);
  const std::span<const double> sinr = layer.channel.uplink_sinr(
      {.ue = ue, .cell = leg.cell, .beam = c.beam}, base::from_db(power.per_re.value()) * 1e-3);
  const std::span<const int> prbs = layer.channel.groups().prb_counts(bwp_of(ue));
  c.ul_quality.one_prb_power_below_max_db = -power.headroom.value();
  c.ul_quality.sinr_db_one_prb_full_power =
      base::to_db(phy::effective_sinr(2, prbs, sinr)) - c.ul_quality.prb_power_below_max_db(1);
}

/// All terminals decide what they send before anything is judged: each suffers from all others.
void Spine::send_uplink(Layer& layer, base::Slot slot) {
  layer.ul_data.clear();
  for (const base::UeId ue : due_terminals_) {
    Terminal& terminal = *terminals_[ue.value];
    touch(layer, ue);
    const mac::Uci uci = terminal.mac.uci(slot);
    if (!uci.empty()) layer.uci_on_air.push_back({.uci = uci, .leg = terminal.leg, .heard = false});
    terminal.mac.skip_empty_occasion(slot, layer.start_of(slot));
    const mac::UlGrant* grant = terminal.mac.grant_at(slot);
    if (grant != nullptr) build_pusch(layer, ue, *grant, slot);
  }
  layer.channel.set_uplink(layer.ul_data);
  for (UciOnAir& air : layer.uci_on_air) judge_uci(layer, air, slot);
  for (std::size_t i = 0; i < layer.uplink_on_air.size(); ++i) {
    judge_pusch(layer, layer.uplink_on_air[i], layer.ul_data[i], slot);
  }
}

/// An occasion of a configured grant is used. What its process held, and no repetition has come for
/// in time, is lost unless it has been decoded.
void Spine::use_occasion(Layer& layer, base::UeId ue, mac::UlGrant& grant, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  terminal.bwp.on_dci(grant.pusch_slot);  // TS 38.321 5.15: as if it were a DCI.
  mac::gnb::Connection* c = connection(layer, terminal);
  if (c == nullptr) return;
  grant.format.beam = c->beam;  // The cell's own affair.
  if (!c->ul_harq.is_busy(grant.harq.process)) return;
  const mac::HarqId before = c->ul_harq.id(grant.harq.process);
  const mac::MacPdu* pdu = terminal.mac.block(before);
  if (pdu == nullptr || c->receiver.has_decoded(before)) return;
  recorder_.residual_loss(ue, base::Direction::uplink);
  drops_.clear();
  terminal.mac.data().tx.on_block_lost(pdu->data.pdus, drops_);
  account_drops(ue, base::Direction::uplink, drops_, now);
}

void Spine::build_pusch(Layer& layer, base::UeId ue, mac::UlGrant grant, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  const base::Instant begins = layer.start_of(slot);
  if (mac::is_configured(grant.harq) && grant.harq.attempt == 0) {
    use_occasion(layer, ue, grant, begins);
  }
  const base::Instant ends = layer.start_of(slot + base::SlotCount(1));
  const phy::PuschPower power =
      pusch_power_of(layer, deployment_.terminals[ue.value],
                     layer.channel.path_loss_estimate(ue, terminal.leg.cell), grant.format);
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
    for (const mac::RlcPdu& rlc : sent->pdu->data.pdus) {
      book_.on_sent(piece_of(ue, base::Direction::uplink, rlc), begins, ends);
    }
  }
  layer.uplink_on_air.push_back(
      {.grant = grant, .leg = terminal.leg, .is_sent = true, .quality = {}, .sinr_db = 0});
  layer.ul_data.push_back({.cell = terminal.leg.cell,
                           .beam = grant.format.beam,
                           .ue = ue,
                           .re_power_w = base::from_db(power.per_re.value()) * 1e-3,
                           .prb = carrier_prbs(layer, grant.format),
                           .share = 1});
  recorder_.uplink_used(layer.id_of(terminal.leg.cell), grant.format.prb_count);
}

void Spine::judge_pusch(Layer& layer, UplinkOnAir& air, const Emission& emission, base::Slot slot) {
  const mac::BlockFormat& format = air.grant.format;
  const ServingLink link{
      .ue = air.grant.ue, .cell = air.leg.cell, .beam = format.beam, .prb = emission.prb};
  const std::span<const double> sinr = layer.channel.uplink_sinr(link, emission.re_power_w);
  const phy::ResourceMap& map = layer.cells[air.leg.cell]->map(format.bwp, slot);
  air.quality =
      block_quality(layer, {.format = format, .prb = emission.prb, .slot = map.uplink(slot)}, sinr);
  air.sinr_db = base::to_db(phy::effective_sinr(format.modulation_order, re_count_, sinr));
  recorder_.interference(layer.id_of(link.cell), layer.channel.interference_over_thermal_db(link));
}

double Spine::pucch_sinr(Layer& layer, ServingLink link, std::uint32_t bwp, double re_power_w) {
  const auto [low, high] = layer.plan.bwps[bwp].pucch_prbs();
  link.prb = {.first = low.first, .count = 1};
  const double sinr = layer.channel.uplink_sinr(link, re_power_w).front();
  if (high.count == 0) return sinr;
  link.prb.first = high.end() - 1;
  return (sinr + layer.channel.uplink_sinr(link, re_power_w).front()) / 2;
}

void Spine::judge_uci(Layer& layer, UciOnAir& air, base::Slot slot) {
  // On PUCCH: one PRB at an edge of the BWP, hopping to the other where that is configured; on
  // PUSCH the same share of it.
  const base::UeId ue = air.uci.ue;
  const Leg* leg = find_leg(*terminals_[ue.value], air.leg.cell, air.leg.epoch);
  if (leg == nullptr) return;  // Closed: nobody listens.
  mac::BlockFormat one_prb;
  one_prb.prb = {.first = 0, .count = 1};
  const phy::PuschPower power =
      pusch_power_of(layer, deployment_.terminals[ue.value],
                     layer.channel.path_loss_estimate(ue, leg->cell), one_prb);
  const int beam = layer.cells[leg->cell]->connection(leg->connection).beam;
  const double sinr = pucch_sinr(layer, {.ue = ue, .cell = leg->cell, .beam = beam}, bwp_of(ue),
                                 base::from_db(power.per_re.value()) * 1e-3);
  const std::int64_t bits = std::max(1, air.uci.feedback_count + (air.uci.sr ? 1 : 0));
  const double error_rate =
      phy::uci_error_rate({.payload = base::Bits(bits), .re_count = pucch_re_count}, sinr);
  air.heard = random_.uniform(base::Purpose::control_channel, {.a = ue.value, .b = 0},
                              draw_index(slot, uci_draw)) >= error_rate;
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
  const Leg* leg = find_leg(terminal, air.leg.cell, air.leg.epoch);
  if (leg == nullptr) return;  // The cell has closed the connection; its blocks were flushed.
  mac::gnb::Cell& cell = *layer.cells[leg->cell];
  mac::gnb::Connection& c = cell.connection(leg->connection);
  const bool before = c.receiver.has_decoded(grant.harq);
  // A terminal that has left keeps nothing of what it sent: what is on the air is lost with it.
  const bool is_of = terminal.mac.is_of(grant.epoch);
  const mac::MacPdu* pdu = is_of ? terminal.mac.block(grant.harq) : nullptr;
  const bool is_sent = air.is_sent && pdu != nullptr;
  mac::gnb::PuschResult result{.decoded = before, .sinr_db = air.sinr_db, .detected = is_sent};
  if (is_sent) {
    phy::SoftBlock& soft = c.receiver.turn_to(grant.harq);
    phy::combine(soft, air.quality);
    const double error_rate =
        phy::block_error_rate(grant.format.tbs, grant.format.rate_x1024, soft);
    const double draw =
        random_.uniform(base::Purpose::transport_block, {.a = grant.ue.value, .b = 0},
                        draw_index(slot, uplink_block));
    result.decoded = before || draw >= error_rate;
    record_pusch(layer, air, {.decoded = result.decoded, .is_new = !before}, slot);
    if (result.decoded && !before) {
      for (const mac::RlcPdu& rlc : pdu->data.pdus)
        book_.on_received(piece_of(grant.ue, base::Direction::uplink, rlc), now);
      if (c.data != nullptr && !pdu->data.pdus.empty())
        note_data(grant.ue, base::Direction::uplink, now);
    }
  }
  output_.clear();
  static const mac::MacPdu nothing;
  const mac::HarqOutcome outcome = cell.on_pusch(
      leg->connection,
      {.grant = grant, .pdu = pdu != nullptr ? *pdu : nothing, .result = result, .now = now},
      output_);
  // Data that comes where the bearer no longer is ends here; the sender has not heard of it.
  const bool is_useless = result.decoded && !before && c.data == nullptr;
  if (outcome == mac::HarqOutcome::given_up || is_useless) {
    if (outcome == mac::HarqOutcome::given_up) {
      recorder_.residual_loss(grant.ue, base::Direction::uplink);
    }
    drops_.clear();
    if (pdu != nullptr) terminal.mac.data().tx.on_block_lost(pdu->data.pdus, drops_);
    account_drops(grant.ue, base::Direction::uplink, drops_, now);
  }
  settle(layer, grant.ue, base::Direction::uplink, now);
  keep_signalling(layer, grant.ue, *leg, false);
}

void Spine::record_pusch(const Layer& layer, const UplinkOnAir& air, const PuschFate& fate,
                         base::Slot slot) {
  const mac::UlGrant& grant = air.grant;
  const std::int64_t bytes = grant.format.tbs.value() / 8;
  if (fate.decoded && fate.is_new) {
    recorder_.acknowledged(layer.id_of(air.leg.cell), grant.ue, base::Direction::uplink, bytes);
  }
  recorder_.block(grant.ue, base::Direction::uplink,
                  {.is_first = grant.harq.attempt == 0,
                   .decoded = fate.decoded,
                   .mcs = grant.format.mcs.value(),
                   .rank = 1,
                   .prb_count = grant.format.prb.count});
  network_.trace(net::TransportBlock{.ue = grant.ue,
                                     .cell = layer.id_of(air.leg.cell),
                                     .direction = base::Direction::uplink,
                                     .slot = slot - base::SlotCount(1),
                                     .mcs = grant.format.mcs,
                                     .layers = base::LayerCount(1),
                                     .prb_count = base::PrbCount(grant.format.prb_count),
                                     .tbs = base::Bytes(bytes),
                                     .attempt = static_cast<std::uint32_t>(grant.harq.attempt),
                                     .ok = fate.decoded});
}

void Spine::receive_control(Layer& layer, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  for (const UciOnAir& air : layer.uci_on_air) {
    const Leg* leg = find_leg(*terminals_[air.uci.ue.value], air.leg.cell, air.uci.epoch);
    if (!air.heard || leg == nullptr) continue;
    layer.cells[leg->cell]->found_in(leg->connection, bwp_of(air.uci.ue),
                                     slot - base::SlotCount(1));
    if (air.uci.sr) layer.cells[leg->cell]->on_scheduling_request(leg->connection);
    for (int i = 0; i < air.uci.feedback_count; ++i) {
      conclude_feedback(layer,
                        {.leg = *leg,
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
                      {.leg = expected.leg,
                       .ue = expected.ue,
                       .feedback = {.harq = expected.harq, .ack = false, .heard = false}},
                      now);
  }
  std::erase_if(layer.expected_feedback, is_over);

  const auto has_arrived = [&](const CsiOnAir& csi) { return csi.arrival <= slot; };
  for (const CsiOnAir& csi : layer.csi_on_air) {
    if (has_arrived(csi)) receive_csi(layer, csi, slot);
  }
  std::erase_if(layer.csi_on_air, has_arrived);
}

void Spine::receive_csi(Layer& layer, const CsiOnAir& csi, base::Slot slot) {
  const Terminal& terminal = *terminals_[csi.ue.value];
  const Leg* leg = find_leg(terminal, csi.leg.cell, csi.leg.epoch);
  if (leg == nullptr || !terminal.mac.is_of(csi.leg.epoch)) return;
  // A report of the part it has left, or due while it was on its way, is not sent.
  const base::Slot sent = csi.arrival - base::SlotCount(1);
  if (csi.bwp != terminal.bwp.bwp() || terminal.bwp.in_gap(sent)) return;
  mac::gnb::Cell& cell = *layer.cells[leg->cell];
  mac::gnb::Connection& c = cell.connection(leg->connection);
  const double power_dbm = deployment_.terminals[csi.ue.value].capability.max_power_dbm();
  const double sinr =
      pucch_sinr(layer, {.ue = csi.ue, .cell = leg->cell, .beam = c.beam}, bwp_of(csi.ue),
                 base::from_db(power_dbm) * 1e-3 / phy::subcarriers_per_prb);
  const double error_rate = phy::uci_error_rate(
      {.payload = base::Bits(csi_report_bits), .re_count = pucch_re_count}, sinr);
  const double draw = random_.uniform(base::Purpose::control_channel, {.a = csi.ue.value, .b = 0},
                                      draw_index(slot, csi_draw));
  if (draw < error_rate) return;
  cell.found_in(leg->connection, csi.bwp, sent);
  c.csi = csi.report.csi;
  c.beam = csi.report.beam;
}

void Spine::conclude_feedback(Layer& layer, const Answer& answer, base::Instant now) {
  const auto& [at, ue, feedback] = answer;
  Terminal& terminal = *terminals_[ue.value];
  const Leg* leg = find_leg(terminal, at.cell, at.epoch);
  if (leg == nullptr) return;
  mac::gnb::Connection& c = layer.cells[leg->cell]->connection(leg->connection);
  const mac::BlockFormat format = c.dl_harq.format(feedback.harq.process);
  const mac::HarqOutcome outcome = layer.cells[leg->cell]->on_feedback(leg->connection, feedback);
  if (outcome == mac::HarqOutcome::acknowledged) {
    recorder_.acknowledged(layer.id_of(leg->cell), ue, base::Direction::downlink,
                           format.tbs.value() / 8);
    touch(layer, ue);
  }
  if (outcome != mac::HarqOutcome::given_up) return;
  touch(layer, ue);
  // The block may have arrived although no ACK did.
  if (terminal.mac.is_of(at.epoch) && terminal.mac.receiver().has_decoded(feedback.harq)) return;
  recorder_.residual_loss(ue, base::Direction::downlink);
  mac::MacPdu& pdu = c.dl_blocks[static_cast<std::size_t>(feedback.harq.process)];
  drops_.clear();
  terminal.gnb_bearer->tx.on_block_lost(pdu.data.pdus, drops_);
  pdu.clear();
  account_drops(ue, base::Direction::downlink, drops_, now);
}

ByteLedger Spine::ledger(base::UeId ue, base::Direction direction) const {
  const Terminal& terminal = *terminals_[ue.value];
  ByteLedger ledger = terminal.ledger[static_cast<std::size_t>(direction)];
  if (direction == base::Direction::uplink) {
    ledger.queued = terminal.mac.data().tx.queued_bytes();
    return ledger;
  }
  ledger.queued = terminal.gnb_bearer->tx.queued_bytes() + terminal.forwarded_bytes;
  return ledger;
}

}  // namespace redcell::scenarios
