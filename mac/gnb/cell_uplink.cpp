// The uplink half of Cell: grants for one PUSCH slot, K2 slots ahead.
#include <algorithm>

#include "base/check.h"
#include "mac/bsr.h"
#include "mac/gnb/block_size.h"
#include "mac/gnb/cell.h"

namespace redcell::mac::gnb {
namespace {

/// A block that held its reports and no data would be granted for ever [ours].
constexpr int least_block_bytes = 16;
}  // namespace

base::McsIndex Cell::uplink_mcs(const Connection& c, int prb_count) const {
  const std::optional<double> sinr_db = c.ul_quality.sinr_db(prb_count);
  return sinr_db ? c.ul_thresholds.at(*sinr_db + c.ul_loop.offset_db()) : base::McsIndex(0);
}

int Cell::uplink_prb_limit(const Connection& c, int prb_count) const {
  // Who was never heard gets the smallest block that is of use.
  if (!c.ul_quality.sinr_db_one_prb_full_power) return 1;
  // By halves, a block that still reaches the lowest scheme: beyond it every further PRB only thins
  // the power.
  const double least_db =
      c.ul_thresholds.required_sinr_db(base::McsIndex(0)) - c.ul_loop.offset_db();
  int count = prb_count;
  while (count > 1 && *c.ul_quality.sinr_db(count) < least_db) count = count / 2;
  return count;
}

Cell::UplinkReach Cell::uplink_reach(const Connection& c, int longest) const {
  const int limit = uplink_prb_limit(c, longest);
  return {.prb_count = limit, .mcs = uplink_mcs(c, limit)};
}

bool Cell::may_grant(const Connection& c, std::uint32_t index, const UplinkSlot& pusch) const {
  if (!c.wants_uplink() || !c.ul_harq.idle_process()) return false;
  if (!c.may_begin(slot_, pusch.slot)) return false;
  const std::vector<std::uint32_t>& granted = pusch.granted[c.config.bwp];
  return std::find(granted.begin(), granted.end(), index) == granted.end();
}

void Cell::schedule_uplink(base::Slot slot, UplinkSlot& pusch, Part& part, SlotPlan& plan) {
  std::vector<Candidate>& candidates = part.candidates;
  if (candidates.empty()) return;
  prbs_.reset(resources_in(pusch.slot, part, base::Direction::uplink),
              placing_start(part, pusch.slot, base::Direction::uplink, pusch.taken));
  std::vector<std::uint32_t>& granted = pusch.granted[index_of(part)];
  shares_.clear();
  if (!is_full(static_cast<int>(granted.size()), part)) {
    turns_.order({*ul_policy_, slot}, ul_shares_, pusch.slices, candidates);
    turns_.select(config_.max_ues_per_slot - static_cast<int>(granted.size()), pusch.slices,
                  candidates);
    for (const bool is_last : {false, true}) serve_uplink(is_last, pusch, part, plan);
  }
  for (Candidate& candidate : candidates) turns_.finish(candidate, pusch.slices);
  count_bounds(base::Direction::uplink, part);
  ul_policy_->granted(slot, shares_);
}

void Cell::serve_uplink(bool is_last, UplinkSlot& pusch, Part& part, SlotPlan& plan) {
  std::vector<std::uint32_t>& granted = pusch.granted[index_of(part)];
  for (Candidate& candidate : part.candidates) {
    if (prbs_.empty() || static_cast<int>(granted.size()) >= config_.max_ues_per_slot) break;
    if (candidate.is_done || !candidate.priority) continue;
    const int room = turns_.room(candidate, prbs_, ul_shares_, pusch.slices);
    if (!is_last && !turns_.is_content(candidate, room, prbs_)) continue;
    Connection& c = *connections_[candidate.connection];
    const bool limited = is_limited(room);
    const Outcome outcome = grant(c, room, pusch, plan);
    if (outcome == Outcome::sent) {
      const BlockFormat& format = plan.uplink.back().format;
      take_uplink(c, format, pusch);
      granted.push_back(candidate.connection);
      shares_.push_back(
          {.connection = candidate.connection, .slice = candidate.slice, .bits = format.tbs});
    }
    candidate.bound = bound_of(outcome, limited, c.ul_backlog_bytes > 0);
    turns_.finish(candidate, pusch.slices);
    if (outcome == Outcome::blocked) turns_.replace(pusch.slices, part.candidates);
  }
}

void Cell::repeat_uplink(UplinkSlot& pusch, Part& part, SlotPlan& plan) {
  std::vector<std::uint32_t>& granted = pusch.granted[index_of(part)];
  bool is_ready = false;
  for (const std::uint32_t index : part.active) {
    if (static_cast<int>(granted.size()) >= config_.max_ues_per_slot) return;
    Connection& c = *connections_[index];
    if (!c.ul_harq.has_to_repeat()) continue;
    if (!c.bwp.allows(slot_, pusch.slot)) continue;
    if (std::find(granted.begin(), granted.end(), index) != granted.end()) continue;
    if (!is_ready) {
      prbs_.reset(resources_in(pusch.slot, part, base::Direction::uplink),
                  placing_start(part, pusch.slot, base::Direction::uplink, pusch.taken));
      is_ready = true;
    }
    if (!repeat_block(c, pusch, plan)) continue;
    take_uplink(c, plan.uplink.back().format, pusch);
    granted.push_back(index);
  }
}

bool Cell::repeat_block(Connection& c, UplinkSlot& pusch, SlotPlan& plan) {
  const std::optional<int> process = c.ul_harq.process_to_repeat();
  RC_CHECK(process.has_value());
  BlockFormat format = c.ul_harq.format(*process);
  if (!ul_shares_.may_repeat(c.config.ul_slice, format.prb_count, pusch.slices)) return false;
  const auto range = prbs_.take(format.prb_count, true);
  if (!range) return false;
  const std::optional<PdcchPlace> dci = place_dci(c);
  if (!dci) {
    prbs_.give_back(*range);
    return false;
  }
  format.prb = *range;
  format.bwp = c.config.bwp;
  format.beam = c.beam;
  note_promise(c, pusch.slot);
  c.ul_dci[static_cast<std::size_t>(*process)] = slot_;
  plan.uplink.push_back({.ue = c.config.ue,
                         .epoch = c.config.epoch,
                         .harq = c.ul_harq.repeat(*process),
                         .format = format,
                         .pusch_slot = pusch.slot,
                         .aggregation_level = dci->cces(),
                         .first_cce = dci->first_cce});
  return true;
}

int Cell::least_prb_count(const phy::SlotResources& resources) const {
  const phy::Mcs lowest = phy::mcs(config_.ul_table, base::McsIndex(0));
  int count = 1;
  while (count < resources.usable_prb_count &&
         lowest.spectral_efficiency() * count * resources.usable_re_total <
             8.0 * least_block_bytes * resources.usable_prb_count) {
    ++count;
  }
  return count;
}

int Cell::uplink_prb_count(const Connection& c, int longest, const UplinkReach& reach,
                           const phy::SlotResources& resources) const {
  const std::uint64_t wanted_bytes = c.ul_backlog_bytes > 0
                                         ? c.ul_backlog_bytes + short_bsr_bytes + phr_bytes
                                         : config_.sr_grant_bytes;
  auto [prb_count, mcs] = reach;
  // Fewer PRBs have more power each, and then carry more: the second pass knows what the first
  // needs.
  for (int pass = 0; pass < 2; ++pass) {
    const int wanted = prbs_for(wanted_bytes, phy::mcs(config_.ul_table, mcs), 1, resources);
    if (wanted >= prb_count) break;
    prb_count = wanted;
    mcs = uplink_mcs(c, prb_count);
  }
  if (mcs == base::McsIndex(0)) {
    prb_count = std::clamp(least_prb_count(resources), prb_count, longest);
  }
  return config_.transform_precoding ? dft_prb_count(prb_count) : prb_count;
}

Cell::Outcome Cell::grant(Connection& c, int most, UplinkSlot& pusch, SlotPlan& plan) {
  const phy::SlotResources& resources =
      resources_in(pusch.slot, part_of(c), base::Direction::uplink);
  if (ul_shares_.limit() && most < std::min(least_prb_count(resources), prbs_.longest())) {
    return Outcome::nothing_sent;
  }
  const int longest = std::min({prbs_.longest(), most, prbs_max(c, base::Direction::uplink)});
  const int prb_count = uplink_prb_count(c, longest, uplink_reach(c, longest), resources);
  const std::optional<PdcchPlace> dci = place_dci(c);
  if (!dci) return Outcome::blocked;
  const auto range = prbs_.take(prb_count, true);
  RC_CHECK(range.has_value());
  const phy::BlockFit fit = phy::fit_block({.table = config_.ul_table,
                                            .wanted = uplink_mcs(c, range->count),
                                            .first_prb = range->first,
                                            .prb_count = range->count,
                                            .layer_count = 1},
                                           resources);
  const phy::Mcs mcs = phy::mcs(config_.ul_table, fit.mcs);
  const std::optional<int> process = c.ul_harq.idle_process();
  RC_CHECK(process.has_value());
  const BlockFormat format{.mcs = fit.mcs,
                           .modulation_order = mcs.modulation_order,
                           .rate_x1024 = mcs.rate_x1024,
                           .layer_count = 1,
                           .pmi = 0,
                           .bwp = c.config.bwp,
                           .beam = c.beam,
                           .prb = *range,
                           .prb_count = fit.prb_count,
                           .tbs = fit.tbs};
  const auto bytes = static_cast<std::uint64_t>(fit.tbs.value() / 8);
  c.ul_granted_bytes += bytes;
  c.grant_backlog(bytes);
  c.sr_pending = false;
  note_promise(c, pusch.slot);
  c.ul_dci[static_cast<std::size_t>(*process)] = slot_;
  plan.uplink.push_back({.ue = c.config.ue,
                         .epoch = c.config.epoch,
                         .harq = c.ul_harq.start(*process, format),
                         .format = format,
                         .pusch_slot = pusch.slot,
                         .aggregation_level = dci->cces(),
                         .first_cce = dci->first_cce});
  return Outcome::sent;
}

}  // namespace redcell::mac::gnb
