// The MAC of one UE: assignments, grants and packets in; PUSCH blocks and control information out.
//
// TS 38.321 5.3 (DL-SCH), 5.4 (UL-SCH, SR, BSR, PHR). One instance per UE for the whole run; what
// it knows of the network arrives in DCIs and PDUs.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "mac/air.h"
#include "mac/harq.h"
#include "mac/radio_bearer.h"
#include "mac/ue/configured_uplink.h"
#include "mac/ue/semi_persistent_downlink.h"

namespace redcell::mac::ue {

struct UeConfig {
  base::UeId ue;
  BearerConfig bearer;
  std::vector<base::Slot> sr_occasions;  ///< Within one SR period, ascending; not empty.
  base::SlotCount sr_period;
  /// A UE with data and no grant for this long asks again (retxBSR-Timer, TS 38.321 5.4.5).
  base::SlotCount retx_bsr;
  /// What comes less than this before an occasion of a configured grant waits for the next one:
  /// N2 (TS 38.214 6.4), whole slots [ours].
  base::SlotCount preparation{1};
};

/// A PUSCH the UE sends: the grant it follows and the block's content.
struct PuschTransmission {
  UlGrant grant;
  const MacPdu* pdu = nullptr;  ///< Unchanged until the process gets new data.
  bool is_new = false;          ///< The block was built now; else it is sent again.
};

/// A PDSCH whose assignment the UE heard.
struct ReceivedBlock {
  const DlAssignment& assignment;
  const MacPdu& pdu;  ///< Read when decoded for the first time.
  bool decoded = false;
};

/// When and how a block is built.
struct UplinkMoment {
  base::Instant now;
  PowerHeadroom headroom;  ///< As the UE measures it (TS 38.213 7.7.1).
};

class UeMac {
 public:
  explicit UeMac(const UeConfig& config);

  /// Begins a connection: everything of an earlier one is forgotten but the data bearer
  /// (TS 38.321 5.12); SRB1 begins anew.
  void connect(std::uint32_t epoch);
  /// Leaves the cell: until the next connect() nothing is sent, and packets wait in the bearer.
  void disconnect();
  [[nodiscard]] bool is_connected() const { return epoch_.has_value(); }
  /// Does something that was sent to or by this UE belong to the connection of now?
  [[nodiscard]] bool is_of(std::uint32_t epoch) const { return epoch_ == epoch; }

  /// A packet from the UE's IP stack, known from slot on. False: dropped.
  bool enqueue(const Sdu& sdu, base::Slot slot, base::Instant now, std::vector<DroppedSdu>& drops);
  /// A message of RRC for SRB1.
  void enqueue_signalling(const Sdu& sdu, base::Slot slot, base::Instant now);

  /// RRC configures a grant in the connection of now: with data and such a grant in the active BWP
  /// no scheduling request is sent (logicalChannelSR-Mask) [ours].
  void configure(const ConfiguredGrant& grant) { configured_.configure(grant); }
  /// RRC configures semi-persistent scheduling in the connection of now.
  void configure(const SemiPersistent& sps) { semi_persistent_.configure(sps); }
  [[nodiscard]] bool has_configured_grant() const { return configured_.is_configured(); }
  [[nodiscard]] bool has_semi_persistent() const { return semi_persistent_.is_configured(); }
  /// A DCI activates the configured grant of type 2, or releases it.
  void on_configured_grant(const ConfiguredGrantDci& dci, base::Slot slot, base::Instant now);
  /// Another BWP is active from slot on: a configured grant is suspended, cleared, or resumed,
  /// semi-persistent scheduling is cleared.
  void enter_bwp(std::uint32_t bwp, base::Slot slot, base::Instant now);

  /// Nothing is sent in slots [from, until): what was due there is lost, a request waits.
  void pause(base::Slot from, base::Slot until);

  /// A DCI has said so, or the UE expects() it.
  void on_assignment(const DlAssignment& assignment);
  /// A DCI of this slot activates semi-persistent scheduling.
  void activate(const DlAssignment& dci, base::Slot slot) { semi_persistent_.activate(dci, slot); }
  /// An occasion of semi-persistent scheduling that the UE knows of.
  [[nodiscard]] bool expects(const DlAssignment& assignment, base::Slot slot) const {
    return semi_persistent_.expects(assignment, slot);
  }
  /// Outcome of a block: answers, and takes its content.
  void on_block(const ReceivedBlock& block, base::Instant now, BlockOutput& out);
  /// False: it asks for a repetition of what the UE no longer has, and nothing will be sent.
  bool on_grant(const UlGrant& grant);

