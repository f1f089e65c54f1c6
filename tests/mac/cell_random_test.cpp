// Goal: whatever a scenario asks of a cell - parts that overlap or hold one another, that open and
// close, slices with any ratios, K1 and K2, moves by DCI, RRC and timer, configured grants of
// either type, semi-persistent scheduling - and whatever is lost on the air, no PRB is sent on
// twice, nobody is told anything where it is not, ratios hold over every window, and both ends
// agree again when nothing is lost any more. Method: cells and terminals drawn from seeds, both
// ends at work as in a run, keyed losses; what is on the air is held against own lists, and each
// plan against the cell's second account.
#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "mac/ue/ue_mac.h"
#include "tests/mac/random_world.h"

namespace redcell::mac::testing {
namespace {

using base::Slot;
using gnb::CellConfig;
using gnb::Connection;
using gnb::RrmPolicyRatio;
using gnb::SlotPlan;

constexpr std::int64_t busy_slots = 1200;
/// Then nothing is lost, and nobody is moved any more: room for timers and four transmissions.
constexpr std::int64_t quiet_slots = 400;
constexpr std::int64_t offset_max = 8;  ///< The largest K2.

/// One terminal's end.
struct Terminal {
  std::uint32_t index = 0;
  ue::UeMac mac;
  ActiveBwp bwp;
  std::map<std::uint32_t, std::uint32_t> commands;  ///< [packet] The part it names.
  [[nodiscard]] bool listens(std::uint32_t part, Slot slot) const {
    return bwp.bwp() == part && !bwp.in_gap(slot);
  }
};

ue::UeConfig end_of(std::uint32_t ue) {
  ue::UeConfig config = ue_config();
  config.ue = base::UeId{ue};
  return config;
}

class RandomCell {
 public:
  RandomCell(std::uint32_t seed, Tried& tried) : dice_(seed), tried_(tried) {
    is_lossy_ = seed % 2 == 1;
    ranks_by_qos_ = seed % 3 == 2;
    const std::vector<phy::ResourceMapConfig> parts = random_parts(seed % 4 < 2, dice_);
    const std::size_t siblings = std::max<std::size_t>(parts.size() - 1, 1);
    opens_ = dice_.falls(0.5);
    for (std::size_t open = 1; open <= siblings; ++open) {
      const auto configs = side_by_side(parts, open);
      maps_.emplace_back(configs.begin(), configs.end());
    }
    world_ = std::make_unique<CellWorld>(maps_.back().front().config(), [&](CellConfig& c) {
      c.bwps = addresses(maps_.back());
      c.sibling_count = static_cast<std::uint32_t>(siblings);
      for (std::size_t open = 1; opens_ && open < siblings; ++open) {
        c.fewer_open.push_back(addresses(maps_[open - 1]));
      }
      c.k1 = random_offsets(dice_);
      c.k2 = random_offsets(dice_);
      c.dl_slices = random_ratios(dice_);
      c.ul_slices = random_ratios(dice_);
      c.slice_window_slots = dice_.between(1, 25);
      c.max_ues_per_slot = dice_.between(2, 8);
      if (dice_.falls(0.5)) c.policy.kind = gnb::PolicyKind::proportional_fair;
      if (ranks_by_qos_) c.policy.kind = gnb::PolicyKind::qos;
    });
    gnb::ConfiguredRoom room(world_->config().bwps);
    const int count = dice_.between(4, 10);
    for (int i = 0; i < count; ++i) add_terminal(room);
  }

  void run() {
    for (std::int64_t s = 0; s < busy_slots + quiet_slots; ++s) {
      slot_ = Slot(s);
      now_ = world_->map().config().numerology.slot_start(slot_);
      is_quiet_ = s >= busy_slots;
      receive_blocks();
      receive_pusch();
      receive_control();
      for (Terminal& t : terminals_) follow(t);
      drive();
      send_uplink();
      const SlotPlan& plan = world_->run(s);
      note_open_parts();
      hear(plan);
      if (::testing::Test::HasFatalFailure()) return;
    }
    expect_agreement();
    expect_ratios();
  }

