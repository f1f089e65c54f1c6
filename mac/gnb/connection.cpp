#include "mac/gnb/connection.h"

#include <algorithm>
#include <utility>

#include "base/math.h"

namespace redcell::mac::gnb {

double UplinkQuality::prbs_to_db(int prb_count) { return base::to_db(prb_count); }

double UplinkQuality::prb_power_below_max_db(int prb_count) const {
  const double at_max_db = -prbs_to_db(prb_count);
  return one_prb_power_below_max_db ? std::min(*one_prb_power_below_max_db, at_max_db) : at_max_db;
}

std::optional<double> UplinkQuality::sinr_db(int prb_count) const {
  if (!sinr_db_one_prb_full_power) return std::nullopt;
  return *sinr_db_one_prb_full_power + prb_power_below_max_db(prb_count);
}

std::uint32_t Connection::Command::hear(const Range& range) {
  if (range.begin > heard_bytes) {
    if (heard_beyond_count < heard_beyond.size()) heard_beyond[heard_beyond_count++] = range;
    return heard_bytes;
  }
  heard_bytes = std::max(heard_bytes, range.end);
  for (std::size_t turn = 0; turn < heard_beyond_count; ++turn) {
    for (std::size_t i = 0; i < heard_beyond_count; ++i) {
      if (heard_beyond[i].begin > heard_bytes) continue;
      heard_bytes = std::max(heard_bytes, heard_beyond[i].end);
    }
  }
  return heard_bytes;
}

namespace {

/// No DCI begins a block in a process that configured grants use, so that both ends agree on what a
/// process holds [ours].
HarqConfig uplink_harq(HarqConfig harq, const ConnectionConfig& c) {
  if (c.configured_grant) harq.configured_count = c.configured_grant->process_count;
  return harq;
}

}  // namespace

Connection::Connection(const ConnectionConfig& c, ConnectionSetup setup)
    : config(c),
      signalling(signalling_bearer()),
      dl_harq(setup.harq),
      ul_harq(uplink_harq(setup.harq, c)),
      dl_thresholds(std::move(setup.dl_thresholds)),
      ul_thresholds(std::move(setup.ul_thresholds)),
      dl_loop(setup.outer_loop),
      ul_loop(setup.outer_loop),
      bwp(c.bwp_timing, c.bwp) {}

}  // namespace redcell::mac::gnb
