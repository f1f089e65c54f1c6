// The links of one layer: geometry, time and what is on the air in; SINR per PRB group out.
//
// A terminal follows its strongest cells with fast fading, one lane each; other cells reach it with
// their mean power, and those so weak that together they hardly matter as one: with what a cell of
// the layer sends on average in the slot. So a cell costs the same in a network of any size. Lanes
// are refreshed when a terminal of theirs is asked for and time has passed a refresh instant; these
// lie on a grid of the terminal's own speed, so what a link is at a slot depends neither on who
// else is there nor on who was looked at.
//
// Interference is what the other cells really send in the slot: say so with set_downlink() and
// set_uplink() before asking for SINRs. A terminal hears what lies in its BWP, and nothing else.
// PRBs of a group that only a part of is used count by that part; layers and ports of an interferer
// are taken as uncorrelated and equally strong.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/random.h"
#include "mac/ue/measurements.h"
#include "phy/link/csi.h"
#include "phy/link/sinr.h"
#include "scenarios/channel_tile.h"
#include "scenarios/deployment.h"
#include "scenarios/large_scale.h"
#include "scenarios/workers.h"

namespace redcell::scenarios {

/// One transmission on the air, as others suffer from it.
struct Emission {
  std::uint32_t cell = 0;  ///< Sender's, or the one the uplink is meant for; index in the layer.
  int beam = 0;            ///< Downlink: sent over it.
  base::UeId ue;           ///< Uplink: sender.
  double re_power_w = 0;
  phy::PrbRange prb;  ///< Of the carrier.
  double share = 1;   ///< Of those PRBs that is filled.
};

/// A terminal and a cell that serves it over a beam.
struct ServingLink {
  base::UeId ue;
  std::uint32_t cell = 0;
  int beam = 0;
  phy::PrbRange prb{};  ///< Of the carrier, inside the terminal's BWP; none: the whole of it.
};

class LayerChannel {
 public:
  LayerChannel(const LayerPlan& layer, const Deployment& deployment, const base::Random& random);
  ~LayerChannel();

  /// Time goes on. Nothing is computed before it is asked for.
  void go_to(base::Slot slot);
  /// What is on the air in this slot; the spans must stay until the next go_to().
  void set_downlink(std::span<const Emission> data, std::span<const Emission> control);
  void set_uplink(std::span<const Emission> data);

  [[nodiscard]] const PrbGroups& groups() const { return groups_; }

  // Post-equaliser SINRs, linear, of the groups in which the link has PRBs. Valid until the next of
  // these calls.

  /// [group * layer_count + layer]
  std::span<const double> downlink_sinr(const ServingLink& link, int layer_count, int pmi);
  /// Of the CORESET, sent over one port, [group].
  std::span<const double> control_sinr(const ServingLink& link);
  /// At the base station's two branches, [group], for a power per RE.
  std::span<const double> uplink_sinr(const ServingLink& link, double re_power_w);
  /// Interference over thermal noise, dB, as the beam hears it on the PRBs of the link.
  [[nodiscard]] double interference_over_thermal_db(const ServingLink& link);

  struct ChannelReport {
    phy::CsiReport csi;
    int beam = 0;
  };
  /// What the terminal measures and reports; `slot` names the measurement, whose error is drawn for
  /// it.
  ChannelReport measure_csi(base::UeId ue, std::uint32_t cell, base::Slot slot);
  /// SS/PBCH blocks of all cells, in the order of the layer. The blocks of a beam are sent by all
  /// cells at once (TS 38.215 5.1.1-5.1.3).
  void measure_cells(base::UeId ue, std::vector<mac::ue::CellSample>& samples);
  /// Path loss from a cell as the terminal measures it on the SS/PBCH block: antennas included.
  base::Db path_loss_estimate(base::UeId ue, std::uint32_t cell);
  /// The cell's strongest traffic beam towards the terminal.
  [[nodiscard]] int best_beam(base::UeId ue, std::uint32_t cell);
  /// The terminal begins with another cell: interference is measured anew.
  void forget_interference(base::UeId ue);
  /// The terminal goes to another BWP of the layer; so does what it measures.
  void set_bwp(base::UeId ue, std::uint32_t bwp);

