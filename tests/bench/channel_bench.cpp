// Goal: what one refresh of a moving link over 51 resource blocks and one port pair costs, beside
// ns-3's own model. Method: both run in this one program on one core. Each first shows that its
// answer is right (redcell: against the textbook sum; ns-3: a positive, finite spectrum that
// changes with movement), then is timed per link.
#include <benchmark/benchmark.h>

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
#include "phy/channel/fading.h"

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

phy::FadingTile moving_tile() {
  phy::FadingConfig config;
  config.profile = phy::TdlProfile::tdl_a;
  config.delay_spread_s = 363e-9;
  config.grids = {{base::Hertz(-block_hz * (block_count - 1) / 2), base::Hertz(block_hz),
                 block_count}};
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

double worst(const std::vector<double>& times) {
  return *std::max_element(times.begin(), times.end());
}

BENCHMARK(refresh_redcell)
    ->Name("refresh_51prb/redcell")
    ->Unit(benchmark::kMicrosecond)
    ->Repetitions(9)
    ->ReportAggregatesOnly()
    ->ComputeStatistics("worst", worst);
BENCHMARK(refresh_ns3)
    ->Name("refresh_51prb/ns3")
    ->Unit(benchmark::kMicrosecond)
    ->Repetitions(9)
    ->ReportAggregatesOnly()
    ->ComputeStatistics("worst", worst);

}  // namespace

BENCHMARK_MAIN();
