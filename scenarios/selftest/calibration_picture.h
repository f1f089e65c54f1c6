// Pictures of the calibration: distributions of a drop over the curves that 3GPP's companies gave.
#pragma once

#include <string>
#include <vector>

#include "scenarios/selftest/channel_selftest.h"

namespace redcell::scenarios {

struct CalibrationPicture {
  std::string name;  ///< Of its file: "channel-coupling-loss.svg".
  std::string svg;
};

/// One picture for each metric that a curve is held for, a panel for each carrier: the drop's
/// distribution as a line; at each held percentile a dot on the reference (class "reference") and a
/// bar over what is allowed (class "allowed"), where the self-test asks for something. Without
/// scripts and without anything from outside.
[[nodiscard]] std::vector<CalibrationPicture> calibration_pictures(
    const std::vector<DropRow>& rows);

}  // namespace redcell::scenarios
