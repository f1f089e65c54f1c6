#include "mac/ue/semi_persistent_downlink.h"

#include "base/check.h"

namespace redcell::mac::ue {

void SemiPersistentDownlink::activate(const DlAssignment& dci, base::Slot slot) {
  RC_CHECK(is_configured() && dci.activates);
  active_ = {.occasions = *config_, .format = dci.format, .k1 = dci.feedback_slot - slot};
  active_->occasions.start = slot;
}

bool SemiPersistentDownlink::expects(const DlAssignment& assignment, base::Slot slot) const {
  if (!active_ || !active_->occasions.is_occasion(slot)) return false;
  const BlockFormat& own = active_->format;
  const BlockFormat& sent = assignment.format;
  return sent.bwp == own.bwp && sent.prb == own.prb && sent.tbs == own.tbs && sent.mcs == own.mcs &&
         assignment.feedback_slot == slot + active_->k1 &&
         assignment.harq.process == active_->occasions.process_of(slot);
}

}  // namespace redcell::mac::ue
