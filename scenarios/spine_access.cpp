// Random access, from the preamble to the answer that makes a connection; what a terminal and a
// cell say to each other before they have one.
#include <algorithm>

#include "base/math.h"
#include "phy/link/block_error.h"
#include "phy/link/control_error.h"
#include "phy/nr/numerology.h"
#include "scenarios/spine.h"

namespace redcell::scenarios {
namespace {

/// A preamble is found from this SINR on, mean of the two branches over its PRBs [ours]: between
/// the -14.5 dB in AWGN and the -6.6 dB in TDLC300-100 that TS 38.104 8.4.2 asks of format 0 with
/// two branches.
constexpr double preamble_sinr_db = -10;
/// The cell answers after this long [ours]; ra-ResponseWindow allows 1 to 80 slots.
constexpr std::int64_t response_ms = 3;
/// From the answer to the request that it grants: N_T,1 + N_T,2 + 0.5 ms (TS 38.213 8.2) and the
/// distance K2 + Delta of TS 38.214 Table 6.1.2.1.1-5; and the cell's answer to it [ours].
constexpr std::int64_t request_ms = 3;
constexpr std::int64_t setup_ms = 4;
/// Common search space: the highest level that a cell has room for.
constexpr int common_aggregation_level = 8;
/// RRCReestablishmentRequest with its CCCH header: 56 bits, over 2 PRBs of 12 data symbols.
constexpr int request_bits = 56;
constexpr int request_re_count = 2 * 12 * 12;

std::uint64_t draw_of(base::Slot slot, AccessOnAir::Step step) {
  return static_cast<std::uint64_t>(slot.value()) * 4 + static_cast<std::uint64_t>(step);
}

/// Random access runs in the part that holds CORESET 0, whatever the terminal can take.
constexpr std::uint32_t initial_bwp = 0;

/// PRBs of the carrier that a preamble takes.
phy::PrbRange prach_prbs(const Layer& layer) {
  return {.first = layer.plan.prach().first_prb,
          .count = std::max(1, layer.plan.prach().prb_count)};
}

/// Over PRBs of the carrier, whose groups the SINRs are.
double mean_sinr(const PrbGroups& groups, const phy::PrbRange& prbs, std::span<const double> sinr) {
  double sum = 0;
  for (int prb = prbs.first; prb < prbs.end(); ++prb) {
    sum += sinr[static_cast<std::size_t>(groups.of(prb) - groups.of(prbs.first))];
  }
  return sum / prbs.count;
}

}  // namespace

void Spine::plan_access(Layer& layer, base::UeId ue, base::Instant from) {
  const std::int64_t period = layer.plan.radio.prach_period.value();
  const std::int64_t offset = layer.plan.radio.prach_offset.value();
  const base::Slot first = layer.first_slot_from(from);
  const std::int64_t turns =
      std::max<std::int64_t>((first.value() - offset + period - 1) / period, 0);
  layer.agenda.add(
      {.slot = base::Slot(turns * period + offset), .task = mac::Task::random_access, .ue = ue});
}

void Spine::send_preamble(Layer& layer, base::UeId ue, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  const mac::ue::RrcState state = terminal.rrc.state();
  if (state != mac::ue::RrcState::switching && state != mac::ue::RrcState::accessing) return;
  const base::Instant now = layer.start_of(slot);
  plan_access(layer, ue, layer.start_of(slot + base::SlotCount(1)));
  if (!terminal.rrc.access().wants_preamble(now)) return;
  const base::Slot after = slot + base::SlotCount(1);
  const base::Dbm max(deployment_.terminals[ue.value].capability.max_power_dbm());
  const base::Dbm power = terminal.rrc.access().preamble_power(
      layer.channel.path_loss_estimate(ue, terminal.access_cell), max);
  // Spread over the PRBs of the occasion; the beam is that of the SS/PBCH block it belongs to.
  const int re_count = phy::subcarriers_per_prb * prach_prbs(layer).count;
  const double re_power_w = base::from_db(power.value()) * 1e-3 / re_count;
  const std::span<const double> sinr =
      layer.channel.uplink_sinr({.ue = ue,
                                 .cell = terminal.access_cell,
                                 .beam = layer.channel.best_beam(ue, terminal.access_cell),
                                 .prb = prach_prbs(layer)},
                                re_power_w);
  terminal.preamble_sinr_db =
      base::to_db(mean_sinr(layer.channel.groups(), prach_prbs(layer), sinr));
  terminal.rrc.on_preamble_sent(layer.start_of(after));
  layer.access_on_air.push_back({.step = AccessOnAir::Step::preamble,
                                 .ue = ue,
                                 .cell = terminal.access_cell,
                                 .arrival = after,
                                 .heard = terminal.preamble_sinr_db >= preamble_sinr_db,
                                 .message = {}});
  layer.agenda.add({.slot = after, .task = mac::Task::wake, .ue = ue});
  touch(layer, ue);
}

/// Sends an answer, a request or a set-up so that it arrives in the first slot of its direction
/// after its delay.
void Spine::send_access(Layer& layer, const AccessOnAir& access, base::Slot slot) {
  const std::int64_t slots_per_ms = layer.plan.numerology().slots_per_ms();
  const bool is_uplink = access.step == AccessOnAir::Step::request;
  const std::int64_t delay_ms = access.step == AccessOnAir::Step::response ? response_ms
                                : is_uplink                                ? request_ms
                                                                           : setup_ms;
  base::Slot sent = slot + base::SlotCount(delay_ms * slots_per_ms);
  const auto fits = [&](base::Slot at) {
    return is_uplink ? layer.map().uplink(at).symbols.count > 0
                     : layer.map().downlink(at).symbols.count > 0;
  };
  while (!fits(sent)) sent += base::SlotCount(1);
  AccessOnAir on_air = access;
  on_air.arrival = sent + base::SlotCount(1);
  layer.access_on_air.push_back(on_air);
  layer.agenda.add({.slot = on_air.arrival, .task = mac::Task::wake, .ue = access.ue});
}

bool Spine::access_heard(Layer& layer, const AccessOnAir& access, base::Slot slot) {
  if (access.step == AccessOnAir::Step::preamble) return access.heard;
  const ServingLink link{.ue = access.ue,
                         .cell = access.cell,
                         .beam = layer.channel.best_beam(access.ue, access.cell)};
  double error_rate = 1;
  if (access.step == AccessOnAir::Step::request) {
    const double power_w =
        base::from_db(deployment_.terminals[access.ue.value].capability.max_power_dbm()) * 1e-3;
    const double sinr =
        pucch_sinr(layer, link, initial_bwp, power_w / (2 * phy::subcarriers_per_prb));
    error_rate = phy::uci_error_rate(
        {.payload = base::Bits(request_bits), .re_count = request_re_count}, sinr);
  } else {
    const int level = std::min(common_aggregation_level, layer.maps[initial_bwp].cce_count());
    error_rate = dci_error_rate(layer, link, initial_bwp, level);
  }
  return random_.uniform(base::Purpose::random_access, {.a = access.ue.value, .b = 0},
                         draw_of(slot, access.step)) >= error_rate;
}

void Spine::receive_access(Layer& layer, base::Slot slot) {
  if (layer.access_on_air.empty()) return;
  const base::Instant now = layer.start_of(slot);
  std::vector<AccessOnAir> arrived;
  std::erase_if(layer.access_on_air, [&](const AccessOnAir& access) {
    if (access.arrival > slot) return false;
    arrived.push_back(access);
    return true;
  });
  for (AccessOnAir& access : arrived) {
    Terminal& terminal = *terminals_[access.ue.value];
    touch(layer, access.ue);
    if (!access_heard(layer, access, slot)) continue;
    ue_actions_.clear();
    network_actions_.clear();
    switch (access.step) {
      case AccessOnAir::Step::preamble:
        access.step = AccessOnAir::Step::response;
        send_access(layer, access, slot);
        break;
      case AccessOnAir::Step::response:
        note_preamble(layer, access);
        terminal.rrc.on_response(now, ue_actions_);
        execute_ue(layer, access.ue, now);
        break;
      case AccessOnAir::Step::request:
        layer.mobility.on_message({.ue = access.ue, .cell = layer.id_of(access.cell), .epoch = 0},
                                  access.message, now, network_actions_);
        execute_network(layer, now);
        break;
      case AccessOnAir::Step::setup:
        terminal.rrc.on_message(access.message, now, ue_actions_);
        execute_ue(layer, access.ue, now);
        break;
    }
  }
}

/// What the cell knows of the uplink at first: its preamble, as if sent with all the power. The
/// first headroom report tells how much there is left.
void Spine::note_preamble(Layer& layer, const AccessOnAir& access) {
  const Terminal& terminal = *terminals_[access.ue.value];
  const int prb_count = prach_prbs(layer).count;
  for (const Leg& leg : terminal.legs) {
    if (leg.cell != access.cell) continue;
    mac::gnb::Connection& c = layer.cells[leg.cell]->connection(leg.connection);
    c.ul_quality.sinr_db_one_prb_full_power =
        terminal.preamble_sinr_db + mac::gnb::UplinkQuality::prbs_to_db(prb_count);
    c.beam = layer.channel.best_beam(access.ue, access.cell);
  }
}

}  // namespace redcell::scenarios
