#include "scenarios/prb_groups.h"

#include <algorithm>

#include "base/check.h"
#include "phy/nr/numerology.h"
#include "phy/nr/resource_map.h"

namespace redcell::scenarios {

int shared_prb_count(const phy::PrbRange& a, const phy::PrbRange& b) {
  return std::max(0, std::min(a.end(), b.end()) - std::max(a.first, b.first));
}

PrbGroups::PrbGroups(const LayerPlan& layer)
    : prb_hz_(phy::subcarriers_per_prb * 1e3 * layer.numerology().scs_khz()),
      centre_prb_(layer.bwps.back().bwp_dl.first + layer.bwps.back().bwp_dl.count / 2.0),
      first_prb_(layer.bwps.back().bwp_dl.first) {
  const phy::PrbRange& wide = layer.bwps.back().bwp_dl;
  const phy::PrbRange& redcap = layer.bwps.front().bwp_dl;
  RC_CHECK(layer.bwps.size() <= 2 && redcap.first >= wide.first && redcap.end() <= wide.end());
  const int coarse = phy::rbg_size(wide.count);
  std::vector<phy::BlockGrid> grids;
  const auto add = [&](int first, int end, int group_size) {
    if (end > first) grids.push_back(add_stretch({first, end - first}, group_size));
  };
  add(wide.first, redcap.first, coarse);
  const std::size_t fine = grids.size();
  add(redcap.first, redcap.end(), layer.channel.prb_group_size);
  // Where only PUCCH is, no PUSCH is heard.
  const int edge = std::max(redcap.end(), layer.bwps.back().pucch_prbs()[1].first);
  add(redcap.end(), edge, coarse);
  add(edge, wide.end(), coarse);
  for (std::size_t i = 0; i < layer.bwps.size(); ++i) {
    const phy::ResourceMapConfig& map = layer.bwps[i];
    Bwp bwp{.groups = of(map.bwp_dl), .grids = {}, .prb_counts = {}, .coreset_prb_counts = {}};
    bwp.grids = i + 1 == layer.bwps.size() ? grids : std::vector<phy::BlockGrid>{grids[fine]};
    for (int group = bwp.groups.first; group < bwp.groups.end; ++group) {
      bwp.prb_counts.push_back(prbs(group).count);
    }
    const GroupRange control = of(map.coreset_prbs());
    for (int group = control.first; group < control.end; ++group) {
      bwp.coreset_prb_counts.push_back(shared_prb_count(prbs(group), map.coreset_prbs()));
    }
    bwps_.push_back(std::move(bwp));
  }
}

/// The last group may be smaller; its centre stays on the grid.
phy::BlockGrid PrbGroups::add_stretch(const phy::PrbRange& stretch, int group_size) {
  const int group_count = (stretch.count + group_size - 1) / group_size;
  for (int group = 0; group < group_count; ++group) {
    const int first = stretch.first + group * group_size;
    const int prb_count = std::min(group_size, stretch.end() - first);
    group_of_prb_.insert(group_of_prb_.end(), static_cast<std::size_t>(prb_count), count());
    prbs_.push_back({.first = first, .count = prb_count});
  }
  return {.first_centre = base::Hertz((stretch.first + group_size / 2.0 - centre_prb_) * prb_hz_),
          .spacing = base::Hertz(group_size * prb_hz_),
          .count = group_count};
}

}  // namespace redcell::scenarios