 private:
  void add_terminal(gnb::ConfiguredRoom& room) {
    const auto ue = static_cast<std::uint32_t>(100 + terminals_.size());
    gnb::ConnectionConfig config = random_connection(ue, world_->config(), room, dice_);
    config.flow = qos_flow(std::array{1, 7, 9, 80, 85}[ue % 5]);
    if (config.flow.averaging_window.value() > 0) {
      config.flow.dl_gfbr_bps = config.flow.ul_gfbr_bps = 1e6;
    }
    const std::uint32_t index = world_->connect(dice_.between(4, 15), config);
    terminals_.push_back({.index = index,
                          .mac = ue::UeMac(end_of(ue)),
                          .bwp = ActiveBwp(config.bwp_timing, config.bwp),
                          .commands = {}});
    ue::UeMac& mac = terminals_.back().mac;
    mac.connect(config.epoch);
    if (const auto& grant = world_->connection(index).config.configured_grant) {
      mac.configure(*grant);
    }
    if (config.semi_persistent) mac.configure(config.semi_persistent->occasions);
    mac.enter_bwp(config.bwp, Slot(0), now_);
  }
  Terminal& of(base::UeId ue) { return terminals_[ue.value - 100]; }
  Connection& cell_end(const Terminal& t) { return world_->connection(t.index); }
  bool is_lost() {
    const bool lost = is_lossy_ && !is_quiet_ && dice_.falls(0.05);
    tried_.lost += lost ? 1 : 0;
    return lost;
  }

  void receive_blocks() {
    for (const DlAssignment& a : heard_) {
      Terminal& t = of(a.ue);
      const MacPdu& pdu = cell_end(t).dl_blocks[static_cast<std::size_t>(a.harq.process)];
      out_.clear();
      t.mac.on_block({.assignment = a, .pdu = pdu, .decoded = dice_.falls(0.85)}, now_, out_);
      cell_end(t).signalling.tx.settle(out_.signalling.delivered, out_.signalling.drops);
      cell_end(t).data->tx.settle(out_.data.delivered, out_.data.drops);
      for (const DeliveredSdu& message : out_.signalling.delivered) {
        const auto command = t.commands.find(message.packet.value);
        if (command == t.commands.end()) continue;
        const Slot last = slot_ - SlotCount(1);
        t.bwp.on_command(last, last, command->second);
      }
    }
    heard_.clear();
  }

  void receive_pusch() {
    for (const UlGrant& sent : sent_) {
      const MacPdu* pdu = of(sent.ue).mac.block(sent.harq);
      ASSERT_NE(pdu, nullptr);
      take_pusch(sent, *pdu, {.decoded = dice_.falls(0.85), .sinr_db = 15});
    }
    for (const UlGrant& missed : missed_) take_pusch(missed, {}, {.detected = false});
    sent_.clear();
    missed_.clear();
  }
  void take_pusch(const UlGrant& grant, const MacPdu& pdu, const gnb::PuschResult& result) {
    world_->arrive(grant, result, pdu);
    BlockOutput out = world_->output();
    Terminal& t = of(grant.ue);
    t.mac.signalling().tx.settle(out.signalling.delivered, out.signalling.drops);
    t.mac.data().tx.settle(out.data.delivered, out.data.drops);
  }

  /// What terminals send in the slot, and who owes a block and does not.
  void send_uplink() {
    for (Terminal& t : terminals_) {
      t.mac.request_grant_if_needed(slot_, now_);
      t.mac.skip_empty_occasion(slot_, now_);
      std::vector<DroppedSdu> drops;
      const auto pusch = t.mac.pusch(slot_, {.now = now_, .headroom = {10, 10}}, drops);
      if (pusch) {
        ASSERT_FALSE(t.bwp.in_gap(slot_));
        ASSERT_EQ(pusch->grant.format.bwp, t.bwp.bwp());
        sent_.push_back(pusch->grant);
        const bool unasked = is_configured(pusch->grant.harq) && pusch->grant.harq.attempt == 0;
        if (unasked) {
          // As a DCI does (TS 38.321 5.15).
          t.bwp.on_dci(slot_);
          take_prbs(pusch->grant.format, base::Direction::uplink, slot_);
        }
        tried_.unasked += unasked ? 1 : 0;
      }
      const Uci uci = t.mac.uci(slot_);
      if (!uci.empty() && !t.bwp.in_gap(slot_) && !is_lost()) uci_.push_back(uci);
    }
    std::erase_if(granted_, [&](const UlGrant& g) {
      if (g.pusch_slot != slot_) return false;
      const bool comes = std::any_of(sent_.begin(), sent_.end(), [&](const UlGrant& s) {
        return s.ue == g.ue && s.harq.block == g.harq.block && s.harq.process == g.harq.process;
      });
      if (!comes) missed_.push_back(g);
      return true;
    });
  }

