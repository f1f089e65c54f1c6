// Goal: what one refresh of a moving link over 51 resource blocks and one port pair costs, and what
// a link of 32 x 2 antennas costs to draw, beside ns-3's own model. Method: all run in this one
// program on one core. Each first shows that its answer is right (redcell: against the textbook
// sum; ns-3: a positive, finite spectrum that changes with movement, a matrix of the right size),
// then is timed per link. Redcell's also say what part of the core's multiply-adds they use: the
// operations counted in channel_flops.h over a peak measured in this run. What is called avx2 is
// held to 256 bits, beside the widest that the core has.
#include <benchmark/benchmark.h>
#include <hwy/targets.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <string>
#include <vector>

#include "base/math.h"
#include "base/version.h"
#include "ns3/boolean.h"
#include "ns3/channel-condition-model.h"
#include "ns3/constant-velocity-mobility-model.h"
#include "ns3/double.h"
#include "ns3/isotropic-antenna-model.h"
#include "ns3/node.h"
#include "ns3/nstime.h"
#include "ns3/pointer.h"
#include "ns3/simple-net-device.h"
#include "ns3/simulator.h"
#include "ns3/spectrum-signal-parameters.h"
#include "ns3/string.h"
#include "ns3/three-gpp-channel-model.h"
#include "ns3/three-gpp-spectrum-propagation-loss-model.h"
#include "ns3/uinteger.h"
#include "ns3/uniform-planar-array.h"
#include "phy/channel/cluster_tile.h"
#include "phy/channel/fading.h"
#include "tests/bench/channel_flops.h"
#include "tests/bench/fma_peak.h"

namespace {

using namespace redcell;

constexpr int block_count = 51;
constexpr double block_hz = 360e3;
constexpr double carrier_hz = 2.6e9;
constexpr double speed_mps = 16.7;

void describe(benchmark::State& state, const char* model) {
  state.SetLabel(std::string(model) + ", " + base::isa_name() + ", " + base::build_type);
  state.counters["s_per_link"] =
      benchmark::Counter(base::lane_count, benchmark::Counter::kIsIterationInvariantRate |
                                               benchmark::Counter::kInvert);
}

double fma_peak() {
  static const double peak = bench::measured_fma_peak();
  return peak;
}

/// Operations of one link, and the part of the peak that they are at the measured speed.
void count(benchmark::State& state, double flops) {
  state.counters["flops_per_link"] = benchmark::Counter(flops);
  state.counters["fma_peak_fraction"] = benchmark::Counter(
      flops * base::lane_count / fma_peak(), benchmark::Counter::kIsIterationInvariantRate);
}

void peak_itself(benchmark::State& state) {
  double peak = 0.0;
  for (auto _ : state) peak = std::max(peak, bench::measured_fma_peak());
  state.counters["gflop_per_s"] = benchmark::Counter(peak * 1e-9);
  state.SetLabel(std::string(base::isa_name()) + ", " + base::build_type);
}

phy::FadingTile moving_tile() {
  phy::FadingConfig config;
  config.profile = phy::TdlProfile::tdl_a;
  config.delay_spread_s = 363e-9;
  config.grids = {
      {base::Hertz(-block_hz * (block_count - 1) / 2), base::Hertz(block_hz), block_count}};
  std::vector<phy::FadingLink> links;
  for (std::uint32_t ue = 0; ue < base::lane_count; ++ue) links.push_back({.ue = ue, .cell = 0});
  return phy::FadingTile(base::Random(1, 1), config, links);
}

/// Largest error of the response over its bound, against the sum over taps in double.
double worst_over_bound(const phy::FadingTile& tile) {
  const phy::TapTile taps = tile.taps();
  double worst = 0.0;
  for (std::size_t block = 0; block < block_count; ++block) {
    const double hz = block_hz * (static_cast<double>(block) - (block_count - 1) / 2);
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      std::complex<double> sum = 0.0;
      double scale = 0.0;
      for (std::size_t tap = 0; tap < taps.delay_s.row_count(); ++tap) {
        const std::complex<double> gain(taps.gain_re.at(tap, lane), taps.gain_im.at(tap, lane));
        sum += gain * std::polar(1.0, -2.0 * base::pi * hz * taps.delay_s.at(tap, lane));
        scale += std::abs(gain);
      }
      const std::complex<double> found(tile.response_re().at(block, lane),
                                       tile.response_im().at(block, lane));
      worst = std::max(worst, std::abs(found - sum) / (phy::response_error_max * scale));
    }
  }
  return worst;
}

