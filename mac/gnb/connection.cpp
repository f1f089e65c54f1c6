#include "mac/gnb/connection.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "base/math.h"
#include "phy/nr/resource_config.h"

namespace redcell::mac::gnb {

double UplinkQuality::prbs_to_db(int prb_count) {
  // Asked some times a slot for every terminal.
  static const auto table = [] {
    std::array<double, phy::carrier_prb_count_max + 1> db{};
    for (std::size_t count = 1; count < db.size(); ++count) {
      db[count] = base::to_db(static_cast<double>(count));
    }
    return db;
  }();
  const auto at = static_cast<std::size_t>(prb_count);
  return prb_count >= 1 && at < table.size() ? table[at] : base::to_db(prb_count);
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

void Connection::hear_backlog(std::uint64_t bytes) {
  ul_told = {.bytes = ul_told.bytes > 0 ? std::min(ul_told.bytes, bytes) : bytes,
             .slot = ul_told.bytes > 0 ? ul_told.slot : ul_report_slot};
  ul_backlog_bytes = bytes;
}

void Connection::grant_backlog(std::uint64_t bytes) {
  ul_backlog_bytes -= std::min(ul_backlog_bytes, bytes);
  ul_told.bytes -= std::min(ul_told.bytes, bytes);
  if (ul_told.bytes == 0) ul_told = {.bytes = ul_backlog_bytes, .slot = ul_report_slot};
}

namespace {

/// No DCI begins a block in a process that configured grants, or semi-persistent scheduling, use,
/// so that both ends agree on what a process holds [ours].
HarqConfig downlink_harq(HarqConfig harq, const ConnectionConfig& c) {
  if (c.semi_persistent) harq.configured_count = c.semi_persistent->occasions.process_count;
  return harq;
}
HarqConfig uplink_harq(HarqConfig harq, const ConnectionConfig& c) {
  if (c.configured_grant) harq.configured_count = c.configured_grant->process_count;
  return harq;
}

}  // namespace

Connection::Connection(const ConnectionConfig& c, ConnectionSetup setup)
    : config(c),
      signalling(signalling_bearer()),
      dl_harq(downlink_harq(setup.harq, c)),
      ul_harq(uplink_harq(setup.harq, c)),
      dl_thresholds(std::move(setup.dl_thresholds)),
      ul_thresholds(std::move(setup.ul_thresholds)),
      dl_loop(setup.outer_loop),
      ul_loop(setup.outer_loop),
      bwp(c.bwp_timing, c.bwp) {}

}  // namespace redcell::mac::gnb
