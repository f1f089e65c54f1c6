#include "mac/ue/radio_link_monitor.h"

#include "base/check.h"

namespace redcell::mac::ue {

RadioLinkMonitor::RadioLinkMonitor(const RadioLinkConfig& config) : config_(config) {
  RC_CHECK(config.n310 >= 1);
  RC_CHECK(config.n311 >= 1);
}

void RadioLinkMonitor::indicate(base::Instant now, LinkQuality quality) {
  if (quality == LinkQuality::neither) return;
  const bool in_sync = quality == LinkQuality::in_sync;
  if (t310_) {
    in_sync_count_ = in_sync ? in_sync_count_ + 1 : 0;
    if (in_sync_count_ >= config_.n311) reset();
    return;
  }
  out_of_sync_count_ = in_sync ? 0 : out_of_sync_count_ + 1;
  if (out_of_sync_count_ >= config_.n310) t310_ = now + config_.t310;
}

bool RadioLinkMonitor::on_time(base::Instant now) {
  if (!t310_ || now < *t310_) return false;
  reset();
  return true;
}

void RadioLinkMonitor::reset() {
  out_of_sync_count_ = 0;
  in_sync_count_ = 0;
  t310_.reset();
}

}  // namespace redcell::mac::ue
