#include "mac/gnb/cell.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "mac/bsr.h"
#include "mac/gnb/plan_audit.h"

namespace redcell::mac::gnb {
namespace {

/// Occasions of its grant that nothing comes on are counted, until it is released for them.
bool counts_unused(const Connection& c) {
  return c.config.release_after > 0 && c.activation.phase == Connection::Activation::Phase::active;
}

}  // namespace

Cell::Cell(const CellConfig& config)
    : config_(config),
      c_rntis_(config.cell),
      dl_shares_(make_shares(config, base::Direction::downlink)),
      ul_shares_(make_shares(config, base::Direction::uplink)),
      open_(config.first_open_count()),
      wanted_open_(config.first_open_count()),
      dl_policy_(make_policy(config.policy, config.dl_slice_policies)),
      ul_policy_(make_policy(config.policy, config.ul_slice_policies)),
      dl_has_claims_(ranks_by_qos(config.policy, config.dl_slice_policies)),
      ul_has_claims_(ranks_by_qos(config.policy, config.ul_slice_policies)) {
  RC_CHECK(!config.bwps.empty() && !config.k1.empty() && !config.k2.empty());
  int width = 0;
  for (const phy::ResourceMap* resources : config.bwps) {
    RC_CHECK(resources->config().bwp_dl.count >= width);
    width = resources->config().bwp_dl.count;
    // CORESETs of a cell have numbers of their own; 0 is that of the MIB.
    parts_.push_back({.resources = resources,
                      .pdcch = Pdcch({.coreset_id = static_cast<int>(parts_.size()) + 1,
                                      .cce_count = resources->cce_count(),
                                      .candidate_counts = config.pdcch_candidates},
                                     resources->config().numerology.slots_per_frame())});
  }
  RC_CHECK(config.max_ues_per_slot >= 1);
  uplink_slots_.resize(static_cast<std::size_t>(config.k2.back()) + 1);
  for (UplinkSlot& slot : uplink_slots_) {
    slot.granted.resize(parts_.size());
    for (auto& granted : slot.granted) {
      granted.reserve(static_cast<std::size_t>(config.max_ues_per_slot));
    }
  }
  prepare_open_parts();
  if (config.is_audited) audit_ = std::make_unique<PlanAudit>(config);
  for (int cqi = 1; cqi < static_cast<int>(mcs_of_cqi_.size()); ++cqi) {
    const double reported = phy::cqi(config.cqi_table, base::CqiIndex(cqi)).spectral_efficiency();
    int& index = mcs_of_cqi_[static_cast<std::size_t>(cqi)];
    while (index + 1 < phy::mcs_count(config.dl_table) &&
           phy::mcs(config.dl_table, base::McsIndex(index + 1)).spectral_efficiency() <= reported) {
      ++index;
    }
  }
}

Cell::~Cell() = default;

std::uint32_t Cell::connect(const ConnectionConfig& config) {
  RC_CHECK(config.bwp < parts_.size());
  RC_CHECK(config.bwp >= config_.sibling_count || config.bwp < open_.count());
  RC_CHECK(config.dl_slice < config_.dl_slices.size() &&
           config.ul_slice < config_.ul_slices.size());
  const double target = config_.outer_loop.target_bler;
  const auto index = free_index();
  connections_[index] = std::make_unique<Connection>(
      config, ConnectionSetup{.harq = config_.harq,
                              .outer_loop = config_.outer_loop,
                              .dl_thresholds = phy::McsThresholds(config_.dl_table, target,
                                                                  config.max_dl_modulation_order),
                              .ul_thresholds = phy::McsThresholds(config_.ul_table, target,
                                                                  config.max_ul_modulation_order)});
  connections_[index]->c_rnti = c_rntis_.take();
  dl_policy_->admit(index, guarantee(config.flow, config.flow.dl_gfbr_bps));
  ul_policy_->admit(index, guarantee(config.flow, config.flow.ul_gfbr_bps));
  if (config.configured_grant) add_configured(index);
  if (config.semi_persistent) semi_persistent_.push_back(index);
  return index;
}

std::uint32_t Cell::free_index() {
  const auto free = std::find(connections_.begin(), connections_.end(), nullptr);
  const auto index = static_cast<std::uint32_t>(free - connections_.begin());
  RC_CHECK(index < config_.policy.connection_count);
  if (free == connections_.end()) {
    connections_.push_back(nullptr);
    is_active_.push_back(false);
  }
  return index;
}

void Cell::disconnect(std::uint32_t index) {
  RC_CHECK(is_connected(index) && connections_[index]->data == nullptr);
  c_rntis_.give_back(connections_[index]->c_rnti);
  connections_[index].reset();
  is_active_[index] = false;
  std::erase(active_, index);
  std::erase(configured_, index);
  std::erase(semi_persistent_, index);
  for (UplinkSlot& slot : uplink_slots_) {
    for (auto& granted : slot.granted) std::erase(granted, index);
  }
  dl_policy_->forget(index);
  ul_policy_->forget(index);
}

void Cell::attach(std::uint32_t index, std::unique_ptr<RadioBearer> data) {
  RC_CHECK(data != nullptr && connection(index).data == nullptr);
  connection(index).data = std::move(data);
  activate(index);
}

std::unique_ptr<RadioBearer> Cell::detach(std::uint32_t index) {
  RC_CHECK(connection(index).data != nullptr);
  return std::move(connection(index).data);
}

void Cell::activate(std::uint32_t index) {
  RC_CHECK(is_connected(index));
  if (is_active_[index]) return;
  is_active_[index] = true;
  active_.insert(std::lower_bound(active_.begin(), active_.end(), index), index);
}

void Cell::retire_idle(base::Instant now) {
  std::erase_if(active_, [&](std::uint32_t index) {
    const Connection& c = *connections_[index];
    const bool busy = c.wants_uplink() || c.dl_harq.has_to_repeat() || c.ul_harq.has_to_repeat() ||
                      c.wanted_bwp || c.bwp.pending() || c.activation.is_under_way() ||
                      counts_unused(c) || c.has_downlink(now);
    if (!busy) is_active_[index] = false;
    return !busy;
  });
}

bool Cell::enqueue(std::uint32_t index, const Sdu& sdu, base::Instant now,
                   std::vector<DroppedSdu>& drops) {
  RC_CHECK(connection(index).data != nullptr);
  const bool kept = connection(index).data->tx.enqueue(sdu, now, drops);
  if (kept) activate(index);
  return kept;
}

bool Cell::enqueue_signalling(std::uint32_t index, const Sdu& sdu, base::Instant now,
                              std::vector<DroppedSdu>& drops) {
  const bool kept = connection(index).signalling.tx.enqueue(sdu, now, drops);
  activate(index);
  return kept;
}

HarqOutcome Cell::on_feedback(std::uint32_t index, const HarqFeedback& feedback) {
  Connection& c = connection(index);
  const HarqOutcome outcome = c.dl_harq.on_feedback(feedback.harq, feedback.ack);
  if (outcome == HarqOutcome::stale) return outcome;
  const auto process = static_cast<std::size_t>(feedback.harq.process);
  if (is_configured(feedback.harq)) follow_answer(c, feedback);
  if (feedback.heard) {
    note_heard(c, c.dl_dci[process]);
  } else {
    note_silence(c);
  }
  if (outcome == HarqOutcome::acknowledged) note_command_heard(c, process);
  if (feedback.heard && !feedback.ack) c.dl_heard_from[process] = base::Slot(-1);
  // Silence tells of the PDCCH or the PUCCH, not of the block: the loop learns nothing from it. Nor
  // from blocks of a scheme that it has not chosen.
  if (feedback.harq.attempt == 0 && feedback.heard && !is_configured(feedback.harq)) {
    // Rate matching may have lowered the block's scheme: what the loop asks for decides, too.
    const base::McsIndex mcs = c.dl_harq.format(feedback.harq.process).mcs;
    const base::McsIndex highest = c.dl_thresholds.highest();
    c.dl_loop.on_first_transmission(feedback.ack, mcs == highest || downlink_mcs(c) == highest,
                                    mcs == base::McsIndex(0));
  }
  // The process is free or waits: the scheduler may go on.
  activate(index);
  return outcome;
}

void Cell::on_scheduling_request(std::uint32_t index) {
  Connection& c = connection(index);
  // Who has a configured grant sends no request.
  if (c.activation.phase == Connection::Activation::Phase::active) c.activation = {};
  // A block on its way brings a BSR, which says more.
  if (c.ul_granted_bytes > 0) return;
  c.sr_pending = true;
  activate(index);
}

HarqOutcome Cell::on_pusch(std::uint32_t index, const PuschReception& reception, BlockOutput& out) {
  const auto& [grant, pdu, result, now] = reception;
  Connection& c = connection(index);
  const bool is_asked_for = !is_configured(grant.harq) || grant.harq.attempt > 0;
  if (result.detected) found_in(index, grant.format.bwp, grant.pusch_slot);
  if (!is_asked_for && result.detected) start_configured(c, grant);
  const HarqOutcome outcome = c.ul_harq.on_feedback(grant.harq, result.decoded);
  // Nobody has to use a configured grant, and a new block ends the repetitions of the one before.
  RC_CHECK(outcome != HarqOutcome::stale || is_configured(grant.harq));
  if (outcome == HarqOutcome::stale) return outcome;
  Connection::FirstHeard& heard = c.ul_first_heard[static_cast<std::size_t>(grant.harq.process)];
  if (result.detected) {
    note_heard(c, c.ul_dci[static_cast<std::size_t>(grant.harq.process)]);
  } else {
    note_silence(c);
  }
  if (result.detected && heard.block != grant.harq.block) {
    heard = {.block = grant.harq.block, .slot = grant.pusch_slot};
  }
  const bool has_news = result.decoded && heard.slot >= c.ul_report_slot;
  if (has_news) c.ul_report_slot = heard.slot;
  // What RRC has fixed the scheme of says nothing about the loop's.
  if (result.detected && grant.harq.attempt == 0 && is_asked_for) {
    const base::McsIndex mcs = grant.format.mcs;
    const base::McsIndex highest = c.ul_thresholds.highest();
    const bool at_highest = mcs == highest || uplink_mcs(c, grant.format.prb.count) == highest;
    c.ul_loop.on_first_transmission(result.decoded, at_highest, mcs == base::McsIndex(0));
  }
  // The headroom is that of this PUSCH: it must be known before its SINR is referred to full power.
  if (has_news && pdu.phr) {
    c.ul_quality.one_prb_power_below_max_db =
        -pdu.phr->headroom_db - UplinkQuality::prbs_to_db(pdu.phr->prb_count);
  }
  if (result.detected) {
    c.ul_quality.sinr_db_one_prb_full_power =
        result.sinr_db - c.ul_quality.prb_power_below_max_db(grant.format.prb.count);
  }
  if (grant.harq.attempt == 0 && is_asked_for) {
    c.ul_granted_bytes -= static_cast<std::uint64_t>(grant.format.tbs.value() / 8);
  }
  if (result.decoded) {
    // A block begun before the release was ordered confirms what came before it.
    const bool was_ordered = c.activation.asked >= base::Slot(0) && heard.slot > c.activation.asked;
    if (pdu.confirms && was_ordered &&
        c.activation.phase == Connection::Activation::Phase::releasing) {
      c.activation = {};
    }
    c.receiver.turn_to(grant.harq);
    c.receiver.set_decoded(grant.harq.process);
    if (has_news && pdu.bsr) {
      const std::uint64_t told = buffer_status_bytes(*pdu.bsr);
      c.hear_backlog(told > c.ul_granted_bytes ? told - c.ul_granted_bytes : 0);
    }
    c.signalling.receive(pdu.signalling, now, out.signalling, out.signalling_sender_drops);
    if (c.data) c.data->receive(pdu.data, now, out.data, out.sender_drops);
  }
  activate(index);
  return outcome;
}

std::optional<base::Slot> Cell::feedback_slot(base::Slot slot) const {
  for (const int k1 : config_.k1) {
    const base::Slot candidate = slot + base::SlotCount(k1);
    if (parts_.front().resources->uplink(candidate).symbols.count > 0) return candidate;
  }
  return std::nullopt;
}

Cell::UplinkSlot& Cell::uplink_slot(base::Slot pusch_slot) {
  const auto turn = static_cast<std::size_t>(pusch_slot.value()) % uplink_slots_.size();
  UplinkSlot& entry = uplink_slots_[turn];
  if (entry.slot != pusch_slot) {
    entry.slot = pusch_slot;
    entry.taken.clear();
    ul_shares_.begin(pusch_slot, entry.slices);
    for (auto& granted : entry.granted) granted.clear();
    reserve_configured(entry);
  }
  return entry;
}

phy::PrbRange Cell::Part::taken_by(const phy::PrbRange& prb, Allocation allocation) const {
  const phy::PrbRange& bwp = resources->config().bwp_dl;
  const int size = allocation == Allocation::bitmap ? phy::rbg_size(bwp.count) : 1;
  const int first = bwp.first + prb.first;
  const int end = (first + prb.count + size - 1) / size * size;
  const int begin = std::max(bwp.first, first / size * size);
  return {.first = begin, .count = std::min(bwp.end(), end) - begin};
}

FreePrbs::Start Cell::placing_start(const Part& part, base::Slot slot, base::Direction direction,
                                    const TakenPrbs& taken) const {
  const bool is_downlink = direction == base::Direction::downlink;
  const phy::ResourceMapConfig& map = part.resources->config();
  const phy::PrbRange& bwp = is_downlink ? map.bwp_dl : map.bwp_ul;
  const Allocation allocation = is_downlink ? Allocation::bitmap : Allocation::contiguous;
  return {.allocation = allocation,
          .bwp_first = bwp.first,
          .taken = &taken,
          .first_prb = first_prb_of({.cell = config_.cell, .slot = slot}, bwp.count, allocation)};
}

void Cell::schedule(base::Direction direction, base::Instant now, SlotPlan& plan) {
  if (direction == base::Direction::downlink) {
    schedule_assignments(now, plan);
  } else {
    schedule_grants(plan);
  }
}

void Cell::schedule_grants(SlotPlan& plan) {
  for (const int k2 : config_.k2) {
    const base::Slot pusch_slot = slot_ + base::SlotCount(k2);
    if (parts_.front().resources->uplink(pusch_slot).symbols.count == 0) continue;
    UplinkSlot& pusch = uplink_slot(pusch_slot);
    SliceShares::look_again(pusch.slices);
    if (ul_shares_.limit()) gather_uplink(pusch);
    const std::size_t before = plan.uplink.size();
    for (Part& part : parts_) repeat_uplink(pusch, part, plan);
    if (!ul_shares_.limit() || plan.uplink.size() > before) gather_uplink(pusch);
    for (Part& part : parts_) schedule_uplink(slot_, pusch, part, plan);
  }
}

void Cell::schedule_assignments(base::Instant now, SlotPlan& plan) {
  const std::optional<base::Slot> feedback = feedback_slot(slot_);
  if (!feedback || parts_.front().resources->downlink(slot_).symbols.count == 0) return;
  dl_taken_.clear();
  dl_shares_.begin(slot_, dl_slices_);
  const DownlinkSlot at{.slot = slot_, .feedback = *feedback, .now = now};
  // What slices ask for holds up repetitions, too.
  if (dl_shares_.limit()) gather_downlink(at, plan);
  const bool is_changed = serve_semi_persistent(at, plan);
  for (Part& part : parts_) repeat_downlink(at, part, plan);
  if (!dl_shares_.limit() || is_changed || !plan.downlink.empty()) gather_downlink(at, plan);
  for (Part& part : parts_) schedule_downlink(at, part, plan);
}

Bound Cell::bound_of(Outcome outcome, bool is_limited, bool has_more) const {
  if (outcome == Outcome::blocked) return Bound::cces;
  if (!has_more) return Bound::none;
  if (is_limited) return Bound::slice;
  if (prbs_.empty()) return Bound::prbs;
  return outcome == Outcome::sent ? Bound::block : Bound::prbs;
}

void Cell::count_bounds(base::Direction direction, Part& part) const {
  const Bound of_others = prbs_.empty() ? Bound::prbs : Bound::terminals;
  auto& counts = part.bounds[static_cast<std::size_t>(direction)];
  for (const Candidate& candidate : part.candidates) {
    if (!candidate.priority && !candidate.bound) continue;
    ++counts[static_cast<std::size_t>(candidate.bound.value_or(of_others))];
  }
}

bool Cell::is_full(int served, Part& part) const {
  if (!prbs_.empty() && served < config_.max_ues_per_slot) return false;
  const Bound bound = prbs_.empty() ? Bound::prbs : Bound::terminals;
  for (Candidate& candidate : part.candidates) candidate.bound = bound;
  return true;
}

int Cell::blocked_dci_count() const {
  int count = 0;
  for (const Part& part : parts_) {
    for (const int blocked : part.pdcch.count().blocked) count += blocked;
  }
  return count;
}

void Cell::schedule(base::Slot slot, base::Instant now, SlotPlan& plan) {
  plan.clear();
  slot_ = slot;
  follow_switches(slot);
  follow_open_parts(slot);
  const phy::ResourceMapConfig& map = parts_.front().resources->config();
  if (map.duplex.downlink(slot).count < map.coreset.symbol_count) return;
  for (Part& part : parts_) {
    part.pdcch.begin(slot);
    part.dl_count = 0;
    part.bounds = {};
  }
  send_switches(slot, plan);
  if (!configured_.empty()) send_activations(slot, plan);
  follow_semi_persistent();
  for (Part& part : parts_) part.active.clear();
  for (const std::uint32_t index : active_) {
    part_of(*connections_[index]).active.push_back(index);
  }
  // One direction goes first to the CCEs; where that blocks the other, they change places [ours].
  using base::Direction;
  const bool grants_first = first_with_dcis_ == Direction::uplink;
  const Direction second = grants_first ? Direction::downlink : Direction::uplink;
  schedule(first_with_dcis_, now, plan);
  const bool has_taken = grants_first ? !plan.uplink.empty() : !plan.downlink.empty();
  const int blocked_by_first = blocked_dci_count();
  schedule(second, now, plan);
  if (has_taken && blocked_dci_count() > blocked_by_first) first_with_dcis_ = second;
  for (Part& part : parts_) {
    const PdcchCount& dcis = part.pdcch.count();
    const int blocked = std::accumulate(dcis.blocked.begin(), dcis.blocked.end(), 0);
    part.recent_blocked += blocked;
    part.recent_dcis += std::accumulate(dcis.sent.begin(), dcis.sent.end(), blocked);
    plan.pdcch.push_back(dcis);
    plan.bounds.push_back(part.bounds);
  }
  if (audit_) {
    audit_->set_open_parts(open_);
    const std::string finding = audit_->check(slot, plan, connections_);
    if (!finding.empty()) base::check_failed(finding.c_str(), __FILE__, __LINE__);
  }
  retire_idle(now);
}

}  // namespace redcell::mac::gnb
