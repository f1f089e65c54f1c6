// The slow part of a layer's links: where a terminal is in, how much of each cell's power reaches
// it out, fast fading left out.
//
// A pure function of place: sight and shadowing are fields over the map around each site
// (TR 38.901 7.6.3: sectors of a site share them, sites are independent of each other), so two
// terminals in one spot see the same, and whoever comes back finds what it left.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "phy/channel/beam.h"
#include "phy/channel/correlated_field.h"
#include "scenarios/deployment.h"

namespace redcell::scenarios {

/// Between a cell's site and a terminal's branch: path, shadowing, penetration, extra loss and the
/// terminal's antenna; the cell's antenna is in the beams.
struct CellLink {
  double dl_gain_lin = 0;
  double ul_gain_lin = 0;
  bool in_sight = false;  ///< More than half of the power is that of a line of sight.
};

/// All links of one terminal at one place. A value whose memory is kept.
struct TerminalLinks {
  std::vector<CellLink> cells;       ///< [cell]
  std::vector<float> beam_gain_lin;  ///< [cell * beam_count + beam] of traffic beams.
  std::vector<float> ssb_gain_lin;   ///< [cell * ssb_beam_count + beam]
};

class LargeScale {
 public:
  /// Pre: the layer has cells; layer and deployment outlive this.
  LargeScale(const LayerPlan& layer, const Deployment& deployment, const base::Random& random);

  void links_at(const TerminalPlan& terminal, base::Instant t, TerminalLinks& links) const;

  [[nodiscard]] std::size_t beam_count() const { return beam_count_; }
  [[nodiscard]] std::size_t ssb_beam_count() const { return ssb_beam_count_; }
  /// From the cell's ports to a branch over the strongest SS/PBCH beam.
  [[nodiscard]] double ssb_gain_lin(const TerminalLinks& links, std::size_t cell) const;
  [[nodiscard]] std::size_t best_ssb_beam(const TerminalLinks& links, std::size_t cell) const;
  /// The strongest traffic beam of a cell towards the terminal.
  [[nodiscard]] std::size_t best_beam(const TerminalLinks& links, std::size_t cell) const;
  /// Gain of a traffic beam of a cell, chosen at random.
  [[nodiscard]] double mean_beam_gain(const TerminalLinks& links, std::size_t cell) const;
  /// The cell with the strongest SS/PBCH beam; of equals the first.
  [[nodiscard]] std::size_t loudest(const TerminalLinks& links) const;

 private:
  /// What a site's sectors share.
  struct Site {
    std::uint32_t index = 0;
    std::vector<phy::CorrelatedField> fields;  ///< Sight, shadowing in sight, shadowing without.
  };
  /// One terminal seen from one site.
  struct Sighting {
    phy::RayDirection ray;
    phy::AngularSpread spread;
    CellLink link;
  };
  [[nodiscard]] Sighting sight(const Site& site, const TerminalPlan& terminal,
                               const phy::Position& at, bool is_nearest) const;
  /// Decibels lost on the path at one frequency; `share` is that of the line of sight.
  struct PathState {
    double los_share = 1;
    double shadow_los = 0;  ///< In standard deviations.
    double shadow_nlos = 0;
  };
  [[nodiscard]] double path_gain_lin(phy::PathGeometry geometry, const PathState& state) const;

  const LayerPlan& layer_;
  const Deployment& deployment_;
  std::vector<Site> sites_;
  std::vector<std::size_t> site_of_cell_;
  std::vector<phy::BeamGrid> beams_;      ///< [cell]
  std::vector<phy::BeamGrid> ssb_beams_;  ///< [cell]
  std::vector<double> loss_db_;           ///< [ue] penetration, extra loss, antenna.
  std::size_t beam_count_ = 1;
  std::size_t ssb_beam_count_ = 1;
};

}  // namespace redcell::scenarios
