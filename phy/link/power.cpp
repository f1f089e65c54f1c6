#include "phy/link/power.h"

#include <algorithm>

#include "base/check.h"
#include "base/math.h"
#include "phy/tables/mpr.h"

namespace redcell::phy {
namespace {

base::Db maximum_power_reduction(const PuschPowerInput& input) {
  const double precoding = input.transform_precoding ? 1 : 0;
  const auto row = std::find_if(tables::mpr.begin(), tables::mpr.end(), [&](const auto& r) {
    return r[0] == precoding && r[1] == input.modulation_order;
  });
  RC_CHECK(row != tables::mpr.end());
  const bool inner = is_inner_allocation(input.first_prb, input.prb_count, input.channel_prb_count);
  return base::Db((*row)[inner ? 3 : 2]);
}

}  // namespace

bool is_inner_allocation(int first_prb, int prb_count, int channel_prb_count) {
  const int lowest = std::max(1, prb_count / 2);
  const int highest = channel_prb_count - lowest - prb_count;
  return first_prb >= lowest && first_prb <= highest && prb_count <= (channel_prb_count + 1) / 2;
}

PuschPower pusch_power(const PuschPowerInput& input) {
  RC_CHECK(input.prb_count >= 1 && input.first_prb >= 0 &&
           input.first_prb + input.prb_count <= input.channel_prb_count);
  RC_CHECK(input.alpha >= 0 && input.alpha <= 1 && input.mu >= 0 && input.mu <= 3);
  const base::Dbm p_cmax = input.power_class - maximum_power_reduction(input);
  const double width = static_cast<double>((1 << input.mu) * input.prb_count);
  const base::Dbm wanted =
      input.p0 + base::Db(base::to_db(width)) + input.path_loss * input.alpha + input.closed_loop;
  const base::Dbm total = std::min(p_cmax, wanted);
  return {.per_re = total + base::Db(-base::to_db(12.0 * input.prb_count)),
          .headroom = p_cmax - wanted};
}

}  // namespace redcell::phy
