// Clustered delay lines for tests.
#pragma once

#include <cstdint>
#include <optional>

#include "phy/channel/cdl.h"

namespace redcell::phy {

inline constexpr std::uint32_t seed = 20261123;
inline constexpr base::RandomIds ids{.a = 5, .b = 9};
inline constexpr CdlProfile profiles[] = {CdlProfile::cdl_a, CdlProfile::cdl_b, CdlProfile::cdl_c,
                                          CdlProfile::cdl_d, CdlProfile::cdl_e};

inline base::Random world() { return {seed, 1}; }

inline CdlScaling plain(double delay_spread_s) {
  return {.delay_spread = base::Seconds(delay_spread_s),
          .k_factor = std::nullopt,
          .aod = std::nullopt,
          .aoa = std::nullopt,
          .zod = std::nullopt,
          .zoa = std::nullopt};
}

}  // namespace redcell::phy
