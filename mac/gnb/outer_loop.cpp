#include "mac/gnb/outer_loop.h"

#include <algorithm>

namespace redcell::mac::gnb {

void OuterLoop::on_first_transmission(bool ack, bool at_highest, bool at_lowest) {
  if (!config_.enabled || (ack && at_highest) || (!ack && at_lowest)) return;
  const double up_db = config_.step_db * config_.target_bler / (1 - config_.target_bler);
  offset_db_ = std::clamp(offset_db_ + (ack ? up_db : -config_.step_db), -outer_loop_offset_max_db,
                          outer_loop_offset_max_db);
}

}  // namespace redcell::mac::gnb
