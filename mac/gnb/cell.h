// The gNB's MAC of one cell: packets and control information in, the slot's assignments and grants
// out.
//
// Ranking (policy.h) and placing (placing.h) are apart; this room runs them: who may send, with
// which block, in which HARQ process. TS 38.321 5.3, 5.4; TS 38.214 5.1, 6.1.
//
// Bandwidth parts share the carrier's PRBs. In every slot retransmissions go first, for they need
// as many PRBs as their block had; then the narrowest part, whose terminals have the fewest places
// to go; a wider one takes what is left [ours]. docs/decisions/the-drive.md says what proportional
// fairness makes of the same question.
//
// Slices share the PRBs of the cell, whatever their BWP (slice_shares.h), and take turns in each
// part (slice_turns.h).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/check.h"
#include "base/units.h"
#include "mac/air.h"
#include "mac/gnb/bound.h"
#include "mac/gnb/bwp_manager.h"
#include "mac/gnb/c_rnti.h"
#include "mac/gnb/connection.h"
#include "mac/gnb/open_parts.h"
#include "mac/gnb/pdcch.h"
#include "mac/gnb/placing.h"
#include "mac/gnb/policy.h"
#include "mac/gnb/slice_shares.h"
#include "mac/gnb/slice_turns.h"
#include "phy/nr/block_fit.h"
#include "phy/nr/mcs_table.h"
#include "phy/nr/resource_map.h"

namespace redcell::mac::gnb {

class PlanAudit;
#ifdef REDCELL_AUDIT
inline constexpr bool audited_by_default = true;
#else
inline constexpr bool audited_by_default = false;
#endif

struct CellConfig {
  std::uint32_t cell = 0;  ///< Turns placing (placing.h).
  /// Bandwidth parts, narrowest first, on the same slots; they outlive the cell.
  std::vector<const phy::ResourceMap*> bwps;
  std::uint32_t sibling_count = 1;  ///< Parts 0 .. that connections may be moved between.
  /// [open siblings - 1][bwp] The same parts while only so many siblings are open, the first of
  /// them; those that are closed have nothing for data. Empty: all are always open; else the cell
  /// begins with one.
  std::vector<std::vector<const phy::ResourceMap*>> fewer_open{};
  phy::McsTable dl_table = phy::McsTable::qam256;
  phy::McsTable ul_table = phy::McsTable::qam256;
  phy::CqiTable cqi_table = phy::CqiTable::table_2;
  std::vector<int> k1;  ///< Ascending; each leaves the UE its N1.
  std::vector<int> k2;  ///< Ascending; each leaves the UE its N2.
  HarqConfig harq;
  OuterLoopConfig outer_loop;
  PolicyConfig policy;
  std::vector<RrmPolicyRatio> dl_slices{{}};  ///< At least one.
  std::vector<RrmPolicyRatio> ul_slices{{}};
  SlicePolicies dl_slice_policies{};  ///< [of dl_slices] Who ranks inside them.
  SlicePolicies ul_slice_policies{};
  int slice_window_slots = 1;
  int max_ues_per_slot = 4;  ///< Of each BWP, in each direction.
  int layer_count_max = 2;   ///< Of a PRB; one terminal has them all.
  bool transform_precoding = false;
  std::uint32_t sr_grant_bytes = 128;
  int aggregation_level_min = 1;         ///< 1, 2, 4, 8 or 16.
  bool is_audited = audited_by_default;  ///< Each plan is held against its invariants.
  /// Of each terminal's search space, in each part.
  std::array<int, phy::aggregation_level_count> pdcch_candidates{6, 5, 4, 2, 1};

