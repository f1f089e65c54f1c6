// The network's side of mobility: reports and wire messages in, actions for the spine out.
//
// TS 38.300 9.2.3 (handover, re-establishment), TS 38.423 8.2 (Xn). One instance for the network,
// keyed by UE; what cells tell each other nevertheless crosses the wire as values: the spine
// carries Send to on_wire() with a delay, in order between two cells.
//
// A UE has one bearer context. It is in one connection, or between TakeBearer and InstallBearer it
// travels; the spine keeps it meanwhile.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "mac/gnb/admission.h"
#include "mac/rrc.h"

namespace redcell::mac::gnb {

/// Source -> target. Epochs are unique per UE: the source counts, the target uses.
struct HandoverRequest {
  base::UeId ue;
  base::CellId source;
  base::CellId target;
  std::uint32_t source_epoch = 0;
  std::uint32_t epoch = 0;
};
/// Target -> source.
struct HandoverRequestAck {
  base::UeId ue;
  base::CellId target;
  std::uint32_t epoch = 0;
};
struct HandoverPreparationFailure {
  base::UeId ue;
  base::CellId target;
  std::uint32_t epoch = 0;
};
/// The bearer context travels (SN STATUS TRANSFER, RETRIEVE UE CONTEXT RESPONSE) to connection
/// epoch.
struct ContextTransfer {
  base::UeId ue;
  base::CellId to;
  std::uint32_t epoch = 0;
};
/// UE CONTEXT RELEASE, HANDOVER CANCEL: close this connection.
struct ContextRelease {
  base::UeId ue;
  base::CellId cell;
  std::uint32_t epoch = 0;
};
/// To the core: packets for the UE go to this cell from now on.
struct PathSwitch {
  base::UeId ue;
  base::CellId cell;
};
/// RETRIEVE UE CONTEXT REQUEST: the UE is at `from` as connection epoch; its context is at `to`.
struct ContextFetch {
  base::UeId ue;
  base::CellId from;
  base::CellId to;
  std::uint32_t epoch = 0;
};
using WireMessage = std::variant<HandoverRequest, HandoverRequestAck, HandoverPreparationFailure,
                                 ContextTransfer, ContextRelease, PathSwitch, ContextFetch>;

/// A connection of a UE, in one cell.
struct Link {
  base::UeId ue;
  base::CellId cell;
  std::uint32_t epoch = 0;
  friend bool operator==(const Link&, const Link&) = default;
};

/// Carry this to on_wire(); a PathSwitch ends in the core instead (to is empty).
struct Send {
  base::CellId from;
  std::optional<base::CellId> to;
  WireMessage message;
};
/// Give this to SRB1 (SRB0 for Reestablishment, before the UE has joined) of the connection.
struct SendRrc {
  Link link;
  RrcMessage message;
};
struct OpenConnection {
  Link link;  ///< Without bearer context.
};
struct CloseConnection {
  Link link;  ///< Never the one that holds the bearer context.
};
/// The connection's user plane stops; SRB1 goes on.
struct TakeBearer {
  Link link;
};
struct InstallBearer {
  Link link;
};
/// MobilityEvent: to be counted.
using NetworkAction = std::variant<Send, SendRrc, OpenConnection, CloseConnection, TakeBearer,
                                   InstallBearer, MobilityEvent>;

struct MobilityPolicy {
  base::Db margin{0};  ///< The target is better than the serving cell by at least this (RSRP).
};
/// The strongest reported neighbour that meets the margin.
[[nodiscard]] std::optional<base::CellId> choose_target(const MobilityPolicy& policy,
                                                        const MeasurementReport& report);

struct MobilityConfig {
  std::uint32_t cell_count = 0;
  std::uint32_t ue_count = 0;
  AdmissionConfig admission;
  /// [ue] Of AdmissionConfig::groups; empty: all of the first.
  std::vector<std::uint32_t> group_of;
  MobilityPolicy policy;
  base::Duration t304 = base::milliseconds(1000);
  base::Duration preparation = base::milliseconds(200);  ///< TXn_RELOCprep [ours].
  /// The target closes a connection whose UE has not completed after this [ours]: longer than
  /// preparation and T304 together.
  base::Duration arrival = base::milliseconds(2000);
};

class Mobility {
 public:
  explicit Mobility(const MobilityConfig& config);

