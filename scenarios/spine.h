// The parts of the spine, for testbed.cpp and the spine_*.cpp files alone.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/random.h"
#include "mac/agenda.h"
#include "mac/gnb/cell.h"
#include "mac/gnb/mobility.h"
#include "mac/ue/rrc.h"
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

/// One connection of a terminal, as the network holds it.
struct Leg {
  std::uint32_t cell = 0;        ///< Index in the layer.
  std::uint32_t connection = 0;  ///< Index in the cell.
  std::uint32_t epoch = 0;
  friend bool operator==(const Leg&, const Leg&) = default;
};

/// A PDSCH on the air, with what the channel made of it. It is received one slot later, before
/// anything can end its connection.
struct DownlinkOnAir {
  mac::DlAssignment assignment;
  Leg leg;
  bool is_expected = false;  ///< Its DCI has been heard, or the terminal knows of the occasion.
  phy::SoftBlock quality;
};

/// A PUSCH on the air, or the silence where one was expected.
struct UplinkOnAir {
  mac::UlGrant grant;
  Leg leg;
  bool is_sent = false;
  phy::SoftBlock quality;
  double sinr_db = 0;
};

/// Uplink control information on the air.
struct UciOnAir {
  mac::Uci uci;
  Leg leg;
  bool heard = false;
};

/// A channel state report between its measurement and its arrival.
struct CsiOnAir {
  base::UeId ue;
  Leg leg;
  base::Slot arrival;
  std::uint32_t bwp = 0;  ///< That was measured.
  LayerChannel::ChannelReport report;
};

/// The absence of an answer is an answer too: what the cell concludes when nothing came.
struct ExpectedFeedback {
  base::Slot slot;  ///< Of the PUCCH.
  Leg leg;
  base::UeId ue;
  mac::HarqId harq;
};

/// A step of random access on its way. Steps up to the connection are not blocks of a connection.
struct AccessOnAir {
  enum class Step : std::uint8_t { preamble, response, request, setup };
  Step step = Step::preamble;
  base::UeId ue;
  std::uint32_t cell = 0;
  base::Slot arrival;
  bool heard = false;
  mac::RrcMessage message;  ///< Of request and setup.
};

/// A message between cells, or between a cell and the core.
struct WireItem {
  base::Instant due;
  base::UeId ue;
  mac::gnb::WireMessage message;
};

/// A packet of a terminal whose bearer is not where the core sends.
struct ForwardedSdu {
  base::Instant due;
  mac::Sdu sdu;
};

/// A DCI on its way to a terminal.
struct Dci {
  ServingLink link;
  int aggregation_level = 1;
  std::uint32_t bwp = 0;  ///< Whose CORESET carries it.
  bool is_grant = false;
  base::Slot data_slot;  ///< Of the block it names: no two DCIs of a kind share it.
};

/// What a cell concludes about one transmission of a downlink block.
struct Answer {
  Leg leg;
  base::UeId ue;
  mac::HarqFeedback feedback;
};

/// A terminal as the spine drives it.
struct Terminal {
  Terminal(const mac::ue::UeConfig& mac_config, const mac::ue::RrcConfig& rrc_config,
           const mac::ue::JoinCell& connection)
      : mac(mac_config), rrc(rrc_config, connection) {}
  mac::ue::UeMac mac;
  mac::ue::Rrc rrc;
  mac::ActiveBwp bwp{{}, 0};  ///< As the UE has it.
  std::size_t layer = 0;
  Leg leg;                ///< The connection the UE has, while mac.is_connected().
  std::vector<Leg> legs;  ///< All that the network holds for it.

  // The network's end of its data bearer: in one of the legs, or travelling.
  mac::RadioBearer* gnb_bearer = nullptr;
  std::unique_ptr<mac::RadioBearer> travelling;
  std::optional<Leg> bearer_leg;
  std::optional<Leg> waiting_leg;       ///< Where the travelling one has come before its terminal.
  std::uint32_t path_cell = 0;          ///< Where the core sends.
  std::vector<ForwardedSdu> forwarded;  ///< In order.
  std::uint64_t forwarded_bytes = 0;

