// The links of one terminal with fast fading: one lane for each of the cells it hears loudest.
//
// All is a pure function of (terminal, cell, time): a cell that is no longer followed and comes
// back later goes on with the same bits.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/lane_tile.h"
#include "base/random.h"
#include "phy/channel/cluster_tile.h"
#include "phy/channel/fading.h"
#include "phy/link/sinr.h"
#include "scenarios/deployment.h"
#include "scenarios/hash.h"
#include "scenarios/large_scale.h"
#include "scenarios/prb_groups.h"

namespace redcell::scenarios {

/// Way in wavelengths that a terminal may move between two refreshes [ours].
inline constexpr double refresh_way_wavelengths = 0.04;
inline constexpr std::int64_t refresh_slots_max = 20;
/// Part of what its neighbours could bring a terminal, the weakest of them, that it hears as one
/// sum [ours]: what they send together matters, 0.04 dB at full load, and not which of them does.
inline constexpr double remote_share = 0.01;
/// Weight of the newest interference in what a terminal reports [ours]: an average over some four
/// reports, as TS 38.214 5.2.2.5 allows where timeRestrictionForInterferenceMeasurements is absent.
inline constexpr double interference_weight = 0.25;

inline constexpr int gnb_port_count = 2;
/// The uplink of an FDD carrier fades on its own.
inline constexpr std::uint32_t uplink_cell_bit = 0x8000'0000U;

class ChannelTile;

/// Sixteen lanes of fast fading for terminals that are refreshed alike: with few cells to follow,
/// several terminals share one.
class FadingBank {
 public:
  struct Setup {
    const LayerPlan& layer;
    const PrbGroups& groups;
    std::uint32_t bwp = 0;  ///< Whose groups are computed.
    const base::Random& random;
    int rx_count = 1;
    std::int64_t refresh_slots = 1;
  };
  /// Pre: layer and groups outlive the bank.
  explicit FadingBank(const Setup& setup);

  [[nodiscard]] bool has_room(std::size_t lane_count) const {
    return lane_count_ + lane_count <= base::lane_count;
  }
  /// Gives lanes to a terminal, which must outlive the bank; returns the first. Pre: has_room().
  std::size_t add(ChannelTile& terminal, std::size_t lane_count);
  /// Pre: delay lines.
  void set_link(std::size_t lane, phy::FadingLink link);
  /// Pre: clusters.
  void set_link(std::size_t lane, const phy::TrackedLink& tracked);
  /// What a link was before, and its way until the new one begins.
  struct Former {
    phy::TrackedLink tracked;
    double way_m = 0;
    double own_way_m = 0;
  };
  void set_link(std::size_t lane, const phy::TrackedLink& tracked, const Former& former);
  /// Pre: clusters.
  void set_blockage(std::size_t lane, const phy::LinkBlockage& blockage);
  /// What fading sees, and of that the terminal's own.
  void set_way(std::size_t lane, double way_m, double own_way_m);

  [[nodiscard]] const Setup& setup() const { return setup_; }
  [[nodiscard]] const GroupRange& groups() const { return setup_.groups.of_bwp(setup_.bwp); }
  [[nodiscard]] bool is_stale(base::Slot slot) const;
  /// Refreshes the lanes of all its terminals to the refresh instant of a slot.
  void go_to(base::Slot slot, const LargeScale& large_scale);
  /// The same once more, when a lane has changed hands.
  void repeat();

  [[nodiscard]] phy::ChannelView downlink(std::size_t lane) const;
  [[nodiscard]] phy::ChannelView uplink(std::size_t lane) const;
  void add_to(Hash& hash, std::size_t lane) const;
  /// Mean power over all port pairs: [group][lane], from this lane on.
  [[nodiscard]] const float* downlink_power(std::size_t lane) const {
    return downlink_power_.data() + lane;
  }
  [[nodiscard]] const float* uplink_power(std::size_t lane) const {
    return uplink_power_.data() + lane;
  }
  /// Mean power of all port pairs where the co-polarised have 1. Pre: no clusters.
  [[nodiscard]] double mean_power(bool in_sight) const {
    return in_sight ? mean_power_sight_ : mean_power_;
  }

 private:
  struct Response {
    const base::LaneTile& re;
    const base::LaneTile& im;
  };
  [[nodiscard]] Response downlink_response() const;
  [[nodiscard]] Response uplink_response() const;
  void copy_reciprocal();
  void sum_powers();

