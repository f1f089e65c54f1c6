// A program outside redcell's tree: uses the installed headers and library, and says what it found.
#include <cstdio>

#include "base/math.h"
#include "phy/nr/peak_rate.h"

int main() {
  // TS 38.306 4.1.2: one layer of 256QAM on 106 PRB at 15 kHz, 14 % overhead.
  const double mbps = redcell::phy::peak_rate_mbps_38306({.prb_count = 106});
  std::printf("%s: %.2f Mbps\n", redcell::base::isa_name(), mbps);
  return mbps > 113.42 && mbps < 113.43 ? 0 : 1;
}
