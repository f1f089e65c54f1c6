// A small network around gnb::Mobility that carries the wire by hand and keeps the books a spine
// would keep: every opening, closing, taking and installing is checked against them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mac/gnb/mobility.h"

namespace redcell::mac::gnb {

inline constexpr base::UeId ue{0};
inline base::Instant at_ms(std::int64_t ms) { return base::Instant() + base::milliseconds(ms); }

inline MobilityConfig mobility_config() {
  return {.cell_count = 4,
          .ue_count = 3,
          .admission = {.users_max = 2},
          .group_of = {},
          .policy = {},
          .t304 = base::milliseconds(1000),
          .preparation = base::milliseconds(200),
          .arrival = base::milliseconds(2000)};
}

inline CellMeasurement measured(std::uint32_t cell, double rsrp_dbm) {
  CellMeasurement m;
  m.cell = base::CellId{cell};
  m.rsrp_dbm = rsrp_dbm;
  return m;
}

inline std::string number(std::uint32_t value) { return std::to_string(value); }
inline std::string name(const Link& link) {
  return number(link.epoch) + "@" + number(link.cell.value);
}

struct WireWord {
  std::string operator()(const HandoverRequest& m) const { return "ask" + number(m.epoch); }
  std::string operator()(const HandoverRequestAck& m) const { return "ack" + number(m.epoch); }
  std::string operator()(const HandoverPreparationFailure& m) const {
    return "refuse" + number(m.epoch);
  }
  std::string operator()(const ContextTransfer& m) const { return "transfer" + number(m.epoch); }
  std::string operator()(const ContextRelease& m) const { return "release" + number(m.epoch); }
  std::string operator()(const PathSwitch& m) const { return "path" + number(m.cell.value); }
  std::string operator()(const ContextFetch& m) const { return "fetch" + number(m.epoch); }
};

/// Executes the actions of UE 0 as a spine would, and writes them down.
class Network {
 public:
  explicit Network(const MobilityConfig& config = mobility_config()) : mobility(config) {
    const std::uint32_t epoch = mobility.attach(ue, {0});
    holder = Link{ue, {0}, epoch};
    open.push_back(*holder);
  }

  std::string report(double neighbour_above_db, std::uint32_t neighbour, std::int64_t ms) {
    return message(mobility.serving(ue), report_of(neighbour_above_db, neighbour), at_ms(ms));
  }
  static MeasurementReport report_of(double neighbour_above_db, std::uint32_t neighbour) {
    MeasurementReport r{.serving = measured(0, -90), .neighbour_count = 1};
    r.neighbours[0] = measured(neighbour, -90 + neighbour_above_db);
    return r;
  }
  std::string message(const Link& link, const RrcMessage& m, base::Instant now) {
    mobility.on_message(link, m, now, actions);
    return execute();
  }
  std::string ask_again(std::uint32_t cell) {
    return message({ue, {cell}, 0}, ReestablishmentRequest{ue, {0}, 1}, at_ms(0));
  }
  /// Delivers the oldest message on the wire.
  std::string deliver(std::int64_t ms = 0) { return deliver_at(0, ms); }
  std::string deliver_at(std::size_t index, std::int64_t ms = 0) {
    const Send send = wire.at(index);
    wire.erase(wire.begin() + static_cast<std::ptrdiff_t>(index));
    mobility.on_wire(send.message, at_ms(ms), actions);
    return execute();
  }
  std::string time(base::Instant now) {
    mobility.on_time(now, actions);
    return execute();
  }
  /// Prepares and commands UE 0 to cell 1 as connection 2; the transfer stays on the wire.
  void command() {
    (void)report(6, 1, 0);
    (void)deliver();
    (void)deliver();
    ASSERT_TRUE(std::holds_alternative<ContextTransfer>(wire.at(0).message));
  }

  std::string execute() {
    std::string words;
    for (const NetworkAction& a : actions) {
      words += (words.empty() ? "" : " ") + std::visit([&](const auto& x) { return act(x); }, a);
    }
    actions.clear();
    return words;
  }
  std::string act(const Send& a) {
    if (a.to) wire.push_back(a);
    EXPECT_EQ(a.to.has_value(), !std::holds_alternative<PathSwitch>(a.message));
    const std::string to = a.to ? number(a.to->value) : "core";
    return std::visit(WireWord{}, a.message) + ":" + number(a.from.value) + ">" + to;
  }
  std::string act(const SendRrc& a) {
    EXPECT_TRUE(is_open(a.link)) << name(a.link);
    if (const auto* const m = std::get_if<HandoverCommand>(&a.message)) {
      EXPECT_EQ(m->t304, base::milliseconds(1000));
      return "command" + number(m->epoch) + ">" + number(m->target.value) + ":" + name(a.link);
    }
    EXPECT_EQ(holder, a.link) << "taken up again before its bearer is there";
    return "answer" + number(std::get<Reestablishment>(a.message).epoch) + ":" + name(a.link);
  }
  std::string act(const OpenConnection& a) {
    EXPECT_FALSE(is_open(a.link)) << name(a.link);
    for (const Link& l : open) EXPECT_NE(l.epoch, a.link.epoch) << "epochs are unique";
    open.push_back(a.link);
    return "open" + name(a.link);
  }
  std::string act(const CloseConnection& a) {
    EXPECT_TRUE(is_open(a.link)) << name(a.link);
    EXPECT_NE(holder, a.link) << "closed with its bearer";
    std::erase(open, a.link);
    return "close" + name(a.link);
  }
  std::string act(const TakeBearer& a) {
    EXPECT_EQ(holder, a.link);
    holder.reset();
    return "take" + name(a.link);
  }
  std::string act(const InstallBearer& a) {
    EXPECT_FALSE(holder) << "two bearers";
    EXPECT_TRUE(is_open(a.link)) << name(a.link);
    holder = a.link;
    return "install" + name(a.link);
  }
  std::string act(const MobilityEvent& e) {
    static const std::vector<std::string> kinds = {"report", "started", "prepared",  "failed",
                                                   "sent",   "x",       "completed", "x",
                                                   "x",      "x",       "x",         "full"};
    const std::string kind = kinds.at(static_cast<std::size_t>(e.kind));
    EXPECT_NE(kind, "x") << "told by the UE alone";
    return "(" + kind + number(e.source.value) + ">" + number(e.target.value) + ")";
  }
  bool is_open(const Link& link) const {
    return std::find(open.begin(), open.end(), link) != open.end();
  }

  Mobility mobility;
  std::vector<NetworkAction> actions;
  std::deque<Send> wire;
  std::vector<Link> open;
  std::optional<Link> holder;
};

}  // namespace redcell::mac::gnb
