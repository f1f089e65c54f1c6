// The bank of channel_tile.h: which model fades its lanes, and what it leaves of a transmission.
#include <algorithm>
#include <array>
#include <complex>

#include "base/check.h"
#include "base/math.h"
#include "phy/channel/environment.h"
#include "phy/channel/tdl.h"
#include "scenarios/channel_tile.h"

namespace redcell::scenarios {
namespace {

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

double wavelengths(double way_m, base::Hertz carrier) {
  return way_m * carrier.value() / base::speed_of_light_mps;
}

phy::LinkWay way_on(base::Hertz carrier, double way_m, double own_way_m) {
  return {.scattered = wavelengths(way_m, carrier), .direct = wavelengths(own_way_m, carrier)};
}

/// The same link on another carrier; `link` holds what it refers to.
phy::TrackedLink on_carrier(const phy::TrackedLink& tracked, base::Hertz carrier,
                            phy::ClusterLink& link) {
  link = tracked.link;
  link.carrier = carrier;
  return {.link = link,
          .panel = tracked.panel,
          .beam = tracked.beam,
          .distance_m = tracked.distance_m,
          .heading_deg = tracked.heading_deg,
          .approach = tracked.approach,
          .blockage = tracked.blockage};
}

}  // namespace

FadingBank::FadingBank(const Setup& setup)
    : setup_(setup),
      dl_ways_(base::lane_count),
      ul_ways_(base::lane_count),
      dl_wavelengths_(base::lane_count),
      ul_wavelengths_(base::lane_count) {
  const LayerPlan& layer = setup.layer;
  const auto group_count = static_cast<std::size_t>(groups().count());
  if (layer.channel.by_clusters) {
    phy::ClusterTileConfig config{.surrounding = phy::surrounding_of(layer.channel.environment),
                                  .grids = setup.groups.grids(setup.bwp),
                                  .branch_count = setup.rx_count,
                                  .port_count = gnb_port_count,
                                  .polarisation = {},
                                  .independent_phases = false};
    downlink_clusters_.emplace(setup.random, config);
    config.branch_count = 1;
    config.independent_phases = true;
    if (layer.duplex().is_fdd()) uplink_clusters_.emplace(setup.random, config);
  } else if (layer.channel.fading) {
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
        const auto row =
            group * pairs + static_cast<std::size_t>(rx * gnb_port_count + rx % gnb_port_count);
        std::fill_n(flat_re_.row(row), base::lane_count, 1.0F);
      }
    }
  }
  downlink_power_ = base::LaneTile(group_count);
  uplink_power_ = base::LaneTile(group_count);
  if (layer.duplex().is_fdd() && layer.channel.fades()) return;
  reciprocal_re_ = base::LaneTile(group_count * gnb_port_count);
  reciprocal_im_ = base::LaneTile(group_count * gnb_port_count);
  if (layer.channel.fades()) return;
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

void FadingBank::set_link(std::size_t lane, const phy::TrackedLink& tracked) {
  downlink_clusters_->set_link(lane, tracked);
  if (!uplink_clusters_) return;
  phy::ClusterLink link;
  uplink_clusters_->set_link(lane, on_carrier(tracked, setup_.layer.radio.ul_centre, link));
}

void FadingBank::set_link(std::size_t lane, const phy::TrackedLink& tracked, const Former& former) {
  const LayerRadio& radio = setup_.layer.radio;
  downlink_clusters_->set_link(
      lane, tracked, {former.tracked, way_on(radio.dl_centre, former.way_m, former.own_way_m)});
  if (!uplink_clusters_) return;
  phy::ClusterLink link;
  phy::ClusterLink former_link;
  uplink_clusters_->set_link(lane, on_carrier(tracked, radio.ul_centre, link),
                             {on_carrier(former.tracked, radio.ul_centre, former_link),
                              way_on(radio.ul_centre, former.way_m, former.own_way_m)});
}

void FadingBank::set_blockage(std::size_t lane, const phy::LinkBlockage& blockage) {
  downlink_clusters_->set_blockage(lane, blockage);
  if (uplink_clusters_) uplink_clusters_->set_blockage(lane, blockage);
}

void FadingBank::set_way(std::size_t lane, double way_m, double own_way_m) {
  const LayerRadio& radio = setup_.layer.radio;
  dl_ways_[lane] = way_on(radio.dl_centre, way_m, own_way_m);
  ul_ways_[lane] = way_on(radio.ul_centre, way_m, own_way_m);
  dl_wavelengths_[lane] = wavelengths(way_m, radio.dl_centre);
  ul_wavelengths_[lane] = wavelengths(way_m, radio.ul_centre);
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
  if (!setup_.layer.channel.fades()) return;
  if (downlink_clusters_) downlink_clusters_->refresh(dl_ways_);
  if (downlink_) downlink_->refresh(dl_wavelengths_);
  if (uplink_clusters_) uplink_clusters_->refresh(ul_ways_);
  if (uplink_) uplink_->refresh(ul_wavelengths_);
  if (reciprocal_re_.row_count() > 0) copy_reciprocal();
  sum_powers();
}

FadingBank::Response FadingBank::downlink_response() const {
  if (downlink_clusters_) {
    return {downlink_clusters_->response_re(), downlink_clusters_->response_im()};
  }
  if (downlink_) return {downlink_->response_re(), downlink_->response_im()};
  return {flat_re_, flat_im_};
}

FadingBank::Response FadingBank::uplink_response() const {
  if (uplink_clusters_) return {uplink_clusters_->response_re(), uplink_clusters_->response_im()};
  if (uplink_) return {uplink_->response_re(), uplink_->response_im()};
  return {reciprocal_re_, reciprocal_im_};
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
  const auto [re, im] = downlink_response();
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
  const Response response = downlink_response();
  return {.re = response.re.data(),
          .im = response.im.data(),
          .lane = lane,
          .group_count = groups().count(),
          .rx_count = setup_.rx_count,
          .tx_count = gnb_port_count};
}

phy::ChannelView FadingBank::uplink(std::size_t lane) const {
  const Response response = uplink_response();
  return {.re = response.re.data(),
          .im = response.im.data(),
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

}  // namespace redcell::scenarios