  void receive_control() {
    const Slot last = slot_ - SlotCount(1);
    for (const Uci& uci : uci_) {
      const Terminal& t = of(uci.ue);
      world_->cell().found_in(t.index, t.bwp.bwp(), last);
      if (uci.sr) world_->cell().on_scheduling_request(t.index);
      for (int i = 0; i < uci.feedback_count; ++i) {
        const HarqFeedback& answer = uci.feedback[static_cast<std::size_t>(i)];
        world_->cell().on_feedback(t.index, answer);
        std::erase_if(owed_, [&](const DlAssignment& a) {
          return a.ue == uci.ue && a.feedback_slot == last && a.harq.process == answer.harq.process;
        });
      }
    }
    uci_.clear();
    std::erase_if(owed_, [&](const DlAssignment& a) {
      if (a.feedback_slot > last) return false;
      world_->cell().on_feedback(of(a.ue).index, {.harq = a.harq, .ack = false, .heard = false});
      return true;
    });
  }

  void follow(Terminal& t) {
    while (const std::optional<BwpSwitch> done = t.bwp.advance(slot_)) {
      ++tried_.moves[static_cast<std::size_t>(done->cause)];
      t.mac.enter_bwp(done->to_bwp, slot_, now_);
    }
    pause(t);
    for (RadioBearer* const end : {&t.mac.signalling(), &cell_end(t).signalling}) {
      out_.clear();
      end->tx.on_time(now_, out_.signalling_sender_drops);
      end->rx.on_time(now_, out_.signalling.delivered, out_.signalling.drops);
    }
    world_->cell().activate(t.index);
  }
  void pause(Terminal& t) {
    if (t.bwp.in_gap(slot_)) t.mac.pause(t.bwp.pending()->from, t.bwp.pending()->until);
  }

  /// What a slot has is settled when it may first be granted; nobody is where nothing is.
  void note_open_parts() {
    const gnb::OpenParts& parts = world_->cell().open_parts();
    for (std::int64_t s = slot_.value(); s <= slot_.value() + offset_max; ++s) {
      const auto [noted, is_new] = open_in_.emplace(s, parts.at(Slot(s)));
      ASSERT_EQ(noted->second, parts.at(Slot(s))) << "slot " << s;
    }
    const std::size_t now = open_in_.at(slot_.value());
    const auto before = open_in_.find(slot_.value() - 1);
    if (before != open_in_.end()) {
      tried_.openings += now > before->second ? 1 : 0;
      tried_.closings += now < before->second ? 1 : 0;
    }
    for (const Terminal& t : terminals_) {
      if (t.bwp.bwp() >= world_->config().sibling_count || t.bwp.in_gap(slot_)) continue;
      ASSERT_LT(t.bwp.bwp(), now) << "terminal " << t.index << ", slot " << slot_.value();
    }
  }
  /// Parts that terminals may be sent into.
  std::uint32_t room() {
    const std::uint32_t siblings = world_->config().sibling_count;
    if (!opens_) return siblings;
    if (!is_quiet_ && dice_.falls(0.01)) {
      wanted_ = static_cast<std::uint32_t>(dice_.between(1, static_cast<int>(siblings)));
    }
    world_->cell().want_open(wanted_, slot_);
    return std::min(wanted_, world_->cell().open_parts().ready(slot_));
  }

  void drive() {
    const std::uint32_t siblings = world_->config().sibling_count;
    const std::uint32_t open = room();
    for (Terminal& t : terminals_) {
      const double load = is_quiet_ ? 0.02 : 0.15;
      if (dice_.falls(load)) world_->load(t.index, dice_.between(1, 4));
      if (dice_.falls(load / 3)) {
        std::vector<DroppedSdu> drops;
        t.mac.enqueue(sdu(next_packet_++, static_cast<std::uint32_t>(dice_.between(40, 2000))),
                      slot_, now_, drops);
      }
      const Connection& c = cell_end(t);
      const bool may_move = siblings > 1 && c.config.bwp < siblings && !c.is_moving();
      if (is_quiet_ || !may_move || !dice_.falls(c.config.bwp < open ? 0.01 : 0.1)) continue;
      const auto to = static_cast<std::uint32_t>(dice_.between(0, static_cast<int>(open) - 1));
      if (to == c.config.bwp) continue;
      if (dice_.falls(0.5)) {
        world_->cell().switch_by_dci(t.index, to);
        continue;
      }
      const base::PacketId packet{1'000'000 + next_packet_++};
      t.commands[packet.value] = to;
      std::vector<DroppedSdu> drops;
      world_->cell().enqueue_signalling(t.index, {.packet = packet, .bytes = 60, .arrival = now_},
                                        now_, drops);
      world_->cell().expect_command(t.index, {.packet = packet, .bwp = to});
    }
  }

