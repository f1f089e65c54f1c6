#include "mac/gnb/plan_audit.h"

#include <algorithm>

namespace redcell::mac::gnb {
namespace {

const phy::PrbRange& range_of(const phy::ResourceMap& map, base::Direction direction) {
  return direction == base::Direction::downlink ? map.config().bwp_dl : map.config().bwp_ul;
}

const phy::SlotResources& resources_of(const phy::ResourceMap& map, base::Direction direction,
                                       base::Slot slot) {
  return direction == base::Direction::downlink ? map.downlink(slot) : map.uplink(slot);
}

std::string broken(const char* rule, base::UeId ue, base::Slot slot) {
  return std::string(rule) + ": terminal " + std::to_string(ue.value) + ", slot " +
         std::to_string(slot.value());
}

/// Whom an assignment or a grant is for.
template <class Dci>
const Connection* find(std::span<const std::unique_ptr<Connection>> connections, const Dci& dci) {
  for (const auto& c : connections) {
    if (c != nullptr && c->config.ue == dci.ue && c->config.epoch == dci.epoch) return c.get();
  }
  return nullptr;
}

bool begins_unasked(const HarqId& harq) { return is_configured(harq) && harq.attempt == 0; }

/// A slot in which both begin a block, at some time (TS 38.321 5.8.1).
bool have_a_slot_in_common(const SemiPersistent& one, const SemiPersistent& other) {
  std::int64_t a = one.start.value();
  std::int64_t b = other.start.value();
  const std::int64_t end = std::max(a, b) + one.period().value() * other.period().value();
  while (a != b && std::min(a, b) <= end) {
    (a < b ? a : b) += a < b ? one.period().value() : other.period().value();
  }
  return a == b;
}

}  // namespace

PlanAudit::PlanAudit(const CellConfig& config) : config_(config), open_(config.first_open_count()) {
  const auto reach = static_cast<std::size_t>(config.k2.back());
  for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
    Direction& side = sides_[static_cast<std::size_t>(direction)];
    side.direction = direction;
    side.ratios = direction == base::Direction::downlink ? config.dl_slices : config.ul_slices;
    for (std::uint32_t open = 1; open <= config.fewer_open.size() + 1; ++open) {
      // Parts that slices have for themselves lie between the siblings and the widest.
      const auto& all = open > config.fewer_open.size() ? config.bwps : config.fewer_open[open - 1];
      std::vector<const phy::ResourceMap*> shared(all.begin(), all.begin() + config.sibling_count);
      if (shared.size() < all.size()) shared.push_back(all.back());
      std::vector<std::int64_t>& prbs = side.prbs.emplace_back();
      for (std::int64_t s = 0; s < shared.back()->period().value(); ++s) {
        prbs.push_back(phy::usable_prb_count(shared, direction, base::Slot(s)));
      }
    }
    side.accounts.resize(reach + 1);
    side.windows.resize(reach / static_cast<std::size_t>(config.slice_window_slots) + 2);
  }
}

std::string PlanAudit::check(base::Slot slot, const SlotPlan& plan,
                             std::span<const std::unique_ptr<Connection>> connections) {
  const std::string parts = check_parts(slot, plan, connections);
  if (!parts.empty()) return parts;
  forget_released(connections);
  forget_cleared(connections);
  for (const BwpSwitchDci& dci : plan.switches) {
    const std::string finding = check_switch(slot, dci, find(connections, dci));
    if (!finding.empty()) return finding;
  }
  for (const ConfiguredGrantDci& dci : plan.configured) {
    const std::string finding = check_activation(slot, dci, find(connections, dci));
    if (!finding.empty()) return finding;
  }
  const std::string finding = check_blocks(slot, plan, connections);
  return finding.empty() ? check_control(plan) : finding;
}