  [[nodiscard]] std::uint32_t first_open_count() const {
    return fewer_open.empty() ? sibling_count : 1;
  }
  [[nodiscard]] const phy::ResourceMap& map(std::size_t bwp, std::uint32_t open_count) const {
    return open_count > fewer_open.size() ? *bwps[bwp] : *fewer_open[open_count - 1][bwp];
  }
};

/// Everything the cell sends in one slot.
struct SlotPlan {
  std::vector<DlAssignment> downlink;
  std::vector<UlGrant> uplink;
  std::vector<BwpSwitchDci> switches;
  std::vector<ConfiguredGrantDci> configured;
  std::vector<DroppedSdu> drops;
  std::vector<PdcchCount> pdcch;    ///< [part] Empty where no DCI can be sent.
  std::vector<BoundCounts> bounds;  ///< [part] As pdcch.
  void clear() {
    pdcch.clear();
    bounds.clear();
    switches.clear();
    configured.clear();
    downlink.clear();
    uplink.clear();
    drops.clear();
  }
};

/// How a PUSCH arrived.
struct PuschResult {
  bool decoded = false;
  double sinr_db = 0;    ///< Effective, from its DMRS; meaningless when nothing was sent.
  bool detected = true;  ///< False: the UE sent nothing (it missed the grant).
};

/// A PUSCH, or the silence where one was granted, at the slot boundary after it.
struct PuschReception {
  const UlGrant& grant;
  const MacPdu& pdu;  ///< Read when decoded.
  PuschResult result;
  base::Instant now;
};

class Cell {
 public:
  explicit Cell(const CellConfig& config);
  ~Cell();
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  /// Index of the new connection, the lowest that is free. It has no data bearer yet.
  std::uint32_t connect(const ConnectionConfig& config);
  /// Ends a connection whose data bearer has been detached. Its index may be given anew.
  void disconnect(std::uint32_t index);
  [[nodiscard]] bool is_connected(std::uint32_t index) const {
    return index < connections_.size() && connections_[index] != nullptr;
  }
  /// Pre: is_connected(index).
  [[nodiscard]] Connection& connection(std::uint32_t index) {
    RC_CHECK(is_connected(index));
    return *connections_[index];
  }
  /// The gNB's end of the data bearer comes, and goes; SRB1 is served with or without it.
  void attach(std::uint32_t index, std::unique_ptr<RadioBearer> data);
  std::unique_ptr<RadioBearer> detach(std::uint32_t index);

  /// Pre: a data bearer is attached.
  bool enqueue(std::uint32_t index, const Sdu& sdu, base::Instant now,
               std::vector<DroppedSdu>& drops);
  bool enqueue_signalling(std::uint32_t index, const Sdu& sdu, base::Instant now,
                          std::vector<DroppedSdu>& drops);
  HarqOutcome on_feedback(std::uint32_t index, const HarqFeedback& feedback);
  void on_scheduling_request(std::uint32_t index);
  HarqOutcome on_pusch(std::uint32_t index, const PuschReception& reception, BlockOutput& out);

  void schedule(base::Slot slot, base::Instant now, SlotPlan& plan);

  // Moves between parts (cell_bwps.cpp). From the moment a switch is wanted nothing new is begun
  // with the terminal; the DCI goes out when it owes nothing more and has been heard
  // after the switch before.
  void switch_by_dci(std::uint32_t index, std::uint32_t to);
  /// A packet of SRB1 tells the terminal to switch: served on until it has been acknowledged.
  void expect_command(std::uint32_t index, const Connection::Command& command);
  /// In slot `sent` the terminal has sent something in this part; it is in no other. RedCap's parts
  /// have PUCCH of their own, so the cell knows.
  void found_in(std::uint32_t index, std::uint32_t bwp, base::Slot sent);
  /// Siblings 0 .. count - 1 are to be open (cell_open.cpp). One is opened when blocks that would
  /// not fit beside it have been delivered; the last is closed when nobody can be in it. Before
  /// slot is scheduled.
  void want_open(std::uint32_t count, base::Slot slot);
  [[nodiscard]] const OpenParts& open_parts() const { return open_; }
  /// What a part has in a slot, for ever the same once the slot has been scheduled or granted.
  [[nodiscard]] const phy::ResourceMap& map(std::size_t bwp, base::Slot slot) const {
    return config_.map(bwp, open_.at(slot));
  }
  /// What siblings and their terminals have had since the last call; begins anew.
  void measure_parts(base::Slot slot, base::Instant now, std::vector<PartLoad>& loads,
                     std::vector<PartMember>& members);

  /// A connection may have become busy (data, a request, a retransmission): the scheduler looks at
  /// it again.
  void activate(std::uint32_t index);
  /// Connections the next slot looks at, ascending.
  [[nodiscard]] std::span<const std::uint32_t> active() const { return active_; }
  [[nodiscard]] bool has_work() const { return !active_.empty(); }

