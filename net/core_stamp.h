// What a packet carries through the core: when it entered, and how its uplink ticket is called.
#pragma once

#include <ns3/tag.h>

#include <cstdint>

#include "base/ids.h"
#include "base/units.h"

namespace redcell::net {

/// A packet tag of ns-3 (TypeId "redcell::CoreStamp"): metadata, no bytes on the wire.
class CoreStamp : public ns3::Tag {
 public:
  struct Data {
    base::Instant entered;
    std::uint32_t ticket = 0;  ///< UplinkTicket, or no_ticket for the downlink.
    base::UeId ue;
    std::uint32_t bytes = 0;  ///< IP bytes when it entered.
  };

  static ns3::TypeId GetTypeId();
  CoreStamp() = default;
  explicit CoreStamp(const Data& data) : data_(data) {}
  [[nodiscard]] const Data& data() const { return data_; }

  ns3::TypeId GetInstanceTypeId() const override { return GetTypeId(); }
  std::uint32_t GetSerializedSize() const override { return 20; }
  void Serialize(ns3::TagBuffer out) const override;
  void Deserialize(ns3::TagBuffer in) override;
  void Print(std::ostream& os) const override;

 private:
  Data data_;
};

}  // namespace redcell::net
