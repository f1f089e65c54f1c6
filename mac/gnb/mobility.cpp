#include "mac/gnb/mobility.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac::gnb {

namespace {

/// Order of the timer heap: earliest on top, then lowest UE.
constexpr auto later = [](const auto& a, const auto& b) {
  return a.due != b.due ? a.due > b.due : a.ue > b.ue;
};

}  // namespace

std::optional<base::CellId> choose_target(const MobilityPolicy& policy,
                                          const MeasurementReport& report) {
  if (report.neighbour_count == 0) return std::nullopt;
  const CellMeasurement& best = report.neighbours[0];
  if (best.rsrp_dbm < report.serving.rsrp_dbm + policy.margin.value()) return std::nullopt;
  return best.cell;
}

Mobility::Mobility(const MobilityConfig& config)
    : config_(config), admission_(config.admission, config.cell_count), contexts_(config.ue_count) {
  RC_CHECK(config.group_of.empty() || config.group_of.size() == config.ue_count);
  RC_CHECK(config.arrival > config.preparation + config.t304);
  for (Context& c : contexts_) c.open.reserve(4);
}

std::uint32_t Mobility::attach(base::UeId ue, base::CellId cell) {
  Context& c = context(ue);
  RC_CHECK(c.last_epoch == 0);
  c.serving = {.ue = ue, .cell = cell, .epoch = ++c.last_epoch};
  c.bearer = c.serving;
  c.open.push_back({.link = c.serving, .arrival_end = std::nullopt});
  admission_.enter(cell, group_of(ue));
  return c.serving.epoch;
}

void Mobility::on_message(const Link& link, const RrcMessage& message, base::Instant now,
                          Actions& out) {
  if (std::holds_alternative<ReestablishmentRequest>(message)) {
    on_reestablishment_request(link, out);
    return;
  }
  Context& c = context(link.ue);
  if (!is_open(c, link)) return;
  if (const auto* const report = std::get_if<MeasurementReport>(&message)) {
    if (link == c.serving) on_report(c, *report, now, out);
  }
  if (link != c.next) return;
  if (std::holds_alternative<HandoverComplete>(message) && c.phase == Phase::commanded) {
    out.push_back(
        MobilityEvent{MobilityEventKind::completed, link.ue, c.serving.cell, c.next.cell});
    finish(c, out);
  }
  if (std::holds_alternative<ReestablishmentComplete>(message) &&
      c.phase == Phase::reestablishing) {
    finish(c, out);
  }
}

void Mobility::on_wire(const WireMessage& message, base::Instant now, Actions& out) {
  if (const auto* const m = std::get_if<HandoverRequest>(&message)) on_request(*m, now, out);
  if (const auto* const m = std::get_if<HandoverRequestAck>(&message)) on_ack(*m, out);
  if (const auto* const m = std::get_if<HandoverPreparationFailure>(&message)) {
    on_failure(*m, out);
  }
  if (const auto* const m = std::get_if<ContextTransfer>(&message)) on_transfer(*m, out);
  if (const auto* const m = std::get_if<ContextFetch>(&message)) on_fetch(*m, out);
  if (const auto* const m = std::get_if<ContextRelease>(&message)) {
    close({.ue = m->ue, .cell = m->cell, .epoch = m->epoch}, out);
  }
}

void Mobility::on_time(base::Instant now, Actions& out) {
  while (!timers_.empty() && timers_.front().due <= now) {
    const base::UeId ue = timers_.front().ue;
    std::pop_heap(timers_.begin(), timers_.end(), later);
    timers_.pop_back();
    check_timers(context(ue), now, out);
  }
}

std::optional<base::Instant> Mobility::deadline() const {
  if (timers_.empty()) return std::nullopt;
  return timers_.front().due;
}

Link Mobility::serving(base::UeId ue) const { return contexts_.at(ue.value).serving; }

std::uint32_t Mobility::user_count(base::CellId cell) const { return admission_.user_count(cell); }