std::string PlanAudit::check_blocks(base::Slot slot, const SlotPlan& plan,
                                    std::span<const std::unique_ptr<Connection>> connections) {
  for (const DlAssignment& a : plan.downlink) {
    const Connection* c = find(connections, a);
    if (c == nullptr) return broken("nobody is assigned a block", a.ue, slot);
    owe(*c, a.feedback_slot);
    const Block block{.format = a.format, .ue = a.ue, .slot = slot, .answer = a.feedback_slot};
    std::string finding = check_block(block, *c, sides_[0]);
    if (finding.empty()) finding = check_process(slot, a);
    if (finding.empty()) finding = check_semi_persistent(slot, a, *c);
    if (finding.empty()) finding = check_slices(block, c->config.dl_slice, sides_[0]);
    if (!finding.empty()) return finding;
  }
  for (const UlGrant& g : plan.uplink) {
    const Connection* c = find(connections, g);
    if (c == nullptr) return broken("nobody is granted a block", g.ue, slot);
    if (c->bwp.in_gap(slot)) return broken("a grant in a gap", g.ue, slot);
    owe(*c, g.pusch_slot);
    const Block block{.format = g.format, .ue = g.ue, .slot = g.pusch_slot, .answer = g.pusch_slot};
    std::string finding = check_block(block, *c, sides_[1]);
    if (finding.empty()) finding = check_configured(block, connections);
    if (finding.empty()) finding = check_slices(block, c->config.ul_slice, sides_[1]);
    if (!finding.empty()) return finding;
  }
  return {};
}

void PlanAudit::owe(const Connection& c, base::Slot last) {
  Owed& owed = owed_[c.config.ue.value];
  if (owed.epoch != c.config.epoch) owed = {.epoch = c.config.epoch};
  owed.last = std::max(owed.last, last);
}

std::string PlanAudit::check_switch(base::Slot slot, const BwpSwitchDci& dci, const Connection* c) {
  if (c == nullptr) return broken("nobody is told to switch", dci.ue, slot);
  if (dci.from_bwp != c->bwp.bwp()) {
    return broken("a switch outside the active part", dci.ue, slot);
  }
  if (dci.to_bwp == dci.from_bwp || dci.to_bwp >= config_.sibling_count) {
    return broken("a switch to no other part", dci.ue, slot);
  }
  const std::optional<BwpSwitch>& gap = c->bwp.pending();
  if (!gap || gap->from != slot || gap->to_bwp != dci.to_bwp) {
    return broken("a switch without its gap", dci.ue, slot);
  }
  const auto owed = owed_.find(dci.ue.value);
  if (owed != owed_.end() && owed->second.epoch == dci.epoch && owed->second.last >= slot) {
    return broken("a switch while something is owed", dci.ue, slot);
  }
  return {};
}

std::string PlanAudit::check_activation(base::Slot slot, const ConfiguredGrantDci& dci,
                                        const Connection* c) {
  if (c == nullptr || !c->config.configured_grant || !c->config.configured_grant->by_dci) {
    return broken("nobody has the grant of a DCI", dci.ue, slot);
  }
  const ConfiguredGrant& grant = dci.grant;
  if (grant.format.bwp != c->bwp.bwp()) {
    return broken("a DCI for a grant outside the active part", dci.ue, slot);
  }
  if (c->bwp.in_gap(slot) || c->bwp.in_gap(grant.start)) {
    return broken("a DCI for a grant in a gap", dci.ue, slot);
  }
  if (!dci.activates) return {};
  const auto k2 = (grant.start - slot).value();
  if (!grant.is_occasion(grant.start) ||
      std::find(config_.k2.begin(), config_.k2.end(), k2) == config_.k2.end()) {
    return broken("a grant that begins with no occasion", dci.ue, slot);
  }
  owe(*c, grant.start);
  if (!is_free(grant)) return broken("a grant of PRBs that are given away", dci.ue, slot);
  const auto same = std::find_if(activated_.begin(), activated_.end(), [&](const Activated& a) {
    return a.ue == dci.ue && a.epoch == dci.epoch;
  });
  // Said again: the terminal may have heard the first.
  const base::Slot since = c->config.configured_grant->start;
  if (same == activated_.end()) activated_.push_back({dci.ue, dci.epoch, grant, since});
  return {};
}

bool PlanAudit::is_free(const ConfiguredGrant& grant) const {
  const phy::PrbRange prb = carrier_prbs(grant.format);
  for (const Account& account : sides_[1].accounts) {
    if (!grant.is_occasion(account.slot)) continue;
    const auto first = account.is_taken.begin() + prb.first;
    if (std::find(first, first + prb.count, true) != first + prb.count) return false;
  }
  return true;
}

void PlanAudit::forget_released(std::span<const std::unique_ptr<Connection>> connections) {
  std::erase_if(activated_, [&](const Activated& a) {
    const Connection* c = find(connections, a);
    return c == nullptr || c->activation.phase == Connection::Activation::Phase::released ||
           c->config.configured_grant->start != a.since;
  });
}

