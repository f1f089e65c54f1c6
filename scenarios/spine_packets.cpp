// Packets at the ends of the radio: arrivals into the bearers, deliveries and drops out of them,
// and the timers that make either.
#include <algorithm>

#include "base/check.h"
#include "scenarios/spine.h"

namespace redcell::scenarios {
namespace {

/// First slot from `slot` on that can carry data in a direction.
base::Slot aligned_slot(const phy::ResourceMap& map, base::Direction direction, base::Slot slot) {
  for (std::int64_t ahead = 0; ahead < map.period().value(); ++ahead) {
    const base::Slot candidate = slot + base::SlotCount(ahead);
    const phy::SlotResources& resources =
        direction == base::Direction::downlink ? map.downlink(candidate) : map.uplink(candidate);
    if (resources.symbols.count > 0) return candidate;
  }
  RC_CHECK(false);
  return slot;
}

}  // namespace

void Spine::touch(Layer& layer, base::UeId ue) {
  Terminal& terminal = *terminals_[ue.value];
  if (terminal.touched) return;
  terminal.touched = true;
  layer.touched.push_back(ue);
}

void Spine::take_arrivals(Layer& layer, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  for (const net::Arrival& arrival : layer.inbox) {
    Terminal& terminal = *terminals_[arrival.ue.value];
    ByteLedger& ledger = terminal.ledger[static_cast<std::size_t>(arrival.direction)];
    ledger.in += arrival.bytes;
    PacketMarks& marks = book_.open(arrival.packet, arrival.ue, arrival.direction);
    marks.bytes = arrival.bytes;
    marks.core = arrival.core;
    marks.arrival = arrival.arrival;
    marks.aligned = layer.start_of(aligned_slot(layer.map(), arrival.direction, slot));
    const mac::Sdu sdu{
        .packet = arrival.packet, .bytes = arrival.bytes, .arrival = arrival.arrival};
    touch(layer, arrival.ue);
    drops_.clear();
    if (arrival.direction == base::Direction::downlink) {
      marks.granted = marks.aligned;
      marks.is_granted = true;
      enqueue_downlink(layer, arrival.ue, sdu, slot);
    } else if (terminal.mac.enqueue(sdu, slot, now, drops_)) {
      terminal.ungranted.push_back(arrival.packet);
    }
    account_drops(arrival.ue, arrival.direction, drops_, now);
  }
  layer.inbox.clear();
}

/// To the bearer, where it is now; or first to where the core still sends, and on over the wire.
void Spine::enqueue_downlink(Layer& layer, base::UeId ue, const mac::Sdu& sdu, base::Slot slot) {
  Terminal& terminal = *terminals_[ue.value];
  const base::Instant now = layer.start_of(slot);
  const bool is_there = terminal.bearer_leg && terminal.bearer_leg->cell == terminal.path_cell;
  if (is_there && terminal.forwarded.empty()) {
    layer.cells[terminal.bearer_leg->cell]->enqueue(terminal.bearer_leg->connection, sdu, now,
                                                    drops_);
    plan_csi(layer, ue, slot);
    return;
  }
  const std::optional<Leg>& goal =
      terminal.waiting_leg ? terminal.waiting_leg : terminal.bearer_leg;
  const bool has_way = !goal || goal->cell != terminal.path_cell;
  base::Instant due = has_way ? now + layer.plan.xn_delay : now;
  if (terminal.forwarded.empty()) {
    layer.forwarding.push_back(ue);
  } else {
    due = std::max(due, terminal.forwarded.back().due);
  }
  terminal.forwarded.push_back({.due = due, .sdu = sdu});
  terminal.forwarded_bytes += sdu.bytes;
  layer.agenda.add({.slot = layer.first_slot_from(due), .task = mac::Task::wake, .ue = ue});
}

/// Packets that have come over the wire to where the bearer is.
void Spine::take_forwarded(Layer& layer, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  for (const base::UeId ue : layer.forwarding) {
    Terminal& terminal = *terminals_[ue.value];
    if (!terminal.bearer_leg) continue;
    std::size_t taken = 0;
    drops_.clear();
    while (taken < terminal.forwarded.size() && terminal.forwarded[taken].due <= now) {
      terminal.forwarded_bytes -= terminal.forwarded[taken].sdu.bytes;
      layer.cells[terminal.bearer_leg->cell]->enqueue(terminal.bearer_leg->connection,
                                                      terminal.forwarded[taken++].sdu, now, drops_);
    }
    if (taken == 0) continue;
    terminal.forwarded.erase(terminal.forwarded.begin(),
                             terminal.forwarded.begin() + static_cast<std::ptrdiff_t>(taken));
    account_drops(ue, base::Direction::downlink, drops_, now);
    plan_csi(layer, ue, slot);
    touch(layer, ue);
  }
  std::erase_if(layer.forwarding,
                [this](base::UeId ue) { return terminals_[ue.value]->forwarded.empty(); });
}

void Spine::account_drops(base::UeId ue, base::Direction direction,
                          std::vector<mac::DroppedSdu>& drops, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  ByteLedger& ledger = terminal.ledger[static_cast<std::size_t>(direction)];
  for (const mac::DroppedSdu& dropped : drops) {
    ledger.dropped[static_cast<std::size_t>(dropped.reason)] += dropped.bytes;
    if (!deployment_.terminals[ue.value].is_background) {
      recorder_.drop(ue, direction, dropped, now);
    }
    if (direction == base::Direction::uplink) std::erase(terminal.ungranted, dropped.packet);
    book_.close(dropped.packet);
    network_.drop(dropped.packet);
  }
  drops.clear();
}

/// What one received block or timer put out at the receiving end of `direction`.
void Spine::settle(Layer& layer, base::UeId ue, base::Direction direction, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  mac::TxBearer& sender =
      direction == base::Direction::downlink ? terminal.gnb_bearer->tx : terminal.mac.data().tx;
  sender.settle(output_.data.delivered, output_.data.drops);
  hand_over(ue, direction, now);
  account_drops(ue, direction, output_.data.drops, now);
  const base::Direction opposite =
      direction == base::Direction::downlink ? base::Direction::uplink : base::Direction::downlink;
  account_drops(ue, opposite, output_.sender_drops, now);
  touch(layer, ue);
}

void Spine::hand_over(base::UeId ue, base::Direction direction, base::Instant now) {
  ByteLedger& ledger = terminals_[ue.value]->ledger[static_cast<std::size_t>(direction)];
  const bool is_background = deployment_.terminals[ue.value].is_background;
  for (const mac::DeliveredSdu& delivered : output_.data.delivered) {
    ledger.delivered += delivered.bytes;
    book_.close(delivered.packet);
    const PacketMarks& marks = book_.at(delivered.packet);
    const PacketParts parts = parts_of(marks, now);
    const bool synthetic = network_.pool().is_synthetic(delivered.packet);
    const net::UplinkTicket ticket = network_.deliver(ue, direction, delivered.packet);
    if (ticket == net::no_ticket) {
      if (!is_background) recorder_.packet(marks, parts, now);
      if (synthetic) recorder_.payload(ue, direction, delivered.bytes);
    } else {
      if (ticket.value >= in_core_.size()) {
        in_core_.resize(ticket.value + 1);
        left_ran_.resize(ticket.value + 1);
      }
      in_core_[ticket.value] = marks;
      left_ran_[ticket.value] = now;
    }
    if (!synthetic) {
      network_.trace(net::PacketDelivered{.ue = ue,
                                          .direction = direction,
                                          .bytes = delivered.bytes,
                                          .core = parts.core,
                                          .queue = parts.alignment + parts.grant + parts.queue,
                                          .air = parts.air + parts.harq + parts.rlc,
                                          .reordering = parts.reordering});
    }
  }
  output_.data.delivered.clear();
}

void Spine::on_core_delivered(net::UplinkTicket ticket, base::Duration core) {
  PacketMarks marks = in_core_[ticket.value];
  marks.core = core;
  recorder_.close_bins(net::virtual_now());
  recorder_.packet(marks, parts_of(marks, left_ran_[ticket.value]), net::virtual_now());
}

/// Files that have come by now; the slot after the next one's moment is planned.
void Spine::take_files(Layer& layer, Terminal& terminal, base::Instant now) {
  for (const std::size_t index : terminal.files) {
    FileFlow& flow = traffic_->files()[index];
    if (flow.next > now) continue;
    while (flow.next <= now) {
      for (std::uint64_t left = flow.file_bytes; left > 0;) {
        const auto bytes =
            static_cast<std::uint32_t>(std::min<std::uint64_t>(left, flow.packet_bytes));
        left -= bytes;
        layer.inbox.push_back({.ue = flow.ue,
                               .direction = flow.direction,
                               .packet = network_.pool().add_synthetic(bytes),
                               .bytes = bytes,
                               .arrival = now,
                               .core = {}});
      }
      advance(flow, random_);
    }
    layer.agenda.add(
        {.slot = layer.first_slot_from(flow.next), .task = mac::Task::wake, .ue = flow.ue});
  }
}

void Spine::refill(Layer& layer, base::Instant now) {
  for (const base::UeId ue : layer.touched) {
    Terminal& terminal = *terminals_[ue.value];
    take_files(layer, terminal, now);
    for (const std::size_t index : terminal.flows) {
      SaturatedFlow& flow = traffic_->saturated()[index];
      if (flow.start > now) continue;
      const mac::TxBearer& sender = flow.direction == base::Direction::downlink
                                        ? terminal.gnb_bearer->tx
                                        : terminal.mac.data().tx;
      // What the sender itself knows to be waiting; what is on the air is not its business.
      std::uint64_t queued = sender.buffered_bytes();
      if (flow.direction == base::Direction::downlink) queued += terminal.forwarded_bytes;
      if (flow.over_ip) {
        flow.over_ip->refill(base::Bytes(static_cast<std::int64_t>(queued)));
        continue;
      }
      for (; queued < built_in_queue_bytes; queued += flow.packet_bytes) {
        layer.inbox.push_back({.ue = ue,
                               .direction = flow.direction,
                               .packet = network_.pool().add_synthetic(flow.packet_bytes),
                               .bytes = flow.packet_bytes,
                               .arrival = now,
                               .core = {}});
      }
    }
  }
}

void Spine::plan_timers(Layer& layer, base::Instant now) {
  const base::Slot running = layer.plan.numerology().slot_at(now);
  for (const base::UeId ue : layer.touched) {
    Terminal& terminal = *terminals_[ue.value];
    terminal.touched = false;
    const auto plan = [&](std::optional<base::Instant> deadline, mac::Task task) {
      if (!deadline) return;
      const base::Slot slot = layer.first_slot_from(std::max(*deadline, now + base::Duration(1)));
      std::optional<base::Slot>& planned = terminal.timer_slot[static_cast<std::size_t>(task)];
      // An entry of the running slot has been served: a timer that it started anew needs its own.
      if (planned && *planned <= slot && *planned > running) return;
      planned = slot;
      layer.agenda.add({.slot = slot, .task = task, .ue = ue});
    };
    const auto plan_bearer = [&](const mac::RadioBearer& bearer, mac::Task task) {
      plan(bearer.tx.deadline(), task);
      plan(bearer.rx.deadline(), task);
    };
    plan_bearer(terminal.mac.data(), mac::Task::ue_timer);
    plan_bearer(terminal.mac.signalling(), mac::Task::ue_timer);
    plan_bearer(*terminal.gnb_bearer, mac::Task::gnb_timer);
    for (const Leg& leg : terminal.legs) {
      plan_bearer(layer.cells[leg.cell]->connection(leg.connection).signalling,
                  mac::Task::gnb_timer);
    }
    plan(terminal.rrc.deadline(), mac::Task::rrc_timer);
    if (const auto slot = terminal.bwp.next(running); slot && terminal.mac.is_connected()) {
      plan(layer.start_of(*slot), mac::Task::bwp_timer);
    }
    const std::optional<base::Slot> uplink = terminal.mac.next_uplink_slot(running);
    if (uplink) layer.agenda.add({.slot = *uplink, .task = mac::Task::ue_uplink, .ue = ue});
  }
  layer.touched.clear();
}

void Spine::run_timers(Layer& layer, base::UeId ue, bool at_ue, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  Terminal& terminal = *terminals_[ue.value];
  output_.clear();
  drops_.clear();
  mac::RadioBearer& bearer = at_ue ? terminal.mac.data() : *terminal.gnb_bearer;
  const base::Direction sends = at_ue ? base::Direction::uplink : base::Direction::downlink;
  const base::Direction hears = at_ue ? base::Direction::downlink : base::Direction::uplink;
  bearer.tx.on_time(now, drops_);
  account_drops(ue, sends, drops_, now);
  bearer.rx.on_time(now, output_.data.delivered, output_.data.drops);
  settle(layer, ue, hears, now);
  const auto run_signalling = [&](mac::RadioBearer& signalling) {
    signalling.tx.on_time(now, output_.signalling_sender_drops);
    signalling.rx.on_time(now, output_.signalling.delivered, output_.signalling.drops);
  };
  if (at_ue) {
    run_signalling(terminal.mac.signalling());
    terminal.mac.request_grant_if_needed(slot, now);
  } else {
    for (const Leg& leg : terminal.legs) {
      run_signalling(layer.cells[leg.cell]->connection(leg.connection).signalling);
      layer.cells[leg.cell]->activate(leg.connection);
    }
  }
  watch_bearers(layer, ue, now);
}

}  // namespace redcell::scenarios
