// The slow part of a link: path loss, antennas and extra loss between one cell and one terminal.
#pragma once

#include "base/units.h"
#include "scenarios/deployment.h"

namespace redcell::scenarios {

struct LinkModel {
  phy::PathLossModel channel = phy::PathLossModel::uma_los;
  base::Hertz carrier;
};

/// Gain in dB (negative) from the cell's ports to one branch of the terminal, small-scale fading
/// left out.
[[nodiscard]] double link_gain_db(const LinkModel& model, const CellPlan& cell,
                                  const TerminalPlan& terminal, base::Instant t);

}  // namespace redcell::scenarios