void refresh_redcell(benchmark::State& state) {
  phy::FadingTile tile = moving_tile();
  std::array<double, base::lane_count> travelled{};
  travelled.fill(1000.3);
  tile.refresh(travelled);
  if (!(worst_over_bound(tile) <= 1.0)) {
    state.SkipWithError("the response is not the textbook sum");
    return;
  }
  const double step = speed_mps * 1e-3 * carrier_hz / base::speed_of_light_mps;
  for (auto _ : state) {
    for (double& wavelengths : travelled) wavelengths += step;
    tile.refresh(travelled);
    benchmark::DoNotOptimize(tile.response_re().data());
    benchmark::ClobberMemory();
  }
  describe(state, "per link, TDL-A, 23 taps of 15 sinusoids");
  const std::size_t taps = tile.taps().delay_s.row_count();
  count(state, bench::fading_flops(taps, 1) + bench::response_flops(taps, block_count, 1));
}

/// The sum of taps alone.
void respond_redcell(benchmark::State& state) {
  phy::FadingTile tile = moving_tile();
  std::array<double, base::lane_count> travelled{};
  travelled.fill(1000.3);
  tile.refresh(travelled);
  const phy::TapTile taps = tile.taps();
  phy::ResponsePlan plan(
      {base::Hertz(-block_hz * (block_count - 1) / 2), base::Hertz(block_hz), block_count},
      taps.delay_s.row_count());
  plan.set_delays(taps.delay_s);
  base::LaneTile re(block_count);
  base::LaneTile im(block_count);
  for (auto _ : state) {
    plan.respond_to(taps, {re, im, 0});
    benchmark::DoNotOptimize(re.data());
    benchmark::ClobberMemory();
  }
  describe(state, "per link, 23 taps");
  count(state, bench::response_flops(taps.delay_s.row_count(), block_count, 1));
}

/// One end of an ns-3 link: a node that moves, with one isotropic antenna.
struct End {
  End(const ns3::Vector& position, const ns3::Vector& velocity) {
    mobility = ns3::CreateObject<ns3::ConstantVelocityMobilityModel>();
    mobility->SetPosition(position);
    mobility->SetVelocity(velocity);
    node = ns3::CreateObject<ns3::Node>();
    node->AddDevice(ns3::CreateObject<ns3::SimpleNetDevice>());
    node->AggregateObject(mobility);
    antenna = ns3::CreateObjectWithAttributes<ns3::UniformPlanarArray>(
        "NumColumns", ns3::UintegerValue(1), "NumRows", ns3::UintegerValue(1), "AntennaElement",
        ns3::PointerValue(ns3::CreateObject<ns3::IsotropicAntennaModel>()));
    antenna->SetBeamformingVector(ns3::PhasedArrayModel::ComplexVector(1, {1.0, 0.0}));
  }
  ns3::Ptr<ns3::ConstantVelocityMobilityModel> mobility;
  ns3::Ptr<ns3::Node> node;
  ns3::Ptr<ns3::UniformPlanarArray> antenna;
};

/// ns-3's UMa link without line of sight: 20 clusters of 20 rays.
struct Ns3Link {
  Ns3Link() {
    auto channel = ns3::CreateObject<ns3::ThreeGppChannelModel>();
    channel->SetAttribute("Frequency", ns3::DoubleValue(carrier_hz));
    channel->SetAttribute("Scenario", ns3::StringValue("UMa"));
    channel->SetAttribute(
        "ChannelConditionModel",
        ns3::PointerValue(ns3::CreateObject<ns3::NeverLosChannelConditionModel>()));
    loss = ns3::CreateObject<ns3::ThreeGppSpectrumPropagationLossModel>();
    loss->SetChannelModel(channel);
    std::vector<double> centres;
    for (int block = 0; block < block_count; ++block) {
      centres.push_back(carrier_hz + block_hz * (block - (block_count - 1) / 2));
    }
    sent = ns3::Create<ns3::SpectrumSignalParameters>();
    sent->psd = ns3::Create<ns3::SpectrumValue>(ns3::Create<ns3::SpectrumModel>(centres));
    *sent->psd = 1.0;
  }
  [[nodiscard]] ns3::Ptr<ns3::SpectrumValue> refresh() const {
    return loss->CalcRxPowerSpectralDensity(sent, cell.mobility, terminal.mobility, cell.antenna,
                                            terminal.antenna);
  }
  static void move_on() {
    ns3::Simulator::Stop(ns3::MilliSeconds(1));
    ns3::Simulator::Run();
  }
  End cell{ns3::Vector(0.0, 0.0, 25.0), ns3::Vector(0.0, 0.0, 0.0)};
  End terminal{ns3::Vector(200.0, 50.0, 1.5), ns3::Vector(speed_mps, 0.0, 0.0)};
  ns3::Ptr<ns3::ThreeGppSpectrumPropagationLossModel> loss;
  ns3::Ptr<ns3::SpectrumSignalParameters> sent;
};

