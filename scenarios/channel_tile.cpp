#include "scenarios/channel_tile.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/math.h"
#include "phy/link/control_error.h"

namespace redcell::scenarios {
namespace {

constexpr std::uint32_t no_cell = std::numeric_limits<std::uint32_t>::max();

double square(float value) { return static_cast<double>(value) * static_cast<double>(value); }

}  // namespace

std::int64_t refresh_slots(const LayerPlan& layer, const terminals::Route& route) {
  const double wavelength_m = base::speed_of_light_mps / layer.radio.dl_centre.value();
  const double slot_s = base::to_seconds(layer.numerology().slot_duration());
  const double slots =
      refresh_way_wavelengths * wavelength_m / (route.fading_speed_mps() * slot_s + 1e-12);
  return std::clamp(static_cast<std::int64_t>(std::min(slots, 1e6)), std::int64_t{1},
                    refresh_slots_max);
}

std::size_t lanes_per_terminal(const LayerPlan& layer) {
  const auto tracked = static_cast<std::size_t>(layer.channel.tracked_cells);
  const std::size_t cells = layer.cells.size();
  // One more for a serving cell that is no longer among the loudest.
  return std::min(tracked, cells) + (tracked < cells ? 1 : 0);
}

ChannelTile::ChannelTile(FadingBank& bank, const TerminalPlan& terminal)
    : bank_(bank),
      layer_(bank.setup().layer),
      terminal_(terminal),
      noise_w_(phy::noise_power_w(base::Hertz(1e3 * layer_.numerology().scs_khz()),
                                  base::Db(terminal.capability.noise_figure_db()))),
      tracked_count_(
          std::min(layer_.cells.size(), static_cast<std::size_t>(layer_.channel.tracked_cells))),
      first_lane_(bank.add(*this, lanes_per_terminal(layer_))),
      tracked_(lanes_per_terminal(layer_), no_cell),
      lane_state_(tracked_.size()),
      lane_of_cell_(layer_.cells.size(), std::int8_t{-1}),
      loudness_(layer_.cells.size()),
      order_(layer_.cells.size()) {
  audible_.reserve(layer_.cells.size());
}

void ChannelTile::set_lane(std::size_t lane, std::uint32_t cell) {
  const bool in_sight = layer_.channel.by_sight && links_.cells[cell].in_sight;
  const std::int64_t state = layer_.channel.by_clusters ? links_.segment : (in_sight ? 1 : 0);
  if (tracked_[lane] != cell || lane_state_[lane] != state) {
    tracked_[lane] = cell;
    lane_state_[lane] = state;
    set_link(lane, cell);
  }
  if (!large_scale_->has_blockers()) return;
  bank_.set_blockage(first_lane_ + lane,
                     large_scale_->blockage_at(terminal_, looked_at_, links_, cell));
}

void ChannelTile::set_link(std::size_t lane, std::uint32_t cell) {
  if (layer_.channel.by_clusters) {
    const phy::TrackedLink tracked = large_scale_->tracked_link(links_, cell);
    const auto former = large_scale_->former_clusters(terminal_, links_, cell);
    if (!former) return bank_.set_link(first_lane_ + lane, tracked);
    return bank_.set_link(first_lane_ + lane, tracked,
                          {.tracked = large_scale_->tracked_link(*former, cell),
                           .way_m = former->way_m,
                           .own_way_m = former->own_way_m});
  }
  const bool in_sight = layer_.channel.by_sight && links_.cells[cell].in_sight;
  bank_.set_link(first_lane_ + lane, phy::FadingLink{.ue = terminal_.id.value,
                                                     .cell = layer_.cells[cell].id.value,
                                                     .delay_spread_s = 0,
                                                     .in_sight = in_sight});
}

void ChannelTile::look_around(base::Instant t, const LargeScale& large_scale) {
  large_scale_ = &large_scale;
  looked_at_ = t;
  large_scale.links_at(terminal_, t, links_);
  for (std::size_t cell = 0; cell < loudness_.size(); ++cell) {
    loudness_[cell] = large_scale.ssb_gain_lin(links_, cell);
  }
  std::iota(order_.begin(), order_.end(), 0U);
  const auto wanted = order_.begin() + static_cast<std::ptrdiff_t>(tracked_count_);
  std::partial_sort(order_.begin(), wanted, order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return loudness_[a] != loudness_[b] ? loudness_[a] > loudness_[b] : a < b;
  });
  const auto is_wanted = [&](std::uint32_t cell) {
    return std::find(order_.begin(), wanted, cell) != wanted;
  };
  // Cells keep their lanes where they can: a lane that changes hands costs.
  for (auto cell = order_.begin(); cell != wanted; ++cell) {
    const auto lanes_end = tracked_.begin() + static_cast<std::ptrdiff_t>(tracked_count_);
    auto lane = std::find(tracked_.begin(), lanes_end, *cell);
    if (lane == lanes_end) {
      lane = std::find_if(tracked_.begin(), lanes_end,
                          [&](std::uint32_t held) { return held == no_cell || !is_wanted(held); });
    }
    set_lane(static_cast<std::size_t>(lane - tracked_.begin()), *cell);
  }
  if (tracked_.size() > tracked_count_ && tracked_.back() != no_cell) {
    set_lane(tracked_.size() - 1, tracked_.back());
  }
  index_lanes();
  find_audible(large_scale);
}

