// The RAN node's net device: one for all terminals of the prefix.
#pragma once

#include <ns3/ipv4-address.h>

#include <functional>
#include <optional>
#include <vector>

#include "net/radio_net_device.h"

namespace redcell::net {

/// TypeId "redcell::GnbNetDevice": what its node sends is downlink of the terminal whose address is
/// the packet's destination, found by arithmetic.
class GnbNetDevice : public RadioNetDevice {
 public:
  static ns3::TypeId GetTypeId();
  GnbNetDevice();

  /// Takes the core's stamp off a packet and returns the time since the sender's IP layer.
  using Unstamp = std::function<base::Duration(ns3::Ptr<ns3::Packet> packet)>;

  /// serves[ue] tells whether the terminal has an IP stack; its address is address_of(ue).
  void serve(std::vector<bool> serves, Unstamp unstamp);

 private:
  bool send_to_radio(Inbox& inbox, ns3::Ptr<ns3::Packet> packet) override;

  std::vector<bool> serves_;
  Unstamp unstamp_;
};

/// Addresses the prefix holds beside network, RAN node and broadcast.
inline constexpr std::uint32_t terminal_count_max = (1U << 24) - 3;

/// The terminals' prefix and the RAN node's own address in it [ours].
[[nodiscard]] ns3::Ipv4Address ran_address();
[[nodiscard]] ns3::Ipv4Mask terminal_mask();
/// Terminal ue's address, and back; nullopt outside the prefix.
[[nodiscard]] ns3::Ipv4Address address_of(base::UeId ue);
[[nodiscard]] std::optional<base::UeId> terminal_at(std::uint32_t address);

}  // namespace redcell::net