bool is_spectrum(const ns3::SpectrumValue& psd) {
  return psd.GetValuesN() == block_count &&
         std::all_of(psd.ConstValuesBegin(), psd.ConstValuesEnd(),
                     [](double power) { return std::isfinite(power) && power > 0.0; });
}

void refresh_ns3(benchmark::State& state) {
  const Ns3Link link;
  Ns3Link::move_on();
  const auto before = link.refresh();
  Ns3Link::move_on();
  const auto after = link.refresh();
  if (!is_spectrum(*before) || !is_spectrum(*after) || (*before)[0] == (*after)[0]) {
    state.SkipWithError("ns-3 gave no spectrum that changes with movement");
    return;
  }
  for (auto _ : state) {
    Ns3Link::move_on();
    for (std::size_t i = 0; i < base::lane_count; ++i) benchmark::DoNotOptimize(link.refresh());
  }
  describe(state, "per link, UMa NLOS, 20 clusters");
}

phy::BeamGrid panel_of_32() {
  return phy::BeamGrid({.element = {.max_gain = base::Db(23.0)},
                        .columns = 8,
                        .rows = 4,
                        .horizontal_beams = 8,
                        .vertical_beams = 4,
                        .first_tilt_deg = 2.0,
                        .last_tilt_deg = 14.0});
}

phy::ClusterLink uma_link(std::uint32_t ue, phy::LinkState state) {
  const phy::LinkClass kind{.surrounding = phy::Surrounding::uma, .state = state};
  phy::ClusterLink link{
      .site = ue,
      .kind = kind,
      .spreads = {},
      .distribution = phy::lsp_distribution(kind, {base::Metres(206.0), base::Metres(25.0),
                                                   base::Metres(1.5), base::Hertz(carrier_hz)}),
      .carrier = base::Hertz(carrier_hz),
      .departure = {.azimuth_deg = 14.0, .zenith_deg = 96.5},
      .arrival = {.azimuth_deg = 194.0, .zenith_deg = 83.5}};
  link.spreads = phy::large_scale_parameters(link.distribution, {});
  return link;
}

phy::ClusterTile cluster_tile(int ports) {
  return phy::ClusterTile(base::Random(1, 1),
                          {.surrounding = phy::Surrounding::uma,
                           .grids = {{base::Hertz(-block_hz * (block_count - 1) / 2),
                                      base::Hertz(block_hz), block_count}},
                           .branch_count = ports,
                           .port_count = ports});
}

constexpr bench::PanelCount one_beam_of_32{
    .columns = 8, .rows = 4, .horizontal_beams = 1, .vertical_beams = 1};
constexpr bench::PanelCount all_beams_of_32{
    .columns = 8, .rows = 4, .horizontal_beams = 8, .vertical_beams = 4};

/// Clusters that links 0, 1, ... keep of 20: on average, and the most of a tile.
struct KeptClusters {
  double mean = 0.0;
  std::size_t most = 0;
};
KeptClusters kept_clusters(std::uint32_t link_count) {
  KeptClusters kept;
  for (std::uint32_t ue = 0; ue < link_count; ++ue) {
    const phy::Clusters c =
        phy::draw_clusters(base::Random(1, 1), uma_link(ue, phy::LinkState::nlos));
    kept.mean += static_cast<double>(c.count) / link_count;
    kept.most = std::max(kept.most, c.count);
  }
  return kept;
}
/// Of a count that grows with the clusters in proportion.
double by_cluster(double flops_of_100) { return flops_of_100 / 100 * kept_clusters(1000).mean; }

