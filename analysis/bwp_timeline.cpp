#include "analysis/bwp_timeline.h"

#include <algorithm>

namespace redcell::analysis {
namespace {

double seconds(std::int64_t time_ns) { return static_cast<double>(time_ns) / 1e9; }

/// Puts stays one behind the other.
class StayMaker {
 public:
  explicit StayMaker(std::uint32_t first_bwp) : first_bwp_(first_bwp) { begin(0.0, first_bwp); }
  void take(const BwpSwitch& change) {
    now_.bwp = change.from_bwp();
    end(seconds(change.time_ns() - change.gap_ns()));
    begin(seconds(change.time_ns()), change.to_bwp());
  }
  void connect(double time_s) {
    end(time_s);
    begin(time_s, first_bwp_);
  }
  [[nodiscard]] std::vector<BwpStay> finish(double end_s) {
    end(end_s);
    return std::move(stays_);
  }

 private:
  /// A gap that began in the connection before belongs to none.
  void begin(double time_s, std::uint32_t bwp) {
    const double from_s = stays_.empty() ? time_s : std::max(time_s, stays_.back().to_s);
    now_ = {.from_s = from_s, .to_s = from_s, .bwp = bwp};
  }
  void end(double time_s) {
    now_.to_s = time_s;
    if (now_.to_s > now_.from_s) stays_.push_back(now_);
  }

  std::uint32_t first_bwp_;
  BwpStay now_;
  std::vector<BwpStay> stays_;
};

}  // namespace

void BwpTimelines::add(const KpiRecord& record) {
  if (record.has_run_start()) start_ = record.run_start();
  if (record.has_bwp_switch()) {
    records_[record.bwp_switch().ue()].switches.push_back(record.bwp_switch());
  }
  if (!record.has_mobility_event()) return;
  const MobilityEvent& event = record.mobility_event();
  if (event.kind() != COMPLETED && event.kind() != REESTABLISHED) return;
  records_[event.ue()].connections_s.push_back(seconds(event.time_ns()));
}

std::vector<BwpTimeline> BwpTimelines::finish(double end_s) const {
  std::vector<BwpTimeline> timelines;
  for (const auto& [ue, records] : records_) {
    if (records.switches.empty()) continue;
    BwpTimeline& timeline = timelines.emplace_back();
    timeline.ue = ue;
    timeline.switches = records.switches;
    for (const RunStart::Group& group : start_.groups()) {
      const bool is_member = ue >= group.first_ue() && ue - group.first_ue() < group.count();
      if (is_member) timeline.group = group.name();
    }
    StayMaker stays(records.switches.front().from_bwp());
    auto connection = records.connections_s.begin();
    for (const BwpSwitch& change : records.switches) {
      const double time_s = seconds(change.time_ns());
      while (connection != records.connections_s.end() && *connection <= time_s) {
        stays.connect(*connection++);
      }
      stays.take(change);
    }
    while (connection != records.connections_s.end()) stays.connect(*connection++);
    timeline.stays = stays.finish(end_s);
  }
  return timelines;
}

}  // namespace redcell::analysis
