// The links of one layer: geometry and time in, SINR per PRB group out.
//
// Lanes are links: terminals with the same number of branches share tiles of 16. A tile is
// refreshed when one of its links is asked for and time has passed a refresh instant; refresh
// instants lie on a fixed grid of slots, so what a link is at a slot does not depend on who else
// was looked at.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/lane_tile.h"
#include "base/random.h"
#include "phy/channel/fading.h"
#include "phy/link/csi.h"
#include "phy/link/sinr.h"
#include "scenarios/deployment.h"
#include "scenarios/workers.h"

namespace redcell::scenarios {

/// Way in wavelengths that the fastest terminal may move between two refreshes [ours].
inline constexpr double refresh_way_wavelengths = 0.02;
inline constexpr std::int64_t refresh_slots_max = 20;

class LayerChannel {
 public:
  LayerChannel(const LayerPlan& layer, const Deployment& deployment, const base::Random& random);
  ~LayerChannel();
  LayerChannel(LayerChannel&&) noexcept;

  /// Time goes on. Nothing is computed before it is asked for.
  void go_to(base::Slot slot);

  [[nodiscard]] int group_count() const { return grid_.count; }
  [[nodiscard]] int group_size() const { return group_size_; }
  /// Groups of consecutive PRBs; the last may be smaller.
  [[nodiscard]] int group_of(int prb) const { return prb / group_size_; }

  /// Post-equaliser SINR, linear, [group * layer_count + layer]. Valid until the next call for this
  /// terminal.
  std::span<const double> downlink_sinr(base::UeId ue, int layer_count, int pmi);
  /// The same at the base station's two branches, [group], for a power per RE.
  std::span<const double> uplink_sinr(base::UeId ue, double re_power_w);
  /// What the terminal measures and reports; `slot` names the measurement, whose error is drawn for
  /// it.
  phy::CsiReport measure_csi(base::UeId ue, base::Slot slot);
  /// Path loss as the terminal measures it: averaged over fading, antennas included.
  base::Db path_loss_estimate(base::UeId ue);

  /// Refreshes the tiles of these terminals, shared among the workers.
  void prepare(std::span<const base::UeId> terminals, Workers& workers);

  /// Hash of gains and responses at `times`: the same whatever was asked before.
  [[nodiscard]] std::uint64_t world_hash(std::span<const base::Instant> times);

 private:
  struct Tile;
  struct Link {
    std::size_t tile = 0;
    std::size_t lane = 0;
    std::int64_t gain_index = -1;
    double dl_gain_lin = 0;
    double ul_gain_lin = 0;
    std::int64_t dl_index = -1;  ///< Refresh the cached downlink SINR belongs to.
    int dl_layers = 0;
    int dl_pmi = 0;
    std::int64_t ul_index = -1;
    double ul_re_power_w = 0;
    std::vector<double> dl_sinr;
    std::vector<double> ul_sinr;
  };

  void build(Tile& tile, const base::Random& random);
  void refresh(Tile& tile);
  Link& fresh_link(base::UeId ue);
  [[nodiscard]] phy::SinrInput downlink_input(base::UeId ue, const Link& link) const;

  base::Random random_;
  const LayerPlan& layer_;
  const Deployment& deployment_;
  phy::BlockGrid grid_;
  int group_size_;
  std::int64_t refresh_slots_;
  std::int64_t refresh_index_ = -1;
  base::Instant refresh_time_;
  std::vector<std::unique_ptr<Tile>> tiles_;
  std::vector<Tile*> stale_;      ///< Working memory of prepare().
  std::vector<Link> links_;       ///< [ue] of the whole deployment; empty for others' terminals.
  std::vector<double> dl_noise_;  ///< [ue * group] W per RE, noise and interference.
  std::vector<double> ul_noise_;  ///< [group]
};

}  // namespace redcell::scenarios