  /// Who is not lost hears, and is where the cell takes it to be as long as nothing ever was.
  bool hears(const Terminal& t, std::uint32_t part) {
    const bool is_there = t.listens(part, slot_);
    EXPECT_TRUE(is_there || is_lossy_) << "terminal " << t.index << ", slot " << slot_.value();
    return is_there && !is_lost();
  }
  /// The same of who knows of an occasion: nothing on the air can be lost but its block.
  bool expects(const Terminal& t, const DlAssignment& a) {
    const bool is_known = t.listens(a.format.bwp, slot_) && t.mac.expects(a, slot_);
    EXPECT_TRUE(is_known || is_lossy_) << "terminal " << t.index << ", slot " << slot_.value();
    return is_known;
  }
  void hear(const SlotPlan& plan) {
    for (const BwpSwitchDci& dci : plan.switches) {
      Terminal& t = of(dci.ue);
      if (!hears(t, dci.from_bwp)) continue;
      t.bwp.on_switch_dci(slot_, dci.to_bwp);
      pause(t);
    }
    for (const ConfiguredGrantDci& dci : plan.configured) {
      (dci.activates ? tried_.activations : tried_.releases) += 1;
      Terminal& t = of(dci.ue);
      if (!hears(t, dci.grant.format.bwp)) continue;
      t.bwp.on_dci(slot_);
      t.mac.on_configured_grant(dci, slot_, now_);
    }
    for (const DlAssignment& a : plan.downlink) {
      Terminal& t = of(a.ue);
      take_prbs(a.format, base::Direction::downlink, slot_);
      count(a.format, cell_end(t).config.dl_slice, base::Direction::downlink, slot_);
      owed_.push_back(a);
      tried_.repeated += a.harq.attempt > 0 ? 1 : 0;
      tried_.told += a.activates ? 1 : 0;
      const bool is_untold = a.aggregation_level == 0;
      tried_.untold += is_untold ? 1 : 0;
      if (is_untold ? !expects(t, a) : !hears(t, a.format.bwp)) continue;
      t.bwp.on_dci(slot_);
      if (a.activates) t.mac.activate(a, slot_);
      t.mac.on_assignment(a);
      heard_.push_back(a);
    }
    for (const UlGrant& g : plan.uplink) {
      Terminal& t = of(g.ue);
      take_prbs(g.format, base::Direction::uplink, g.pusch_slot);
      count(g.format, cell_end(t).config.ul_slice, base::Direction::uplink, g.pusch_slot);
      granted_.push_back(g);
      tried_.repeated += g.harq.attempt > 0 ? 1 : 0;
      if (!hears(t, g.format.bwp)) continue;
      t.bwp.on_dci(slot_);
      t.mac.on_grant(g);
    }
  }

  [[nodiscard]] const phy::SlotResources& resources(std::uint32_t part, base::Direction direction,
                                                    Slot slot) const {
    const phy::ResourceMap& map = maps_[open_in(slot.value()) - 1][part];
    return direction == base::Direction::downlink ? map.downlink(slot) : map.uplink(slot);
  }
  [[nodiscard]] std::size_t open_in(std::int64_t slot) const {
    const auto noted = open_in_.find(slot);
    return noted != open_in_.end() ? noted->second : open_in_.rbegin()->second;
  }
  /// PRBs of the carrier that carry data have one owner.
  void take_prbs(const BlockFormat& format, base::Direction direction, Slot slot) {
    ++tried_.blocks;
    const phy::SlotResources& all = resources(format.bwp, direction, slot);
    const phy::PrbRange& bwp = maps_.back()[format.bwp].config().bwp_ul;
    ASSERT_LE(format.prb.end(), bwp.count);
    std::set<int>& taken = taken_[{static_cast<int>(direction), slot.value()}];
    for (int prb = format.prb.first; prb < format.prb.end(); ++prb) {
      if (all.data_re[static_cast<std::size_t>(prb)] == 0) continue;
      ASSERT_TRUE(taken.insert(bwp.first + prb).second)
          << "PRB " << bwp.first + prb << ", slot " << slot.value();
    }
  }

