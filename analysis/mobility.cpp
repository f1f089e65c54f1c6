#include "analysis/mobility.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace redcell::analysis {
namespace {

constexpr double ms_per_ns = 1e-6;
constexpr double per_thousandth = 1e-3;
constexpr double percent = 100.0;
/// A PRB for a slot: twelve subcarriers of 15 kHz for 1 ms, or of 30 kHz for half of it.
constexpr double s_hz_per_prb = 12 * 15e3 * 1e-3;

void count(Trials& trials, std::optional<bool> success) {
  if (!success) return;
  ++trials.count;
  trials.successes += *success ? 1 : 0;
}

double real(std::int64_t value) { return static_cast<double>(value); }

}  // namespace

/// Decides what is open and forgets it.
MobilityOutcome MobilityTracker::end(Attempt& attempt, bool success) {
  MobilityOutcome outcome;
  if (attempt.preparing && attempt.preparation_counts) outcome.handover = success;
  if (attempt.executing && attempt.execution_counts) {
    outcome.execution = success;
    outcome.mobility = success;
  }
  attempt = {};
  return outcome;
}

MobilityOutcome MobilityTracker::add(const MobilityEvent& event, bool counts) {
  Attempt& attempt = attempts_[event.ue()];
  MobilityOutcome outcome;
  switch (event.kind()) {
    case REPORT_RECEIVED:
    case PREPARED:
    case COMMAND_SENT:
    case NOT_ADMITTED:  // A handover's preparation fails when the source knows.
      break;
    case PREPARATION_STARTED:
      outcome = end(attempt, false);
      attempt.preparing = true;
      attempt.preparation_counts = counts;
      break;
    case COMMAND_RECEIVED:
      if (attempt.executing) outcome = end(attempt, false);
      attempt.executing = true;
      attempt.execution_counts = counts;
      break;
    case COMPLETED:
      outcome = end(attempt, true);
      break;
    case EXECUTION_FAILED:
      outcome = end(attempt, false);
      attempt.failed = true;
      break;
    case RADIO_LINK_FAILURE: {
      const bool before_command = !attempt.executing && !attempt.failed;
      outcome = end(attempt, false);
      if (before_command && counts) outcome.mobility = false;
      attempt.failed = true;
      break;
    }
    case PREPARATION_FAILED:
      // Told by the network: a terminal that has lost its link or left meanwhile is not concerned.
      if (attempt.preparing && !attempt.executing) outcome = end(attempt, false);
      break;
    case REESTABLISHED:
    case REESTABLISHMENT_FAILED:
      outcome = end(attempt, false);
      break;
  }
  return outcome;
}

void MobilitySeries::add(const MobilityEvent& event, const MobilityOutcome& outcome, bool counts) {
  moves_ = true;
  if (event.kind() == COMPLETED && counts) ++completed_;
  if (event.kind() == NOT_ADMITTED && counts) ++not_admitted_;
  asks_ |= event.kind() == PREPARATION_STARTED || event.kind() == NOT_ADMITTED;
  count(handover_, outcome.handover);
  count(execution_, outcome.execution);
  count(mobility_, outcome.mobility);
}

void MobilitySeries::add(const HandoverInterruption& interruption, std::int64_t time_ns) {
  const auto direction = static_cast<std::size_t>(interruption.direction());
  interruption_ns_[direction].add(time_ns, interruption.interruption_ns());
}

void MobilitySeries::add(const DriveRow& row, std::int64_t time_ns) {
  moves_ = true;
  if (row.has_ss_rsrp_mdbm()) ss_rsrp_mdbm_.add(time_ns, row.ss_rsrp_mdbm());
  if (row.has_ss_rsrq_mdb()) ss_rsrq_mdb_.add(time_ns, row.ss_rsrq_mdb());
  if (row.has_ss_sinr_mdb()) ss_sinr_mdb_.add(time_ns, row.ss_sinr_mdb());
  const double blocks = real(row.dl_first_blocks());
  rank_.add(time_ns, {.sum = real(row.dl_rank_sum()), .weight = blocks});
  // With one or two layers, what exceeds one a block is the number of blocks with two.
  rank_2_.add(time_ns, {.sum = real(row.dl_rank_sum()) - blocks, .weight = blocks});
}

