#include "scenarios/prb_groups.h"

#include <algorithm>
#include <span>
#include <vector>

#include "base/check.h"
#include "phy/nr/numerology.h"
#include "phy/nr/resource_map.h"

namespace redcell::scenarios {

int shared_prb_count(const phy::PrbRange& a, const phy::PrbRange& b) {
  return std::max(0, std::min(a.end(), b.end()) - std::max(a.first, b.first));
}

namespace {

/// Ends of stretches of equal groups, ascending: every RedCap BWP consists of whole ones.
std::vector<int> cuts(const LayerPlan& layer) {
  const phy::PrbRange& wide = layer.bwps.back().bwp_dl;
  std::vector<int> ends{wide.end()};
  int last_end = wide.first;
  for (std::uint32_t i = 0; i < layer.redcap_bwp_count(); ++i) {
    const phy::PrbRange& redcap = layer.bwps[i].bwp_dl;
    RC_CHECK(redcap.first >= wide.first && redcap.end() <= wide.end());
    ends.push_back(redcap.first);
    ends.push_back(redcap.end());
    last_end = std::max(last_end, redcap.end());
  }
  // Where only PUCCH is, no PUSCH is heard.
  ends.push_back(std::max(last_end, layer.bwps.back().pucch_prbs()[1].first));
  std::sort(ends.begin(), ends.end());
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  std::erase(ends, wide.first);
  return ends;
}

}  // namespace

PrbGroups::PrbGroups(const LayerPlan& layer)
    : prb_hz_(phy::subcarriers_per_prb * 1e3 * layer.numerology().scs_khz()),
      centre_prb_(layer.bwps.back().bwp_dl.first + layer.bwps.back().bwp_dl.count / 2.0),
      first_prb_(layer.bwps.back().bwp_dl.first) {
  const phy::PrbRange& wide = layer.bwps.back().bwp_dl;
  const std::span redcap(layer.bwps.data(), layer.redcap_bwp_count());
  const auto is_redcap = [&](int prb) {
    return std::any_of(redcap.begin(), redcap.end(), [&](const phy::ResourceMapConfig& map) {
      return prb >= map.bwp_dl.first && prb < map.bwp_dl.end();
    });
  };
  const int coarse = phy::rbg_size(wide.count);
  struct Stretch {
    phy::PrbRange prbs;
    phy::BlockGrid grid;
  };
  std::vector<Stretch> stretches;
  int first = wide.first;
  for (const int cut : cuts(layer)) {
    const int size = is_redcap(first) ? layer.channel.prb_group_size : coarse;
    const phy::PrbRange prbs{first, cut - first};
    stretches.push_back({.prbs = prbs, .grid = add_stretch(prbs, size)});
    first = cut;
  }
  for (const phy::ResourceMapConfig& map : layer.bwps) {
    Bwp bwp{.groups = of(map.bwp_dl), .grids = {}, .prb_counts = {}, .coreset_prb_counts = {}};
    for (const Stretch& stretch : stretches) {
      if (shared_prb_count(stretch.prbs, map.bwp_dl) > 0) bwp.grids.push_back(stretch.grid);
    }
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
