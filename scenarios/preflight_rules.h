// The rules of preflight by subject. Each adds a finding for what it sees broken; none corrects
// anything.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "phy/nr/resource_config.h"
#include "scenarios/finding.h"
#include "scenarios/load.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// What a rule says; the place is added by Report.
struct Words {
  std::string found{};
  std::string allowed{};
  std::string clause{};
  std::string advice{};
};

/// Collects findings and gives them their place.
class Report {
 public:
  explicit Report(const SourceMap& where) : where_(where) {}
  void add(const std::string& path, Words words) {
    Finding finding = where_.finding(path);
    finding.found = std::move(words.found);
    finding.allowed = std::move(words.allowed);
    finding.clause = std::move(words.clause);
    finding.advice = std::move(words.advice);
    findings_.push_back(std::move(finding));
  }
  [[nodiscard]] std::size_t count() const { return findings_.size(); }
  [[nodiscard]] std::vector<Finding> take() { return std::move(findings_); }

 private:
  const SourceMap& where_;
  std::vector<Finding> findings_;
};

/// A carrier with defaults written in, and its path.
struct CarrierView {
  const schema::Carrier& carrier;
  std::string path;
};

/// Whether the channel has a map of shadowing, and of sight where there are two states, around each
/// site.
[[nodiscard]] bool is_drawn(const schema::Channel& channel);

/// Band, spacing, bandwidth, frequencies, duplex: without these nothing else about the carrier can
/// be asked.
void check_band(const CarrierView& view, Report& report);
/// Periods that RRC has a list for.
void check_periods(const CarrierView& view, Report& report);
/// Bandwidth part, CORESET, DMRS, broadcast, PUCCH and PRACH. Pre: check_band found nothing.
void check_resources(const CarrierView& view, Report& report);
/// Candidates of terminals' search spaces against what terminals can monitor. Pre: as
/// check_resources.
void check_search_space(const CarrierView& view, Report& report);
/// Further RedCap parts beside redcap_bwp, and who is moved between them. Pre: as check_resources.
void check_parts(const CarrierView& view, Report& report);
/// SS/PBCH blocks share no RE, unless they are one and the same. Pre: check_resources and
/// check_periods found nothing.
void check_blocks(const CarrierView& view, Report& report);
/// What terminals must be able to do for them.
void check_bwp_terminals(const schema::Scenario& scenario, Report& report);
/// PRBs of the carrier that a field takes must exist.
void check_inside(const CarrierView& view, const std::string& field, const phy::PrbRange& range,
                  Report& report);
/// What the resource map finds beyond that. Pre: none of the above found anything.
void check_map(const CarrierView& view, Report& report);
/// K1 and K2 for terminals up to far_m away. Pre: none of the above found anything.
void check_timing(const CarrierView& view, double far_m, Report& report);

/// Values of Mobility that RRC can signal.
void check_mobility(const CarrierView& view, Report& report);

/// False when the group is locked to another carrier.
[[nodiscard]] bool may_use(const schema::TerminalGroup& group, const std::string& carrier);

/// Grids, and how the beams of all sectors point.
void check_sites(const schema::Scenario& scenario, Report& report);
/// Capabilities, bandwidth of the carriers they meet, bearers, who is inside what.
void check_terminals(const schema::Scenario& scenario, Report& report);
/// 5QIs, and who may have a guaranteed bit rate.
void check_flows(const schema::Scenario& scenario, Report& report);
/// Guaranteed bit rates beyond what the air can carry. Pre: nothing else was found.
void check_guarantees(const schema::Scenario& scenario, Report& report);
/// Slices, their members and ratios.
void check_slices(const schema::Scenario& scenario, Report& report);
/// Shares of places for terminals in RRC_CONNECTED.
void check_admission(const schema::Scenario& scenario, Report& report);
/// Places for those with which the run begins. Pre: nothing else was found.
void check_first_users(const schema::Scenario& scenario, Report& report);
/// Configured grants and their places. Pre: nothing else was found.
void check_configured_grants(const schema::Scenario& scenario, Report& report);
/// Semi-persistent scheduling. Pre: nothing else was found.
void check_semi_persistent(const schema::Scenario& scenario, Report& report);
/// Terminals of a group, in all cells together.
[[nodiscard]] std::uint64_t terminal_count(const schema::Scenario& scenario,
                                           const schema::TerminalGroup& group);
/// Where terminals begin, and how many there are.
void check_placements(const schema::Scenario& scenario, Report& report);
/// Way points, loops and random ways.
void check_routes(const schema::Scenario& scenario, Report& report);
/// Path loss models at the heights, distances and frequencies they are used at. Pre:
/// check_placements found nothing.
void check_path_loss(const schema::Scenario& scenario, Report& report);
/// What is said of a hall's clutter: where there is some, and as dense as its name.
void check_clutter(const CarrierView& view, Report& report);
/// Tapped delay lines against path loss model and cyclic prefix.
void check_fading(const CarrierView& view, Report& report);
/// Times of the run, and its traffic at the bearers.
void check_experiment(const schema::Scenario& scenario, Report& report);
/// Targets, as written: `scenario` is without defaults.
void check_targets(const schema::Scenario& scenario, Report& report);

}  // namespace redcell::scenarios