  base::Slot csi_until{-1};  ///< Reports go on until this slot; later when data comes.
  bool csi_planned = false;
  bool touched = false;  ///< Something happened in this slot that may have set a timer.
  std::array<std::optional<base::Slot>, 12> timer_slot;  ///< [task] Latest entry in the agenda.
  bool measures = false;                                 ///< A measurement is planned.
  std::vector<double> link_sinr;  ///< Of the serving cell's last SS/PBCH blocks, linear; a ring.
  std::size_t link_sinr_count = 0;
  std::uint32_t access_cell = 0;           ///< Index in the layer.
  double preamble_sinr_db = 0;             ///< Of the last preamble, as the cell heard it.
  bool was_away = false;                   ///< Not connected when the last drive row ended.
  std::array<base::Instant, 2> last_data;  ///< [direction] Last block with data received.
  std::array<bool, 2> interrupted{};       ///< [direction] No data since the last connection.
  std::vector<base::PacketId> ungranted;   ///< Uplink packets that have not seen a PUSCH.
  std::vector<std::size_t> flows;          ///< Indices of its saturated flows.
  std::vector<std::size_t> files;          ///< Indices of its file flows.
  std::array<ByteLedger, 2> ledger;
};

/// A layer at run time.
struct Layer {
  Layer(const LayerPlan& plan_in, const Deployment& deployment, const base::Random& random);
  const LayerPlan& plan;
  std::vector<phy::ResourceMap> maps;  ///< [bwp]
  /// [open parts - 1][bwp] As LayerPlan::fewer_open.
  std::vector<std::vector<phy::ResourceMap>> fewer_open;
  LayerChannel channel;
  std::vector<std::unique_ptr<mac::gnb::Cell>> cells;
  mac::gnb::Mobility mobility;
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
  std::vector<AccessOnAir> access_on_air;
  std::vector<WireItem> wire;  ///< By due time.
  std::vector<base::UeId> touched;
  std::vector<base::UeId> forwarding;  ///< Terminals with packets forwarded.

  // What is on the air in the slot that runs.
  std::vector<std::pair<std::uint32_t, mac::DlAssignment>> assignments;  ///< With their cells.
  std::vector<std::pair<std::uint32_t, mac::UlGrant>> grants;
  std::vector<std::pair<std::uint32_t, mac::BwpSwitchDci>> switches;
  std::vector<std::pair<std::uint32_t, mac::ConfiguredGrantDci>> configured;
  std::vector<Emission> dl_data;
  std::vector<Emission> dl_control;
  std::vector<Emission> ul_data;
  std::vector<base::UeId> csi_due;
  std::vector<base::UeId> csi_fresh;  ///< Reports of a BWP just entered, beside the periodic ones.
  std::vector<mac::gnb::BwpManager> bwp_managers;  ///< [cell] None where nobody is moved.
  std::vector<std::uint32_t> open_counts;          ///< [cell] As last recorded.
  std::vector<CellCapacity> capacities;            ///< [open parts - 1]

