// Operating bands and transmission bandwidths: a band's name or a channel bandwidth in, its figures
// out.
//
// TS 38.104 Tables 5.2-1 and 5.4.3.3-1; TS 38.101-1 Table 5.3.2-1 (FR1); TS 38.101-2 Table 5.3.2-1
// (FR2).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/units.h"

namespace redcell::phy {

enum class FrequencyRange { fr1, fr2 };

/// Patterns of SS/PBCH block positions in a half frame, TS 38.213 4.1: case A at 15 kHz, B and C at
/// 30 kHz.
enum class SsbCase { a, b, c };

struct Band {
  int number = 0;
  bool is_tdd = false;
  double uplink_low_mhz = 0;
  double uplink_high_mhz = 0;
  double downlink_low_mhz = 0;
  double downlink_high_mhz = 0;
  std::optional<SsbCase>
      ssb_case_15_khz;  ///< Absent: the band has no SS/PBCH block of this spacing.
  std::optional<SsbCase> ssb_case_30_khz;
};

/// The band called "n41" and so on; nullptr when the table lacks it. The pointer stays valid for
/// ever.
[[nodiscard]] const Band* find_band(std::string_view name);

/// The NR-ARFCN nearest to a frequency, TS 38.104 5.4.2.1: steps of 5 kHz to 3 GHz, of 15 kHz to
/// 24.25 GHz, of 60 kHz above. Pre: 0 to 100 000 MHz.
[[nodiscard]] std::uint32_t nr_arfcn(double mhz);

/// Most PRBs a channel of this bandwidth carries (N_RB); nullopt when the pair does not exist.
[[nodiscard]] std::optional<base::PrbCount> max_prb_count(
    double bandwidth_mhz, int scs_khz, FrequencyRange range = FrequencyRange::fr1);

/// Widest BWP of a terminal that takes channels of up to this bandwidth in FR1; nullopt when that
/// is no channel bandwidth of any spacing, or wider than nothing at this one.
[[nodiscard]] std::optional<base::PrbCount> widest_prb_count(double max_bandwidth_mhz, int scs_khz);

}  // namespace redcell::phy
