// The carriers of one_cell() with a second, wide BWP, and terminals that can take it.
#pragma once

#include <ostream>
#include <string>

#include "tests/scenarios/many_cells.h"

namespace redcell::scenarios {

/// A carrier, where its RedCap BWP begins, and how wide both are.
struct TwoBwps {
  CellKind kind = CellKind::n41_tdd;
  int redcap_first = 0;
  [[nodiscard]] int redcap_count() const { return kind == CellKind::n41_tdd ? 51 : 106; }
  [[nodiscard]] int wide_count() const { return kind == CellKind::n41_tdd ? 273 : 160; }
  [[nodiscard]] int redcap_end() const { return redcap_first + redcap_count(); }
};

/// embb_bwp holds the whole carrier; its CORESET lies behind the RedCap BWP's, which has 48 PRBs.
/// The 15 kHz carrier has 30 MHz. `rest` is more text; a capability "embb" takes 100 MHz.
inline std::string two_bwps(const TwoBwps& bwps, const std::string& rest = "") {
  std::string text = one_cell(bwps.kind, rest);
  if (bwps.kind == CellKind::n28_fdd) {
    text = with(text, "bandwidth_mhz: 20", "bandwidth_mhz: 30");
    text = with(text, "dl_centre_mhz: 780.5", "dl_centre_mhz: 773");
    text = with(text, "ul_centre_mhz: 725.5", "ul_centre_mhz: 718");
  }
  const std::string first = std::to_string(bwps.redcap_first);
  text = with(text, "broadcast { sib1_first_prb: 24 }",
              "redcap_bwp { first_prb: " + first +
                  " prb_count: " + std::to_string(bwps.redcap_count()) +
                  " }\n  embb_bwp { prb_count: " + std::to_string(bwps.wide_count()) +
                  " coreset_first_prb: " + std::to_string(bwps.redcap_first + 54) +
                  " coreset_prb_count: 60 }\n  broadcast { ssb_first_prb: " + first +
                  " sib1_first_prb: " + std::to_string(bwps.redcap_first + 24) + " }");
  return text + "capability { name: \"embb\" max_bandwidth_mhz: 100 evm_percent: 0 }\n";
}

/// Terminals of one more group that can take the wide BWP.
inline std::string wide_group_text(const std::string& name, const std::string& fields) {
  return "terminal_group { name: \"" + name + "\" capability: \"embb\" " + fields + " }\n";
}

inline std::string name_of(const TwoBwps& bwps) {
  return carrier_name(bwps.kind) + "_from_prb_" + std::to_string(bwps.redcap_first);
}

inline void PrintTo(const TwoBwps& bwps, std::ostream* out) { *out << name_of(bwps); }

}  // namespace redcell::scenarios