void Mobility::on_report(Context& c, const MeasurementReport& report, base::Instant now,
                         Actions& out) {
  const base::UeId ue = c.serving.ue;
  const base::CellId source = c.serving.cell;
  out.push_back(MobilityEvent{MobilityEventKind::report_received, ue, source, source});
  if (c.phase != Phase::steady || c.bearer_travels) return;
  const std::optional<base::CellId> target = choose_target(config_.policy, report);
  if (!target) return;
  c.phase = Phase::preparing;
  c.next = {.ue = ue, .cell = *target, .epoch = ++c.last_epoch};
  c.preparation_end = now + config_.preparation;
  start_timer(*c.preparation_end, ue);
  out.push_back(MobilityEvent{MobilityEventKind::preparation_started, ue, source, *target});
  out.push_back(Send{.from = source,
                     .to = *target,
                     .message = HandoverRequest{.ue = ue,
                                                .source = source,
                                                .target = *target,
                                                .source_epoch = c.serving.epoch,
                                                .epoch = c.next.epoch}});
}

void Mobility::on_request(const HandoverRequest& request, base::Instant now, Actions& out) {
  const auto [ue, source, target, source_epoch, epoch] = request;
  if (!admits(ue, target, out)) {
    out.push_back(Send{target, source, HandoverPreparationFailure{ue, target, epoch}});
    return;
  }
  const base::Instant arrival_end = now + config_.arrival;
  open(context(ue), {.link = {ue, target, epoch}, .arrival_end = arrival_end}, out);
  start_timer(arrival_end, ue);
  out.push_back(Send{target, source, HandoverRequestAck{ue, target, epoch}});
}

void Mobility::on_ack(const HandoverRequestAck& ack, Actions& out) {
  Context& c = context(ack.ue);
  const Link target{ack.ue, ack.target, ack.epoch};
  if (c.phase != Phase::preparing || c.next != target) return;  // Answers what was given up.
  c.phase = Phase::commanded;
  c.preparation_end.reset();
  const base::CellId source = c.serving.cell;
  out.push_back(MobilityEvent{MobilityEventKind::prepared, ack.ue, source, ack.target});
  out.push_back(MobilityEvent{MobilityEventKind::command_sent, ack.ue, source, ack.target});
  out.push_back(SendRrc{c.serving, HandoverCommand{ack.target, ack.epoch, config_.t304}});
  // The source stops the user plane with the command (TS 38.300 9.2.3.2.1).
  out.push_back(TakeBearer{c.serving});
  send_bearer(c, target, out);
}

void Mobility::on_failure(const HandoverPreparationFailure& failure, Actions& out) {
  Context& c = context(failure.ue);
  if (c.phase != Phase::preparing) return;
  if (c.next != Link{failure.ue, failure.target, failure.epoch}) return;
  give_up_preparation(c, out);
}

void Mobility::on_reestablishment_request(const Link& at, Actions& out) {
  Context& c = context(at.ue);
  if (!admits(at.ue, at.cell, out)) return;  // No answer, and T301 expires.

  c.phase = Phase::reestablishing;
  c.next = {.ue = at.ue, .cell = at.cell, .epoch = ++c.last_epoch};
  c.preparation_end.reset();
  c.onward.reset();
  for (Open& o : c.open) o.arrival_end.reset();
  open(c, {.link = c.next, .arrival_end = std::nullopt}, out);

  if (c.bearer.cell != at.cell) {
    out.push_back(
        Send{at.cell, c.bearer.cell, ContextFetch{at.ue, at.cell, c.bearer.cell, c.next.epoch}});
  } else if (c.bearer_travels) {
    c.bearer = c.next;
  } else {
    out.push_back(TakeBearer{c.bearer});
    c.bearer = c.next;
    install(c, out);
  }
  release_others(c, out);
}

void Mobility::on_transfer(const ContextTransfer& transfer, Actions& out) {
  Context& c = context(transfer.ue);
  RC_CHECK(c.bearer_travels && c.bearer.cell == transfer.to);
  if (c.onward) {
    const Link to = *c.onward;
    c.onward.reset();
    send_bearer(c, to, out);
    return;
  }
  c.bearer_travels = false;
  install(c, out);
}

void Mobility::on_fetch(const ContextFetch& fetch, Actions& out) {
  Context& c = context(fetch.ue);
  const Link to{fetch.ue, fetch.from, fetch.epoch};
  if (c.next != to) return;  // The UE is elsewhere by now.
  if (c.bearer_travels) {
    c.onward = to;
    return;
  }
  out.push_back(TakeBearer{c.bearer});
  send_bearer(c, to, out);
}

void Mobility::check_timers(Context& c, base::Instant now, Actions& out) {
  if (c.preparation_end && *c.preparation_end <= now) {
    release(c.next, c.serving.cell, out);
    give_up_preparation(c, out);
  }
  for (std::size_t i = 0; i < c.open.size();) {
    const Open o = c.open[i];
    if (!o.arrival_end || *o.arrival_end > now) {
      ++i;
      continue;
    }
    if (c.bearer == o.link) give_bearer_back(c, out);
    close(o.link, out);
  }
}