  struct Window {
    std::map<std::uint32_t, std::int64_t> used;  ///< [slice]
    std::int64_t all = 0;
  };
  void count(const BlockFormat& format, std::uint32_t slice, base::Direction direction, Slot slot) {
    const std::int64_t number = slot.value() / world_->config().slice_window_slots;
    windows_[{static_cast<int>(direction), number}].used[slice] += format.prb_count;
  }
  /// PRBs on which data of any part may lie.
  [[nodiscard]] std::int64_t prbs_of(base::Direction direction, Slot slot) const {
    std::set<int> prbs;
    for (std::uint32_t part = 0; part < maps_.back().size(); ++part) {
      const phy::SlotResources& all = resources(part, direction, slot);
      const phy::PrbRange& bwp = maps_.back()[part].config().bwp_ul;
      for (int prb = 0; prb < bwp.count && all.symbols.count > 0; ++prb) {
        if (all.data_re[static_cast<std::size_t>(prb)] > 0) prbs.insert(bwp.first + prb);
      }
    }
    return static_cast<std::int64_t>(prbs.size());
  }
  void expect_ratios() {
    const std::int64_t length = world_->config().slice_window_slots;
    for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
      const bool is_downlink = direction == base::Direction::downlink;
      const std::vector<RrmPolicyRatio>& ratios =
          is_downlink ? world_->config().dl_slices : world_->config().ul_slices;
      if (ratios.size() < 2) continue;
      std::map<std::pair<std::size_t, std::int64_t>, std::int64_t> prbs;  // [open, slot of period]
      const std::int64_t period = maps_.back().back().period().value();
      for (auto& [key, window] : windows_) {
        if (key.first != static_cast<int>(direction)) continue;
        std::int64_t all = 0;
        for (std::int64_t s = key.second * length; s < (key.second + 1) * length; ++s) {
          const auto [known, is_new] = prbs.try_emplace({open_in(s), s % period});
          if (is_new) known->second = prbs_of(direction, Slot(s));
          all += known->second;
        }
        expect_window(window, ratios, all);
      }
    }
  }
  /// The maximum of each, and what is dedicated to one that others have not had.
  void expect_window(Window& window, const std::vector<RrmPolicyRatio>& ratios, std::int64_t all) {
    ++tried_.windows;
    std::int64_t sum = 0;
    for (const auto& [slice, used] : window.used) sum += used;
    for (std::uint32_t slice = 0; slice < ratios.size(); ++slice) {
      const std::int64_t used = window.used[slice];
      EXPECT_LE(100 * used, ratios[slice].max_percent * all) << "slice " << slice;
      EXPECT_LE(sum - used, all - ratios[slice].dedicated_percent * all / 100) << "slice " << slice;
    }
  }

  void expect_agreement() {
    for (const Terminal& t : terminals_) {
      const Connection& c = world_->connection(t.index);
      EXPECT_EQ(c.bwp.bwp(), t.bwp.bwp()) << "terminal " << t.index;
      EXPECT_FALSE(c.wanted_bwp.has_value()) << "terminal " << t.index;
      EXPECT_FALSE(c.unconfirmed.has_value()) << "terminal " << t.index;
    }
  }

  Dice dice_;
  Tried& tried_;
  bool is_lossy_ = false;
  bool ranks_by_qos_ = false;
  bool is_quiet_ = false;
  bool opens_ = false;  ///< It opens and closes parts.
  std::uint32_t wanted_ = 1;
  std::vector<std::vector<phy::ResourceMap>> maps_;  ///< [open - 1][part]
  std::unique_ptr<CellWorld> world_;
  std::vector<Terminal> terminals_;
  Slot slot_;
  base::Instant now_{};
  std::uint32_t next_packet_ = 1'000;
  std::vector<DlAssignment> heard_;
  std::vector<DlAssignment> owed_;
  std::vector<UlGrant> granted_;
  std::vector<UlGrant> sent_;
  std::vector<UlGrant> missed_;
  std::vector<Uci> uci_;
  BlockOutput out_;
  std::map<std::pair<int, std::int64_t>, std::set<int>> taken_;  ///< [direction, slot]
  std::map<std::pair<int, std::int64_t>, Window> windows_;       ///< [direction, window]
  std::map<std::int64_t, std::size_t> open_in_;                  ///< [slot]
};

TEST(RandomCells, break_no_law_of_prbs_parts_and_ratios) {
  constexpr std::uint32_t cell_count = 120;
  Tried tried;
  for (std::uint32_t seed = 1; seed <= cell_count && !HasFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomCell(seed, tried).run();
  }
  if (HasFailure()) return;
  for (const int moves : tried.moves) EXPECT_GT(moves, 100);
  EXPECT_GT(tried.activations, 100);
  EXPECT_GT(tried.releases, 50);
  EXPECT_GT(tried.unasked, 1000);
  EXPECT_GT(tried.told, 500);
  EXPECT_GT(tried.untold, 1000);
  EXPECT_GT(tried.repeated, 1000);
  EXPECT_GT(tried.lost, 500);
  EXPECT_GT(tried.windows, 1000);
  EXPECT_GT(tried.openings, 100);
  EXPECT_GT(tried.closings, 100);
}

}  // namespace
}  // namespace redcell::mac::testing
