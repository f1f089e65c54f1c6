// The slow part of a layer's links: where a terminal is in, how much of each cell's power reaches
// it out, fast fading left out.
//
// A pure function of place: sight and shadowing are fields over the map around each site
// (TR 38.901 7.6.3: sectors of a site share them, sites are independent of each other), so two
// terminals in one spot see the same, and whoever comes back finds what it left.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "phy/channel/beam.h"
#include "phy/channel/blockage.h"
#include "phy/channel/cluster_regions.h"
#include "phy/channel/cluster_tile.h"
#include "phy/channel/correlated_field.h"
#include "phy/channel/large_scale_parameters.h"
#include "scenarios/deployment.h"

namespace redcell::scenarios {

/// Between a cell's site and a terminal's branch: path, shadowing, penetration, extra loss and the
/// terminal's antenna; the cell's antenna is in the beams.
struct CellLink {
  double dl_gain_lin = 0;
  double ul_gain_lin = 0;
  bool in_sight = false;  ///< The edge that hides the site is more than half cleared.
};

/// Time between two looks at the slow part of a moving terminal's links [ours]: 1 m at 90 km/h,
/// where shadowing keeps 97 % of its correlation.
inline constexpr base::Duration large_scale_period = base::milliseconds(40);
/// Own way of a terminal along which a link keeps the directions of its rays [ours]: they are those
/// of the first look on each whole piece of it, so that they are a function of time whatever was
/// looked at before. The straight line turns by 3 degrees over it at 100 m, and the angle spreads
/// keep most of their correlation. Where two segments meet, fading changes over from one to the
/// other (phy::FormerLink). Whoever waits stays on its segment, and what moves around it adds to
/// the way on it.
inline constexpr double segment_way_m = 5;
/// A terminal that is on one segment for longer than this counts as one that stays [ours]: its
/// direct rays do not turn. Routes are asked this far beyond the moment looked at.
inline constexpr base::Duration segment_look_ahead = large_scale_period * (1 << 14);

/// What the clusters of a terminal and a site are drawn from.
struct SiteClusters {
  phy::ClusterLink link;
  double distance_m = 0;   ///< Of the straight line where the segment begins.
  double heading_deg = 0;  ///< Counter-clockwise from the east.
  double approach = 0;     ///< As TrackedLink.
  double mean_pair_power = 0;
  /// [cluster] Where they come from, 2^-32 turns as in phy::Clusters.
  std::array<std::uint32_t, phy::cluster_count_max> aoa{};
  std::array<std::uint32_t, phy::cluster_count_max> zoa{};
  std::size_t cluster_count = 0;
};

/// The clusters of a cell's site on the segment before.
struct FormerClusters {
  SiteClusters clusters;
  int beam = 0;      ///< Of the cell, the strongest.
  double way_m = 0;  ///< Of that segment, as fading saw it.
  double own_way_m = 0;
  std::optional<phy::LinkBlockage> blockage{};  ///< Where it ended.
};

/// All links of one terminal at one place. A value whose memory is kept: for one LargeScale alone.
struct TerminalLinks {
  std::vector<CellLink> cells;       ///< [cell]
  std::vector<float> beam_gain_lin;  ///< [cell * beam_count + beam] of traffic beams.
  std::vector<float> ssb_gain_lin;   ///< [cell * ssb_beam_count + beam]
  std::vector<SiteClusters> sites;   ///< [site of the layer]; none without clusters.
  /// Which terminal and segment of its way they and the beams' gains belong to.
  std::uint32_t ue = 0;
  std::int64_t segment = -1;
  base::Instant segment_begin;
  double segment_begin_m = 0;  ///< Way that fading saw until then.
  double segment_begin_own_m = 0;
  double segment_way_m = 0;  ///< And since then: more than the constant where it waits.
};

class LargeScale {
 public:
  /// Pre: the layer has cells; layer and deployment outlive this.
  LargeScale(const LayerPlan& layer, const Deployment& deployment, const base::Random& random);

  void links_at(const TerminalPlan& terminal, base::Instant t, TerminalLinks& links) const;

  /// The clusters of a cell through its strongest beam. Pre: there are clusters; links, which
  /// outlive it, were seen from here.
  [[nodiscard]] phy::TrackedLink tracked_link(const TerminalLinks& links, std::size_t cell) const;
  [[nodiscard]] phy::TrackedLink tracked_link(const FormerClusters& former, std::size_t cell) const;
  [[nodiscard]] const SiteClusters& clusters(const TerminalLinks& links, std::size_t cell) const {
    return links.sites[site_of_cell_[cell]];
  }

