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
    PacketMarks& marks = book_.open(arrival.packet);
    marks.ue = arrival.ue;
    marks.direction = arrival.direction;
    marks.bytes = arrival.bytes;
    marks.core = arrival.core;
    marks.arrival = arrival.arrival;
    marks.aligned = layer.start_of(aligned_slot(layer.map, arrival.direction, slot));
    const mac::Sdu sdu{
        .packet = arrival.packet, .bytes = arrival.bytes, .arrival = arrival.arrival};
    touch(layer, arrival.ue);
    drops_.clear();
    if (arrival.direction == base::Direction::downlink) {
      marks.granted = marks.aligned;
      marks.is_granted = true;
      layer.cells[terminal.cell]->enqueue(terminal.connection, sdu, now, drops_);
      plan_csi(layer, arrival.ue, slot);
    } else if (terminal.mac.enqueue(sdu, slot, now, drops_)) {
      terminal.ungranted.push_back(arrival.packet);
    }
    account_drops(arrival.ue, arrival.direction, drops_, now);
  }
  layer.inbox.clear();
}

void Spine::account_drops(base::UeId ue, base::Direction direction,
                          std::vector<mac::DroppedSdu>& drops, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  ByteLedger& ledger = terminal.ledger[static_cast<std::size_t>(direction)];
  for (const mac::DroppedSdu& dropped : drops) {
    ledger.dropped[static_cast<std::size_t>(dropped.reason)] += dropped.bytes;
    recorder_.drop(ue, direction, dropped, now);
    if (direction == base::Direction::uplink) std::erase(terminal.ungranted, dropped.packet);
    network_.drop(dropped.packet);
  }
  drops.clear();
}

/// What one received block or timer put out at the receiving end of `direction`.
void Spine::settle(Layer& layer, base::UeId ue, base::Direction direction, base::Instant now) {
  Terminal& terminal = *terminals_[ue.value];
  mac::TxBearer& sender = direction == base::Direction::downlink
                              ? connection(layer, terminal).downlink
                              : terminal.mac.uplink();
  sender.settle(output_.delivered, output_.receiver_drops);
  hand_over(layer, ue, direction, now);
  account_drops(ue, direction, output_.receiver_drops, now);
  const base::Direction opposite =
      direction == base::Direction::downlink ? base::Direction::uplink : base::Direction::downlink;
  account_drops(ue, opposite, output_.sender_drops, now);
  touch(layer, ue);
}

void Spine::hand_over(Layer& /*layer*/, base::UeId ue, base::Direction direction,
                      base::Instant now) {
  ByteLedger& ledger = terminals_[ue.value]->ledger[static_cast<std::size_t>(direction)];
  for (const mac::DeliveredSdu& delivered : output_.delivered) {
    ledger.delivered += delivered.bytes;
    const PacketMarks& marks = book_.at(delivered.packet);
    const PacketParts parts = parts_of(marks, now);
    const bool synthetic = network_.pool().is_synthetic(delivered.packet);
    const net::UplinkTicket ticket = network_.deliver(ue, direction, delivered.packet);
    if (ticket == net::no_ticket) {
      recorder_.packet(marks, parts, now);
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
  output_.delivered.clear();
}

void Spine::on_core_delivered(net::UplinkTicket ticket, base::Duration core) {
  PacketMarks marks = in_core_[ticket.value];
  marks.core = core;
  recorder_.close_bins(net::virtual_now());
  recorder_.packet(marks, parts_of(marks, left_ran_[ticket.value]), net::virtual_now());
}

void Spine::refill(Layer& layer, base::Instant now) {
  for (const base::UeId ue : layer.touched) {
    Terminal& terminal = *terminals_[ue.value];
    for (const std::size_t index : terminal.flows) {
      SaturatedFlow& flow = traffic_->saturated()[index];
      if (flow.start > now) continue;
      const mac::TxBearer& sender = flow.direction == base::Direction::downlink
                                        ? connection(layer, terminal).downlink
                                        : terminal.mac.uplink();
      // What the sender itself knows to be waiting; what is on the air is not its business.
      std::uint64_t queued = sender.buffered_bytes();
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
  const base::Slot running = layer.plan.resources.numerology.slot_at(now);
  for (const base::UeId ue : layer.touched) {
    Terminal& terminal = *terminals_[ue.value];
    terminal.touched = false;
    const mac::gnb::Connection& c = connection(layer, terminal);
    const auto plan = [&](std::optional<base::Instant> deadline, mac::Task task) {
      if (!deadline) return;
      const base::Slot slot = layer.first_slot_from(std::max(*deadline, now + base::Duration(1)));
      std::optional<base::Slot>& planned = terminal.timer_slot[static_cast<std::size_t>(task)];
      // An entry of the running slot has been served: a timer that it started anew needs its own.
      if (planned && *planned <= slot && *planned > running) return;
      planned = slot;
      layer.agenda.add({.slot = slot, .task = task, .ue = ue});
    };
    plan(terminal.mac.uplink().deadline(), mac::Task::ue_timer);
    plan(terminal.mac.downlink().deadline(), mac::Task::ue_timer);
    plan(c.downlink.deadline(), mac::Task::gnb_timer);
    plan(c.uplink.deadline(), mac::Task::gnb_timer);
    const std::optional<base::Slot> uplink = terminal.mac.next_uplink_slot(running);
    if (uplink) layer.agenda.add({.slot = *uplink, .task = mac::Task::ue_uplink, .ue = ue});
  }
  layer.touched.clear();
}

void Spine::run_timers(Layer& layer, base::UeId ue, bool at_ue, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  Terminal& terminal = *terminals_[ue.value];
  mac::gnb::Connection& c = connection(layer, terminal);
  output_.clear();
  drops_.clear();
  mac::TxBearer& sender = at_ue ? terminal.mac.uplink() : c.downlink;
  mac::RxBearer& receiver = at_ue ? terminal.mac.downlink() : c.uplink;
  const base::Direction sends = at_ue ? base::Direction::uplink : base::Direction::downlink;
  const base::Direction hears = at_ue ? base::Direction::downlink : base::Direction::uplink;
  sender.on_time(now, drops_);
  account_drops(ue, sends, drops_, now);
  receiver.on_time(now, output_.delivered, output_.receiver_drops);
  settle(layer, ue, hears, now);
  if (at_ue) {
    terminal.mac.request_grant_if_needed(slot, now);
  } else {
    layer.cells[terminal.cell]->activate(terminal.connection);
  }
}

}  // namespace redcell::scenarios
