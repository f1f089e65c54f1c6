// Where things are: metres east, north and up from the scenario's origin.
#pragma once

namespace redcell::phy {

struct Position {
  double east_m = 0;
  double north_m = 0;
  double up_m = 0;
};

}  // namespace redcell::phy