void PlanAudit::forget_cleared(std::span<const std::unique_ptr<Connection>> connections) {
  std::erase_if(told_, [&](const Told& t) {
    const Connection* c = find(connections, t);
    if (c == nullptr) return true;
    const bool has_left = c->bwp.pending() || c->bwp.bwp() != t.format.bwp;
    return has_left || c->sps.phase == Connection::SemiPersistentState::Phase::released ||
           c->sps.occasions.start != t.occasions.start;
  });
}

std::string PlanAudit::check_process(base::Slot slot, const DlAssignment& a) {
  Owed& owed = owed_[a.ue.value];
  if (owed.newest_block == slot) return broken("two blocks in a slot", a.ue, slot);
  owed.newest_block = slot;
  const auto [answer, is_first] = owed.answers.try_emplace(a.harq.process, a.feedback_slot);
  const bool is_due = !is_first && answer->second >= slot;
  if (is_due && begins_unasked(a.harq)) {
    return broken("an occasion in a process that is busy", a.ue, slot);
  }
  answer->second = a.feedback_slot;
  return {};
}

std::string PlanAudit::check_semi_persistent(base::Slot slot, const DlAssignment& a,
                                             const Connection& c) {
  if (a.activates) return check_first(slot, a, c);
  if (begins_unasked(a.harq) != (a.aggregation_level == 0)) {
    return broken("a block without a DCI, or an occasion with one", a.ue, slot);
  }
  const auto told = std::find_if(told_.begin(), told_.end(),
                                 [&](const Told& t) { return t.ue == a.ue && t.epoch == a.epoch; });
  const bool is_told = told != told_.end();
  const std::int64_t period = is_told ? told->occasions.period().value() : 1;
  const bool is_between = !is_told || slot <= told->occasions.start ||
                          (slot - told->occasions.start).value() % period != 0;
  if (a.aggregation_level > 0) {
    return is_between ? "" : broken("a DCI for a block in an occasion", a.ue, slot);
  }
  if (!is_told) return broken("an occasion that no DCI has told of", a.ue, slot);
  if (is_between) return broken("a block between two occasions", a.ue, slot);
  const BlockFormat& format = told->format;
  if (a.format.prb != format.prb || a.format.tbs != format.tbs || a.format.mcs != format.mcs ||
      a.feedback_slot != slot + told->k1) {
    return broken("an occasion that is not as its DCI has said", a.ue, slot);
  }
  const std::int64_t frames = slot.value() / told->occasions.slots_per_frame % 1024;
  const std::int64_t current =
      frames * told->occasions.slots_per_frame + slot.value() % told->occasions.slots_per_frame;
  if (a.harq.process != current / period % told->occasions.process_count) {
    return broken("an occasion in another HARQ process", a.ue, slot);
  }
  return {};
}

std::string PlanAudit::check_first(base::Slot slot, const DlAssignment& a, const Connection& c) {
  if (!c.config.semi_persistent || a.aggregation_level == 0 || !is_configured(a.harq)) {
    return broken("occasions that nobody may have, or without a DCI", a.ue, slot);
  }
  Told told{.ue = a.ue,
            .epoch = a.epoch,
            .occasions = c.config.semi_persistent->occasions,
            .format = a.format,
            .k1 = a.feedback_slot - slot};
  told.occasions.start = slot;
  const auto place = [&](const BlockFormat& format) {
    const int first = config_.bwps[format.bwp]->config().bwp_dl.first;
    return phy::PrbRange{.first = first + format.prb.first, .count = format.prb.count};
  };
  std::erase_if(told_, [&](const Told& t) { return t.ue == a.ue; });
  const phy::PrbRange own = place(a.format);
  for (const Told& other : told_) {
    const phy::PrbRange theirs = place(other.format);
    if (own.first < theirs.end() && theirs.first < own.end() &&
        have_a_slot_in_common(told.occasions, other.occasions)) {
      return broken("occasions meet another's on the same PRBs", a.ue, slot);
    }
  }
  told_.push_back(told);
  return {};
}

