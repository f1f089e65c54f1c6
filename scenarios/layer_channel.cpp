#include "scenarios/layer_channel.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

#include "base/check.h"
#include "base/math.h"
#include "phy/channel/environment.h"
#include "phy/link/control_error.h"
#include "scenarios/hash.h"

namespace redcell::scenarios {

LayerChannel::LayerChannel(const LayerPlan& layer, const Deployment& deployment,
                           const base::Random& random)
    : random_(random),
      layer_(layer),
      deployment_(deployment),
      large_scale_(layer, deployment, random),
      groups_(layer),
      tiles_(deployment.terminals.size()),
      bwp_of_ue_(deployment.terminals.size()) {
  for (const phy::ResourceMapConfig& map : layer.bwps) {
    phy::PrbRange ssb = layer.radio.ssb;
    for (const phy::NcdSsbConfig& ncd : map.ncd_ssb) {
      const phy::PrbRange prbs{.first = ncd.first_prb, .count = phy::ssb_prb_count};
      const bool has_ssb = shared_prb_count(layer.radio.ssb, map.bwp_dl) == layer.radio.ssb.count;
      if (!has_ssb && shared_prb_count(prbs, map.bwp_dl) == prbs.count) ssb = prbs;
    }
    ssb_groups_.push_back(groups_.of(ssb));
  }
  const base::Hertz re_width(1e3 * layer.numerology().scs_khz());
  ul_noise_w_ = phy::noise_power_w(re_width, base::Db(layer.radio.gnb_noise_figure_db));
  heard_.w.reserve(static_cast<std::size_t>(groups_.count()));
  sinr_.resize(static_cast<std::size_t>(groups_.count()) * 2);
  audible_at_.resize(layer.cells.size());
  for (auto& numbers : audible_at_) numbers.reserve(2 * layer.cells.size());
  for (const base::UeId ue : layer.terminals) {
    const TerminalPlan& terminal = deployment.terminals[ue.value];
    bwp_of_ue_[ue.value] = terminal.bwp;
    // Who may go to another BWP has the groups of all of them.
    const bool may_move = layer.redcap_bwp_count() > 1;
    const auto bwp = may_move ? static_cast<std::uint32_t>(layer.bwps.size() - 1) : terminal.bwp;
    const auto rx_count = static_cast<int>(terminal.capability.rx_branches());
    const std::int64_t slots = refresh_slots(layer, terminal.route);
    const auto fits = [&](const auto& bank) {
      return bank->setup().rx_count == rx_count && bank->setup().bwp == bwp &&
             bank->setup().refresh_slots == slots && bank->has_room(lanes_per_terminal(layer));
    };
    auto bank = std::find_if(banks_.begin(), banks_.end(), fits);
    if (bank == banks_.end()) {
      banks_.push_back(std::make_unique<FadingBank>(FadingBank::Setup{.layer = layer,
                                                                      .groups = groups_,
                                                                      .bwp = bwp,
                                                                      .random = random_,
                                                                      .rx_count = rx_count,
                                                                      .refresh_slots = slots}));
      bank = std::prev(banks_.end());
    }
    tiles_[ue.value] = std::make_unique<ChannelTile>(**bank, terminal);
  }
}

LayerChannel::~LayerChannel() = default;

void LayerChannel::go_to(base::Slot slot) {
  slot_ = slot;
  set(data_, {});
  set(control_, {});
  set_uplink({});
}

void LayerChannel::set(Downlink& downlink, std::span<const Emission> emissions) {
  downlink.emissions = emissions;
  downlink.by_cell.sort(emissions, layer_.cells.size());
  downlink.sum.begin(all_groups(), 0);
  for (const Emission& e : emissions) hear(e, e.re_power_w, {}, downlink.sum);
}

void LayerChannel::set_downlink(std::span<const Emission> data, std::span<const Emission> control) {
  set(data_, data);
  set(control_, control);
}

void LayerChannel::set_uplink(std::span<const Emission> data) {
  uplink_ = data;
  remote_ul_.begin(all_groups(), 0);
  for (auto& numbers : audible_at_) numbers.clear();
  for (std::uint32_t number = 0; number < data.size(); ++number) {
    const Emission& e = data[number];
    const ChannelTile& tile = fresh(e.ue);
    for (const std::uint32_t cell : tile.audible()) {
      if (cell != e.cell) audible_at_[cell].push_back(number);
    }
    hear(e, e.re_power_w * tile.remote_ul_gain_lin(), {}, remote_ul_);
  }
}

void LayerChannel::ByCell::sort(std::span<const Emission> emissions, std::size_t cell_count) {
  first_.assign(cell_count + 1, 0);
  for (const Emission& e : emissions) ++first_[e.cell + 1];
  std::partial_sum(first_.begin(), first_.end(), first_.begin());
  numbers_.resize(emissions.size());
  for (std::uint32_t number = 0; number < emissions.size(); ++number) {
    numbers_[first_[emissions[number].cell]++] = number;
  }
  // Each has moved to where the next one begins.
  std::copy_backward(first_.begin(), first_.end() - 1, first_.end());
  first_.front() = 0;
}

ChannelTile& LayerChannel::fresh(base::UeId ue) {
  ChannelTile& tile = *tiles_[ue.value];
  tile.bank().go_to(slot_, large_scale_);
  return tile;
}

void LayerChannel::prepare(std::span<const base::UeId> terminals, Workers& workers) {
  stale_.clear();
  for (const base::UeId ue : terminals) {
    FadingBank* bank = &tiles_[ue.value]->bank();
    const bool listed = std::find(stale_.begin(), stale_.end(), bank) != stale_.end();
    if (bank->is_stale(slot_) && !listed) stale_.push_back(bank);
  }
  if (stale_.size() > 1) {
    workers.run(stale_.size(), [this](std::size_t i) { stale_[i]->go_to(slot_, large_scale_); });
  }
}

/// Adds what one transmission leaves in each group; mean_w is that of a full group without fading.
void LayerChannel::hear(const Emission& emission, double mean_w, const FadedCell& faded,
                        Heard& heard) const {
  const GroupRange sent = groups_.of(emission.prb);
  const int end = std::min(sent.end, heard.groups.end);
  for (int group = std::max(sent.first, heard.groups.first); group < end; ++group) {
    // Only the first and the last group may be used in part.
    const bool is_inner = group != sent.first && group + 1 != sent.end;
    const phy::PrbRange& prbs = groups_.prbs(group);
    const double share = is_inner
                             ? emission.share
                             : emission.share * shared_prb_count(prbs, emission.prb) / prbs.count;
    heard.w[static_cast<std::size_t>(group - heard.groups.first)] +=
        mean_w * share * faded.power(group);
  }
}

void LayerChannel::begin_hearing(const ServingLink& link, double noise_w) {
  heard_.begin(link.prb.count > 0 ? groups_.of(link.prb) : groups_of(link.ue), noise_w);
}

/// Remote cells are taken for a mean one of all.
void LayerChannel::hear_remote(const Heard& sum, double gain_lin) {
  if (gain_lin == 0) return;
  const double share = gain_lin / static_cast<double>(layer_.cells.size());
  const double* sent_w = sum.w.data() + heard_.groups.first;
  for (double& heard_w : heard_.w) heard_w += share * *sent_w++;
}

void LayerChannel::hear_downlink(const ServingLink& link, const Downlink& downlink) {
  const ChannelTile& tile = *tiles_[link.ue.value];
  begin_hearing(link, tile.noise_w());
  const TerminalLinks& links = tile.links();
  for (const std::uint32_t cell : tile.audible()) {
    const std::span<const std::uint32_t> numbers = downlink.by_cell.of(cell);
    if (numbers.empty() || cell == link.cell) continue;
    const FadedCell faded = tile.downlink_power(cell);
    for (const std::uint32_t number : numbers) {
      const Emission& e = downlink.emissions[number];
      const std::size_t at = cell * large_scale_.beam_count() + static_cast<std::size_t>(e.beam);
      const double mean_w = e.re_power_w * links.cells[cell].dl_gain_lin *
                            static_cast<double>(links.beam_gain_lin[at]);
      hear(e, mean_w, faded, heard_);
    }
  }
  hear_remote(downlink.sum, tile.remote_dl_gain_lin());
}

double LayerChannel::uplink_gain(const ChannelTile& tile, const ServingLink& link) const {
  const std::size_t at =
      link.cell * large_scale_.beam_count() + static_cast<std::size_t>(link.beam);
  return tile.links().cells[link.cell].ul_gain_lin *
         static_cast<double>(tile.links().beam_gain_lin[at]);
}

void LayerChannel::hear_uplink(const ServingLink& link) {
  begin_hearing(link, ul_noise_w_);
  for (const std::uint32_t number : audible_at_[link.cell]) {
    const Emission& e = uplink_[number];
    const ChannelTile& tile = *tiles_[e.ue.value];
    const double mean_w =
        e.re_power_w * uplink_gain(tile, {.ue = e.ue, .cell = link.cell, .beam = link.beam});
    hear(e, mean_w, tile.uplink_power(link.cell), heard_);
  }
  hear_remote(remote_ul_, 1);
}

phy::ChannelView LayerChannel::heard_part(phy::ChannelView all, const FadingBank& bank) const {
  const int rows = (heard_.groups.first - bank.groups().first) * all.rx_count * all.tx_count;
  const auto skipped = static_cast<std::size_t>(rows) * base::lane_count;
  all.re += skipped;
  all.im += skipped;
  all.group_count = heard_.groups.count();
  return all;
}

phy::SinrInput LayerChannel::downlink_input(const ChannelTile& tile,
                                            const ServingLink& link) const {
  const std::size_t at =
      link.cell * large_scale_.beam_count() + static_cast<std::size_t>(link.beam);
  return {.channel = heard_part(tile.downlink(link.cell), tile.bank()),
          .signal_re_power = layer_.radio.dl_re_power_w *
                             tile.links().cells[link.cell].dl_gain_lin *
                             static_cast<double>(tile.links().beam_gain_lin[at]),
          .noise_interference = heard_.w,
          .evm_tx = layer_.radio.gnb_evm};
}

std::span<const double> LayerChannel::downlink_sinr(const ServingLink& link, int layer_count,
                                                    int pmi) {
  ChannelTile& tile = fresh(link.ue);
  tile.follow(link.cell);
  hear_downlink(link, data_);
  const std::span<double> sinr(sinr_.data(),
                               static_cast<std::size_t>(heard_.groups.count() * layer_count));
  phy::SinrInput input = downlink_input(tile, link);
  input.layer_count = layer_count;
  input.pmi = pmi;
  phy::post_sinr(input, sinr);
  return sinr;
}

std::span<const double> LayerChannel::control_sinr(const ServingLink& link) {
  ChannelTile& tile = fresh(link.ue);
  tile.follow(link.cell);
  hear_downlink(link, control_);
  const std::span<double> sinr(sinr_.data(), static_cast<std::size_t>(heard_.groups.count()));
  phy::post_sinr(downlink_input(tile, link), sinr);
  return sinr;
}

std::span<const double> LayerChannel::uplink_sinr(const ServingLink& link, double re_power_w) {
  ChannelTile& tile = fresh(link.ue);
  tile.follow(link.cell);
  hear_uplink(link);
  const std::span<double> sinr(sinr_.data(), static_cast<std::size_t>(heard_.groups.count()));
  phy::post_sinr({.channel = heard_part(tile.uplink(link.cell), tile.bank()),
                  .signal_re_power = re_power_w * uplink_gain(tile, link),
                  .noise_interference = heard_.w,
                  .evm_tx = deployment_.terminals[link.ue.value].capability.evm_percent() / 100},
                 sinr);
  return sinr;
}

double LayerChannel::interference_over_thermal_db(const ServingLink& link) {
  hear_uplink(link);
  double sum_w = 0;
  int prb_count = 0;
  for (int group = heard_.groups.first; group < heard_.groups.end; ++group) {
    const int used = link.prb.count > 0 ? shared_prb_count(groups_.prbs(group), link.prb)
                                        : groups_.prbs(group).count;
    sum_w += used * heard_.w[static_cast<std::size_t>(group - heard_.groups.first)];
    prb_count += used;
  }
  return base::to_db(sum_w / (prb_count * ul_noise_w_));
}

LayerChannel::ChannelReport LayerChannel::measure_csi(base::UeId ue, std::uint32_t cell,
                                                      base::Slot slot) {
  ChannelTile& tile = fresh(ue);
  tile.follow(cell);
  hear_downlink({.ue = ue, .cell = cell, .beam = 0}, data_);
  tile.average_interference(heard_.w);
  const schema::Capability& capability = deployment_.terminals[ue.value].capability;
  const int max_rank =
      std::min({layer_.radio.max_rank, static_cast<int>(capability.max_dl_layers()),
                static_cast<int>(capability.rx_branches())});
  const phy::SymbolRange reference{.first = 2, .count = phy::csi_reference_symbol_count};
  const int beam = static_cast<int>(large_scale_.best_beam(tile.links(), cell));
  phy::SinrInput input = downlink_input(tile, {.ue = ue, .cell = cell, .beam = beam});
  if (layer_.radio.measurement_error_db > 0) {
    const double error = random_.normal(base::Purpose::channel_estimate, {.a = ue.value, .b = 0},
                                        static_cast<std::uint64_t>(slot.value()));
    input.signal_re_power *= base::from_db(error * layer_.radio.measurement_error_db);
  }
  return {.csi = phy::measure_csi(
              {.link = input,
               .max_rank = max_rank,
               .cqi_table = layer_.cell.cqi_table,
               .group_prb_count = groups_.prb_counts(bwp_of(ue)),
               .dmrs_re_per_prb = phy::dmrs_re_per_prb(layer_.bwps.front().pdsch_dmrs,
                                                       base::Direction::downlink, reference)}),
          .beam = beam};
}

void LayerChannel::forget_interference(base::UeId ue) { tiles_[ue.value]->forget_interference(); }

void LayerChannel::set_bwp(base::UeId ue, std::uint32_t bwp) {
  bwp_of_ue_[ue.value] = bwp;
  tiles_[ue.value]->forget_interference();
}

void LayerChannel::measure_cells(base::UeId ue, std::vector<mac::ue::CellSample>& samples) {
  const ChannelTile& tile = fresh(ue);
  const TerminalLinks& links = tile.links();
  const std::size_t beam_count = large_scale_.ssb_beam_count();
  const GroupRange& groups = ssb_groups_[bwp_of(ue)];
  samples.clear();
  for (std::uint32_t cell = 0; cell < layer_.cells.size(); ++cell) {
    const double faded = tile.ssb_power(cell, groups);
    const std::size_t beam = large_scale_.best_ssb_beam(links, cell);
    // Milliwatts of one RE over the best beam; quality and SINR follow when all are known.
    const double rsrp_mw =
        1e3 * layer_.radio.dl_re_power_w * faded * large_scale_.ssb_gain_lin(links, cell);
    double others_mw = 1e3 * tile.noise_w();
    for (std::uint32_t other = 0; other < layer_.cells.size(); ++other) {
      if (other == cell) continue;
      others_mw += 1e3 * layer_.radio.dl_re_power_w * tile.mean_ssb_power(other) *
                   links.cells[other].dl_gain_lin *
                   static_cast<double>(links.ssb_gain_lin[other * beam_count + beam]);
    }
    samples.push_back({.cell = {cell},
                       .rsrp_mw = rsrp_mw,
                       .rsrq_lin = rsrp_mw / (phy::subcarriers_per_prb * (rsrp_mw + others_mw)),
                       .sinr_lin = rsrp_mw / others_mw});
  }
}

base::Db LayerChannel::path_loss_estimate(base::UeId ue, std::uint32_t cell) {
  const ChannelTile& tile = fresh(ue);
  return base::Db(
      -base::to_db(tile.mean_ssb_power(cell) * large_scale_.ssb_gain_lin(tile.links(), cell)));
}

int LayerChannel::best_beam(base::UeId ue, std::uint32_t cell) {
  return static_cast<int>(large_scale_.best_beam(fresh(ue).links(), cell));
}

std::uint64_t LayerChannel::world_hash(std::span<const base::Instant> times) {
  Hash hash;
  for (const base::Instant t : times) {
    const base::Slot slot = layer_.numerology().slot_at(t);
    for (const base::UeId ue : layer_.terminals) {
      ChannelTile& tile = *tiles_[ue.value];
      tile.bank().go_to(slot, large_scale_);
      tile.add_to(hash);
    }
  }
  return hash.value();
}

}  // namespace redcell::scenarios
