#include "mac/rrc.h"

namespace redcell::mac {

namespace {

struct Size {
  std::uint32_t operator()(const MeasurementReport& r) const {
    return 10 + 5 * static_cast<std::uint32_t>(r.neighbour_count);
  }
  // The target's whole cell group configuration.
  std::uint32_t operator()(const HandoverCommand&) const { return 300; }
  std::uint32_t operator()(const HandoverComplete&) const { return 2; }
  std::uint32_t operator()(const ReestablishmentRequest&) const { return 6; }
  std::uint32_t operator()(const Reestablishment&) const { return 2; }
  std::uint32_t operator()(const ReestablishmentComplete&) const { return 2; }
  // One downlink and one uplink BWP with their control channels.
  std::uint32_t operator()(const BwpReconfiguration&) const { return 120; }
  std::uint32_t operator()(const BwpReconfigurationComplete&) const { return 2; }
};

}  // namespace

std::uint32_t size_bytes(const RrcMessage& message) { return std::visit(Size{}, message); }

}  // namespace redcell::mac