  /// The UE's first connection, with its bearer context; returns its epoch. Once per UE, before
  /// anything else of it; not subject to admission.
  std::uint32_t attach(base::UeId ue, base::CellId cell);

  // Inputs. Each appends to out, which the caller clears.
  /// A message decoded from the UE in this connection (for a ReestablishmentRequest: in this cell,
  /// epoch not read). One of a closed connection is ignored.
  void on_message(const Link& link, const RrcMessage& message, base::Instant now,
                  std::vector<NetworkAction>& out);
  void on_wire(const WireMessage& message, base::Instant now, std::vector<NetworkAction>& out);
  /// Called in vain it does nothing. Afterwards deadline() is later than now.
  void on_time(base::Instant now, std::vector<NetworkAction>& out);
  /// No later than the next timer; may come too early.
  [[nodiscard]] std::optional<base::Instant> deadline() const;

  /// The connection that last completed.
  [[nodiscard]] Link serving(base::UeId ue) const;
  /// UEs with one connection or more in the cell: those that admission counts.
  [[nodiscard]] std::uint32_t user_count(base::CellId cell) const;

 private:
  struct Open {
    Link link;
    std::optional<base::Instant> arrival_end;  ///< Of a target still waiting for its UE.
  };
  enum class Phase : std::uint8_t { steady, preparing, commanded, reestablishing };
  struct Context {
    std::uint32_t last_epoch = 0;
    Phase phase = Phase::steady;
    Link serving;
    Link next;  ///< Target or re-establishment cell, unless steady.
    std::optional<base::Instant> preparation_end;  ///< Set while preparing.
    Link bearer;                  ///< The connection that holds the bearer context, or will.
    bool bearer_travels = false;  ///< Between TakeBearer and InstallBearer.
    std::optional<Link> onward;   ///< Where the bearer goes on to as soon as it arrives.
    std::vector<Open> open;
  };
  struct Timer {
    base::Instant due;
    base::UeId ue;
  };
  using Actions = std::vector<NetworkAction>;

  void on_report(Context& c, const MeasurementReport& report, base::Instant now, Actions& out);
  void on_reestablishment_request(const Link& at, Actions& out);
  void on_request(const HandoverRequest& request, base::Instant now, Actions& out);
  void on_ack(const HandoverRequestAck& ack, Actions& out);
  void on_failure(const HandoverPreparationFailure& failure, Actions& out);
  void on_transfer(const ContextTransfer& transfer, Actions& out);
  void on_fetch(const ContextFetch& fetch, Actions& out);
  void check_timers(Context& c, base::Instant now, Actions& out);
  static void give_up_preparation(Context& c, Actions& out);
  static void give_bearer_back(Context& c, Actions& out);
  void finish(Context& c, Actions& out);
  void release_others(Context& c, Actions& out);
  static void release(const Link& link, base::CellId from, Actions& out);
  static void send_bearer(Context& c, const Link& to, Actions& out);
  static void install(const Context& c, Actions& out);
  void open(Context& c, const Open& connection, Actions& out);
  void close(const Link& link, Actions& out);
  void start_timer(base::Instant due, base::UeId ue);
  [[nodiscard]] static bool is_open(const Context& c, const Link& link);
  [[nodiscard]] static bool is_in(const Context& c, base::CellId cell);
  /// A UE that is in the cell already has its place there.
  [[nodiscard]] bool admits(base::UeId ue, base::CellId cell, Actions& out);
  [[nodiscard]] std::size_t group_of(base::UeId ue) const;
  [[nodiscard]] Context& context(base::UeId ue);

  MobilityConfig config_;
  Admission admission_;
  std::vector<Context> contexts_;  ///< [ue]
  std::vector<Timer> timers_;      ///< Heap, earliest first; may hold old entries.
};

}  // namespace redcell::mac::gnb