  [[nodiscard]] base::Instant start_of(base::Slot slot) const {
    return plan.numerology().slot_start(slot);
  }
  /// Which slots are downlink and uplink is the same in every BWP.
  [[nodiscard]] const phy::ResourceMap& map() const { return maps.front(); }
  [[nodiscard]] base::CellId id_of(std::uint32_t cell) const { return plan.cells[cell].id; }
  /// Index of a cell. Cells of a layer are numbered in a row.
  [[nodiscard]] std::uint32_t index_of(base::CellId id) const {
    return id.value - plan.cells.front().id.value;
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
  void run_task(Layer& layer, const mac::AgendaEntry& entry, base::Slot slot);
  void add_cell(const LayerPlan& layer, const CellPlan& cell, analysis::RunStart& facts);
  void prepare_channel(Layer& layer);
  void add_requesting_terminals(const Layer& layer, base::Slot slot);
  void plan_next(Layer& layer, base::Slot slot);
  void wake(base::Instant now);
  // spine_build.cpp
  void plan_files();
  void connect(Layer& layer, base::UeId ue);
  // spine_packets.cpp
  void take_arrivals(Layer& layer, base::Slot slot);
  void hand_over(base::UeId ue, base::Direction direction, base::Instant now);
  void enqueue_downlink(Layer& layer, base::UeId ue, const mac::Sdu& sdu, base::Slot slot);
  void take_forwarded(Layer& layer, base::Slot slot);
  void account_drops(base::UeId ue, base::Direction direction, std::vector<mac::DroppedSdu>& drops,
                     base::Instant now);
  void settle(Layer& layer, base::UeId ue, base::Direction direction, base::Instant now);
  void refill(Layer& layer, base::Instant now);
  void take_files(Layer& layer, Terminal& terminal, base::Instant now);
  void on_core_delivered(net::UplinkTicket ticket, base::Duration core);
  void touch(Layer& layer, base::UeId ue);
  void plan_timers(Layer& layer, base::Instant now);
  void run_timers(Layer& layer, base::UeId ue, bool at_ue, base::Slot slot);
  // spine_downlink.cpp
  void receive_downlink(Layer& layer, base::Slot slot);
  void receive_block(Layer& layer, const DownlinkOnAir& air, base::Slot slot);
  void send_downlink(Layer& layer, base::Slot slot);
  void schedule_cells(Layer& layer, base::Slot slot);
  void send_assignment(Layer& layer, std::uint32_t cell, const mac::DlAssignment& a,
                       base::Slot slot);
  void send_grant(Layer& layer, std::uint32_t cell, const mac::UlGrant& grant, base::Slot slot);
  bool dci_heard(Layer& layer, const Dci& dci);
  void measure_csi(Layer& layer, base::UeId ue, base::Slot slot);
  void plan_csi(Layer& layer, base::UeId ue, base::Slot slot);
  void send_csi(Layer& layer, base::UeId ue, base::Slot slot);
  // spine_bwp.cpp
  void send_switch(Layer& layer, std::uint32_t cell, const mac::BwpSwitchDci& dci, base::Slot slot);
  void run_bwp_timer(Layer& layer, base::UeId ue, base::Slot slot);
  void manage_bwps(Layer& layer, base::Slot slot);
  void note_open_parts(Layer& layer, std::uint32_t cell, base::Slot slot);
  void start_bwps(Layer& layer);
  void reset_bwp(Layer& layer, base::UeId ue);
  void configure_grant(Layer& layer, base::UeId ue, base::Instant now);
  void send_configured(Layer& layer, std::uint32_t cell, const mac::ConfiguredGrantDci& dci,
                       base::Slot slot);
  void on_bwp_message(Layer& layer, base::UeId ue, const mac::BwpReconfiguration& message,
                      base::Slot slot);
  /// It monitors the PDCCH of this part in the slot.
  [[nodiscard]] bool listens(const Terminal& terminal, std::uint32_t bwp, base::Slot slot) const {
    return terminal.bwp.bwp() == bwp && !terminal.bwp.in_gap(slot);
  }
  // spine_uplink.cpp
  void receive_uplink(Layer& layer, base::Slot slot);
  void receive_pusch(Layer& layer, const UplinkOnAir& air, base::Slot slot);
  void receive_control(Layer& layer, base::Slot slot);
  void conclude_feedback(Layer& layer, const Answer& answer, base::Instant now);
  void send_uplink(Layer& layer, base::Slot slot);
  void use_occasion(Layer& layer, base::UeId ue, mac::UlGrant& grant, base::Instant now);
  void build_pusch(Layer& layer, base::UeId ue, mac::UlGrant grant, base::Slot slot);
  void judge_pusch(Layer& layer, UplinkOnAir& air, const Emission& emission, base::Slot slot);
  void judge_uci(Layer& layer, UciOnAir& air, base::Slot slot);
  struct PuschFate {
    bool decoded = false;
    bool is_new = false;  ///< It had not been decoded before.
  };
  void record_pusch(const Layer& layer, const UplinkOnAir& air, const PuschFate& fate,
                    base::Slot slot);
  void receive_csi(Layer& layer, const CsiOnAir& csi, base::Slot slot);
  void measure_uplink(Layer& layer, base::UeId ue, const Leg& leg);
  // spine_mobility.cpp
  void take_messages(Layer& layer, base::Slot slot);
  void take_wire(Layer& layer, base::Slot slot);
  void run_rrc_timer(Layer& layer, base::UeId ue, base::Instant now);
  void run_network_timer(Layer& layer, base::Instant now);
  void measure(Layer& layer, base::UeId ue, base::Slot slot);
  [[nodiscard]] mac::ue::LinkQuality link_quality(Terminal& terminal, double sinr_lin) const;
  void keep_signalling(Layer& layer, base::UeId ue, const Leg& leg, bool at_ue);
  void watch_bearers(Layer& layer, base::UeId ue, base::Instant now);
  void execute_ue(Layer& layer, base::UeId ue, base::Instant now);
  void execute_network(Layer& layer, base::Instant now);
  void leave(Layer& layer, base::UeId ue, base::Instant now);
  void join(Layer& layer, base::UeId ue, const mac::ue::JoinCell& connection, base::Instant now);
  void flush_downlink(Layer& layer, base::UeId ue, const Leg& leg, base::Instant now);
  void restart_bearers(Layer& layer, base::UeId ue, base::Instant now);
  void send_wire(Layer& layer, const mac::gnb::Send& send, base::Instant now);
  void send_rrc(Layer& layer, const mac::gnb::SendRrc& send, base::Instant now);
  void attach_bearer(Layer& layer, base::UeId ue, const Leg& leg, base::Instant now);
  void open_connection(Layer& layer, const mac::gnb::Link& link);
  void close_connection(Layer& layer, const mac::gnb::Link& link, base::Instant now);
  void plan_measurement(Layer& layer, base::UeId ue, base::Slot after);
  void record_drive_row(Layer& layer, base::UeId ue, base::Instant now);
  [[nodiscard]] base::PacketId keep_message(const mac::RrcMessage& message);
  // spine_access.cpp
  void plan_access(Layer& layer, base::UeId ue, base::Instant from);
  void send_preamble(Layer& layer, base::UeId ue, base::Slot slot);
  void send_access(Layer& layer, const AccessOnAir& access, base::Slot slot);
  void receive_access(Layer& layer, base::Slot slot);
  bool access_heard(Layer& layer, const AccessOnAir& access, base::Slot slot);
  void note_preamble(Layer& layer, const AccessOnAir& access);

  [[nodiscard]] const Leg* find_leg(const Terminal& terminal, std::uint32_t cell,
                                    std::uint32_t epoch) const;
  /// The network's half of the connection that the UE has; nullptr: it has none, or the network
  /// has closed it.
  [[nodiscard]] mac::gnb::Connection* connection(Layer& layer, const Terminal& terminal) {
    if (!terminal.mac.is_connected()) return nullptr;
    const Leg* leg = find_leg(terminal, terminal.leg.cell, terminal.leg.epoch);
    return leg == nullptr ? nullptr : &layer.cells[leg->cell]->connection(leg->connection);
  }
  /// Data has come through in this direction: an interruption may have ended.
  void note_data(base::UeId ue, base::Direction direction, base::Instant now);
  /// Adds the quality of one block on its PRBs.
  struct BlockPlace {
    const mac::BlockFormat& format;
    phy::PrbRange prb;  ///< Of the carrier.
    const phy::SlotResources& slot;
  };
  [[nodiscard]] phy::SoftBlock block_quality(const Layer& layer, const BlockPlace& place,
                                             std::span<const double> sinr);
  /// Error rate of a DCI on the CORESET of a BWP.
  double dci_error_rate(Layer& layer, ServingLink link, std::uint32_t bwp, int aggregation_level);
  /// Mean SINR of PUCCH over the PRBs of an uplink BWP between which it hops.
  double pucch_sinr(Layer& layer, ServingLink link, std::uint32_t bwp, double re_power_w);
  [[nodiscard]] std::uint32_t bwp_of(base::UeId ue) const {
    return terminals_[ue.value]->bwp.bwp();
  }
  /// From PRBs of a block's BWP to those of the carrier.
  [[nodiscard]] static phy::PrbRange carrier_prbs(const Layer& layer,
                                                  const mac::BlockFormat& format) {
    return {.first = layer.plan.bwps[format.bwp].bwp_dl.first + format.prb.first,
            .count = format.prb.count};
  }

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
  std::vector<mac::gnb::PartLoad> part_loads_;
  std::vector<mac::gnb::PartMember> part_members_;
  std::vector<mac::gnb::BwpMove> bwp_moves_;
  std::vector<mac::DroppedSdu> drops_;
  std::vector<int> re_count_;
  std::vector<mac::ue::CellSample> samples_;
  mac::ue::RrcActions ue_actions_;
  std::vector<mac::gnb::NetworkAction> network_actions_;
  /// RRC messages inside SRB1, by the number their SDU carries; and those that have arrived.
  std::vector<mac::RrcMessage> messages_;
  std::vector<std::uint32_t> free_messages_;
  struct ArrivedMessage {
    base::UeId ue;
    Leg leg;
    bool at_ue = false;
    base::PacketId packet;
  };
  std::vector<ArrivedMessage> arrived_messages_;
  std::uint64_t slot_count_ = 0;
};

}  // namespace redcell::scenarios
