// The parts of the spine, for testbed.cpp and the spine_*.cpp files alone.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/random.h"
#include "mac/agenda.h"
#include "mac/gnb/cell.h"
#include "mac/ue/ue_mac.h"
#include "net/network.h"
#include "net/slot_clock.h"
#include "phy/link/block_error.h"
#include "phy/link/power.h"
#include "scenarios/deployment.h"
#include "scenarios/layer_channel.h"
#include "scenarios/packet_book.h"
#include "scenarios/recorder.h"
#include "scenarios/testbed.h"
#include "scenarios/traffic.h"
#include "scenarios/workers.h"

namespace redcell::scenarios {

/// A PDSCH on the air, with what the channel made of it.
struct DownlinkOnAir {
  mac::DlAssignment assignment;
  std::uint32_t cell = 0;
  bool dci_heard = false;
  phy::SoftBlock quality;
};

/// A PUSCH on the air, or the silence where one was expected.
struct UplinkOnAir {
  mac::UlGrant grant;
  std::uint32_t cell = 0;
  bool is_sent = false;
  phy::SoftBlock quality;
  double sinr_db = 0;
};

/// Uplink control information on the air.
struct UciOnAir {
  mac::Uci uci;
  std::uint32_t cell = 0;
  bool heard = false;
};

/// A channel state report between its measurement and its arrival.
struct CsiOnAir {
  base::UeId ue;
  std::uint32_t epoch = 0;
  base::Slot arrival;
  phy::CsiReport report;
};

/// The absence of an answer is an answer too: what the cell concludes when nothing came.
struct ExpectedFeedback {
  base::Slot slot;  ///< Of the PUCCH.
  std::uint32_t cell = 0;
  base::UeId ue;
  mac::HarqId harq;
};

/// A DCI on its way to a terminal.
struct Dci {
  base::UeId ue;
  int aggregation_level = 1;
  bool is_grant = false;
  base::Slot data_slot;  ///< Of the block it names: no two DCIs of a kind share it.
};

/// What a cell concludes about one transmission of a downlink block.
struct Answer {
  std::uint32_t cell = 0;
  base::UeId ue;
  mac::HarqFeedback feedback;
};

/// A terminal as the spine drives it.
struct Terminal {
  Terminal(const mac::ue::UeConfig& config, std::size_t layer_index)
      : mac(config), layer(layer_index) {}
  mac::ue::UeMac mac;
  std::size_t layer;
  std::uint32_t cell = 0;        ///< Index in the layer.
  std::uint32_t connection = 0;  ///< Index in the cell.
  base::Slot csi_until{-1};      ///< Reports go on until this slot; later when data comes.
  bool csi_planned = false;
  bool touched = false;  ///< Something happened in this slot that may have set a timer.
  std::array<std::optional<base::Slot>, 3> timer_slot;  ///< [task] Latest entry in the agenda.
  std::vector<base::PacketId> ungranted;  ///< Uplink packets that have not seen a PUSCH.
  std::vector<std::size_t> flows;         ///< Indices of its saturated flows.
  std::array<ByteLedger, 2> ledger;
};

/// A layer at run time.
struct Layer {
  Layer(const LayerPlan& plan_in, const Deployment& deployment, const base::Random& random);
  const LayerPlan& plan;
  phy::ResourceMap map;
  LayerChannel channel;
  std::vector<std::unique_ptr<mac::gnb::Cell>> cells;
  mac::Agenda agenda;
  base::Slot last_run{-1};
  std::optional<base::Slot> next;

  std::vector<net::Arrival> inbox;
  std::vector<DownlinkOnAir> downlink_on_air;
  std::vector<UplinkOnAir> uplink_on_air;
  std::vector<UplinkOnAir> grants_missed;  ///< DCIs lost: the PUSCH that will not come.
  std::vector<UciOnAir> uci_on_air;
  std::vector<CsiOnAir> csi_on_air;
  std::vector<ExpectedFeedback> expected_feedback;
  std::vector<base::UeId> touched;

  [[nodiscard]] base::Instant start_of(base::Slot slot) const {
    return plan.resources.numerology.slot_start(slot);
  }
  /// First slot that starts at or after t and has not run.
  [[nodiscard]] base::Slot first_slot_from(base::Instant t) const;
};

/// An RLC PDU as the packet book knows it.
[[nodiscard]] inline PacketPiece piece_of(base::UeId ue, base::Direction direction,
                                          const mac::RlcPdu& rlc) {
  return {.ue = ue,
          .direction = direction,
          .packet = rlc.packet,
          .pdcp_count = rlc.pdcp_count,
          .last_byte = rlc.last};
}

/// Power of a PUSCH of this format (TS 38.213 7.1.1), and what is left.
[[nodiscard]] phy::PuschPower pusch_power_of(const Layer& layer, const TerminalPlan& plan,
                                             base::Db path_loss, const mac::BlockFormat& format);

class Spine {
 public:
  Spine(const schema::Scenario& scenario, const TestbedOptions& options);