std::string PlanAudit::check_block(const Block& block, const Connection& c, Direction& side) {
  const BlockFormat& format = block.format;
  if (format.bwp >= config_.bwps.size() || format.bwp != c.bwp.bwp()) {
    return broken("a block outside the active part", block.ue, block.slot);
  }
  if (c.bwp.in_gap(block.slot) || c.bwp.in_gap(block.answer)) {
    return broken("a block in a gap", block.ue, block.slot);
  }
  if (format.layer_count < 1 || format.layer_count > config_.layer_count_max) {
    return broken("more layers than the cell has", block.ue, block.slot);
  }
  if (!is_open(format.bwp, block.slot) || !is_open(format.bwp, block.answer)) {
    return broken("a block in a part that is closed", block.ue, block.slot);
  }
  return take_prbs(block, side);
}

std::string PlanAudit::check_parts(base::Slot slot, const SlotPlan& plan,
                                   std::span<const std::unique_ptr<Connection>> connections) const {
  for (const Direction& side : sides_) {
    for (const Account& account : side.accounts) {
      if (account.slot < slot || account.open_count == 0) continue;
      if (account.open_count != open_.at(account.slot)) {
        return "parts of a slot change after it has been granted: slot " +
               std::to_string(account.slot.value());
      }
    }
  }
  const auto is_ready = [&](std::uint32_t bwp) {
    return bwp >= config_.sibling_count || bwp < open_.ready(slot);
  };
  for (const BwpSwitchDci& dci : plan.switches) {
    if (!is_ready(dci.to_bwp))
      return broken("a switch into a part that is not ready", dci.ue, slot);
  }
  for (const auto& c : connections) {
    if (c == nullptr) continue;
    const base::UeId ue = c->config.ue;
    const bool is_known = is_open(c->bwp.bwp(), slot);
    const bool may_be = !c->unconfirmed || is_open(c->unconfirmed->bwp(), slot);
    if (!is_known || !may_be) return broken("a terminal in a part that is closed", ue, slot);
    if (c->command && !is_ready(c->command->bwp)) {
      return broken("a command into a part that is not ready", ue, slot);
    }
  }
  return {};
}

bool PlanAudit::is_pucch(int prb, base::Slot slot) const {
  for (std::uint32_t bwp = 0; bwp < config_.bwps.size(); ++bwp) {
    if (!is_open(bwp, slot)) continue;
    for (const phy::PrbRange& edge : config_.bwps[bwp]->config().pucch_prbs()) {
      if (prb >= edge.first && prb < edge.end()) return true;
    }
  }
  return false;
}

std::string PlanAudit::take_prbs(const Block& block, Direction& side) const {
  const phy::ResourceMap& map = config_.map(block.format.bwp, open_.at(block.slot));
  const phy::PrbRange& bwp = range_of(map, side.direction);
  const phy::PrbRange& prb = block.format.prb;
  if (prb.first < 0 || prb.count < 1 || prb.end() > bwp.count) {
    return broken("PRBs outside the part", block.ue, block.slot);
  }
  const phy::SlotResources& resources = resources_of(map, side.direction, block.slot);
  Account& account = account_of(side, block.slot);
  account.open_count = open_.at(block.slot);
  int usable = 0;
  for (int i = prb.first; i < prb.end(); ++i) {
    if (resources.data_re[static_cast<std::size_t>(i)] == 0) continue;
    ++usable;
    bool& is_taken = account.is_taken[static_cast<std::size_t>(bwp.first + i)];
    if (is_taken) return broken("a PRB is given twice", block.ue, block.slot);
    is_taken = true;
    if (side.direction == base::Direction::uplink && is_pucch(bwp.first + i, block.slot)) {
      return broken("data on the PUCCH of a part", block.ue, block.slot);
    }
  }
  if (usable != block.format.prb_count) {
    return broken("PRBs where no data may lie", block.ue, block.slot);
  }
  return {};
}

phy::PrbRange PlanAudit::carrier_prbs(const BlockFormat& format) const {
  const int first = config_.bwps[format.bwp]->config().bwp_ul.first + format.prb.first;
  return {.first = first, .count = format.prb.count};
}

std::string PlanAudit::check_configured(
    const Block& block, std::span<const std::unique_ptr<Connection>> connections) const {
  const phy::PrbRange own = carrier_prbs(block.format);
  const auto meets = [&](const ConfiguredGrant& grant) {
    const phy::PrbRange kept = carrier_prbs(grant.format);
    return grant.is_occasion(block.slot) && own.first < kept.end() && kept.first < own.end();
  };
  bool is_broken = std::any_of(activated_.begin(), activated_.end(),
                               [&](const Activated& a) { return meets(a.grant); });
  for (const auto& c : connections) {
    if (c == nullptr || !c->config.configured_grant) continue;
    const ConfiguredGrant& grant = *c->config.configured_grant;
    is_broken = is_broken || (!grant.by_dci && meets(grant));
  }
  if (!is_broken) return {};
  return broken("PRBs of a configured grant are given away", block.ue, block.slot);
}

