#include "phy/nr/dmrs.h"

#include <bit>

#include "base/check.h"
#include "phy/tables/dmrs_type_a.h"

namespace redcell::phy {
namespace {

bool config_allowed(const DmrsConfig& c) {
  const bool type_2 = c.type == 2;
  const bool two_symbols = c.front_loaded_symbol_count == 2;
  // TS 38.211 7.4.1.1.2: position 3 of the additional DMRS needs the first one in symbol 2.
  return (c.type == 1 || type_2) && (c.front_loaded_symbol_count == 1 || two_symbols) &&
         (c.type_a_position == 2 || (c.type_a_position == 3 && c.additional_position < 3)) &&
         c.additional_position >= 0 && c.additional_position <= (two_symbols ? 1 : 3) &&
         c.cdm_groups_without_data >= 1 && c.cdm_groups_without_data <= (type_2 ? 3 : 2);
}

}  // namespace

bool mapping_type_a_possible(const DmrsConfig& config, base::Direction direction,
                             SymbolRange allocation) {
  RC_CHECK(config_allowed(config));
  if (allocation.first < 0 || allocation.end() > symbols_per_slot) return false;
  // The front-loaded symbols must lie inside; 3 and 4 symbols ask for dmrs-TypeA-Position 2 (the
  // tables' notes).
  const int front_end = config.type_a_position + config.front_loaded_symbol_count;
  if (allocation.end() < front_end) return false;
  if (config.type_a_position == 3 && allocation.end() < 5) return false;
  if (direction == base::Direction::uplink) return allocation.first == 0 && allocation.count >= 4;
  return allocation.count >= 3 && allocation.first <= config.type_a_position;
}

std::uint16_t dmrs_symbol_mask(const DmrsConfig& config, base::Direction direction,
                               SymbolRange allocation) {
  RC_CHECK(mapping_type_a_possible(config, direction, allocation));
  // All symbols of one DMRS occasion, to be shifted to where it starts.
  const unsigned group = config.front_loaded_symbol_count == 2 ? 3U : 1U;
  unsigned mask = group << config.type_a_position;
  for (const auto& row : tables::dmrs_type_a) {
    if (row[0] != config.front_loaded_symbol_count || row[1] < allocation.end() ||
        row[2] != config.additional_position) {
      continue;
    }
    for (std::size_t column = 3; column < row.size(); ++column) {
      if (row[column] >= 0) mask |= group << static_cast<int>(row[column]);
    }
    break;
  }
  return static_cast<std::uint16_t>(mask);
}

int dmrs_symbol_count(const DmrsConfig& config, base::Direction direction, SymbolRange allocation) {
  return std::popcount(dmrs_symbol_mask(config, direction, allocation));
}

int dmrs_re_per_prb(const DmrsConfig& config, base::Direction direction, SymbolRange allocation) {
  const int re_per_group = config.type == 1 ? 6 : 4;
  return dmrs_symbol_count(config, direction, allocation) * config.cdm_groups_without_data *
         re_per_group;
}

}  // namespace redcell::phy
