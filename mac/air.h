// What crosses the air between gNB and UE, as values: assignments, grants, control information and
// MAC PDUs.
//
// mac/ue and mac/gnb know each other through these alone. Everything here is sent in one slot by
// one side and received, or lost, at a later slot boundary by the other.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/check.h"
#include "base/ids.h"
#include "base/units.h"
#include "mac/sdu.h"
#include "phy/nr/resource_config.h"

namespace redcell::mac {

inline constexpr int harq_process_count_max = 16;  ///< TS 38.214 5.1, 6.1.

/// How a transport block is put on the air: what a DCI says of it (TS 38.212 7.3.1).
struct BlockFormat {
  base::McsIndex mcs;
  int modulation_order = 2;
  double rate_x1024 = 0;
  int layer_count = 1;
  int pmi = 0;
  std::uint32_t bwp = 0;  ///< Whose PRBs are meant (bandwidth part indicator).
  int beam = 0;           ///< Of the cell's traffic beams (TCI state, TS 38.214 5.1.5).
  phy::PrbRange prb;      ///< Relative to the BWP; blocked PRBs inside are left out.
  int prb_count = 0;      ///< PRBs that carry the block.
  base::Bits tbs;
};

/// One transmission of one HARQ process. `block` counts the blocks of the process: it says what the
/// new-data indicator says, without its ambiguity after two missed DCIs.
struct HarqId {
  int process = 0;
  int attempt = 0;  ///< 0 is the first transmission of the block.
  std::uint32_t block = 0;
};

/// Blocks of configured grants are numbered by their slots, apart from those that DCIs begin: who
/// begins one need not know how many there have been.
inline constexpr std::uint32_t configured_block_flag = 1U << 31U;
[[nodiscard]] constexpr std::uint32_t configured_block(std::uint32_t slot) {
  return slot | configured_block_flag;
}
[[nodiscard]] constexpr bool is_configured(const HarqId& harq) {
  return (harq.block & configured_block_flag) != 0;
}

/// DCI format 1_1: a block for the UE in the slot in which it is sent (K0 = 0). Or an occasion of
/// semi-persistent scheduling that the cell uses, without a DCI; repetitions of its block are
/// assigned with CS-RNTI.
struct DlAssignment {
  base::UeId ue;
  std::uint32_t epoch = 0;
  HarqId harq;
  BlockFormat format;
  base::Slot feedback_slot;   ///< Slot n + K1 of the PUCCH.
  int aggregation_level = 1;  ///< 0: no DCI says so.
  int first_cce = 0;
  bool activates = false;  ///< With CS-RNTI, for new data: occasions begin with this one.
};

/// DCI format 0_1: a block the UE is to send in pusch_slot = n + K2. Or an occasion of a configured
/// grant that the UE uses, without a DCI; repetitions of its block are granted with CS-RNTI.
struct UlGrant {
  base::UeId ue;
  std::uint32_t epoch = 0;
  HarqId harq;
  BlockFormat format;
  base::Slot pusch_slot;
  int aggregation_level = 1;
  int first_cce = 0;
};

/// A DCI that names another BWP than the active one and no block [ours]: what it could schedule
/// would have to lie behind the switch.
struct BwpSwitchDci {
  base::UeId ue;
  std::uint32_t epoch = 0;
  std::uint32_t from_bwp = 0;  ///< Whose CORESET carries it.
  std::uint32_t to_bwp = 0;
  int beam = 0;
  int aggregation_level = 1;
  int first_cce = 0;
};

/// HARQ-ACK of one received assignment.
struct HarqFeedback {
  HarqId harq;
  bool ack = false;
  bool heard = true;  ///< False: nothing came where an answer was due (DTX).
};

/// Uplink control information of one slot: on PUCCH, or on PUSCH when the UE sends one.
struct Uci {
  base::UeId ue;
  std::uint32_t epoch = 0;
  bool sr = false;
  int feedback_count = 0;
  std::array<HarqFeedback, harq_process_count_max> feedback{};

  void add(const HarqFeedback& item) {
    RC_CHECK(feedback_count < harq_process_count_max);
    feedback[static_cast<std::size_t>(feedback_count++)] = item;
  }
  [[nodiscard]] bool empty() const { return !sr && feedback_count == 0; }
};

/// Short BSR MAC CE (TS 38.321 6.1.3.1): index into the 5-bit table.
struct BufferStatus {
  int index = 0;
};
/// Single-entry PHR MAC CE (TS 38.321 6.1.3.8), not quantised: P_CMAX less the power the PUSCH
/// asked for.
struct PowerHeadroom {
  double headroom_db = 0;
  int prb_count = 1;
};

/// What one logical channel has in a transport block: RLC PDUs with their subheaders.
struct ChannelContent {
  std::vector<RlcPdu> pdus;
  bool has_status = false;
  RlcStatus status;  ///< Valid when has_status; kept between blocks for its memory.

  [[nodiscard]] bool empty() const { return !has_status && pdus.empty(); }
  void clear() {
    pdus.clear();
    has_status = false;
  }
};

/// A transport block's content: two logical channels and MAC control elements.
struct MacPdu {
  ChannelContent signalling;  ///< SRB1.
  ChannelContent data;        ///< The DRB.
  std::optional<BufferStatus> bsr;
  std::optional<PowerHeadroom> phr;
  bool confirms = false;  ///< Configured Grant Confirmation (TS 38.321 6.1.3.7).

  void clear() {
    signalling.clear();
    data.clear();
    bsr.reset();
    phr.reset();
    confirms = false;
  }
};

/// MAC CE with its subheader (TS 38.321 6.1.2, 6.1.3.1, 6.1.3.7, 6.1.3.8).
inline constexpr std::uint32_t confirmation_bytes = 1;
inline constexpr std::uint32_t short_bsr_bytes = 2;
inline constexpr std::uint32_t phr_bytes = 3;

/// What the receiving end of a bearer put out. Both lists belong through TxBearer::settle of the
/// other end (bearer.h).
struct ReceiverOutput {
  std::vector<DeliveredSdu> delivered;
  std::vector<DroppedSdu> drops;
  void clear() {
    delivered.clear();
    drops.clear();
  }
};

/// What came out of one received block at one end. sender_drops are SDUs that this end's own sender
/// of data gave up on a STATUS.
struct BlockOutput {
  ReceiverOutput data;
  ReceiverOutput signalling;
  std::vector<DroppedSdu> sender_drops;
  std::vector<DroppedSdu> signalling_sender_drops;
  void clear() {
    data.clear();
    signalling.clear();
    sender_drops.clear();
    signalling_sender_drops.clear();
  }
};

}  // namespace redcell::mac