  Setup setup_;
  std::size_t lane_count_ = 0;  ///< Given away.
  std::int64_t index_ = -1;     ///< Refresh that the responses belong to.
  std::vector<ChannelTile*> terminals_;
  double mean_power_ = 1;
  double mean_power_sight_ = 1;
  /// One of the two, or none: no fading. The uplink's in FDD; in TDD the downlink serves both ways.
  std::optional<phy::FadingTile> downlink_;
  std::optional<phy::FadingTile> uplink_;
  std::optional<phy::ClusterTile> downlink_clusters_;
  std::optional<phy::ClusterTile> uplink_clusters_;
  base::LaneTile flat_re_;  ///< Without fading: the identity at each position.
  base::LaneTile flat_im_;
  base::LaneTile reciprocal_re_;  ///< TDD: [group][port][lane] from the terminal's first branch.
  base::LaneTile reciprocal_im_;
  base::LaneTile downlink_power_;  ///< [group][lane]
  base::LaneTile uplink_power_;
  std::vector<phy::LinkWay> dl_ways_;  ///< [lane] With clusters.
  std::vector<phy::LinkWay> ul_ways_;
  std::vector<double> dl_wavelengths_;  ///< [lane] With delay lines.
  std::vector<double> ul_wavelengths_;
};

/// Slots between two refreshes of a terminal.
[[nodiscard]] std::int64_t refresh_slots(const LayerPlan& layer, const terminals::Route& route);
/// Lanes a terminal of this layer takes.
[[nodiscard]] std::size_t lanes_per_terminal(const LayerPlan& layer);

/// Power that fading leaves of a transmission, averaged over all port pairs; valid until the next
/// refresh.
struct FadedCell {
  const float* power_of_group = nullptr;  ///< [group][lane], in its lane; null: the cell has none.
  double mean = 1;                        ///< Then.
  int first_group = 0;
  [[nodiscard]] double power(int group) const {
    if (power_of_group == nullptr) return mean;
    const auto row = static_cast<std::size_t>(group - first_group);
    return static_cast<double>(power_of_group[row * base::lane_count]);
  }
};

class ChannelTile {
 public:
  /// Pre: bank and terminal outlive the tile; the bank has room.
  ChannelTile(FadingBank& bank, const TerminalPlan& terminal);
  ChannelTile(const ChannelTile&) = delete;
  ChannelTile& operator=(const ChannelTile&) = delete;

  [[nodiscard]] FadingBank& bank() { return bank_; }
  [[nodiscard]] const FadingBank& bank() const { return bank_; }
  /// For the bank: where the terminal is at a refresh instant, and what it hears there.
  void move_to(base::Instant t, const LargeScale& large_scale);
  /// Makes sure that a cell has a lane: one that serves is followed however weak it has become.
  void follow(std::uint32_t cell);

  [[nodiscard]] const TerminalLinks& links() const { return links_; }
  [[nodiscard]] double noise_w() const { return noise_w_; }
  /// Cells heard one by one, which hear the terminal so too, ascending; all others are remote.
  [[nodiscard]] std::span<const std::uint32_t> audible() const { return audible_; }
  /// Gains of all remote cells together, each over a beam at random and with its mean power.
  [[nodiscard]] double remote_dl_gain_lin() const { return remote_dl_gain_lin_; }
  [[nodiscard]] double remote_ul_gain_lin() const { return remote_ul_gain_lin_; }
  /// nullopt: not among the cells with fast fading.
  [[nodiscard]] std::optional<std::size_t> lane_of(std::uint32_t cell) const;

  /// The terminal's branches by the cell's ports, and the other way round. Pre: it has a lane.
  [[nodiscard]] phy::ChannelView downlink(std::uint32_t cell) const;
  [[nodiscard]] phy::ChannelView uplink(std::uint32_t cell) const;
  // Power that fading leaves of a transmission, averaged over the receiver's branches; of a cell
  // without a lane its mean.

  /// Over all ports of the cell, equally strong and uncorrelated.
  [[nodiscard]] FadedCell downlink_power(std::uint32_t cell) const;
  [[nodiscard]] FadedCell uplink_power(std::uint32_t cell) const;
  /// Over the first port, on some groups of the RedCap BWP, at the best branch (TS 38.215 5.1.1).
  [[nodiscard]] double ssb_power(std::uint32_t cell, const GroupRange& groups) const;
  /// What polarisation leaves of that on average; 1 where there are no clusters: there the best
  /// branch is the co-polarised one.
  [[nodiscard]] double mean_ssb_power(std::uint32_t cell) const;

  /// Replaces noise and interference by their average over measurements, this one included.
  void average_interference(std::span<double> heard_w);
  void forget_interference() { average_w_.clear(); }

  void add_to(Hash& hash) const;

 private:
  void look_around(base::Instant t, const LargeScale& large_scale);
  void set_lane(std::size_t lane, std::uint32_t cell);
  void set_link(std::size_t lane, std::uint32_t cell);
  void index_lanes();
  void find_audible(const LargeScale& large_scale);
  [[nodiscard]] double mean_power(std::uint32_t cell) const;

  FadingBank& bank_;
  const LayerPlan& layer_;
  const TerminalPlan& terminal_;
  double noise_w_;
  std::int64_t look_index_ = -1;
  const LargeScale* large_scale_ = nullptr;  ///< Where it looked last.
  base::Instant looked_at_;
  TerminalLinks links_;
  std::size_t tracked_count_;  ///< Lanes for the loudest cells.
  std::size_t first_lane_;     ///< Of the bank.
  std::vector<std::uint32_t>
      tracked_;  ///< [lane] cell; a lane beyond tracked_count_ is follow()'s.
  /// [lane] What its fading was built for: in sight or not, with clusters the segment of the way.
  std::vector<std::int64_t> lane_state_;
  std::vector<std::int8_t> lane_of_cell_;  ///< [cell] lane of the bank; -1: none.
  std::vector<double> loudness_;           ///< [cell] Working memory.
  std::vector<std::uint32_t> order_;       ///< The tracked_count_ loudest first.
  std::vector<std::uint32_t> audible_;     ///< Cells, ascending.
  double remote_dl_gain_lin_ = 0;
  double remote_ul_gain_lin_ = 0;
  std::vector<double> average_w_;  ///< [group of its BWP], empty before the first measurement.
};

}  // namespace redcell::scenarios
