#include "net/ue_net_device.h"

#include <utility>

namespace redcell::net {

NS_OBJECT_ENSURE_REGISTERED(UeNetDevice);

ns3::TypeId UeNetDevice::GetTypeId() {
  static ns3::TypeId type = ns3::TypeId("redcell::UeNetDevice")
                                .SetParent<RadioNetDevice>()
                                .SetGroupName("redcell")
                                .AddConstructor<UeNetDevice>();
  return type;
}

UeNetDevice::UeNetDevice() : RadioNetDevice(DeviceKind::ue) {}

bool UeNetDevice::send_to_radio(Inbox& inbox, ns3::Ptr<ns3::Packet> packet) {
  inbox.push(std::move(packet), {ue_, base::Direction::uplink}, base::Duration());
  return true;
}

}  // namespace redcell::net
