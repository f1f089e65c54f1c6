#include "scenarios/layer_channel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "base/check.h"
#include "base/math.h"
#include "phy/link/control_error.h"
#include "scenarios/hash.h"
#include "scenarios/link_budget.h"

namespace redcell::scenarios {
namespace {

constexpr int gnb_port_count = 2;
/// The uplink of an FDD carrier fades on its own.
constexpr std::uint32_t uplink_cell_bit = 0x8000'0000U;

phy::BlockGrid make_grid(const LayerPlan& layer, int group_size) {
  const double prb_hz = phy::subcarriers_per_prb * 1e3 * layer.resources.numerology.scs_khz();
  const int prb_count = layer.resources.bwp_dl.count;
  return {.first_centre = base::Hertz((group_size - prb_count) / 2.0 * prb_hz),
          .spacing = base::Hertz(group_size * prb_hz),
          .count = (prb_count + group_size - 1) / group_size};
}

std::int64_t refresh_slots(const LayerPlan& layer, const Deployment& deployment) {
  double speed_mps = 0;
  for (const base::UeId ue : layer.terminals) {
    speed_mps = std::max(speed_mps, deployment.terminals[ue.value].route.fading_speed_mps());
  }
  const double wavelength_m = base::speed_of_light_mps / layer.radio.dl_centre.value();
  const double slot_s = base::to_seconds(layer.resources.numerology.slot_duration());
  const double slots = refresh_way_wavelengths * wavelength_m / (speed_mps * slot_s + 1e-12);
  return std::clamp(static_cast<std::int64_t>(std::min(slots, 1e6)), std::int64_t{1},
                    refresh_slots_max);
}

}  // namespace

/// Up to 16 links with the same number of branches.
struct LayerChannel::Tile {
  std::vector<base::UeId> terminals;  ///< [lane]
  int rx_count = 1;
  std::optional<phy::FadingTile> downlink;
  std::optional<phy::FadingTile> uplink;  ///< FDD only: in TDD the downlink's taps serve both ways.
  base::LaneTile flat_re;                 ///< Without fading: the identity.
  base::LaneTile flat_im;
  base::LaneTile reciprocal_re;  ///< TDD: [group][port][lane] from the terminal's first branch.
  base::LaneTile reciprocal_im;
  std::int64_t index = -1;
  std::vector<double> wavelengths_dl;
  std::vector<double> wavelengths_ul;