void MobilitySeries::write(KpiWriter& to) const {
  if (moves_) to.count("handover_count", completed_);
  if (asks_) to.count("not_admitted_count", not_admitted_);
  to.ratio("handover_execution_ratio", execution_);
  to.ratio("handover_ratio", handover_);
  to.ratio("mobility_ratio", mobility_);
  to.distribution({"handover_interruption_ms", "ms", ms_per_ns}, interruption_ns_[DOWNLINK]);
  to.distribution({"handover_interruption_ul_ms", "ms", ms_per_ns}, interruption_ns_[UPLINK]);
  to.distribution({"ss_rsrp_dbm", "dbm", per_thousandth}, ss_rsrp_mdbm_);
  to.distribution({"ss_rsrq_db", "db", per_thousandth}, ss_rsrq_mdb_);
  to.distribution({"ss_sinr_db", "db", per_thousandth}, ss_sinr_mdb_);
  to.mean({"dl_rank", "", 1.0}, rank_);
  to.mean({"dl_rank2_share_percent", "percent", percent}, rank_2_);
}

void CellSeries::add(const CellBin& bin, std::int64_t time_ns) {
  const auto add_load = [&](LinkDirection direction, PrbCount prbs, std::int64_t bytes) {
    Load& load = load_[direction];
    const double bits = 8 * real(bytes);
    load.prb.add(time_ns, {.sum = real(prbs.used), .weight = real(prbs.available)});
    load.bits_of_used.add(time_ns, {.sum = bits, .weight = s_hz_per_prb * real(prbs.used)});
    load.bits_of_available.add(time_ns,
                               {.sum = bits, .weight = s_hz_per_prb * real(prbs.available)});
    load.bins += prbs.available > 0 ? 1 : 0;
  };
  add_load(DOWNLINK, {bin.dl_prb_slots_used(), bin.dl_prb_slots_available()},
           bin.dl_mac_bytes_acked());
  add_load(UPLINK, {bin.ul_prb_slots_used(), bin.ul_prb_slots_available()},
           bin.ul_mac_bytes_acked());
  interference_mdb_.add(time_ns,
                        {.sum = real(bin.iot_sum_mdb()), .weight = real(bin.iot_samples())});
  for (const CellBin::Bound& row : bin.bound()) {
    const std::array<std::int64_t, bound_names.size()> counts{
        row.by_prbs(), row.by_cces(), row.by_terminals(), row.by_slice(), row.by_block()};
    for (std::size_t i = 0; i < counts.size(); ++i) {
      held_up_[row.direction()][i].add(time_ns,
                                       {.sum = real(counts[i]), .weight = real(row.wanting())});
    }
  }
  for (const CellBin::Pdcch& row : bin.pdcch()) {
    const double wanted = real(row.dci_sent() + row.dci_blocked());
    blocked_dcis_.add(time_ns, {.sum = real(row.dci_blocked()), .weight = wanted});
    for (std::size_t level = 0; level < aggregation_levels.size(); ++level) {
      const bool is_of = aggregation_levels[level] == row.aggregation_level();
      level_dcis_[level].add(time_ns, {.sum = is_of ? wanted : 0.0, .weight = wanted});
    }
  }
}

void CellSeries::write(KpiWriter& to) const {
  const Load& dl = load_[DOWNLINK];
  const Load& ul = load_[UPLINK];
  to.mean({"dl_prb_utilisation_percent", "percent", percent}, dl.prb, dl.bins);
  to.mean({"ul_prb_utilisation_percent", "percent", percent}, ul.prb, ul.bins);
  for (const auto& [name, load] : {std::pair{"dl", &dl}, std::pair{"ul", &ul}}) {
    const std::string direction(name);
    to.mean({direction + "_spectral_efficiency_bps_hz", "bps_hz", 1.0}, load->bits_of_used,
            load->bins);
    to.mean({direction + "_carrier_efficiency_bps_hz", "bps_hz", 1.0}, load->bits_of_available,
            load->bins);
  }
  to.mean({"ul_interference_over_thermal_db", "db", per_thousandth}, interference_mdb_);
  for (const auto& [name, direction] : {std::pair{"dl", DOWNLINK}, std::pair{"ul", UPLINK}}) {
    for (std::size_t i = 0; i < bound_names.size(); ++i) {
      to.mean({fmt::format("{}_bound_by_{}_percent", name, bound_names[i]), "percent", percent},
              held_up_[direction][i]);
    }
  }
  to.ratio("pdcch_blocking_ratio", blocked_dcis_);
  for (std::size_t level = 0; level < aggregation_levels.size(); ++level) {
    const std::string name = fmt::format("pdcch_level{}_share_percent", aggregation_levels[level]);
    to.mean({name, "percent", percent}, level_dcis_[level]);
  }
}

}  // namespace redcell::analysis