  /// Refreshes the tiles of these terminals, shared among the workers.
  void prepare(std::span<const base::UeId> terminals, Workers& workers);

  /// Hash of gains and responses at `times`: the same whatever was asked before.
  [[nodiscard]] std::uint64_t world_hash(std::span<const base::Instant> times);

 private:
  /// Power per RE in each group.
  struct Heard {
    GroupRange groups;
    std::vector<double> w;
    void begin(const GroupRange& range, double noise_w) {
      groups = range;
      w.assign(static_cast<std::size_t>(range.count()), noise_w);
    }
  };
  /// Emissions of each cell, by their numbers.
  class ByCell {
   public:
    void sort(std::span<const Emission> emissions, std::size_t cell_count);
    [[nodiscard]] std::span<const std::uint32_t> of(std::uint32_t cell) const {
      if (numbers_.empty()) return {};
      return {numbers_.data() + first_[cell], numbers_.data() + first_[cell + 1]};
    }

   private:
    std::vector<std::uint32_t> first_;    ///< [cell], and one more.
    std::vector<std::uint32_t> numbers_;  ///< In the order of cells.
  };
  struct Downlink {
    std::span<const Emission> emissions;
    ByCell by_cell;
    Heard sum;  ///< Sent by all cells together.
  };
  [[nodiscard]] ChannelTile& fresh(base::UeId ue);
  [[nodiscard]] GroupRange all_groups() const { return {.first = 0, .end = groups_.count()}; }
  void set(Downlink& downlink, std::span<const Emission> emissions);
  [[nodiscard]] phy::SinrInput downlink_input(const ChannelTile& tile,
                                              const ServingLink& link) const;
  /// The groups heard, of all that a tile has.
  [[nodiscard]] phy::ChannelView heard_part(phy::ChannelView all, const FadingBank& bank) const;
  [[nodiscard]] std::uint32_t bwp_of(base::UeId ue) const { return bwp_of_ue_[ue.value]; }
  [[nodiscard]] const GroupRange& groups_of(base::UeId ue) const {
    return groups_.of_bwp(bwp_of(ue));
  }
  /// Noise and interference per group that a terminal hears, or a cell from it over a beam.
  void hear_downlink(const ServingLink& link, const Downlink& downlink);
  void hear_uplink(const ServingLink& link);
  void hear(const Emission& emission, double mean_w, const FadedCell& faded, Heard& heard) const;
  void hear_remote(const Heard& sum, double gain_lin);
  void begin_hearing(const ServingLink& link, double noise_w);
  [[nodiscard]] double uplink_gain(const ChannelTile& tile, const ServingLink& link) const;

  base::Random random_;
  const LayerPlan& layer_;
  const Deployment& deployment_;
  LargeScale large_scale_;
  PrbGroups groups_;
  base::Slot slot_{-1};
  std::vector<std::unique_ptr<FadingBank>> banks_;
  std::vector<std::unique_ptr<ChannelTile>>
      tiles_;                             ///< [ue] of the whole deployment; null for others'.
  std::vector<std::uint32_t> bwp_of_ue_;  ///< [ue] Active.
  std::vector<GroupRange> ssb_groups_;    ///< [bwp] Where a terminal in it measures.
  std::vector<FadingBank*> stale_;        ///< Working memory of prepare().
  Downlink data_;
  Downlink control_;
  std::span<const Emission> uplink_;
  std::vector<std::vector<std::uint32_t>> audible_at_;  ///< [cell] Uplink emissions, by number.
  Heard remote_ul_;  ///< What all emissions leave at all cells where they are not audible.
  double ul_noise_w_ = 0;
  Heard heard_;  ///< Noise and interference of the last hear_*().
  std::vector<double> sinr_;
};

}  // namespace redcell::scenarios
