// The n41 carrier of one_cell() with RedCap BWPs side by side inside the wide one.
#pragma once

#include <string>

#include "tests/scenarios/testing.h"

namespace redcell::scenarios {

/// PRBs of RedCap part i begin at 51 i; part 0 is redcap_bwp. The wide CORESET lies behind four of
/// them.
inline std::string dedicated_text(int part_count) {
  std::string text;
  for (int part = 1; part < part_count; ++part) {
    const std::string first = std::to_string(51 * part);
    text += "dedicated_bwp { name: \"part" + std::to_string(part) + "\" first_prb: " + first +
            " prb_count: 51 ncd_ssb_first_prb: " + std::to_string(51 * part + 15) + " }\n";
  }
  return text;
}

/// An n41 carrier of testing.h with so many RedCap parts; a capability "embb" takes 100 MHz.
/// `manager`: fields of bwp_manager.
inline std::string with_bwps(std::string text, int part_count, const std::string& manager) {
  text = with(text, "broadcast { sib1_first_prb: 24 }",
              "redcap_bwp { prb_count: 51 }\n  embb_bwp { prb_count: 273 coreset_first_prb: 204 "
              "coreset_prb_count: 60 }\n" +
                  dedicated_text(part_count) + "bwp_manager { " + manager +
                  " }\n  broadcast { sib1_first_prb: 24 }");
  text = with(text, "name: \"redcap\" evm_percent: 0",
              "name: \"redcap\" evm_percent: 0 dedicated_bwp_count: 4");
  return text + "capability { name: \"embb\" max_bandwidth_mhz: 100 evm_percent: 0 }\n";
}

/// The same of one_cell(); `rest` is more text.
inline std::string more_bwps(int part_count, const std::string& manager = "",
                             const std::string& rest = "") {
  return with_bwps(one_cell(CellKind::n41_tdd, rest), part_count, manager);
}

}  // namespace redcell::scenarios
