// Parts of a cell that open and close: when, and what blocks may have meanwhile.
#include <algorithm>
#include <span>

#include "base/check.h"
#include "mac/gnb/cell.h"

namespace redcell::mac::gnb {
namespace {

/// The most PRBs that one block can have in some slot of the period. [direction]
std::array<int, 2> most_prbs(const phy::ResourceMap& map) {
  std::array<int, 2> most{};
  for (base::Slot slot; slot < base::Slot(map.period().value()); slot += base::SlotCount(1)) {
    most[0] = std::max(most[0], map.downlink(slot).usable_prb_count);
    most[1] = std::max(most[1], phy::longest_usable_run(map.uplink(slot)).count);
  }
  return most;
}

/// Who has not been given up, and may be in a part or on its way there.
bool may_be_in(const Connection& c, std::uint32_t part) {
  const auto has = [&](const ActiveBwp& bwp) {
    return bwp.bwp() == part || (bwp.pending() && bwp.pending()->to_bwp == part);
  };
  return has(c.bwp) || (c.unconfirmed && has(*c.unconfirmed)) || c.wanted_bwp == part ||
         (c.command && c.command->bwp == part) ||
         (c.config.configured_grant && c.config.configured_grant->format.bwp == part);
}

}  // namespace

void Cell::prepare_open_parts() {
  RC_CHECK(config_.sibling_count <= parts_.size());
  RC_CHECK(config_.fewer_open.empty() || config_.fewer_open.size() + 1 == config_.sibling_count);
  limit_blocks();
  if (config_.fewer_open.empty()) return;
  for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
    const auto side = static_cast<std::size_t>(direction);
    const SliceShares& shares = side == 0 ? dl_shares_ : ul_shares_;
    for (std::uint32_t count = 1; count <= config_.sibling_count; ++count) {
      const std::vector<int>& prbs =
          shared_prbs_[side].emplace_back(shared_prbs(config_, direction, count));
      std::vector<int>& most = slice_prbs_max_[side].emplace_back();
      for (std::size_t slice = 0; slice < shares.slice_count(); ++slice) {
        most.push_back(shares.most_in_any_window(slice, prbs));
      }
    }
  }
  // Terminals come when a burst of SS/PBCH blocks has been sent, whichever is the rarest [ours].
  const phy::ResourceMapConfig& map = parts_.front().resources->config();
  base::Duration period = map.ssb.period;
  for (const phy::NcdSsbConfig& ncd : map.ncd_ssb) period = std::max(period, ncd.period);
  on_air_ = base::SlotCount(period.value() / map.numerology.slot_duration().value());
}

/// What is sent in one sibling must have room for a repetition in any other, however many are open;
/// what is sent elsewhere beside as many as there are or are to be.
void Cell::limit_blocks() {
  const std::array<int, 2> unlimited{phy::carrier_prb_count_max, phy::carrier_prb_count_max};
  for (Part& part : parts_) part.prbs_max.assign(config_.fewer_open.size() + 1, unlimited);
  if (config_.sibling_count < 2) return;
  const std::span siblings(parts_.data(), config_.sibling_count);
  std::array<int, 2> least = unlimited;
  for (const Part& part : siblings) {
    const std::array<int, 2> most = most_prbs(*part.resources);
    least = {std::min(least[0], most[0]), std::min(least[1], most[1])};
  }
  for (Part& part : siblings) part.prbs_max.assign(part.prbs_max.size(), least);
  if (config_.fewer_open.empty()) return;
  for (std::size_t bwp = siblings.size(); bwp < parts_.size(); ++bwp) {
    for (std::uint32_t count = 1; count <= config_.sibling_count; ++count) {
      parts_[bwp].prbs_max[count - 1] = most_prbs(config_.map(bwp, count));
    }
  }
}

int Cell::prbs_max(const Connection& c, base::Direction direction) const {
  return prbs_max(c, direction, std::max(open_.count(), wanted_open_));
}

