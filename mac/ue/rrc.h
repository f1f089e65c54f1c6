// The UE's RRC for mobility: measurements, indications and messages in, actions for the spine out.
//
//   connected --command--> switching --> accessing --answered--> connected
//       | failure              | T304, access failed                ^
//       +-------> selecting <--+                                    |
//                     +--cell found--> accessing --answered--> requesting --Reestablishment
//
// TS 38.331 5.3.5.5.2, 5.3.5.8.3, 5.3.7, 5.3.10; TS 38.133 6.1.1.2 (delays). The UE has left the
// source in the moment it processes the command. A UE that could not be re-established goes on
// selecting instead of going idle [ours]: its next attempt stands for the new set-up.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <variant>

#include "base/check.h"
#include "mac/rrc.h"
#include "mac/ue/measurements.h"
#include "mac/ue/radio_link_monitor.h"
#include "mac/ue/random_access.h"

namespace redcell::mac::ue {

struct RrcConfig {
  base::UeId ue;
  MeasurementConfig measurements;
  RadioLinkConfig radio_link;
  RandomAccessConfig access;
  base::Duration rrc_processing = base::milliseconds(10);  ///< TS 38.331 12.
  base::Duration ue_processing = base::milliseconds(20);   ///< T_processing, TS 38.133 6.1.1.2.2.
  base::Duration margin = base::milliseconds(2);           ///< T_margin, there.
  base::Duration t301 = base::milliseconds(1000);
  base::Duration t311 = base::milliseconds(3000);
  /// From failure to the selected cell's system information [ours]: a known cell, SIB1 included.
  base::Duration selection_delay = base::milliseconds(100);
  base::Dbm selection_rsrp_min{-124};  ///< Weaker cells are not selected (Qrxlevmin) [ours].
};

/// Give this to SRB1 (the request: SRB0) of the cell; the connection is the one last joined.
struct SendMessage {
  base::CellId cell;
  RrcMessage message;
};
/// The UE no longer hears nor sends in the cell of its connection.
struct LeaveCell {};
/// From this instant on wants_preamble() tells when to use a PRACH occasion of the cell.
struct StartAccess {
  base::CellId cell;
  bool reestablishment = false;  ///< Contention-based; else with the dedicated preamble.
  base::Instant from;
};
/// From now on the UE is connection `epoch` of the cell.
struct JoinCell {
  base::CellId cell;
  std::uint32_t epoch = 0;
};
/// Access, if under way, has ended without success. The event is to be counted; the UE selects a
/// cell.
struct Failed {
  FailureReason reason = FailureReason::radio_link_failure;
  MobilityEvent event;
};
/// MobilityEvent: to be counted.
using RrcAction =
    std::variant<SendMessage, LeaveCell, StartAccess, JoinCell, Failed, MobilityEvent>;

/// What the spine is to do, in this order.
class RrcActions {
 public:
  void push(const RrcAction& action) {
    RC_CHECK(count_ < actions_.size());
    actions_[count_++] = action;
  }
  void clear() { count_ = 0; }
  [[nodiscard]] const RrcAction* begin() const { return actions_.data(); }
  [[nodiscard]] const RrcAction* end() const { return actions_.data() + count_; }
  [[nodiscard]] std::size_t size() const { return count_; }

 private:
  std::array<RrcAction, 8> actions_{};  ///< More than any one call gives.
  std::size_t count_ = 0;
};

/// What a UE finds in one SS/PBCH period.
struct RadioView {
  std::span<const CellSample> samples;
  LinkQuality link = LinkQuality::neither;  ///< Of the serving cell; read while connected.
};

enum class RrcState : std::uint8_t { connected, switching, accessing, selecting, requesting };

class Rrc {
 public:
  /// Connected to a cell from the start.
  Rrc(const RrcConfig& config, const JoinCell& connection);

  // Inputs. Each appends to out, which the caller clears. An input at the instant of a deadline
  // comes before it: call on_time last.
  void measure(base::Instant now, const RadioView& view, RrcActions& out);
  /// A message decoded from the cell the UE is in. One that does not fit the state is ignored.
  void on_message(const RrcMessage& message, base::Instant now, RrcActions& out);
  void on_preamble_sent(base::Instant now) { access_.on_sent(now); }
  /// The cell heard the preamble and its answer was decoded. Too late an answer is ignored.
  void on_response(base::Instant now, RrcActions& out);
  /// An AM entity of the connection reached maxRetxThreshold.
  void on_rlc_failure(base::Instant now, RrcActions& out);
  /// Called in vain it does nothing. Afterwards deadline() is later than now.
  void on_time(base::Instant now, RrcActions& out);
  [[nodiscard]] std::optional<base::Instant> deadline() const;

  [[nodiscard]] RrcState state() const { return state_; }
  /// The connection the UE has, or had last.
  [[nodiscard]] const JoinCell& connection() const { return connection_; }
  [[nodiscard]] const Measurements& measurements() const { return measurements_; }
  /// wants_preamble, preamble_power; the cell is that of the last StartAccess.
  [[nodiscard]] const RandomAccess& access() const { return access_; }

 private:
  void begin_handover(const HandoverCommand& command, base::Instant now, RrcActions& out);
  void lose_link(FailureReason reason, base::Instant now, RrcActions& out);
  void fail(FailureReason reason, base::Instant now, RrcActions& out);
  void join(const JoinCell& connection, RrcActions& out);
  void try_select(base::Instant now, RrcActions& out);
  [[nodiscard]] MobilityEvent event(MobilityEventKind kind) const;

  RrcConfig config_;
  RrcState state_ = RrcState::connected;
  JoinCell connection_;
  JoinCell next_;  ///< Where access goes; epoch known for a handover only.
  bool reestablishing_ = false;
  Measurements measurements_;
  RadioLinkMonitor monitor_;
  RandomAccess access_;
  std::optional<base::Instant> access_from_;  ///< Set while switching.
  std::optional<base::Instant> select_from_;  ///< Set while selecting and not yet tried.
  std::optional<base::Instant> guard_;        ///< T304, T301 or T311: no two run at once.
};

}  // namespace redcell::mac::ue