 private:
  [[nodiscard]] std::uint32_t free_index();
  void retire_idle(base::Instant now);
  /// A bandwidth part at work.
  struct Part {
    const phy::ResourceMap* resources = nullptr;  ///< While all siblings are open.
    Pdcch pdcch;
    int dl_count = 0;                     ///< Assignments in the slot at work.
    std::vector<std::uint32_t> active{};  ///< Its connections of active(), ascending.
    std::vector<Candidate> candidates{};  ///< Of the slot and direction at work.
    BoundCounts bounds{};
    /// [open siblings - 1][direction] A block of more might never be repeated.
    std::vector<std::array<int, 2>> prbs_max{};
    /// Terminals may have been in it up to here, wherever they are known to be.
    base::Slot used_until{-1};
    std::array<std::int64_t, 2> recent_prbs{};  ///< [direction] Taken since the last measurement.
    std::int64_t recent_dcis = 0;               ///< Wanted since then.
    std::int64_t recent_blocked = 0;

    /// PRBs of the carrier that a block takes from others: by bitmap whole groups.
    [[nodiscard]] phy::PrbRange taken_by(const phy::PrbRange& prb, Allocation allocation) const;
  };
  /// A slot with PDSCH, and where its answers go.
  struct DownlinkSlot {
    base::Slot slot;
    base::Slot feedback;
    base::Instant now;
  };
  /// PRBs of a PUSCH slot to come, and who has been granted some.
  struct UplinkSlot {
    base::Slot slot{-1};
    TakenPrbs taken;
    SliceSlot slices;
    std::vector<std::vector<std::uint32_t>> granted;  ///< [part]
  };
  void schedule(base::Direction direction, base::Instant now, SlotPlan& plan);
  void schedule_grants(SlotPlan& plan);
  void schedule_assignments(base::Instant now, SlotPlan& plan);
  /// In the slot at work so far.
  [[nodiscard]] int blocked_dci_count() const;
  void schedule_downlink(const DownlinkSlot& at, Part& part, SlotPlan& plan);
  void schedule_uplink(base::Slot slot, UplinkSlot& pusch, Part& part, SlotPlan& plan);
  /// Ranked candidates; until is_last those alone who let nobody wait.
  void serve_downlink(bool is_last, const DownlinkSlot& at, Part& part, SlotPlan& plan);
  void serve_uplink(bool is_last, UplinkSlot& pusch, Part& part, SlotPlan& plan);
  void repeat_downlink(const DownlinkSlot& at, Part& part, SlotPlan& plan);
  [[nodiscard]] static SliceShares make_shares(const CellConfig& config, base::Direction direction);
  /// [slot of the period] PRBs that slices share while so many siblings are open.
  [[nodiscard]] static std::vector<int> shared_prbs(const CellConfig& config,
                                                    base::Direction direction,
                                                    std::uint32_t open_count);
  /// It has new data to send in the slot, and a HARQ process for it.
  [[nodiscard]] static bool may_assign(const Connection& c, const DownlinkSlot& at,
                                       const SlotPlan& plan);
  [[nodiscard]] bool may_grant(const Connection& c, std::uint32_t index,
                               const UplinkSlot& pusch) const;
  /// Who has something new to send in each part, and, of several slices, how many PRBs of it.
  void gather_downlink(const DownlinkSlot& at, const SlotPlan& plan);
  void gather_uplink(UplinkSlot& pusch);
  [[nodiscard]] Candidate candidate_of(std::uint32_t index, std::uint32_t slice) const;
  [[nodiscard]] static Claim downlink_claim(const Connection& c, base::Instant now);
  [[nodiscard]] Claim uplink_claim(const Connection& c) const;
  [[nodiscard]] base::Duration slot_duration() const {
    return parts_.front().resources->config().numerology.slot_duration();
  }
  /// In slots.
  [[nodiscard]] Guarantee guarantee(const QosFlow& flow, double gfbr_bps) const;
  /// The most PRBs that its power is of use for, and what it would send on them.
  struct UplinkReach {
    int prb_count = 1;
    base::McsIndex mcs{};
  };
  [[nodiscard]] UplinkReach uplink_reach(const Connection& c, int longest) const;
  /// PRBs that all it has to send would take; reach: that of `longest`.
  [[nodiscard]] int uplink_prb_count(const Connection& c, int longest, const UplinkReach& reach,
                                     const phy::SlotResources& resources) const;
  void take_downlink(Connection& c, const BlockFormat& format);
  void take_uplink(Connection& c, const BlockFormat& format, UplinkSlot& pusch);