int Cell::prbs_max(const Connection& c, base::Direction direction, std::size_t open_count) const {
  const auto side = static_cast<std::size_t>(direction);
  const auto& of_part = parts_[c.config.bwp].prbs_max;
  const int most = of_part[std::min(open_count, of_part.size()) - 1][side];
  if (slice_prbs_max_[side].empty()) return most;
  const std::uint32_t slice =
      direction == base::Direction::downlink ? c.config.dl_slice : c.config.ul_slice;
  return std::min(most, slice_prbs_max_[side][open_count - 1][slice]);
}

void Cell::want_open(std::uint32_t count, base::Slot slot) {
  RC_CHECK(count >= 1 && count <= config_.sibling_count);
  RC_CHECK(count == open_.count() || !config_.fewer_open.empty());
  wanted_open_ = count;
  follow_open_parts(slot);
}

void Cell::follow_open_parts(base::Slot slot) {
  const std::uint32_t count = open_.count();
  if (wanted_open_ == count || slot < open_.from()) return;
  const bool opens = wanted_open_ > count;
  if (!opens) ask_where_they_are(count - 1);
  if (opens ? !fits(count + 1) : !is_empty(count - 1, slot)) return;
  // Slots before it may have been granted.
  base::Slot from = slot + base::SlotCount(config_.k2.back());
  if (dl_shares_.limit() || ul_shares_.limit()) {
    const std::int64_t window = config_.slice_window_slots;
    from = base::Slot((from.value() + window - 1) / window * window);
    const std::size_t row = opens ? count : count - 2;
    dl_shares_.change(from, shared_prbs_[0][row]);
    ul_shares_.change(from, shared_prbs_[1][row]);
  }
  open_.change(from, opens ? count + 1 : count - 1, on_air_);
}

void Cell::ask_where_they_are(std::uint32_t part) {
  for (std::uint32_t index = 0; index < connections_.size(); ++index) {
    Connection* c = connections_[index].get();
    if (c == nullptr || !c->unconfirmed || !may_be_in(*c, part)) continue;
    c->ask_where_it_is();
    activate(index);
  }
}

bool Cell::is_empty(std::uint32_t part, base::Slot slot) const {
  return parts_[part].used_until < slot &&
         std::none_of(connections_.begin(), connections_.end(),
                      [&](const auto& c) { return c != nullptr && may_be_in(*c, part); });
}

bool Cell::fits(std::uint32_t open_count) const {
  const auto all_fit = [&](const HarqEntity& harq, int most) {
    for (int process = 0; process < config_.harq.process_count; ++process) {
      if (harq.is_busy(process) && harq.format(process).prb_count > most) return false;
    }
    return true;
  };
  return std::all_of(connections_.begin(), connections_.end(), [&](const auto& c) {
    if (c == nullptr) return true;
    return all_fit(c->dl_harq, prbs_max(*c, base::Direction::downlink, open_count)) &&
           all_fit(c->ul_harq, prbs_max(*c, base::Direction::uplink, open_count));
  });
}

/// A DCI, heard or not, may keep the terminal there until its timer runs out.
void Cell::note_promise(Connection& c, base::Slot owed) {
  c.promised = std::max(c.promised, owed);
  const BwpTiming& timing = c.config.bwp_timing;
  base::Slot& used_until = part_of(c).used_until;
  used_until = std::max({used_until, owed, slot_ + timing.inactivity + timing.subframe});
}

/// The terminal may begin its timer as late as it may come.
void Cell::note_moved(const Connection& c) {
  if (!c.bwp.pending()) return;
  const BwpTiming& timing = c.config.bwp_timing;
  base::Slot& used_until = parts_[c.bwp.pending()->to_bwp].used_until;
  used_until = std::max(used_until, c.bwp.pending()->until + timing.inactivity + timing.subframe);
}

}  // namespace redcell::mac::gnb
