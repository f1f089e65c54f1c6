// From a resolved scenario to plain plans: what the schema says, in the words of the lower rooms.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "mac/bearer.h"
#include "mac/gnb/admission.h"
#include "mac/gnb/cell.h"
#include "mac/qos.h"
#include "mac/ue/rrc.h"
#include "phy/channel/beam.h"
#include "phy/channel/blockage.h"
#include "phy/channel/environment.h"
#include "phy/channel/geometry.h"
#include "phy/channel/penetration.h"
#include "phy/channel/tdl.h"
#include "phy/nr/resource_map.h"
#include "phy/nr/search_space.h"
#include "scenarios/schema/scenario.pb.h"
#include "scenarios/site_grid.h"
#include "terminals/route.h"

namespace redcell::scenarios {

/// Where cells stand together.
struct SitePlan {
  std::string name;
  phy::Position position;
  std::optional<WrapAround> wrap;  ///< Its grid goes on for ever.
};

/// One cell: a sector of a site on a carrier.
struct CellPlan {
  base::CellId id;
  std::uint32_t site = 0;  ///< Index in Deployment::sites.
  phy::PanelConfig panel;
  phy::PanelConfig ssb_panel;  ///< As it sends SS/PBCH blocks.
};

/// One terminal and where it belongs.
struct TerminalPlan {
  base::UeId id;
  std::uint32_t group = 0;  ///< Index in Deployment::groups.
  std::string carrier;      ///< Band lock; empty: none.
  terminals::Route route;
  double extra_loss_db = 0;
  phy::PenetrationModel penetration = phy::PenetrationModel::none;
  bool nearest_site_in_sight = false;
  bool is_background = false;
  std::uint32_t bwp = 0;    ///< Of its layer's; where it begins.
  std::uint32_t slice = 0;  ///< 0: none; else that of the scenario, from 1 on.
  base::Duration drive_log_period;
  schema::Capability capability;
  mac::BearerConfig bearer;
  mac::QosFlow flow{};                                     ///< On it.
  std::optional<mac::ConfiguredGrant> configured_grant{};  ///< In every cell of its layer.
  int release_after = 0;  ///< Unused occasions of it, type 2; 0: never released.
  std::optional<mac::SemiPersistentConfig> semi_persistent{};
  base::CellId serving;
};

/// Radio figures of a layer that are not resources: powers, noise, frequencies, adaptation.
struct LayerRadio {
  base::Hertz dl_centre;
  base::Hertz ul_centre;
  double dl_re_power_w = 0;  ///< Sent per RE over all ports.
  double gnb_noise_figure_db = 0;
  double gnb_evm = 0;  ///< Fraction.
  double p0_dbm = 0;
  double alpha = 0;
  bool transform_precoding = false;
  int max_rank = 2;
  double measurement_error_db = 0;
  base::SlotCount csi_period;
  base::SlotCount sr_period;
  base::SlotCount ssb_period;
  base::SlotCount prach_period;
  base::SlotCount prach_offset;
  phy::PrbRange ssb;  ///< Cut to the RedCap BWP.
};

/// The surroundings of a layer's links.
struct ChannelPlan {
  phy::Environment environment = phy::Environment::uma;
  bool is_drawn = false;  ///< Sight and shadowing are drawn; else all is in sight, no shadowing.
  /// nullopt: no delay line; a flat channel of gain one, where there are no clusters.
  std::optional<phy::TdlProfile> fading;
  bool by_clusters = false;  ///< Fading and gains of beams are those of clusters and rays.
  double delay_spread_s = 0;
  std::optional<double> k_factor_db;
  bool by_sight = false;   ///< Spreads and K are the medians of a link's state.
  int prb_group_size = 4;  ///< In the RedCap BWP.
  int tracked_cells = 8;
  phy::Clutter clutter{};  ///< Of a hall that has some.
  std::optional<phy::BlockerConfig> blockers{};

  [[nodiscard]] bool fades() const { return fading.has_value() || by_clusters; }
};

/// Who moves terminals between RedCap's BWPs, and how.
struct BwpPlan {
  std::optional<mac::gnb::BwpManagerConfig> manager;  ///< nullopt: nobody is moved.
  bool by_dci = false;                                ///< Else by RRC.
  base::SlotCount period;
  base::SlotCount inactivity;  ///< 0: no timer.
};

/// Cells that share frequency, numerology and TDD pattern.
struct LayerPlan {
  base::LayerId id;
  std::string carrier;
  ChannelPlan channel;
  /// RedCap's, the initial one first; then that of the whole carrier, where there is one.
  std::vector<phy::ResourceMapConfig> bwps;
  /// [open parts - 1][bwp] The same while only so many of the parts for all are open; empty where
  /// they always are.
  std::vector<std::vector<phy::ResourceMapConfig>> fewer_open;
  BwpPlan bwp_plan;
  /// [of the last of RedCap's BWPs] TerminalPlan::slice that it is for; the others are for all.
  std::vector<std::uint32_t> owners;
  mac::gnb::CellConfig cell;               ///< BWPs still empty: the testbed owns the maps.
  std::vector<std::uint32_t> dl_slice_of;  ///< [TerminalPlan::slice] Of CellConfig::dl_slices.
  std::vector<std::uint32_t> ul_slice_of;
  mac::gnb::AdmissionConfig admission;            ///< Of each cell.
  std::vector<std::uint32_t> admission_group_of;  ///< [TerminalPlan::slice] Of its groups.
  LayerRadio radio;
  mac::ue::RrcConfig rrc;
  base::Duration t304;         ///< Of a handover command.
  base::Duration xn_delay;     ///< One way between two cells.
  base::Duration preparation;  ///< Decisions of source and target together.
  base::Duration path_switch;  ///< From complete until the core sends to the new cell.
  std::vector<CellPlan> cells;
  std::vector<base::UeId> terminals;  ///< Served by the layer, ascending.