  /// What is due on the uplink in this slot.
  std::optional<PuschTransmission> pusch(base::Slot slot, const UplinkMoment& moment,
                                         std::vector<DroppedSdu>& drops);
  /// With nothing to send an occasion of a configured grant stays unused (TS 38.321 5.4.3.1.3).
  void skip_empty_occasion(base::Slot slot, base::Instant now);
  /// The grant of this slot, to know its power before the block is built; one of a DCI goes before
  /// an occasion of a configured grant (TS 38.321 5.4.1).
  [[nodiscard]] const UlGrant* grant_at(base::Slot slot) const;
  Uci uci(base::Slot slot);
  /// What was built for a block; nullptr: nothing, its grants were all missed.
  [[nodiscard]] const MacPdu* block(const HarqId& harq) const;

  /// Calls visit(HarqId, MacPdu) for every block built in this connection.
  template <class Visit>
  void for_each_block(Visit visit) const {
    for (int process = 0; process < harq_process_count_max; ++process) {
      const Process& p = processes_[static_cast<std::size_t>(process)];
      if (p.used) visit(HarqId{.process = process, .attempt = 0, .block = p.block}, p.pdu);
    }
  }

  /// The next slot in which pusch() or uci() may have something; nullopt: nothing is due.
  [[nodiscard]] std::optional<base::Slot> next_uplink_slot(base::Slot after) const;

  /// Asks for a grant when there is data and none is on its way (TS 38.321 5.4.4, 5.4.5). After any
  /// event that can make data: a timer of the bearer, a received block.
  void request_grant_if_needed(base::Slot slot, base::Instant now);

  RadioBearer& data() { return data_; }
  RadioBearer& signalling() { return signalling_; }
  [[nodiscard]] const RadioBearer& data() const { return data_; }
  HarqReceiver& receiver() { return receiver_; }

 private:
  void build(MacPdu& pdu, const UlGrant& grant, const UplinkMoment& moment,
             std::vector<DroppedSdu>& drops);
  [[nodiscard]] std::uint64_t waiting_bytes(base::Instant now) const;
  /// Something that an occasion of a configured grant is used for.
  [[nodiscard]] bool has_news(base::Instant now) const {
    return configured_.has_to_confirm() || waiting_bytes(now) > 0;
  }
  /// Was nothing built for this block yet? Then the grant is for new data, whichever attempt the
  /// gNB counts (TS 38.321 5.4.2.1).
  [[nodiscard]] bool is_new(const HarqId& harq) const { return block(harq) == nullptr; }
  [[nodiscard]] bool expects_new_data_grant() const;
  /// Waits for the first occasion of the configured grant from a slot on.
  void await_occasion(base::Slot from);
  /// For what waits still when a block has been sent.
  void ask_again(base::Slot slot, bool has_reported);
  [[nodiscard]] base::Slot sr_occasion_at_or_after(base::Slot slot) const;

  struct Process {
    MacPdu pdu;
    std::uint32_t block = 0;
    bool used = false;
  };
  struct PendingFeedback {
    base::Slot slot;
    HarqFeedback feedback;
  };

  UeConfig config_;
  std::optional<std::uint32_t> epoch_;  ///< Of the connection; none before the first.
  RadioBearer data_;
  RadioBearer signalling_;
  std::vector<DroppedSdu> signalling_drops_;  ///< SRB1 drops nothing but on release.
  HarqReceiver receiver_;
  std::array<Process, harq_process_count_max> processes_;  ///< Uplink.
  std::vector<PendingFeedback> feedback_;
  std::vector<UlGrant> grants_;
  ConfiguredUplink configured_;
  SemiPersistentDownlink semi_persistent_;
  std::optional<UlGrant> occasion_;  ///< Of the configured grant, that data waits for.
  base::Slot silent_until_;
  std::optional<base::Slot>
      sr_due_;  ///< Set while an SR is pending: the occasion that will carry it.
  std::optional<double> reported_one_prb_headroom_db_;
};

}  // namespace redcell::mac::ue