  // Configured grants (cell_configured.cpp).
  void add_configured(std::uint32_t index);
  void reserve_configured(UplinkSlot& pusch) const;
  /// A first transmission that no DCI has asked for.
  void start_configured(Connection& c, const UlGrant& grant);
  /// Type 2: who is to have its grant, or no longer.
  void send_activations(base::Slot slot, SlotPlan& plan);
  void follow_activation(Connection& c, base::Slot slot);
  void send_activation(Connection& c, base::Slot slot, SlotPlan& plan);

  // Semi-persistent scheduling (cell_semi_persistent.cpp).
  void follow_semi_persistent();
  /// Whether candidates may have changed.
  bool serve_semi_persistent(const DownlinkSlot& at, SlotPlan& plan);
  /// False: no block could be sent in it.
  bool use_occasion(Connection& c, const DownlinkSlot& at, SlotPlan& plan);
  void activate_semi_persistent(Connection& c, const DownlinkSlot& at, SlotPlan& plan);
  void begin_semi_persistent(Connection& c, const DlAssignment& a, const DownlinkSlot& at);
  static void follow_answer(Connection& c, const HarqFeedback& feedback);
  /// New data may begin in such a block: moves, repetitions and slices leave room for it.
  [[nodiscard]] bool may_use(const Connection& c, const BlockFormat& format,
                             base::Slot answer) const;
  /// PRBs of its part, and a block on them for all occasions.
  struct Place {
    phy::PrbRange prb;
    phy::BlockFit fit;
  };
  /// One that nobody else has in any of the occasions (occasion_place.h). nullopt: there is none.
  [[nodiscard]] std::optional<Place> find_place(const Connection& c,
                                                const SemiPersistent& occasions,
                                                base::SlotCount k1);
  enum class Outcome : std::uint8_t { sent, nothing_sent, blocked };
  /// What has held up one that was looked at, and has more to send or not.
  [[nodiscard]] Bound bound_of(Outcome outcome, bool is_limited, bool has_more) const;
  /// Its slice leaves it less than there is.
  [[nodiscard]] bool is_limited(int room) const {
    return room != unlimited_prbs && room < prbs_.count();
  }
  void count_bounds(base::Direction direction, Part& part) const;
  /// No PRB is left, or as many are served as may be: that holds up all candidates of the part.
  [[nodiscard]] bool is_full(int served, Part& part) const;
  struct DownlinkBlock {
    int process = 0;
    base::Bits tbs{};
  };
  /// What waits goes into a block. False: nothing fits, or all that waited was discarded.
  bool fill_block(Connection& c, const DownlinkBlock& block, base::Instant now, SlotPlan& plan);
  /// most: PRBs that it may take.
  Outcome assign(Connection& c, int most, const DownlinkSlot& at, SlotPlan& plan);
  Outcome grant(Connection& c, int most, UplinkSlot& pusch, SlotPlan& plan);
  void repeat_uplink(UplinkSlot& pusch, Part& part, SlotPlan& plan);
  bool repeat_block(Connection& c, UplinkSlot& pusch, SlotPlan& plan);
  [[nodiscard]] std::optional<base::Slot> feedback_slot(base::Slot slot) const;
  [[nodiscard]] Part& part_of(const Connection& c) { return parts_[c.config.bwp]; }
  [[nodiscard]] std::size_t index_of(const Part& part) const {
    return static_cast<std::size_t>(&part - parts_.data());
  }
  [[nodiscard]] FreePrbs::Start placing_start(const Part& part, base::Slot slot,
                                              base::Direction direction,
                                              const TakenPrbs& taken) const;
  /// CCEs for a DCI to this UE at the level its link needs; nullopt: blocked.
  std::optional<PdcchPlace> place_dci(Connection& c);
  /// Of phy::aggregation_levels.
  [[nodiscard]] std::size_t needed_level(const Connection& c) const;
  [[nodiscard]] double reported_sinr_db(const Connection& c) const;
  [[nodiscard]] base::McsIndex downlink_mcs(const Connection& c) const;
  [[nodiscard]] base::McsIndex uplink_mcs(const Connection& c, int prb_count) const;
  /// PRBs that hold a useful block even in the lowest scheme.
  [[nodiscard]] int least_prb_count(const phy::SlotResources& resources) const;
  [[nodiscard]] int uplink_prb_limit(const Connection& c, int prb_count) const;
  [[nodiscard]] UplinkSlot& uplink_slot(base::Slot pusch_slot);

