#include "mac/ue/rrc.h"

#include <algorithm>
#include <initializer_list>

namespace redcell::mac::ue {

namespace {

/// What is due before an input is handled first.
base::Instant just_before(base::Instant now) { return now - base::Duration(1); }

bool due(const std::optional<base::Instant>& timer, base::Instant now) {
  return timer && *timer <= now;
}

}  // namespace

Rrc::Rrc(const RrcConfig& config, const JoinCell& connection)
    : config_(config),
      connection_(connection),
      next_(connection),
      measurements_(config.measurements, connection.cell),
      monitor_(config.radio_link),
      access_(config.access) {
  RC_CHECK(config.t301 > base::Duration(0));
  RC_CHECK(config.t311 > config.selection_delay);
}

void Rrc::measure(base::Instant now, const RadioView& view, RrcActions& out) {
  on_time(just_before(now), out);
  measurements_.sample(now, view.samples);
  if (state_ == RrcState::selecting && !select_from_) try_select(now, out);
  if (state_ != RrcState::connected) return;
  monitor_.indicate(now, view.link);
  if (const auto report = measurements_.update(now)) {
    out.push(SendMessage{connection_.cell, *report});
  }
}

void Rrc::on_message(const RrcMessage& message, base::Instant now, RrcActions& out) {
  on_time(just_before(now), out);
  if (const auto* const command = std::get_if<HandoverCommand>(&message)) {
    if (state_ == RrcState::connected) begin_handover(*command, now, out);
  }
  if (const auto* const answer = std::get_if<Reestablishment>(&message)) {
    if (state_ != RrcState::requesting) return;
    out.push(event(MobilityEventKind::reestablished));
    join({next_.cell, answer->epoch}, out);
    out.push(SendMessage{connection_.cell, ReestablishmentComplete{connection_.epoch}});
  }
}

void Rrc::on_response(base::Instant now, RrcActions& out) {
  on_time(just_before(now), out);
  if (!access_.on_response(now)) return;
  if (!reestablishing_) {
    join(next_, out);
    out.push(SendMessage{connection_.cell, HandoverComplete{connection_.epoch}});
    return;
  }
  state_ = RrcState::requesting;
  out.push(SendMessage{next_.cell,
                       ReestablishmentRequest{config_.ue, connection_.cell, connection_.epoch}});
}

void Rrc::on_rlc_failure(base::Instant now, RrcActions& out) {
  on_time(just_before(now), out);
  if (state_ == RrcState::connected) lose_link(FailureReason::rlc_failure, now, out);
}

void Rrc::on_time(base::Instant now, RrcActions& out) {
  if (due(guard_, now)) {
    const bool selecting = state_ == RrcState::selecting;
    fail(selecting         ? FailureReason::t311_expiry
         : reestablishing_ ? FailureReason::t301_expiry
                           : FailureReason::t304_expiry,
         now, out);
  }
  if (monitor_.on_time(now)) lose_link(FailureReason::radio_link_failure, now, out);
  if (access_.on_time(now)) fail(FailureReason::access_failure, now, out);
  if (due(access_from_, now)) {
    access_from_.reset();
    state_ = RrcState::accessing;
  }
  if (due(select_from_, now)) {
    select_from_.reset();
    try_select(now, out);
  }
}

std::optional<base::Instant> Rrc::deadline() const {
  std::optional<base::Instant> first;
  for (const auto& timer :
       {guard_, monitor_.deadline(), access_.deadline(), access_from_, select_from_}) {
    if (timer && (!first || *timer < *first)) first = timer;
  }
  return first;
}

void Rrc::begin_handover(const HandoverCommand& command, base::Instant now, RrcActions& out) {
  next_ = {command.target, command.epoch};
  const base::Instant from = now + config_.rrc_processing + config_.ue_processing + config_.margin;
  out.push(event(MobilityEventKind::command_received));
  out.push(LeaveCell{});
  monitor_.reset();
  state_ = RrcState::switching;
  guard_ = now + command.t304;
  access_from_ = from;
  access_.start(from);
  out.push(StartAccess{.cell = command.target, .reestablishment = false, .from = from});
}

void Rrc::lose_link(FailureReason reason, base::Instant now, RrcActions& out) {
  monitor_.reset();
  out.push(LeaveCell{});
  fail(reason, now, out);
}

void Rrc::fail(FailureReason reason, base::Instant now, RrcActions& out) {
  const MobilityEventKind kind = reestablishing_ ? MobilityEventKind::reestablishment_failed
                                 : state_ == RrcState::connected
                                     ? MobilityEventKind::radio_link_failure
                                     : MobilityEventKind::execution_failed;
  out.push(Failed{reason, event(kind)});
  // Back to the source's configuration: the request will name it (TS 38.331 5.3.5.8.3).
  next_ = connection_;
  reestablishing_ = true;
  access_.stop();
  access_from_.reset();
  state_ = RrcState::selecting;
  guard_ = now + config_.t311;
  select_from_ = now + config_.selection_delay;
}

void Rrc::join(const JoinCell& connection, RrcActions& out) {
  connection_ = connection;
  reestablishing_ = false;
  state_ = RrcState::connected;
  guard_.reset();
  measurements_.set_serving(connection.cell);
  out.push(connection);
}

void Rrc::try_select(base::Instant now, RrcActions& out) {
  std::array<CellMeasurement, 1> best;
  if (measurements_.strongest(best) == 0) return;
  if (base::Dbm(best[0].rsrp_dbm) < config_.selection_rsrp_min) return;
  next_ = {best[0].cell, 0};
  state_ = RrcState::accessing;
  guard_ = now + config_.t301;  // From the selection on: it covers the access (5.3.7.3).
  access_.start(now);
  out.push(StartAccess{.cell = next_.cell, .reestablishment = true, .from = now});
}

MobilityEvent Rrc::event(MobilityEventKind kind) const {
  return {.kind = kind, .ue = config_.ue, .source = connection_.cell, .target = next_.cell};
}

}  // namespace redcell::mac::ue