/// The loudest are always heard one by one; of the others those that bring too much to be taken for
/// any other.
void ChannelTile::find_audible(const LargeScale& large_scale) {
  const auto loud = order_.begin() + static_cast<std::ptrdiff_t>(tracked_count_);
  double total = 0;
  double most = 0;
  for (std::uint32_t cell = 0; cell < loudness_.size(); ++cell) {
    const std::size_t beam = cell * large_scale.beam_count() + large_scale.best_beam(links_, cell);
    loudness_[cell] =
        links_.cells[cell].dl_gain_lin * static_cast<double>(links_.beam_gain_lin[beam]);
    total += loudness_[cell];
    most = std::max(most, loudness_[cell]);
  }
  std::sort(loud, order_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return loudness_[a] != loudness_[b] ? loudness_[a] > loudness_[b] : a < b;
  });
  auto last = order_.end();
  remote_dl_gain_lin_ = 0;
  remote_ul_gain_lin_ = 0;
  for (double remote = 0; last != loud; --last) {
    const std::uint32_t cell = *(last - 1);
    remote += loudness_[cell];
    if (remote > remote_share * (total - most)) break;
    const double gain = large_scale.mean_beam_gain(links_, cell) * mean_power(cell);
    remote_dl_gain_lin_ += links_.cells[cell].dl_gain_lin * gain;
    remote_ul_gain_lin_ += links_.cells[cell].ul_gain_lin * gain;
  }
  audible_.assign(order_.begin(), last);
  std::sort(audible_.begin(), audible_.end());
}

void ChannelTile::follow(std::uint32_t cell) {
  if (lane_of(cell)) return;
  set_lane(tracked_.size() - 1, cell);
  index_lanes();
  bank_.repeat();
}

/// A cell that has two lanes, as one of the loudest and as the one followed, is read from the
/// first.
void ChannelTile::index_lanes() {
  std::fill(lane_of_cell_.begin(), lane_of_cell_.end(), std::int8_t{-1});
  for (std::size_t lane = tracked_.size(); lane-- > 0;) {
    if (tracked_[lane] == no_cell) continue;
    lane_of_cell_[tracked_[lane]] = static_cast<std::int8_t>(first_lane_ + lane);
  }
}

std::optional<std::size_t> ChannelTile::lane_of(std::uint32_t cell) const {
  const std::int8_t lane = lane_of_cell_[cell];
  if (lane < 0) return std::nullopt;
  return static_cast<std::size_t>(lane);
}

