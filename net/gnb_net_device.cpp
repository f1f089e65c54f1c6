#include "net/gnb_net_device.h"

#include <array>
#include <utility>

#include "base/check.h"
#include "net/ip_bytes.h"

namespace redcell::net {
namespace {

// [ours] One private /8: the RAN node is .0.0.1, terminal 0 is .0.0.2.
constexpr std::uint32_t prefix = 0x0A00'0000;
constexpr std::uint32_t mask = 0xFF00'0000;
constexpr std::uint32_t first_terminal = prefix + 2;

}  // namespace

NS_OBJECT_ENSURE_REGISTERED(GnbNetDevice);

ns3::TypeId GnbNetDevice::GetTypeId() {
  static ns3::TypeId type = ns3::TypeId("redcell::GnbNetDevice")
                                .SetParent<RadioNetDevice>()
                                .SetGroupName("redcell")
                                .AddConstructor<GnbNetDevice>();
  return type;
}

GnbNetDevice::GnbNetDevice() : RadioNetDevice(DeviceKind::gnb) {}

void GnbNetDevice::serve(std::vector<bool> serves, Unstamp unstamp) {
  RC_CHECK(serves.size() <= terminal_count_max);
  serves_ = std::move(serves);
  unstamp_ = std::move(unstamp);
}

bool GnbNetDevice::send_to_radio(Inbox& inbox, ns3::Ptr<ns3::Packet> packet) {
  const std::optional<base::UeId> ue = terminal_at(ip_destination(*packet, 0));
  if (!ue || ue->value >= serves_.size() || !serves_[ue->value]) {
    return false;
  }
  const base::Duration core = unstamp_(packet);
  inbox.push(std::move(packet), {*ue, base::Direction::downlink}, core);
  return true;
}

ns3::Ipv4Address ran_address() { return ns3::Ipv4Address(prefix + 1); }

ns3::Ipv4Mask terminal_mask() { return ns3::Ipv4Mask(mask); }

ns3::Ipv4Address address_of(base::UeId ue) {
  RC_CHECK(ue.value < terminal_count_max);
  return ns3::Ipv4Address(first_terminal + ue.value);
}

std::optional<base::UeId> terminal_at(std::uint32_t address) {
  // Below the first terminal the difference wraps around to far above the last.
  const std::uint32_t index = address - first_terminal;
  return index < terminal_count_max ? std::optional(base::UeId{index}) : std::nullopt;
}

}  // namespace redcell::net
