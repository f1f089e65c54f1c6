#include "mac/ue/random_access.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac::ue {

RandomAccess::RandomAccess(const RandomAccessConfig& config) : config_(config) {
  RC_CHECK(config.attempts_max >= 1);
  RC_CHECK(config.response_window > base::Duration(0));
}

void RandomAccess::start(base::Instant from) {
  from_ = from;
  window_end_.reset();
  attempt_count_ = 0;
}

void RandomAccess::stop() {
  from_.reset();
  window_end_.reset();
}

bool RandomAccess::wants_preamble(base::Instant now) const {
  return from_ && now >= *from_ && !window_end_;
}

base::Dbm RandomAccess::preamble_power(base::Db path_loss, base::Dbm max) const {
  const base::Db ramp = config_.ramping_step * static_cast<double>(attempt_count_);
  return std::min(max, config_.preamble_target + ramp + path_loss);
}

void RandomAccess::on_sent(base::Instant now) {
  RC_CHECK(wants_preamble(now));
  ++attempt_count_;
  window_end_ = now + config_.response_window;
}

bool RandomAccess::on_response(base::Instant now) {
  if (!window_end_ || now > *window_end_) return false;
  stop();
  return true;
}

bool RandomAccess::on_time(base::Instant now) {
  if (!window_end_ || now < *window_end_) return false;
  window_end_.reset();
  if (attempt_count_ < config_.attempts_max) return false;
  stop();
  return true;
}

}  // namespace redcell::mac::ue