void ChannelTile::move_to(base::Instant t, const LargeScale& large_scale) {
  const bool looks_on = terminal_.route.moves() || large_scale.has_moving_blockers();
  const std::int64_t look =
      looks_on ? (t - base::Instant()).value() / large_scale_period.value() : 0;
  if (look != look_index_) {
    look_around(base::Instant(look * large_scale_period.value()), large_scale);
    look_index_ = look;
  }
  const double way_m = terminal_.route.fading_way_m(t) - links_.segment_begin_m;
  const double own_way_m = terminal_.route.own_way_m(t) - links_.segment_begin_own_m;
  for (std::size_t lane = 0; lane < tracked_.size(); ++lane) {
    bank_.set_way(first_lane_ + lane, way_m, own_way_m);
  }
}

phy::ChannelView ChannelTile::downlink(std::uint32_t cell) const {
  const std::optional<std::size_t> lane = lane_of(cell);
  RC_CHECK(lane.has_value());
  return bank_.downlink(*lane);
}

phy::ChannelView ChannelTile::uplink(std::uint32_t cell) const {
  const std::optional<std::size_t> lane = lane_of(cell);
  RC_CHECK(lane.has_value());
  return bank_.uplink(*lane);
}

double ChannelTile::mean_power(std::uint32_t cell) const {
  if (layer_.channel.by_clusters) return large_scale_->clusters(links_, cell).mean_pair_power;
  const bool in_sight = layer_.channel.by_sight && links_.cells[cell].in_sight;
  return bank_.mean_power(in_sight);
}

FadedCell ChannelTile::downlink_power(std::uint32_t cell) const {
  const std::optional<std::size_t> lane = lane_of(cell);
  if (!lane) return {.power_of_group = nullptr, .mean = mean_power(cell), .first_group = 0};
  return {.power_of_group = bank_.downlink_power(*lane),
          .mean = 1,
          .first_group = bank_.groups().first};
}

FadedCell ChannelTile::uplink_power(std::uint32_t cell) const {
  const std::optional<std::size_t> lane = lane_of(cell);
  if (!lane) return {.power_of_group = nullptr, .mean = mean_power(cell), .first_group = 0};
  return {
      .power_of_group = bank_.uplink_power(*lane), .mean = 1, .first_group = bank_.groups().first};
}

double ChannelTile::mean_ssb_power(std::uint32_t cell) const {
  return layer_.channel.by_clusters ? mean_power(cell) : 1;
}

double ChannelTile::ssb_power(std::uint32_t cell, const GroupRange& groups) const {
  const std::optional<std::size_t> lane = lane_of(cell);
  if (!lane) return mean_ssb_power(cell);
  const phy::ChannelView view = bank_.downlink(*lane);
  double best = 0;
  for (int rx = 0; rx < view.rx_count; ++rx) {
    double sum = 0;
    for (int group = groups.first; group < groups.end; ++group) {
      const int own = group - bank_.groups().first;
      const auto row = static_cast<std::size_t>((own * view.rx_count + rx) * gnb_port_count);
      sum += square(view.re[row * base::lane_count + *lane]);
      sum += square(view.im[row * base::lane_count + *lane]);
    }
    best = std::max(best, sum / groups.count());
  }
  return best;
}

void ChannelTile::average_interference(std::span<double> heard_w) {
  if (average_w_.empty()) {
    average_w_.assign(heard_w.begin(), heard_w.end());
    return;
  }
  for (std::size_t group = 0; group < heard_w.size(); ++group) {
    average_w_[group] += interference_weight * (heard_w[group] - average_w_[group]);
    heard_w[group] = average_w_[group];
  }
}

void ChannelTile::add_to(Hash& hash) const {
  for (const CellLink& link : links_.cells) {
    hash.add(link.dl_gain_lin);
    hash.add(link.ul_gain_lin);
  }
  for (const float gain : links_.ssb_gain_lin) hash.add(static_cast<double>(gain));
  if (!layer_.channel.fades()) return;
  for (std::uint32_t cell = 0; cell < links_.cells.size(); ++cell) {
    const auto loud = order_.begin() + static_cast<std::ptrdiff_t>(tracked_count_);
    if (std::find(order_.begin(), loud, cell) == loud) continue;
    const std::optional<std::size_t> lane = lane_of(cell);
    RC_CHECK(lane.has_value());
    bank_.add_to(hash, *lane);
  }
}

}  // namespace redcell::scenarios