  [[nodiscard]] std::uint32_t redcap_bwp_count() const {
    return static_cast<std::uint32_t>(std::max<std::size_t>(bwps.size(), 2) - 1);
  }
  /// Those of them that are no slice's own; they come first.
  [[nodiscard]] std::uint32_t shared_bwp_count() const {
    return redcap_bwp_count() - static_cast<std::uint32_t>(owners.size());
  }
  [[nodiscard]] const phy::Numerology& numerology() const { return bwps.front().numerology; }
  [[nodiscard]] const phy::Duplex& duplex() const { return bwps.front().duplex; }
  [[nodiscard]] const phy::PrachConfig& prach() const { return bwps.front().prach; }
};

struct GroupPlan {
  std::string name;
  std::uint32_t first_ue = 0;
  std::uint32_t count = 0;
  bool is_background = false;
  std::string slice;               ///< Empty: none.
  base::Duration delay_budget{0};  ///< 0: none.
};

struct Deployment {
  std::vector<SitePlan> sites;
  std::vector<LayerPlan> layers;
  std::vector<TerminalPlan> terminals;  ///< [ue]
  std::vector<GroupPlan> groups;

  [[nodiscard]] const GroupPlan& group_of(base::UeId ue) const {
    return groups[terminals[ue.value].group];
  }
};

/// From a site to a point on the map: the way to the nearest of its images.
[[nodiscard]] PlanePoint from_site(const SitePlan& site, const phy::Position& position);

/// Sites and layers of a scenario, without terminals.
[[nodiscard]] Deployment make_network(const schema::Scenario& scenario);
/// TerminalPlan::slice of who belongs to the slice of this name; 0: none.
[[nodiscard]] std::uint32_t slice_of(const schema::Scenario& scenario, const std::string& name);
/// Whether the policy shares out this resource: downlink, uplink or places; PRB is either
/// direction.
[[nodiscard]] bool concerns(const schema::RrmPolicy& policy, schema::RrmPolicy::Resource resource);
/// Policies of a carrier as the scheduler's slices and as groups of admission, and the parts that
/// slices have for themselves; what no policy names comes first.
void add_slices(const schema::Scenario& scenario, const schema::Carrier& carrier, LayerPlan& layer);
/// Places the terminals of all groups.
void add_terminals(const schema::Scenario& scenario, const base::Random& random,
                   Deployment& deployment);

/// Which of RedCap's parts a terminal of this slice may begin in: those of the slice, else those
/// for all, of which a manager takes the initial one.
[[nodiscard]] std::vector<std::uint32_t> first_parts(const LayerPlan& layer, std::uint32_t slice);
/// Gives configured grants their places; after terminals have their parts.
void add_configured_grants(const schema::Scenario& scenario, Deployment& deployment);
/// Tells terminals of their SPS-Config.
void add_semi_persistent(const schema::Scenario& scenario, Deployment& deployment);

/// Pre: the scenario is resolved and preflight found nothing.
[[nodiscard]] Deployment make_deployment(const schema::Scenario& scenario,
                                         const base::Random& random);

/// SR occasions of one terminal: slots with PUCCH, one offset of the configured period each, in
/// turn over the terminals. They repeat after `period`.
struct SrPlan {
  std::vector<base::Slot> occasions;
  base::SlotCount period;
};
/// Pre: some slot carries PUCCH.
[[nodiscard]] SrPlan sr_plan(const phy::ResourceMap& map, base::SlotCount period, base::UeId ue);

/// What a slot of the carrier is used for in each BWP, RedCap's first; also the calculator's and
/// preflight's way to it.
[[nodiscard]] std::vector<phy::ResourceMapConfig> bwp_configs(const schema::Carrier& carrier);
/// The same while only the first open_count of the parts for all are open: those that are closed
/// have no SS/PBCH block, no PUCCH and nothing for data.
[[nodiscard]] std::vector<phy::ResourceMapConfig> bwp_configs(const schema::Carrier& carrier,
                                                              int open_count);
/// How many of dedicated_bwp the cell has: as far as bwp_manager.redcap_parts lets it.
[[nodiscard]] int dedicated_bwp_count(const schema::Carrier& carrier);
/// How many of these are for all: those before the first that is a slice's own.
[[nodiscard]] int shared_bwp_count(const schema::Carrier& carrier);
[[nodiscard]] BwpPlan bwp_plan(const schema::Carrier& carrier);
/// [level of phy::aggregation_levels] Candidates of a terminal's search space.
[[nodiscard]] std::array<int, phy::aggregation_level_count> pdcch_candidates(
    const schema::Carrier& carrier);
/// How soon a terminal changes between BWPs of the layer.
[[nodiscard]] mac::BwpTiming bwp_timing(const LayerPlan& layer, const TerminalPlan& terminal);
/// Index of the widest BWP that a terminal can take (TS 38.306 4.2.21.1).
[[nodiscard]] std::uint32_t bwp_of(const schema::Capability& capability,
                                   std::span<const phy::ResourceMapConfig> bwps);
/// Whole nanoseconds, rounded.
[[nodiscard]] base::Duration duration_of_ms(double ms);
[[nodiscard]] phy::Numerology numerology_of(const schema::Carrier& carrier);
[[nodiscard]] phy::Duplex duplex_of(const schema::Carrier& carrier);

}  // namespace redcell::scenarios