/// Clusters, rays of two ports and two branches, and the beam a panel of 32 elements in both
/// polarisations sends.
void generate_redcell(benchmark::State& state) {
  const phy::BeamGrid panel = panel_of_32();
  phy::ClusterTile tile = cluster_tile(2);
  std::uint32_t ue = 0;
  const auto draw_tile = [&] {
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      tile.set_link(lane, {.link = uma_link(ue++, phy::LinkState::nlos),
                           .panel = panel,
                           .beam = static_cast<int>(ue % 32),
                           .distance_m = 207.0});
    }
  };
  draw_tile();
  for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
    if (!(tile.beam_gain(lane) > 0.0F)) state.SkipWithError("a link without power");
  }
  for (auto _ : state) {
    draw_tile();
    benchmark::DoNotOptimize(tile.taps().delay_s.data());
    benchmark::ClobberMemory();
  }
  describe(state, "per link, UMa NLOS, 20 clusters of 20 rays, 32 x 2");
  count(state, by_cluster(bench::ray_flops(100, 4) + bench::look_flops(100, one_beam_of_32, true)));
}

/// The mean gains of all beams of an untracked link.
void beams_redcell(benchmark::State& state) {
  const phy::BeamGrid panel = panel_of_32();
  const base::Random random(1, 1);
  phy::Departures departures;
  std::array<float, 32> gains{};
  std::uint32_t ue = 0;
  for (auto _ : state) {
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      const phy::ClusterLink link = uma_link(ue++, phy::LinkState::nlos);
      const phy::Clusters clusters = phy::draw_clusters(random, link);
      phy::draw_departures(random, clusters, departures);
      panel.gains({.rays = departures,
                   .cluster_power = clusters.power,
                   .cluster_count = clusters.count,
                   .direct = link.departure,
                   .direct_share = clusters.direct_share},
                  gains);
      benchmark::DoNotOptimize(gains.data());
    }
  }
  describe(state, "per link, UMa NLOS, clusters and 32 beams");
  count(state,
        by_cluster(bench::departure_flops(100) + bench::look_flops(100, all_beams_of_32, false)));
}

void set_beam_redcell(benchmark::State& state) {
  const phy::BeamGrid panel = panel_of_32();
  phy::ClusterTile tile = cluster_tile(2);
  const phy::ClusterLink link = uma_link(0, phy::LinkState::nlos);
  for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
    tile.set_link(lane, {.link = link, .panel = panel});
  }
  int beam = 0;
  for (auto _ : state) {
    for (std::size_t lane = 0; lane < base::lane_count; ++lane) {
      tile.set_beam(lane, ++beam % 32);
    }
    benchmark::ClobberMemory();
  }
  describe(state, "per link, UMa NLOS");
  const phy::Clusters clusters = phy::draw_clusters(base::Random(1, 1), link);
  count(state, bench::look_flops(clusters.count, one_beam_of_32, true));
}

void refresh_clusters(benchmark::State& state) {
  const phy::BeamGrid panel = panel_of_32();
  phy::ClusterTile tile = cluster_tile(static_cast<int>(state.range(0)));
  for (std::uint32_t lane = 0; lane < base::lane_count; ++lane) {
    tile.set_link(lane, {.link = uma_link(lane, phy::LinkState::nlos), .panel = panel});
  }
  std::array<double, base::lane_count> travelled{};
  travelled.fill(1000.3);
  const double step = speed_mps * 1e-3 * carrier_hz / base::speed_of_light_mps;
  for (auto _ : state) {
    for (double& wavelengths : travelled) wavelengths += step;
    tile.refresh(travelled);
    benchmark::DoNotOptimize(tile.response_re().data());
    benchmark::ClobberMemory();
  }
  describe(state, "per link, UMa NLOS, 20 clusters of 20 rays");
  const std::size_t taps = tile.taps().delay_s.row_count();
  const auto pairs = static_cast<std::size_t>(state.range(0) * state.range(0));
  const std::size_t clusters = kept_clusters(base::lane_count).most;
  count(state, bench::cluster_tap_flops(clusters, taps, pairs) +
                   bench::response_flops(taps, block_count, pairs));
}