PlanAudit::Account& PlanAudit::account_of(Direction& side, base::Slot slot) {
  Account& account = side.accounts[static_cast<std::size_t>(slot.value()) % side.accounts.size()];
  if (account.slot != slot) {
    account.slot = slot;
    account.open_count = 0;
    account.is_taken.fill(false);
    account.slice_prbs.assign(side.ratios.size(), 0);
  }
  return account;
}

std::int64_t PlanAudit::shared_prbs(const Direction& side, std::int64_t slot) const {
  const std::size_t open = std::min<std::size_t>(open_.at(base::Slot(slot)), side.prbs.size());
  const std::vector<std::int64_t>& prbs = side.prbs[open - 1];
  return prbs[static_cast<std::size_t>(slot) % prbs.size()];
}

std::int64_t PlanAudit::prbs_of_window(const Direction& side, std::int64_t number) const {
  std::int64_t sum = 0;
  const std::int64_t first = number * config_.slice_window_slots;
  for (std::int64_t s = first; s < first + config_.slice_window_slots; ++s) {
    sum += shared_prbs(side, s);
  }
  return sum;
}

/// Whole PRBs of the window up to this slot, less those up to the slot before it.
std::int64_t PlanAudit::dedicated(const Direction& side, std::size_t slice, base::Slot slot) const {
  std::int64_t before = 0;
  const std::int64_t window = slot.value() / config_.slice_window_slots;
  for (std::int64_t s = window * config_.slice_window_slots; s < slot.value(); ++s) {
    before += shared_prbs(side, s);
  }
  const std::int64_t now = before + shared_prbs(side, slot.value());
  const int percent = side.ratios[slice].dedicated_percent;
  return percent * now / 100 - percent * before / 100;
}

std::string PlanAudit::check_slices(const Block& block, std::size_t slice, Direction& side) {
  if (side.ratios.size() < 2 || side.ratios[slice].is_apart) return {};
  Account& account = account_of(side, block.slot);
  account.slice_prbs[slice] += block.format.prb_count;
  const std::int64_t number = block.slot.value() / config_.slice_window_slots;
  Window& window = side.windows[static_cast<std::size_t>(number) % side.windows.size()];
  if (window.number != number) {
    window.number = number;
    window.slice_prbs.assign(side.ratios.size(), 0);
  }
  window.slice_prbs[slice] += block.format.prb_count;
  if (100 * window.slice_prbs[slice] >
      side.ratios[slice].max_percent * prbs_of_window(side, number)) {
    return broken("a slice has more than its maximum", block.ue, block.slot);
  }
  std::int64_t kept = 0;
  for (std::size_t s = 0; s < side.ratios.size(); ++s) {
    kept += std::max(account.slice_prbs[s], dedicated(side, s, block.slot));
  }
  if (kept > shared_prbs(side, block.slot.value())) {
    return broken("what is dedicated to a slice is lent", block.ue, block.slot);
  }
  return {};
}

std::string PlanAudit::check_control(const SlotPlan& plan) const {
  std::vector<std::vector<bool>> is_taken(config_.bwps.size());
  for (std::size_t part = 0; part < is_taken.size(); ++part) {
    is_taken[part].resize(static_cast<std::size_t>(config_.bwps[part]->cce_count()));
  }
  std::string finding;
  const auto take = [&](std::uint32_t part, const auto& dci) {
    for (int i = 0; i < dci.aggregation_level; ++i) {
      const auto cce = static_cast<std::size_t>(dci.first_cce + i);
      if (cce >= is_taken[part].size() || is_taken[part][cce]) {
        finding = "a CCE carries two DCIs: terminal " + std::to_string(dci.ue.value);
        return;
      }
      is_taken[part][cce] = true;
    }
  };
  for (const DlAssignment& a : plan.downlink) take(a.format.bwp, a);
  for (const UlGrant& g : plan.uplink) take(g.format.bwp, g);
  for (const BwpSwitchDci& s : plan.switches) take(s.from_bwp, s);
  for (const ConfiguredGrantDci& g : plan.configured) take(g.grant.format.bwp, g);
  return finding;
}

}  // namespace redcell::mac::gnb
