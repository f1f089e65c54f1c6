// Terminals of a cell that move between its bandwidth parts: when, and what the parts carry.
#include <algorithm>
#include <span>

#include "base/check.h"
#include "mac/gnb/cell.h"

namespace redcell::mac::gnb {
namespace {

/// Slots in a row after a switch in which a block or answers were missed, from which the cell takes
/// its DCI for lost and looks where the terminal was [ours].
constexpr int silences_max = 2;
/// PRB use from which a part is full: what its terminals have had is not what they would have.
constexpr double full_use = 0.95;

/// Terminals of full parts count as what those of the emptiest have had on average, if what they
/// have sent and have waiting is as much, give or take a fifth.
void count_hidden_load(std::span<const PartLoad> loads, std::span<PartMember> members) {
  std::size_t emptiest = loads.size();
  for (std::size_t part = 0; part < loads.size(); ++part) {
    const bool has_members = std::any_of(members.begin(), members.end(),
                                         [&](const PartMember& m) { return m.bwp == part; });
    if (!has_members || loads[part].use >= full_use) continue;
    if (emptiest == loads.size() || loads[part].use < loads[emptiest].use) emptiest = part;
  }
  if (emptiest == loads.size()) return;
  std::int64_t count = 0;
  std::int64_t prbs = 0;
  std::int64_t bytes = 0;
  for (const PartMember& member : members) {
    if (member.bwp != emptiest) continue;
    ++count;
    prbs += member.prbs;
    bytes += member.sent_bytes + member.waiting_bytes;
  }
  for (PartMember& member : members) {
    const std::int64_t asked = member.sent_bytes + member.waiting_bytes;
    const bool asks_as_much = 5 * asked * count >= 4 * bytes;
    if (loads[member.bwp].use < full_use || !asks_as_much) continue;
    member.prbs = std::max(member.prbs, prbs / count);
  }
}

}  // namespace

void Cell::switch_by_dci(std::uint32_t index, std::uint32_t to) {
  Connection& c = connection(index);
  RC_CHECK(to < config_.sibling_count && c.config.bwp < config_.sibling_count && !c.is_moving());
  c.wanted_bwp = to;
  activate(index);
}

void Cell::expect_command(std::uint32_t index, const Connection::Command& command) {
  Connection& c = connection(index);
  RC_CHECK(command.bwp < config_.sibling_count && !c.is_moving());
  c.command = command;
}

void Cell::follow_switches(base::Slot slot) {
  if (config_.sibling_count < 2) return;
  for (const std::uint32_t index : active_) {
    Connection& c = *connections_[index];
    follow(c, slot);
  }
}

void Cell::follow(Connection& c, base::Slot slot) {
  while (const std::optional<BwpSwitch> done = c.bwp.advance(slot)) {
    c.config.bwp = done->to_bwp;
    // Wherever it was, its own timer leads it there, too.
    if (done->cause == BwpCause::timer) c.unconfirmed.reset();
  }
}

void Cell::send_switches(base::Slot slot, SlotPlan& plan) {
  if (config_.sibling_count < 2) return;
  for (const std::uint32_t index : active_) {
    Connection& c = *connections_[index];
    if (!c.wanted_bwp || c.bwp.pending()) continue;
    // It would be in one of three parts.
    if (c.unconfirmed) c.ask_where_it_is();
    if (c.unconfirmed || c.promised >= slot) continue;
    // The timer may have led there meanwhile.
    if (*c.wanted_bwp == c.config.bwp) {
      c.wanted_bwp.reset();
      continue;
    }
    const std::optional<PdcchPlace> dci = place_dci(c);
    if (!dci) continue;
    plan.switches.push_back({.ue = c.config.ue,
                             .epoch = c.config.epoch,
                             .from_bwp = c.config.bwp,
                             .to_bwp = *c.wanted_bwp,
                             .beam = c.beam,
                             .aggregation_level = dci->cces(),
                             .first_cce = dci->first_cce});
    c.unconfirmed = c.bwp;
    c.bwp.on_switch_dci(slot, *c.wanted_bwp);
    c.silences = 0;
    c.wanted_bwp.reset();
  }
}

/// The timer counts from DCIs that the terminal is known to have heard: it never runs longer here
/// than there.
void Cell::note_heard(Connection& c, base::Slot dci) {
  c.bwp.on_dci(dci);
  c.unconfirmed.reset();
}

/// All answers of a slot share a PUCCH: they are lost together and count once.
void Cell::note_silence(Connection& c) {
  if (!c.unconfirmed || c.silent_slot == slot_) return;
  c.silent_slot = slot_;
  if (++c.silences < silences_max) return;
  const ActiveBwp given_up = c.bwp;
  put_back(c, *c.unconfirmed);
  c.unconfirmed = given_up;
}

void Cell::put_back(Connection& c, const ActiveBwp& bwp) {
  c.bwp = bwp;
  c.config.bwp = bwp.bwp();
  c.silences = 0;
}

void Cell::found_in(std::uint32_t index, std::uint32_t bwp, base::Slot sent) {
  Connection& c = connection(index);
  if (config_.sibling_count < 2 || c.config.bwp >= config_.sibling_count) return;
  RC_CHECK(bwp < open_.at(sent));
  follow(c, sent);
  if (c.bwp.pending()) return;
  if (bwp != c.config.bwp) {
    const bool was_there = c.unconfirmed && c.unconfirmed->bwp() == bwp;
    ActiveBwp found = was_there ? *c.unconfirmed : ActiveBwp(c.config.bwp_timing, bwp);
    // It is there, so its timer has been started since; how long ago is not known.
    if (!was_there) found.on_dci(sent);
    put_back(c, found);
    // A command to elsewhere is still on its way.
    if (c.command && c.command->bwp == bwp) c.command.reset();
  }
  c.unconfirmed.reset();
}

void Cell::note_command_sent(Connection& c, const MacPdu& pdu, base::Slot slot) {
  if (!c.command) return;
  Connection::Command& command = *c.command;
  for (const RlcPdu& each : pdu.signalling.pdus) {
    if (each.packet != command.packet) continue;
    command.is_sent_again = command.is_sent_again || each.offset < command.sent_bytes;
    command.sent_bytes = std::max(command.sent_bytes, each.offset + each.bytes);
    if (each.last && command.end_sent < base::Slot(0)) command.end_sent = slot;
  }
}

/// The terminal acts when it has all of the command. Which of the transmissions it was able to
/// decode, where answers were lost, is not known.
void Cell::note_command_heard(Connection& c, std::size_t process) {
  if (!c.command) return;
  Connection::Command& command = *c.command;
  for (const RlcPdu& pdu : c.dl_blocks[process].signalling.pdus) {
    if (pdu.packet != command.packet) continue;
    command.newest_heard = std::max(command.newest_heard, c.dl_dci[process]);
    command.heard_from = std::max(command.heard_from, c.dl_heard_from[process]);
    if (command.hear({.begin = pdu.offset, .end = pdu.offset + pdu.bytes}) < pdu.sdu_bytes) {
      continue;
    }
    const base::Slot first = command.is_sent_again ? command.end_sent : command.heard_from;
    c.bwp.on_command(first, command.newest_heard, command.bwp);
    note_moved(c);
    c.command.reset();
    return;
  }
}

void Cell::note_taken(Connection& c, base::Direction direction, const BlockFormat& format) {
  const auto d = static_cast<std::size_t>(direction);
  part_of(c).recent_prbs[d] += format.prb_count;
  c.recent_prbs += format.prb_count;
  c.recent_bytes[d] += format.tbs.value() / 8;
}

std::int64_t Cell::available_prbs(const Part& part, base::Direction direction,
                                  base::Slot slot) const {
  std::int64_t prbs = 0;
  for (base::Slot s = measured_from_; s < slot; s += base::SlotCount(1)) {
    prbs += direction == base::Direction::downlink ? part.resources->downlink(s).usable_prb_count
                                                   : part.resources->uplink(s).usable_prb_count;
  }
  return prbs;
}

void Cell::measure_parts(base::Slot slot, base::Instant now, std::vector<PartLoad>& loads,
                         std::vector<PartMember>& members) {
  RC_CHECK(slot > measured_from_);
  loads.assign(config_.sibling_count, {});
  members.clear();
  struct Bytes {
    std::int64_t waiting = 0;
    std::int64_t served = 0;
  };
  std::array<std::array<Bytes, 2>, 8> bytes{};
  RC_CHECK(config_.sibling_count <= bytes.size());
  for (std::uint32_t index = 0; index < connections_.size(); ++index) {
    if (connections_[index] == nullptr) continue;
    Connection& c = *connections_[index];
    follow(c, slot);
    if (c.config.bwp >= config_.sibling_count) continue;
    const std::array<std::int64_t, 2> waiting{static_cast<std::int64_t>(c.waiting_bytes(now)),
                                              static_cast<std::int64_t>(c.ul_backlog_bytes)};
    const std::uint32_t going_to = c.bwp.pending() ? c.bwp.pending()->to_bwp
                                   : c.command     ? c.command->bwp
                                                   : c.wanted_bwp.value_or(c.config.bwp);
    PartMember& member = members.emplace_back();
    member = {.connection = index, .bwp = going_to, .is_moving = c.is_moving()};
    member.prbs = c.recent_prbs;
    for (const std::size_t d : {0U, 1U}) {
      bytes[c.config.bwp][d].waiting += waiting[d];
      bytes[c.config.bwp][d].served += c.recent_bytes[d];
      member.sent_bytes += c.recent_bytes[d];
      member.waiting_bytes += waiting[d];
    }
    c.recent_prbs = 0;
    c.recent_bytes = {};
  }
  const double period_ms =
      1e3 * base::to_seconds(parts_[0].resources->config().numerology.slot_duration()) *
      static_cast<double>((slot - measured_from_).value());
  for (std::uint32_t i = 0; i < config_.sibling_count; ++i) {
    for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
      const auto d = static_cast<std::size_t>(direction);
      const std::int64_t available = available_prbs(parts_[i], direction, slot);
      const double use = static_cast<double>(parts_[i].recent_prbs[d]) /
                         static_cast<double>(std::max<std::int64_t>(available, 1));
      const auto served = static_cast<double>(std::max<std::int64_t>(bytes[i][d].served, 1));
      const double delay_ms =
          std::min(1e4, period_ms * static_cast<double>(bytes[i][d].waiting) / served);
      loads[i].use = std::max(loads[i].use, use);
      loads[i].delay_ms = std::max(loads[i].delay_ms, delay_ms);
    }
    loads[i].dcis = parts_[i].recent_dcis;
    loads[i].blocked = static_cast<double>(parts_[i].recent_blocked) /
                       static_cast<double>(std::max<std::int64_t>(parts_[i].recent_dcis, 1));
    parts_[i].recent_prbs = {};
    parts_[i].recent_dcis = parts_[i].recent_blocked = 0;
  }
  measured_from_ = slot;
  count_hidden_load(loads, members);
}

}  // namespace redcell::mac::gnb