  /// What the fading of a cell changes over from; nullopt: nothing, or no longer. Pre: as above.
  [[nodiscard]] std::optional<FormerClusters> former_clusters(const TerminalPlan& terminal,
                                                              const TerminalLinks& links,
                                                              std::size_t cell) const;

  [[nodiscard]] bool has_blockers() const { return blockers_.has_value(); }
  [[nodiscard]] bool has_moving_blockers() const { return blockers_ && blockers_->move(); }
  /// What blockers around the terminal leave of the link to a cell. Pre: there are blockers; links
  /// as above.
  [[nodiscard]] phy::LinkBlockage blockage_at(const TerminalPlan& terminal, base::Instant t,
                                              const TerminalLinks& links, std::size_t cell) const;

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
    std::uint32_t source = 0;                  ///< Of its random numbers: its first cell.
    std::vector<phy::CorrelatedField> fields;  ///< Sight, shadowing in sight, shadowing without.
    std::optional<phy::LspFields> parameters;  ///< With clusters; shadowing is among them.
    std::optional<phy::ClusterRegions> regions;
  };
  /// A terminal as a site's sectors see it.
  struct Sightline {
    PlanePoint way;
    phy::RayDirection ray;
    phy::PathGeometry geometry;  ///< At the downlink's carrier.
  };
  /// Decibels lost on the path at one frequency; `share` is that of the line of sight.
  struct PathState {
    double los_share = 1;
    double shadow_los = 0;  ///< In standard deviations.
    double shadow_nlos = 0;
    bool is_indoors = false;  ///< Shadowing has the deviation of O2I, Table 7.5-6.
  };
  /// One terminal seen from one site.
  struct Sighting {
    phy::RayDirection ray;
    phy::AngularSpread spread;
    CellLink link;
  };
  [[nodiscard]] std::span<float> traffic_gains(TerminalLinks& links, std::size_t cell) const {
    return {links.beam_gain_lin.data() + cell * beam_count_,
            static_cast<std::size_t>(beams_[cell].beam_count())};
  }
  [[nodiscard]] std::span<float> ssb_gains(TerminalLinks& links, std::size_t cell) const {
    return {links.ssb_gain_lin.data() + cell * ssb_beam_count_,
            static_cast<std::size_t>(ssb_beams_[cell].beam_count())};
  }
  [[nodiscard]] std::size_t nearest_site(const phy::Position& at) const;
  [[nodiscard]] Sightline sightline(const Site& site, const phy::Position& at) const;
  [[nodiscard]] PathState path_state(const Site& site, const TerminalPlan& terminal,
                                     const Sightline& line, bool is_nearest) const;
  [[nodiscard]] Sighting sight(const Site& site, const TerminalPlan& terminal,
                               const phy::Position& at, bool is_nearest) const;
  [[nodiscard]] double path_gain_lin(const phy::PathGeometry& geometry,
                                     const PathState& state) const;
  [[nodiscard]] bool is_indoors(const TerminalPlan& terminal) const;
  void see_clusters(const TerminalPlan& terminal, base::Instant t, TerminalLinks& links) const;
  /// A piece of the way, from the first look on it to the first on the next.
  struct Segment {
    std::int64_t index = 0;
    base::Instant begin;
    std::optional<base::Instant> end{};  ///< nullopt: not within segment_look_ahead.
  };
  [[nodiscard]] static Segment segment_at(const terminals::Route& route, base::Instant t);
  [[nodiscard]] SiteClusters site_clusters(const Site& site, const TerminalPlan& terminal,
                                           const Segment& segment, bool is_nearest) const;
  void see_beams(std::size_t site, TerminalLinks& links) const;
  [[nodiscard]] phy::LinkBlockage blockage(const phy::Position& terminal, base::Instant t,
                                           const Site& site, const SiteClusters& seen) const;

  const LayerPlan& layer_;
  const Deployment& deployment_;
  base::Random random_;
  std::vector<Site> sites_;
  std::vector<std::size_t> site_of_cell_;
  std::vector<phy::BeamGrid> beams_;      ///< [cell]
  std::vector<phy::BeamGrid> ssb_beams_;  ///< [cell]
  std::vector<double> loss_db_;           ///< [ue] penetration, extra loss, antenna.
  std::vector<double> depth_m_;           ///< [ue] of a building's inside.
  double indoor_sigma_db_ = 0;            ///< Of shadowing with O2I; with clusters.
  std::optional<phy::Blockers> blockers_;
  std::size_t beam_count_ = 1;
  std::size_t ssb_beam_count_ = 1;
};

}  // namespace redcell::scenarios
