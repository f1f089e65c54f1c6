// The terminal's net device.
#pragma once

#include "net/radio_net_device.h"

namespace redcell::net {

/// TypeId "redcell::UeNetDevice": what its node sends is uplink of one terminal.
class UeNetDevice : public RadioNetDevice {
 public:
  static ns3::TypeId GetTypeId();
  UeNetDevice();

  void set_ue(base::UeId ue) { ue_ = ue; }
  [[nodiscard]] base::UeId ue() const { return ue_; }

 private:
  bool send_to_radio(Inbox& inbox, ns3::Ptr<ns3::Packet> packet) override;

  base::UeId ue_;
};

}  // namespace redcell::net