  [[nodiscard]] const base::LaneTile& dl_re() const {
    return downlink ? downlink->response_re() : flat_re;
  }
  [[nodiscard]] const base::LaneTile& dl_im() const {
    return downlink ? downlink->response_im() : flat_im;
  }
  [[nodiscard]] const base::LaneTile& ul_re() const {
    return uplink ? uplink->response_re() : reciprocal_re;
  }
  [[nodiscard]] const base::LaneTile& ul_im() const {
    return uplink ? uplink->response_im() : reciprocal_im;
  }
  void refresh_at(const LayerPlan& layer, const Deployment& deployment, base::Instant t,
                  int group_count);
  void copy_reciprocal(int group_count);
};

void LayerChannel::Tile::copy_reciprocal(int group_count) {
  for (int group = 0; group < group_count; ++group) {
    for (int port = 0; port < gnb_port_count; ++port) {
      const auto from = static_cast<std::size_t>(group * rx_count * gnb_port_count + port);
      const auto to = static_cast<std::size_t>(group * gnb_port_count + port);
      std::copy_n(dl_re().row(from), base::lane_count, reciprocal_re.row(to));
      std::copy_n(dl_im().row(from), base::lane_count, reciprocal_im.row(to));
    }
  }
}

void LayerChannel::Tile::refresh_at(const LayerPlan& layer, const Deployment& deployment,
                                    base::Instant t, int group_count) {
  for (std::size_t lane = 0; lane < terminals.size(); ++lane) {
    const double way_m = deployment.terminals[terminals[lane].value].route.fading_way_m(t);
    wavelengths_dl[lane] = way_m * layer.radio.dl_centre.value() / base::speed_of_light_mps;
    wavelengths_ul[lane] = way_m * layer.radio.ul_centre.value() / base::speed_of_light_mps;
  }
  if (downlink) downlink->refresh(wavelengths_dl);
  if (uplink) {
    uplink->refresh(wavelengths_ul);
  } else {
    copy_reciprocal(group_count);
  }
}

LayerChannel::LayerChannel(const LayerPlan& layer, const Deployment& deployment,
                           const base::Random& random)
    : random_(random),
      layer_(layer),
      deployment_(deployment),
      grid_(make_grid(layer, layer.channel.prb_group_size)),
      group_size_(layer.channel.prb_group_size),
      refresh_slots_(refresh_slots(layer, deployment)),
      links_(deployment.terminals.size()) {
  const auto groups = static_cast<std::size_t>(grid_.count);
  for (int rx_count = 1; rx_count <= 2; ++rx_count) {
    for (const base::UeId ue : layer.terminals) {
      if (static_cast<int>(deployment.terminals[ue.value].capability.rx_branches()) != rx_count)
        continue;
      if (tiles_.empty() || tiles_.back()->rx_count != rx_count ||
          tiles_.back()->terminals.size() == base::lane_count) {
        tiles_.push_back(std::make_unique<Tile>());
        tiles_.back()->rx_count = rx_count;
      }
      Link& link = links_[ue.value];
      link.tile = tiles_.size() - 1;
      link.lane = tiles_.back()->terminals.size();
      link.dl_sinr.resize(groups * 2);
      link.ul_sinr.resize(groups);
      tiles_.back()->terminals.push_back(ue);
    }
  }
  for (const auto& tile : tiles_) build(*tile, random);
  const base::Hertz re_width(1e3 * layer.resources.numerology.scs_khz());
  for (const TerminalPlan& terminal : deployment.terminals) {
    dl_noise_.insert(dl_noise_.end(), groups,
                     phy::noise_power_w(re_width, base::Db(terminal.capability.noise_figure_db())));
  }
  ul_noise_.assign(groups, phy::noise_power_w(re_width, base::Db(layer.radio.gnb_noise_figure_db)));
}

void LayerChannel::build(Tile& tile, const base::Random& random) {
  const auto groups = static_cast<std::size_t>(grid_.count);
  tile.wavelengths_dl.resize(tile.terminals.size());
  tile.wavelengths_ul.resize(tile.terminals.size());
  std::vector<phy::FadingLink> dl_links;
  std::vector<phy::FadingLink> ul_links;
  for (const base::UeId ue : tile.terminals) {
    const std::uint32_t cell = deployment_.terminals[ue.value].serving.value;
    dl_links.push_back({.ue = ue.value, .cell = cell});
    ul_links.push_back({.ue = ue.value, .cell = cell | uplink_cell_bit});
  }
  const ChannelPlan& channel = layer_.channel;
  if (channel.fading) {
    phy::FadingConfig config{.profile = *channel.fading,
                             .delay_spread_s = channel.delay_spread_s,
                             .k_factor_db = channel.k_factor_db,
                             .grid = grid_,
                             .rx_count = tile.rx_count,
                             .tx_count = gnb_port_count};
    tile.downlink.emplace(random, config, dl_links);
    config.rx_count = gnb_port_count;
    config.tx_count = 1;
    if (layer_.resources.duplex.is_fdd()) tile.uplink.emplace(random, config, ul_links);
  } else {
    const std::size_t pairs = static_cast<std::size_t>(tile.rx_count * gnb_port_count);
    tile.flat_re = base::LaneTile(groups * pairs);
    tile.flat_im = base::LaneTile(groups * pairs);
    for (std::size_t group = 0; group < groups; ++group) {
      for (int rx = 0; rx < tile.rx_count; ++rx) {
        const auto row = group * pairs + static_cast<std::size_t>(rx * gnb_port_count + rx);
        std::fill_n(tile.flat_re.row(row), base::lane_count, 1.0F);
      }
    }
  }
  tile.reciprocal_re = base::LaneTile(groups * gnb_port_count);
  tile.reciprocal_im = base::LaneTile(groups * gnb_port_count);
}

LayerChannel::~LayerChannel() = default;
LayerChannel::LayerChannel(LayerChannel&&) noexcept = default;

void LayerChannel::go_to(base::Slot slot) {
  const std::int64_t index = slot.value() / refresh_slots_;
  if (index == refresh_index_) return;
  refresh_index_ = index;
  refresh_time_ = layer_.resources.numerology.slot_start(base::Slot(index * refresh_slots_));
}

void LayerChannel::refresh(Tile& tile) {
  if (tile.index == refresh_index_) return;
  tile.index = refresh_index_;
  tile.refresh_at(layer_, deployment_, refresh_time_, grid_.count);
}

void LayerChannel::prepare(std::span<const base::UeId> terminals, Workers& workers) {
  stale_.clear();
  for (const base::UeId ue : terminals) {
    Tile* tile = tiles_[links_[ue.value].tile].get();
    const bool listed = std::find(stale_.begin(), stale_.end(), tile) != stale_.end();
    if (tile->index != refresh_index_ && !listed) stale_.push_back(tile);
  }
  if (stale_.size() > 1) workers.run(stale_.size(), [this](std::size_t i) { refresh(*stale_[i]); });
}

LayerChannel::Link& LayerChannel::fresh_link(base::UeId ue) {
  Link& link = links_[ue.value];
  refresh(*tiles_[link.tile]);
  const TerminalPlan& terminal = deployment_.terminals[ue.value];
  if (link.gain_index == refresh_index_ || (link.gain_index >= 0 && !terminal.route.moves()))
    return link;
  link.gain_index = refresh_index_;
  const auto cell = std::find_if(layer_.cells.begin(), layer_.cells.end(),
                                 [&](const CellPlan& c) { return c.id == terminal.serving; });
  const LinkModel downlink{.channel = layer_.channel.path_loss, .carrier = layer_.radio.dl_centre};
  const LinkModel uplink{.channel = layer_.channel.path_loss, .carrier = layer_.radio.ul_centre};
  link.dl_gain_lin = base::from_db(link_gain_db(downlink, *cell, terminal, refresh_time_));
  link.ul_gain_lin = base::from_db(link_gain_db(uplink, *cell, terminal, refresh_time_));
  return link;
}

phy::SinrInput LayerChannel::downlink_input(base::UeId ue, const Link& link) const {
  const Tile& tile = *tiles_[link.tile];
  const auto groups = static_cast<std::size_t>(grid_.count);
  return {.channel = {.re = tile.dl_re().data(),
                      .im = tile.dl_im().data(),
                      .lane = link.lane,
                      .group_count = grid_.count,
                      .rx_count = tile.rx_count,
                      .tx_count = gnb_port_count},
          .signal_re_power = layer_.radio.dl_re_power_w * link.dl_gain_lin,
          .noise_interference = {dl_noise_.data() + ue.value * groups, groups},
          .evm_tx = layer_.radio.gnb_evm};
}

std::span<const double> LayerChannel::downlink_sinr(base::UeId ue, int layer_count, int pmi) {
  Link& link = fresh_link(ue);
  const std::span<double> sinr(link.dl_sinr.data(),
                               static_cast<std::size_t>(grid_.count * layer_count));
  const bool cached =
      link.dl_index == refresh_index_ && link.dl_layers == layer_count && link.dl_pmi == pmi;
  if (cached) return sinr;
  phy::SinrInput input = downlink_input(ue, link);
  input.layer_count = layer_count;
  input.pmi = pmi;
  phy::post_sinr(input, sinr);
  link.dl_index = refresh_index_;
  link.dl_layers = layer_count;
  link.dl_pmi = pmi;
  return sinr;
}

std::span<const double> LayerChannel::uplink_sinr(base::UeId ue, double re_power_w) {
  Link& link = fresh_link(ue);
  if (link.ul_index == refresh_index_ && link.ul_re_power_w == re_power_w) return link.ul_sinr;
  const Tile& tile = *tiles_[link.tile];
  phy::post_sinr({.channel = {.re = tile.ul_re().data(),
                              .im = tile.ul_im().data(),
                              .lane = link.lane,
                              .group_count = grid_.count,
                              .rx_count = gnb_port_count,
                              .tx_count = 1},
                  .signal_re_power = re_power_w * link.ul_gain_lin,
                  .noise_interference = ul_noise_,
                  .evm_tx = deployment_.terminals[ue.value].capability.evm_percent() / 100},
                 link.ul_sinr);
  link.ul_index = refresh_index_;
  link.ul_re_power_w = re_power_w;
  return link.ul_sinr;
}

phy::CsiReport LayerChannel::measure_csi(base::UeId ue, base::Slot slot) {
  Link& link = fresh_link(ue);
  const phy::ResourceMapConfig& map = layer_.resources;
  const schema::Capability& capability = deployment_.terminals[ue.value].capability;
  const int max_rank =
      std::min({layer_.radio.max_rank, static_cast<int>(capability.max_dl_layers()),
                static_cast<int>(capability.rx_branches())});
  const phy::SymbolRange reference{.first = 2, .count = phy::csi_reference_symbol_count};
  phy::SinrInput input = downlink_input(ue, link);
  if (layer_.radio.measurement_error_db > 0) {
    const double error = random_.normal(base::Purpose::channel_estimate, {.a = ue.value, .b = 0},
                                        static_cast<std::uint64_t>(slot.value()));
    input.signal_re_power *= base::from_db(error * layer_.radio.measurement_error_db);
  }
  return phy::measure_csi({.link = input,
                           .max_rank = max_rank,
                           .cqi_table = layer_.cell.cqi_table,
                           .prb_count = map.bwp_dl.count,
                           .dmrs_re_per_prb = phy::dmrs_re_per_prb(
                               map.pdsch_dmrs, base::Direction::downlink, reference)});
}

base::Db LayerChannel::path_loss_estimate(base::UeId ue) {
  return base::Db(-base::to_db(fresh_link(ue).dl_gain_lin));
}

std::uint64_t LayerChannel::world_hash(std::span<const base::Instant> times) {
  Hash hash;
  for (const base::Instant t : times) {
    for (const auto& tile : tiles_) {
      tile->refresh_at(layer_, deployment_, t, grid_.count);
      for (std::size_t lane = 0; lane < tile->terminals.size(); ++lane) {
        const TerminalPlan& terminal = deployment_.terminals[tile->terminals[lane].value];
        for (const CellPlan& cell : layer_.cells) {
          hash.add(
              link_gain_db({.channel = layer_.channel.path_loss, .carrier = layer_.radio.dl_centre},
                           cell, terminal, t));
        }
        for (std::size_t row = 0; row < tile->dl_re().row_count(); ++row) {
          hash.add(static_cast<double>(tile->dl_re().at(row, lane)));
          hash.add(static_cast<double>(tile->dl_im().at(row, lane)));
        }
        for (std::size_t row = 0; row < tile->ul_re().row_count(); ++row) {
          hash.add(static_cast<double>(tile->ul_re().at(row, lane)));
          hash.add(static_cast<double>(tile->ul_im().at(row, lane)));
        }
      }
      tile->index = -1;
    }
  }
  return hash.value();
}

}  // namespace redcell::scenarios
