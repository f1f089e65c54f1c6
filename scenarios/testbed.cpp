#include "scenarios/testbed.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/math.h"
#include "base/version.h"
#include "phy/nr/band.h"
#include "scenarios/hash.h"
#include "scenarios/spine.h"
#include "terminals/echo_plan.h"

namespace redcell::scenarios {

/// The whole journey of a slot. What ended is received first, then what begins is scheduled and
/// sent; packets for the IP stacks leave last.
void Spine::run_slot(Layer& layer, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  ++slot_count_;
  recorder_.close_bins(now);
  layer.channel.go_to(slot);
  take_arrivals(layer, slot);
  take_forwarded(layer, slot);
  prepare_channel(layer);

  receive_downlink(layer, slot);
  receive_uplink(layer, slot);
  receive_control(layer, slot);
  receive_access(layer, slot);
  take_messages(layer, slot);
  take_wire(layer, slot);

  layer.agenda.take_due(slot, due_);
  due_terminals_.clear();
  for (const mac::AgendaEntry& entry : due_) run_task(layer, entry, slot);
  add_requesting_terminals(layer, slot);
  send_uplink(layer, slot);
  send_downlink(layer, slot);

  refill(layer, now);
  plan_timers(layer, now);
  plan_next(layer, slot);
}

void Spine::run_task(Layer& layer, const mac::AgendaEntry& entry, base::Slot slot) {
  const base::Instant now = layer.start_of(slot);
  switch (entry.task) {
    case mac::Task::ue_uplink:
      due_terminals_.push_back(entry.ue);
      return;
    case mac::Task::ue_timer:
      return run_timers(layer, entry.ue, true, slot);
    case mac::Task::gnb_timer:
      return run_timers(layer, entry.ue, false, slot);
    case mac::Task::csi_report:
      layer.csi_due.push_back(entry.ue);
      return;
    case mac::Task::wake:
      return touch(layer, entry.ue);
    case mac::Task::measurement:
      return measure(layer, entry.ue, slot);
    case mac::Task::rrc_timer:
      return run_rrc_timer(layer, entry.ue, now);
    case mac::Task::random_access:
      return send_preamble(layer, entry.ue, slot);
    case mac::Task::network_timer:
      return run_network_timer(layer, now);
    case mac::Task::drive_row:
      return record_drive_row(layer, entry.ue, now);
    case mac::Task::bwp_timer:
      return run_bwp_timer(layer, entry.ue, slot);
    case mac::Task::bwp_manager:
      return manage_bwps(layer, slot);
  }
}

/// With one thread a tile is refreshed when it is first asked for; with more, the busy ones are
/// shared out.
void Spine::prepare_channel(Layer& layer) {
  if (workers_.thread_count() == 1) return;
  busy_terminals_.clear();
  for (const auto& cell : layer.cells) {
    for (const std::uint32_t index : cell->active()) {
      busy_terminals_.push_back(cell->connection(index).config.ue);
    }
  }
  layer.channel.prepare(busy_terminals_, workers_);
}

/// A packet or block of this very slot may ask for the SR occasion of this slot.
void Spine::add_requesting_terminals(const Layer& layer, base::Slot slot) {
  for (const base::UeId ue : layer.touched) {
    const mac::ue::UeMac& mac = terminals_[ue.value]->mac;
    if (mac.next_uplink_slot(slot - base::SlotCount(1)) == slot) due_terminals_.push_back(ue);
  }
  std::sort(due_terminals_.begin(), due_terminals_.end());
  due_terminals_.erase(std::unique(due_terminals_.begin(), due_terminals_.end()),
                       due_terminals_.end());
}

void Spine::plan_next(Layer& layer, base::Slot slot) {
  layer.last_run = slot;
  const base::Slot following = slot + base::SlotCount(1);
  const bool busy = !layer.downlink_on_air.empty() || !layer.uplink_on_air.empty() ||
                    !layer.uci_on_air.empty() || !layer.inbox.empty() ||
                    !arrived_messages_.empty() ||
                    std::any_of(layer.cells.begin(), layer.cells.end(),
                                [](const auto& cell) { return cell->has_work(); });
  layer.next = busy ? std::optional(following) : layer.agenda.next();
  if (layer.next) layer.next = std::max(*layer.next, following);
}

std::optional<base::Instant> Spine::tick(base::Instant now) {
  network_.drain_inbox(arrivals_);
  for (const net::Arrival& arrival : arrivals_) {
    Layer& layer = *layers_[terminals_[arrival.ue.value]->layer];
    layer.inbox.push_back(arrival);
    const base::Slot slot = layer.first_slot_from(now);
    if (!layer.next || slot < *layer.next) layer.next = slot;
  }
  std::optional<base::Instant> next;
  for (const auto& layer : layers_) {
    if (layer->next && layer->start_of(*layer->next) <= now) run_slot(*layer, *layer->next);
    if (!layer->next) continue;
    const base::Instant begins = layer->start_of(*layer->next);
    if (!next || begins < *next) next = begins;
  }
  return next;
}

void Spine::wake(base::Instant now) {
  // The packet's layer is not known yet: the clock runs at the next boundary of any of them.
  std::optional<base::Instant> first;
  for (const auto& layer : layers_) {
    base::Slot slot = layer->first_slot_from(now);
    if (clock_.last_run() && layer->start_of(slot) <= *clock_.last_run())
      slot += base::SlotCount(1);
    const base::Instant begins = layer->start_of(slot);
    if (!first || begins < *first) first = begins;
  }
  if (first) clock_.wake_at(*first);
}

void Spine::add_cell(const LayerPlan& layer, const CellPlan& cell, analysis::RunStart& facts) {
  const SitePlan& site = deployment_.sites[cell.site];
  analysis::RunStart::Cell& out = *facts.add_cells();
  out.set_cell(cell.id.value);
  out.set_site(site.name);
  out.set_carrier(layer.carrier);
  out.set_east_mm(static_cast<std::int64_t>(std::floor(site.position.east_m * 1e3 + 0.5)));
  out.set_north_mm(static_cast<std::int64_t>(std::floor(site.position.north_m * 1e3 + 0.5)));
  // [ours] Cells are numbered like their physical cell identities, of which there are 1008.
  out.set_pci(cell.id.value % 1008);
  for (const schema::Carrier& carrier : scenario_.carrier()) {
    if (carrier.name() != layer.carrier) continue;
    out.set_nr_arfcn(phy::nr_arfcn(carrier.dl_centre_mhz()));
    if (const phy::Band* band = phy::find_band(carrier.band())) {
      out.set_band(static_cast<std::uint32_t>(band->number));
    }
  }
  const double bearing_deg = 90 - cell.panel.element.azimuth_deg;
  out.set_azimuth_mdeg(static_cast<std::int32_t>(std::floor(bearing_deg * 1e3 + 0.5)));
}

void Spine::start() {
  analysis::RunStart facts;
  facts.set_scenario(scenario_.title());
  facts.set_seed(scenario_.seed());
  facts.set_run(scenario_.run());
  facts.set_version(base::version);
  facts.set_build_type(base::build_type);
  facts.set_isa(base::isa_name());
  facts.set_warm_up_ns(duration_of_ms(scenario_.warm_up_s() * 1e3).value());
  for (const GroupPlan& group : deployment_.groups) {
    analysis::RunStart::Group& out = *facts.add_groups();
    out.set_name(group.name);
    out.set_first_ue(group.first_ue);
    out.set_count(group.count);
    if (group.is_background) out.set_background(true);
    if (!group.slice.empty()) out.set_slice(group.slice);
    if (group.delay_budget.value() > 0) out.set_delay_budget_ns(group.delay_budget.value());
  }
  for (const LayerPlan& layer : deployment_.layers) {
    for (const CellPlan& cell : layer.cells) add_cell(layer, cell, facts);
  }
  recorder_.start(facts);
  for (const auto& layer : layers_) layer->next = base::Slot(0);
  clock_.start(base::Instant());
}

void Spine::finish() {
  const base::Instant end(duration_.value());
  recorder_.close_bins(end);
  std::vector<std::array<std::int64_t, 2>> overdue(deployment_.terminals.size());
  book_.for_each_open([&](const PacketMarks& packet) {
    const base::Duration budget = deployment_.group_of(packet.ue).delay_budget;
    if (budget.value() == 0 || end - packet.arrival + packet.core <= budget) return;
    ++overdue[packet.ue.value][static_cast<std::size_t>(packet.direction)];
  });
  for (const TerminalPlan& plan : deployment_.terminals) {
    for (const base::Direction direction : {base::Direction::downlink, base::Direction::uplink}) {
      ByteLedger bytes = ledger(plan.id, direction);
      bytes.packets_overdue = overdue[plan.id.value][static_cast<std::size_t>(direction)];
      RC_CHECK(bytes.in == bytes.delivered + bytes.queued + bytes.dropped_total());
      recorder_.ledger(plan.id, direction, bytes);
    }
  }
  recorder_.end(duration_);
}

std::uint64_t Spine::world_hash() {
  Hash hash;
  std::vector<base::Instant> times;
  for (base::Instant t; t <= base::Instant(duration_.value()); t += bin_duration)
    times.push_back(t);
  for (const auto& layer : layers_) hash.add(layer->channel.world_hash(times));
  for (const TerminalPlan& terminal : deployment_.terminals) {
    const terminals::EchoPlanConfig plan{.ue = terminal.id, .start = {}, .interval = bin_duration};
    hash.add(static_cast<std::uint64_t>(
        (terminals::echo_request(plan, random_, 0).at - base::Instant()).value()));
  }
  return hash.value();
}

Testbed::Testbed(const schema::Scenario& scenario, const TestbedOptions& options)
    : spine_(std::make_unique<Spine>(scenario, options)) {}
Testbed::~Testbed() = default;
void Testbed::start() { spine_->start(); }
void Testbed::finish() { spine_->finish(); }
base::Duration Testbed::duration() const { return spine_->duration(); }
net::Network& Testbed::network() { return spine_->network(); }
std::uint32_t Testbed::terminal_count() const { return spine_->terminal_count(); }
ByteLedger Testbed::ledger(base::UeId ue, base::Direction direction) const {
  return spine_->ledger(ue, direction);
}
std::uint64_t Testbed::world_hash() { return spine_->world_hash(); }
std::uint64_t Testbed::slot_count() const { return spine_->slot_count(); }

}  // namespace redcell::scenarios
