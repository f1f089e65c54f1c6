// What the scheduler costs: a cell of 273 PRBs with one or four bandwidth parts of RedCap in the
// carrier's and sixty terminals that always have something to send both ways, in four slices with
// ratios and in none.
//
// CPU time is that of Cell::schedule() alone, blocks built included; ns_per_scheduled is by
// assignment and grant. Queues are filled and blocks are answered outside of it.
#include <benchmark/benchmark.h>

#include <array>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "base/math.h"
#include "base/version.h"
#include "mac/gnb/cell.h"
#include "tests/mac/testing.h"

namespace redcell::mac::gnb {
namespace {

constexpr std::uint32_t ue_count = 60;
constexpr int slot_count = 2'000;
/// A camera's or a phone's share of a slot: several terminals fit into one.
constexpr std::uint32_t queue_bytes = 1'500;

phy::ResourceMapConfig part(const phy::PrbRange& prbs, const phy::PrbRange& coreset) {
  phy::ResourceMapConfig config = mac::testing::tdd_carrier();
  config.bwp_dl = config.bwp_ul = prbs;
  config.coreset = {.symbol_count = 1, .prb_count = coreset.count, .first_prb = coreset.first};
  return config;
}

double cpu_time_s() {
  std::timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Setting {
  bool has_slices = false;
  std::uint32_t redcap_parts = 1;
  PolicyKind policy = PolicyKind::proportional_fair;
};

class LoadedCell {
 public:
  explicit LoadedCell(const Setting& setting) {
    const std::uint32_t parts = setting.redcap_parts + 1;
    for (std::uint32_t p = 0; p + 1 < parts; ++p) {
      maps_.emplace_back(part({51 * static_cast<int>(p), 51}, {0, 48}));
    }
    maps_.emplace_back(part({0, 273}, {54, 192}));
    CellConfig config = mac::testing::cell_config(maps_[0]);
    config.bwps.clear();
    for (const phy::ResourceMap& map : maps_) config.bwps.push_back(&map);
    config.sibling_count = setting.redcap_parts;
    config.policy = {.kind = setting.policy, .connection_count = ue_count};
    config.max_ues_per_slot = 16;
    config.is_audited = false;
    if (setting.has_slices) {
      config.dl_slices = {{},
                          {.dedicated_percent = 5, .min_percent = 20},
                          {.min_percent = 30},
                          {.max_percent = 40}};
      config.ul_slices = config.dl_slices;
      config.slice_window_slots = 20;
    }
    cell_ = std::make_unique<Cell>(config);
    for (std::uint32_t i = 0; i < ue_count; ++i) {
      ConnectionConfig ue = mac::testing::connection_config(100 + i);
      ue.bwp = i % parts;
      ue.dl_slice = ue.ul_slice = setting.has_slices ? i / parts % 4 : 0;
      ue.flow = mac::qos_flow(std::array{1, 7, 9, 70, 82}[i % 5]);
      if (ue.flow.averaging_window.value() > 0) ue.flow.dl_gfbr_bps = ue.flow.ul_gfbr_bps = 1e6;
      const std::uint32_t index = cell_->connect(ue);
      cell_->attach(index, std::make_unique<RadioBearer>(mac::testing::um_bearer()));
      Connection& c = cell_->connection(index);
      c.csi.cqi = base::CqiIndex(10);
      c.ul_quality.sinr_db_one_prb_full_power = 40;
      c.ul_quality.one_prb_power_below_max_db = -20;
    }
  }

  /// Schedules a slot; seconds that took. What was sent arrives at once.
  double run(base::Slot slot) {
    const base::Instant now = maps_[0].config().numerology.slot_start(slot);
    for (std::uint32_t i = 0; i < ue_count; ++i) fill(i, now);
    const double begin_s = cpu_time_s();
    cell_->schedule(slot, now, plan_);
    const double took_s = cpu_time_s() - begin_s;
    scheduled_ += plan_.downlink.size() + plan_.uplink.size();
    for (const DlAssignment& a : plan_.downlink) {
      cell_->on_feedback(a.ue.value - 100, {.harq = a.harq, .ack = true});
    }
    for (const UlGrant& g : plan_.uplink) {
      output_.clear();
      cell_->on_pusch(
          g.ue.value - 100,
          {.grant = g, .pdu = {}, .result = {.decoded = true, .sinr_db = 20}, .now = now}, output_);
    }
    return took_s;
  }
  [[nodiscard]] std::size_t scheduled() const { return scheduled_; }

 private:
  void fill(std::uint32_t index, base::Instant now) {
    Connection& c = cell_->connection(index);
    while (c.waiting_bytes(now) < queue_bytes) {
      drops_.clear();
      cell_->enqueue(index, {.packet = {next_packet_++}, .bytes = 1'500}, now, drops_);
    }
    c.ul_backlog_bytes = queue_bytes;
    cell_->activate(index);
  }

  std::vector<phy::ResourceMap> maps_;
  std::unique_ptr<Cell> cell_;
  SlotPlan plan_;
  BlockOutput output_;
  std::vector<DroppedSdu> drops_;
  std::uint32_t next_packet_ = 0;
  std::size_t scheduled_ = 0;
};

void schedule(benchmark::State& state, const Setting& setting) {
  double scheduled = 0;
  double seconds = 0;
  for (auto _ : state) {
    LoadedCell cell(setting);
    double took = 0;
    for (int slot = 0; slot < slot_count; ++slot) took += cell.run(base::Slot(slot));
    state.SetIterationTime(took);
    seconds += took;
    scheduled += static_cast<double>(cell.scheduled());
  }
  state.counters["ns_per_scheduled"] = 1e9 * seconds / scheduled;
  state.counters["scheduled_per_slot"] =
      scheduled / static_cast<double>(state.iterations()) / slot_count;
  state.SetLabel(std::string(base::isa_name()) + " " + base::build_type);
}

BENCHMARK_CAPTURE(schedule, one_slice, Setting{})->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(schedule, four_slices, Setting{.has_slices = true})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(schedule, one_slice_five_parts, Setting{.redcap_parts = 4})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(schedule, four_slices_five_parts, Setting{.has_slices = true, .redcap_parts = 4})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(schedule, one_slice_qos, Setting{.policy = PolicyKind::qos})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(schedule, four_slices_five_parts_qos,
                  Setting{.has_slices = true, .redcap_parts = 4, .policy = PolicyKind::qos})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace redcell::mac::gnb

BENCHMARK_MAIN();
