// Uplink transmit power: allocation and path loss in, power and headroom out.
//
// TS 38.213 7.1.1 (delta_TF = 0) and TS 38.101-1 6.2.2 (MPR of power class 3, Table 6.2.2-1)
// and 6.2.4.
#pragma once

#include "base/units.h"

namespace redcell::phy {

struct PuschPowerInput {
  base::Dbm p0{};    ///< P0_nominal + P0_UE, per PRB of 15 kHz.
  double alpha = 1;  ///< 0..1
  base::Db path_loss{};
  base::Db closed_loop{};  ///< f: accumulated TPC commands.
  int mu = 0;
  int first_prb = 0;          ///< Relative to the UE's channel.
  int prb_count = 1;          ///< Contiguous.
  int channel_prb_count = 0;  ///< N_RB of the UE's channel bandwidth.
  int modulation_order = 2;   ///< 2, 4, 6 or 8; 1 (pi/2-BPSK) with transform precoding.
  bool transform_precoding = false;
  base::Dbm power_class{23};  ///< The MPR table is that of power class 3.
};

struct PuschPower {
  base::Dbm per_re;
  base::Db headroom;  ///< P_CMAX minus what open and closed loop ask for; negative when limited.
};

/// Whether an allocation is inner, TS 38.101-1 6.2.2. Else it is outer or edge, which have the same
/// MPR.
[[nodiscard]] bool is_inner_allocation(int first_prb, int prb_count, int channel_prb_count);

/// The terminal takes all the reduction it is allowed [ours]. Pre: the allocation lies in the
/// channel.
[[nodiscard]] PuschPower pusch_power(const PuschPowerInput& input);

}  // namespace redcell::phy