/// ns-3's UMa link without line of sight, drawn anew: 32 antennas to 2.
void generate_ns3(benchmark::State& state) {
  const auto array = [](unsigned columns, unsigned rows) {
    return ns3::CreateObjectWithAttributes<ns3::UniformPlanarArray>(
        "NumColumns", ns3::UintegerValue(columns), "NumRows", ns3::UintegerValue(rows),
        "AntennaElement", ns3::PointerValue(ns3::CreateObject<ns3::IsotropicAntennaModel>()));
  };
  auto channel = ns3::CreateObject<ns3::ThreeGppChannelModel>();
  channel->SetAttribute("Frequency", ns3::DoubleValue(carrier_hz));
  channel->SetAttribute("Scenario", ns3::StringValue("UMa"));
  channel->SetAttribute("UpdatePeriod", ns3::TimeValue(ns3::MicroSeconds(1)));
  channel->SetAttribute("ChannelConditionModel",
                        ns3::PointerValue(ns3::CreateObject<ns3::NeverLosChannelConditionModel>()));
  const End cell{ns3::Vector(0.0, 0.0, 25.0), ns3::Vector(0.0, 0.0, 0.0)};
  const End terminal{ns3::Vector(200.0, 50.0, 1.5), ns3::Vector(speed_mps, 0.0, 0.0)};
  const auto at_cell = array(8, 4);
  const auto at_terminal = array(2, 1);
  const auto draw = [&] {
    Ns3Link::move_on();
    return channel->GetChannel(cell.mobility, terminal.mobility, at_cell, at_terminal);
  };
  const auto first = draw();
  const auto second = draw();
  if (first == second || first->m_channel.empty()) {
    state.SkipWithError("ns-3 did not draw its link anew");
    return;
  }
  for (auto _ : state) {
    for (std::size_t i = 0; i < base::lane_count; ++i) benchmark::DoNotOptimize(draw());
  }
  describe(state, "per link, UMa NLOS, 20 clusters, 32 x 2");
}

double worst(const std::vector<double>& times) {
  return *std::max_element(times.begin(), times.end());
}

/// The same with registers of 256 bits, whatever else this core has.
template <void (*run)(benchmark::State&)>
void on_avx2(benchmark::State& state) {
  hwy::SetSupportedTargetsForTest(HWY_AVX2);
  run(state);
  hwy::SetSupportedTargetsForTest(0);
}

/// In microseconds, the mean, median and worst of nine.
void nine_times(benchmark::internal::Benchmark* bench) {
  bench->Unit(benchmark::kMicrosecond)
      ->Repetitions(9)
      ->ReportAggregatesOnly()
      ->ComputeStatistics("worst", worst);
}

BENCHMARK(peak_itself)->Name("fma_peak")->Iterations(3)->Unit(benchmark::kMillisecond);
BENCHMARK(respond_redcell)->Name("response_51prb/redcell")->Apply(nine_times);
BENCHMARK(on_avx2<respond_redcell>)->Name("response_51prb/redcell_avx2")->Apply(nine_times);
BENCHMARK(refresh_redcell)->Name("refresh_51prb/redcell")->Apply(nine_times);
BENCHMARK(on_avx2<refresh_redcell>)->Name("refresh_51prb/redcell_avx2")->Apply(nine_times);
BENCHMARK(refresh_ns3)->Name("refresh_51prb/ns3")->Apply(nine_times);

BENCHMARK(refresh_clusters)
    ->Name("refresh_51prb/redcell_clusters")
    ->Arg(1)
    ->Arg(2)
    ->Apply(nine_times);
BENCHMARK(on_avx2<refresh_clusters>)
    ->Name("refresh_51prb/redcell_clusters_avx2")
    ->Arg(1)
    ->Arg(2)
    ->Apply(nine_times);
BENCHMARK(generate_redcell)->Name("generate_link/redcell")->Apply(nine_times);
BENCHMARK(on_avx2<generate_redcell>)->Name("generate_link/redcell_avx2")->Apply(nine_times);
BENCHMARK(beams_redcell)->Name("beam_gains/redcell")->Apply(nine_times);
BENCHMARK(on_avx2<beams_redcell>)->Name("beam_gains/redcell_avx2")->Apply(nine_times);
BENCHMARK(set_beam_redcell)->Name("set_beam/redcell")->Apply(nine_times);
BENCHMARK(on_avx2<set_beam_redcell>)->Name("set_beam/redcell_avx2")->Apply(nine_times);
BENCHMARK(generate_ns3)->Name("generate_link/ns3")->Apply(nine_times);

}  // namespace

BENCHMARK_MAIN();
