// The arithmetic alone: peak rates of a carrier and the size of a transport block, without a run.
#pragma once

#include <string>
#include <vector>

#include "base/ids.h"
#include "phy/nr/tbs.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// The best case of one carrier, one capability and one direction.
struct PeakRate {
  std::string carrier;
  std::string capability;
  base::Direction direction = base::Direction::downlink;
  int prb_count = 0;
  int layer_count = 1;
  int modulation_order = 0;
  double formula_mbps = 0;  ///< TS 38.306 4.1.2; knows no TDD and no real overhead.
  double blocks_mbps = 0;   ///< Transport blocks of the carrier's slots, TS 38.214 5.1.3.2.
};

/// Peak rates of all carriers that a sector sends on, for every capability that a group has, both
/// directions. Pre: the scenario is resolved and preflight found nothing.
[[nodiscard]] std::vector<PeakRate> peak_rates(const schema::Scenario& scenario);

/// A carrier from the command line.
struct PeakQuestion {
  std::string band = "n41";
  double bandwidth_mhz = 20;
  int scs_khz = 30;
  std::vector<std::string> patterns{};  ///< PERIOD_MS:DL_SLOTS:DL_SYMBOLS:UL_SLOTS:UL_SYMBOLS.
  std::string modulation = "256qam";    ///< qpsk, 16qam, 64qam or 256qam, both directions.
  int layer_count = 2;                  ///< Downlink.
  std::vector<std::string>
      overrides{};  ///< PATH=VALUE inside the carrier: downlink.coreset_symbols=2.
};

/// A resolved scenario with this one carrier in the middle of its band and one terminal. Without a
/// pattern a TDD band has the schema's. Throws ScenarioError.
[[nodiscard]] schema::Scenario peak_scenario(const PeakQuestion& question);

/// A table of the rates; `is_verbose` adds the clauses and who uses how many resource elements.
[[nodiscard]] std::string peak_text(const schema::Scenario& scenario, bool is_verbose);

/// The number of bits alone, or with clause and the steps on the way.
[[nodiscard]] std::string tbs_text(const phy::TbsInput& input, bool is_verbose);

/// Bits per symbol of "qpsk", "16qam", "64qam", "256qam"; 0 for anything else.
[[nodiscard]] int modulation_order(const std::string& name);

}  // namespace redcell::scenarios
