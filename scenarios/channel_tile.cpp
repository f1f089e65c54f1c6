#include "scenarios/channel_tile.h"

#include <algorithm>
#include <array>
#include <complex>
#include <limits>
#include <numeric>

#include "base/check.h"
#include "base/math.h"
#include "phy/channel/environment.h"
#include "phy/channel/tdl.h"
#include "phy/link/control_error.h"

namespace redcell::scenarios {
namespace {

constexpr std::uint32_t no_cell = std::numeric_limits<std::uint32_t>::max();

/// Medians of a state at this carrier; where the terminal stands moves only the zenith spread.
phy::SmallScaleMedian median_of(const LayerPlan& layer, bool in_sight) {
  return phy::small_scale_median(phy::path_loss_model(layer.channel.environment, in_sight),
                                 {.distance_2d = base::Metres(100),
                                  .bs_height = base::Metres(25),
                                  .ut_height = base::Metres(1.5),
                                  .carrier = layer.radio.dl_centre});
}

phy::FadingConfig fading_config(const LayerPlan& layer, const std::vector<phy::BlockGrid>& grids) {
  phy::FadingConfig config{.profile = *layer.channel.fading,
                           .delay_spread_s = layer.channel.delay_spread_s,
                           .k_factor_db = layer.channel.k_factor_db,
                           .sight = std::nullopt,
                           .grids = grids,
                           .rx_count = 1,
                           .tx_count = 1};
  if (!layer.channel.by_sight) return config;
  config.delay_spread_s = median_of(layer, false).delay_spread_s;
  const phy::SmallScaleMedian sight = median_of(layer, true);
  config.sight = phy::SightProfile{.profile = phy::TdlProfile::tdl_d,
                                   .delay_spread_s = sight.delay_spread_s,
                                   .k_factor_db = sight.k_factor_db};
  return config;
}

/// Cross-polarised pairs have the power of the Rayleigh taps alone.
double mean_pair_power(phy::TdlProfile profile, std::optional<double> k_factor_db) {
  phy::TdlScaling scaling{.delay_spread = base::Seconds(0), .k_factor = std::nullopt};
  if (k_factor_db) scaling.k_factor = base::Db(*k_factor_db);
  double rayleigh = 0;
  for (const phy::TdlTap& tap : phy::tdl_taps(profile, scaling)) rayleigh += tap.rayleigh_power_lin;
  return (1 + rayleigh) / 2;
}

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

FadingBank::FadingBank(const Setup& setup)
    : setup_(setup), dl_wavelengths_(base::lane_count), ul_wavelengths_(base::lane_count) {
  const LayerPlan& layer = setup.layer;
  const auto group_count = static_cast<std::size_t>(groups().count());
  if (layer.channel.fading) {
    // Lanes get their links when it is known which are loud.
    const std::vector<phy::FadingLink> links(base::lane_count);
    phy::FadingConfig config = fading_config(layer, setup.groups.grids(setup.bwp));
    mean_power_ = mean_pair_power(config.profile, config.k_factor_db);
    mean_power_sight_ = mean_power_;
    if (config.sight) {
      mean_power_sight_ = mean_pair_power(config.sight->profile, config.sight->k_factor_db);
    }
    config.rx_count = setup.rx_count;
    config.tx_count = gnb_port_count;
    downlink_.emplace(setup.random, config, links);
    config.rx_count = gnb_port_count;
    config.tx_count = 1;
    if (layer.duplex().is_fdd()) uplink_.emplace(setup.random, config, links);
  } else {
    mean_power_ = 0.5;
    mean_power_sight_ = 0.5;
    const auto pairs = static_cast<std::size_t>(setup.rx_count * gnb_port_count);
    flat_re_ = base::LaneTile(group_count * pairs);
    flat_im_ = base::LaneTile(group_count * pairs);
    for (std::size_t group = 0; group < group_count; ++group) {
      for (int rx = 0; rx < setup.rx_count; ++rx) {
        const auto row = group * pairs + static_cast<std::size_t>(rx * gnb_port_count + rx);
        std::fill_n(flat_re_.row(row), base::lane_count, 1.0F);
      }
    }
  }
  downlink_power_ = base::LaneTile(group_count);
  uplink_power_ = base::LaneTile(group_count);
  if (uplink_) return;
  reciprocal_re_ = base::LaneTile(group_count * gnb_port_count);
  reciprocal_im_ = base::LaneTile(group_count * gnb_port_count);
  if (downlink_) return;
  copy_reciprocal();
  sum_powers();
}

std::size_t FadingBank::add(ChannelTile& terminal, std::size_t lane_count) {
  RC_CHECK(has_room(lane_count));
  terminals_.push_back(&terminal);
  lane_count_ += lane_count;
  return lane_count_ - lane_count;
}

void FadingBank::set_link(std::size_t lane, phy::FadingLink link) {
  if (downlink_) downlink_->set_link(lane, link);
  link.cell |= uplink_cell_bit;
  if (uplink_) uplink_->set_link(lane, link);
}

void FadingBank::set_way(std::size_t lane, double way_m) {
  const LayerRadio& radio = setup_.layer.radio;
  dl_wavelengths_[lane] = way_m * radio.dl_centre.value() / base::speed_of_light_mps;
  ul_wavelengths_[lane] = way_m * radio.ul_centre.value() / base::speed_of_light_mps;
}

bool FadingBank::is_stale(base::Slot slot) const {
  return slot.value() / setup_.refresh_slots != index_;
}

void FadingBank::go_to(base::Slot slot, const LargeScale& large_scale) {
  if (!is_stale(slot)) return;
  index_ = slot.value() / setup_.refresh_slots;
  const base::Instant t =
      setup_.layer.numerology().slot_start(base::Slot(index_ * setup_.refresh_slots));
  for (ChannelTile* terminal : terminals_) terminal->move_to(t, large_scale);
  repeat();
}

void FadingBank::repeat() {
  if (!downlink_) return;
  downlink_->refresh(dl_wavelengths_);
  if (uplink_) {
    uplink_->refresh(ul_wavelengths_);
  } else {
    copy_reciprocal();
  }
  sum_powers();
}

void FadingBank::sum_powers() {
  const auto sum = [](const phy::ChannelView& view, base::LaneTile& power) {
    const int pairs = view.rx_count * view.tx_count;
    const float share = 1.0F / static_cast<float>(pairs);
    for (int group = 0; group < view.group_count; ++group) {
      std::array<float, base::lane_count> total{};
      for (int pair = 0; pair < pairs; ++pair) {
        const std::size_t row = static_cast<std::size_t>(group * pairs + pair) * base::lane_count;
        for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
          const float re = view.re[row + lane];
          const float im = view.im[row + lane];
          total[lane] += share * (re * re + im * im);
        }
      }
      std::copy(total.begin(), total.end(), power.row(static_cast<std::size_t>(group)));
    }
  };
  sum(downlink(0), downlink_power_);
  sum(uplink(0), uplink_power_);
}

void FadingBank::copy_reciprocal() {
  const base::LaneTile& re = downlink_ ? downlink_->response_re() : flat_re_;
  const base::LaneTile& im = downlink_ ? downlink_->response_im() : flat_im_;
  for (int group = 0; group < groups().count(); ++group) {
    for (int port = 0; port < gnb_port_count; ++port) {
      const auto from = static_cast<std::size_t>(group * setup_.rx_count * gnb_port_count + port);
      const auto to = static_cast<std::size_t>(group * gnb_port_count + port);
      std::copy_n(re.row(from), base::lane_count, reciprocal_re_.row(to));
      std::copy_n(im.row(from), base::lane_count, reciprocal_im_.row(to));
    }
  }
}

phy::ChannelView FadingBank::downlink(std::size_t lane) const {
  return {.re = downlink_ ? downlink_->response_re().data() : flat_re_.data(),
          .im = downlink_ ? downlink_->response_im().data() : flat_im_.data(),
          .lane = lane,
          .group_count = groups().count(),
          .rx_count = setup_.rx_count,
          .tx_count = gnb_port_count};
}

phy::ChannelView FadingBank::uplink(std::size_t lane) const {
  return {.re = uplink_ ? uplink_->response_re().data() : reciprocal_re_.data(),
          .im = uplink_ ? uplink_->response_im().data() : reciprocal_im_.data(),
          .lane = lane,
          .group_count = groups().count(),
          .rx_count = gnb_port_count,
          .tx_count = 1};
}

void FadingBank::add_to(Hash& hash, std::size_t lane) const {
  for (const phy::ChannelView& view : {downlink(lane), uplink(lane)}) {
    for (int group = 0; group < view.group_count; ++group) {
      for (int rx = 0; rx < view.rx_count; ++rx) {
        for (int tx = 0; tx < view.tx_count; ++tx) {
          const std::complex<double> h = view.h(group, rx, tx);
          hash.add(h.real());
          hash.add(h.imag());
        }
      }
    }
  }
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
      lane_in_sight_(tracked_.size()),
      lane_of_cell_(layer_.cells.size(), std::int8_t{-1}),
      loudness_(layer_.cells.size()),
      order_(layer_.cells.size()) {
  audible_.reserve(layer_.cells.size());
}

void ChannelTile::set_lane(std::size_t lane, std::uint32_t cell) {
  const bool in_sight = layer_.channel.by_sight && links_.cells[cell].in_sight;
  if (tracked_[lane] == cell && lane_in_sight_[lane] == in_sight) return;
  tracked_[lane] = cell;
  lane_in_sight_[lane] = in_sight;
  bank_.set_link(first_lane_ + lane, {.ue = terminal_.id.value,
                                      .cell = layer_.cells[cell].id.value,
                                      .delay_spread_s = 0,
                                      .in_sight = in_sight});
}

void ChannelTile::look_around(base::Instant t, const LargeScale& large_scale) {
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
  const std::int64_t look =
      terminal_.route.moves() ? (t - base::Instant()).value() / large_scale_period.value() : 0;
  if (look != look_index_) {
    look_around(base::Instant(look * large_scale_period.value()), large_scale);
    look_index_ = look;
  }
  const double way_m = terminal_.route.fading_way_m(t);
  for (std::size_t lane = 0; lane < tracked_.size(); ++lane) {
    bank_.set_way(first_lane_ + lane, way_m);
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

double ChannelTile::ssb_power(std::uint32_t cell, const GroupRange& groups) const {
  const std::optional<std::size_t> lane = lane_of(cell);
  if (!lane) return 1;
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
  if (!layer_.channel.fading) return;
  for (std::uint32_t cell = 0; cell < links_.cells.size(); ++cell) {
    const auto loud = order_.begin() + static_cast<std::ptrdiff_t>(tracked_count_);
    if (std::find(order_.begin(), loud, cell) == loud) continue;
    const std::optional<std::size_t> lane = lane_of(cell);
    RC_CHECK(lane.has_value());
    bank_.add_to(hash, *lane);
  }
}

}  // namespace redcell::scenarios