  // Parts that open and close (cell_open.cpp).
  void prepare_open_parts();
  void limit_blocks();
  [[nodiscard]] int prbs_max(const Connection& c, base::Direction direction) const;
  /// The same where so many siblings are open.
  [[nodiscard]] int prbs_max(const Connection& c, base::Direction direction,
                             std::size_t open_count) const;
  void follow_open_parts(base::Slot slot);
  /// Those who may not have heard that they were to leave a part.
  void ask_where_they_are(std::uint32_t part);
  [[nodiscard]] bool is_empty(std::uint32_t part, base::Slot slot) const;
  /// Whether all blocks under way could be repeated while so many siblings are open.
  [[nodiscard]] bool fits(std::uint32_t open_count) const;
  [[nodiscard]] const phy::SlotResources& resources_in(base::Slot slot, const Part& part,
                                                       base::Direction direction) const {
    const phy::ResourceMap& at = map(index_of(part), slot);
    return direction == base::Direction::downlink ? at.downlink(slot) : at.uplink(slot);
  }
  /// It has been sent a DCI, and owes something in a slot.
  void note_promise(Connection& c, base::Slot owed);
  /// A command has been acknowledged.
  void note_moved(const Connection& c);

  void note_taken(Connection& c, base::Direction direction, const BlockFormat& format);
  /// Switches that have ended, timers that ran out.
  void follow_switches(base::Slot slot);
  void send_switches(base::Slot slot, SlotPlan& plan);
  void note_heard(Connection& c, base::Slot dci);
  void note_silence(Connection& c);
  static void follow(Connection& c, base::Slot slot);
  static void put_back(Connection& c, const ActiveBwp& bwp);
  static void note_command_sent(Connection& c, const MacPdu& pdu, base::Slot slot);
  void note_command_heard(Connection& c, std::size_t process);
  [[nodiscard]] std::int64_t available_prbs(const Part& part, base::Direction direction,
                                            base::Slot slot) const;

  CellConfig config_;
  base::Slot slot_;           ///< At work.
  base::Slot measured_from_;  ///< Of recent_prbs.
  CRntiPool c_rntis_;
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<std::uint32_t> active_;  ///< Ascending.
  std::vector<bool> is_active_;
  std::vector<std::uint32_t> configured_;       ///< Connections with a configured grant.
  std::vector<std::uint32_t> semi_persistent_;  ///< Connections with SPS-Config.
  std::vector<std::uint8_t> place_;             ///< [PRB of a part] Working memory.
  std::vector<Share> shares_;
  /// [direction][open siblings - 1][slot of the period] That slices share.
  std::array<std::vector<std::vector<int>>, 2> shared_prbs_;
  /// [direction][open siblings - 1][slice] A block of more might never be repeated.
  std::array<std::vector<std::vector<int>>, 2> slice_prbs_max_;
  SliceShares dl_shares_;
  SliceShares ul_shares_;
  SliceSlot dl_slices_;
  SliceTurns turns_;            ///< Of the slot and direction at work.
  std::vector<int> part_prbs_;  ///< [part] Working memory.
  std::vector<Part> parts_;
  OpenParts open_;
  std::uint32_t wanted_open_;
  base::SlotCount on_air_{0};  ///< Of a new part before terminals come.
  base::Direction first_with_dcis_ = base::Direction::uplink;
  std::unique_ptr<Policy> dl_policy_;
  std::unique_ptr<Policy> ul_policy_;
  bool dl_has_claims_ = false;  ///< Some policy of the direction reads Candidate::claim.
  bool ul_has_claims_ = false;
  FreePrbs prbs_;  ///< Of the part, slot and direction at work.
  TakenPrbs dl_taken_;
  std::vector<UplinkSlot> uplink_slots_;  ///< Ring over the reach of K2.
  std::array<int, 16> mcs_of_cqi_{};      ///< [CQI] highest MCS that carries no more than the CQI.
  std::vector<DroppedSdu> signalling_drops_;  ///< SRB1 drops nothing but on release.
  std::unique_ptr<PlanAudit> audit_;          ///< Null where plans are not audited.
};

}  // namespace redcell::mac::gnb