  void start();
  void finish();
  [[nodiscard]] base::Duration duration() const { return duration_; }
  [[nodiscard]] net::Network& network() { return network_; }
  [[nodiscard]] std::uint32_t terminal_count() const {
    return static_cast<std::uint32_t>(terminals_.size());
  }
  [[nodiscard]] ByteLedger ledger(base::UeId ue, base::Direction direction) const;
  [[nodiscard]] std::uint64_t world_hash();
  [[nodiscard]] std::uint64_t slot_count() const { return slot_count_; }

 private:
  // testbed.cpp
  std::optional<base::Instant> tick(base::Instant now);
  void run_slot(Layer& layer, base::Slot slot);
  void prepare_channel(Layer& layer);
  void add_requesting_terminals(const Layer& layer, base::Slot slot);
  void plan_next(Layer& layer, base::Slot slot);
  void wake(base::Instant now);
  // spine_build.cpp
  void connect(Layer& layer, base::UeId ue);
  void measure_uplink(Layer& layer, base::UeId ue, mac::gnb::Connection& c);
  // spine_packets.cpp
  void take_arrivals(Layer& layer, base::Slot slot);
  void hand_over(Layer& layer, base::UeId ue, base::Direction direction, base::Instant now);
  void account_drops(base::UeId ue, base::Direction direction, std::vector<mac::DroppedSdu>& drops,
                     base::Instant now);
  void settle(Layer& layer, base::UeId ue, base::Direction direction, base::Instant now);
  void refill(Layer& layer, base::Instant now);
  void on_core_delivered(net::UplinkTicket ticket, base::Duration core);
  void touch(Layer& layer, base::UeId ue);
  void plan_timers(Layer& layer, base::Instant now);
  void run_timers(Layer& layer, base::UeId ue, bool at_ue, base::Slot slot);
  // spine_downlink.cpp
  void receive_downlink(Layer& layer, base::Slot slot);
  void receive_block(Layer& layer, const DownlinkOnAir& air, base::Slot slot);
  void send_downlink(Layer& layer, base::Slot slot);
  void send_assignment(Layer& layer, std::uint32_t cell, const mac::DlAssignment& a,
                       base::Slot slot);
  void send_grant(Layer& layer, std::uint32_t cell, const mac::UlGrant& grant, base::Slot slot);
  bool dci_heard(Layer& layer, const Dci& dci);
  void measure_csi(Layer& layer, base::UeId ue, base::Slot slot);
  void plan_csi(Layer& layer, base::UeId ue, base::Slot slot);
  // spine_uplink.cpp
  void receive_uplink(Layer& layer, base::Slot slot);
  void receive_pusch(Layer& layer, const UplinkOnAir& air, base::Slot slot);
  void receive_control(Layer& layer, base::Slot slot);
  void conclude_feedback(Layer& layer, const Answer& answer, base::Instant now);
  void send_uplink(Layer& layer, base::UeId ue, base::Slot slot);
  void send_pusch(Layer& layer, base::UeId ue, const mac::UlGrant& grant, base::Slot slot);
  void send_uci(Layer& layer, base::UeId ue, base::Slot slot);

  [[nodiscard]] mac::gnb::Connection& connection(Layer& layer, const Terminal& terminal) {
    return layer.cells[terminal.cell]->connection(terminal.connection);
  }
  /// Adds the quality of one block on its PRBs.
  [[nodiscard]] phy::SoftBlock block_quality(const Layer& layer, const mac::BlockFormat& format,
                                             const phy::SlotResources& slot,
                                             std::span<const double> sinr);

  schema::Scenario scenario_;
  Workers workers_;
  base::Random random_;
  base::Duration duration_;
  Deployment deployment_;
  net::Network network_;
  Recorder recorder_;
  std::unique_ptr<Traffic> traffic_;
  net::SlotClock clock_;
  std::vector<std::unique_ptr<Layer>> layers_;
  std::vector<std::unique_ptr<Terminal>> terminals_;
  PacketBook book_;
  std::vector<PacketMarks> in_core_;     ///< [ticket]
  std::vector<base::Instant> left_ran_;  ///< [ticket]

  // Working memory of a slot, kept for its capacity.
  std::vector<net::Arrival> arrivals_;
  std::vector<mac::AgendaEntry> due_;
  std::vector<base::UeId> due_terminals_;
  std::vector<base::UeId> busy_terminals_;
  mac::gnb::SlotPlan plan_;
  mac::BlockOutput output_;
  std::vector<mac::DroppedSdu> drops_;
  std::vector<int> re_count_;
  std::uint64_t slot_count_ = 0;
};

}  // namespace redcell::scenarios
