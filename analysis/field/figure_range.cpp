#include "analysis/field/figure_range.h"

namespace redcell::analysis {

FigureRange range_of(DriveColumn column) {
  constexpr double cell_max = 68'719'476'735.0;  // 36 bits, TS 38.331 CellIdentity.
  constexpr double rate_mbps_max = 100'000.0;
  switch (column) {
    case EAST_M:
    case NORTH_M:
      return {-1e8, 1e8};
    case CELL:
    case NEIGHBOUR1_CELL:
    case NEIGHBOUR2_CELL:
    case NEIGHBOUR3_CELL:
      return {0.0, cell_max};
    case PCI:
    case NEIGHBOUR1_PCI:
    case NEIGHBOUR2_PCI:
    case NEIGHBOUR3_PCI:
      return {0.0, 1007.0};  // TS 38.211 7.4.2.1.
    case NR_ARFCN:
      return {0.0, 3'279'165.0};  // TS 38.104 Table 5.4.2.1-1.
    case BAND:
      return {1.0, 1024.0};  // TS 38.331 FreqBandIndicatorNR.
    case DL_CQI:
      return {0.0, 15.0};
    case DL_PRB:
    case UL_PRB:
      return {0.0, 275.0};
    case NEIGHBOUR1_SS_RSRP_DBM:
    case NEIGHBOUR2_SS_RSRP_DBM:
    case NEIGHBOUR3_SS_RSRP_DBM:
    case SS_RSRP_DBM:
      return {-200.0, 0.0};
    case SS_RSRQ_DB:
      return {-80.0, 40.0};
    case SS_SINR_DB:
      return {-100.0, 100.0};
    case DL_RANK:
      return {0.0, 8.0};
    case DL_MCS:
    case UL_MCS:
      return {0.0, 31.0};
    case DL_BLER_PERCENT:
    case UL_BLER_PERCENT:
      return {0.0, 100.0};
    case DL_THROUGHPUT_MBPS:
    case UL_THROUGHPUT_MBPS:
    case DL_GOODPUT_MBPS:
    case UL_GOODPUT_MBPS:
      return {0.0, rate_mbps_max};
    case RTT_MS:
      return {0.0, 1e6};
    case SPEED_MPS:
      return {0.0, 400.0};
    case LATITUDE_DEG:
      return {-90.0, 90.0};
    case LONGITUDE_DEG:
      return {-180.0, 180.0};
    case UE:
      return {0.0, 4'294'967'295.0};
  }
  return {};
}

}  // namespace redcell::analysis