void Mobility::give_up_preparation(Context& c, Actions& out) {
  out.push_back(
      MobilityEvent{MobilityEventKind::preparation_failed, c.next.ue, c.serving.cell, c.next.cell});
  c.preparation_end.reset();
  c.phase = Phase::steady;
}

void Mobility::give_bearer_back(Context& c, Actions& out) {
  c.phase = Phase::steady;
  if (c.bearer_travels) {
    c.onward = c.serving;
    return;
  }
  out.push_back(TakeBearer{c.bearer});
  send_bearer(c, c.serving, out);
}

void Mobility::finish(Context& c, Actions& out) {
  c.phase = Phase::steady;
  c.serving = c.next;
  for (Open& o : c.open) {
    if (o.link == c.serving) o.arrival_end.reset();
  }
  out.push_back(Send{.from = c.serving.cell,
                     .to = std::nullopt,
                     .message = PathSwitch{c.serving.ue, c.serving.cell}});
  release_others(c, out);
}

void Mobility::release_others(Context& c, Actions& out) {
  const base::CellId here = c.next.cell;
  for (std::size_t i = 0; i < c.open.size();) {
    const Link link = c.open[i].link;
    const bool other = link != c.next && link != c.bearer;
    if (other && link.cell == here) {
      close(link, out);
      continue;
    }
    if (other) release(link, here, out);
    ++i;
  }
}

void Mobility::release(const Link& link, base::CellId from, Actions& out) {
  out.push_back(Send{from, link.cell, ContextRelease{link.ue, link.cell, link.epoch}});
}

/// The bearer, out of the connection that held it, goes over the wire.
void Mobility::send_bearer(Context& c, const Link& to, Actions& out) {
  const base::CellId from = c.bearer.cell;
  c.bearer = to;
  c.bearer_travels = true;
  out.push_back(Send{from, to.cell, ContextTransfer{to.ue, to.cell, to.epoch}});
}

void Mobility::install(const Context& c, Actions& out) {
  out.push_back(InstallBearer{c.bearer});
  if (c.phase != Phase::reestablishing || c.bearer != c.next) return;
  out.push_back(SendRrc{c.next, Reestablishment{c.next.epoch}});
}

void Mobility::open(Context& c, const Open& connection, Actions& out) {
  const auto [ue, cell, epoch] = connection.link;
  if (!is_in(c, cell)) admission_.enter(cell, group_of(ue));
  c.open.push_back(connection);
  out.push_back(OpenConnection{connection.link});
}

void Mobility::close(const Link& link, Actions& out) {
  Context& c = context(link.ue);
  RC_CHECK(c.bearer != link || c.bearer_travels);
  const auto it =
      std::find_if(c.open.begin(), c.open.end(), [&](const Open& o) { return o.link == link; });
  if (it == c.open.end()) return;  // Closed before: released twice, or its UE never came.
  c.open.erase(it);
  if (!is_in(c, link.cell)) admission_.leave(link.cell, group_of(link.ue));
  out.push_back(CloseConnection{link});
}

void Mobility::start_timer(base::Instant due, base::UeId ue) {
  timers_.push_back({.due = due, .ue = ue});
  std::push_heap(timers_.begin(), timers_.end(), later);
}

bool Mobility::is_open(const Context& c, const Link& link) {
  return std::any_of(c.open.begin(), c.open.end(), [&](const Open& o) { return o.link == link; });
}

bool Mobility::is_in(const Context& c, base::CellId cell) {
  return std::any_of(c.open.begin(), c.open.end(),
                     [&](const Open& o) { return o.link.cell == cell; });
}

bool Mobility::admits(base::UeId ue, base::CellId cell, Actions& out) {
  const Context& c = context(ue);
  if (is_in(c, cell) || admission_.may_admit(cell, group_of(ue))) return true;
  out.push_back(MobilityEvent{MobilityEventKind::not_admitted, ue, c.serving.cell, cell});
  return false;
}

std::size_t Mobility::group_of(base::UeId ue) const {
  return config_.group_of.empty() ? 0 : config_.group_of.at(ue.value);
}

Mobility::Context& Mobility::context(base::UeId ue) { return contexts_.at(ue.value); }

}  // namespace redcell::mac::gnb
