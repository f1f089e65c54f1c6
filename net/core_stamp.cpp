#include "net/core_stamp.h"

#include <ostream>

namespace redcell::net {

NS_OBJECT_ENSURE_REGISTERED(CoreStamp);

ns3::TypeId CoreStamp::GetTypeId() {
  static ns3::TypeId type = ns3::TypeId("redcell::CoreStamp")
                                .SetParent<ns3::Tag>()
                                .SetGroupName("redcell")
                                .AddConstructor<CoreStamp>();
  return type;
}

void CoreStamp::Serialize(ns3::TagBuffer out) const {
  out.WriteU64(static_cast<std::uint64_t>(data_.entered.value()));
  out.WriteU32(data_.ticket);
  out.WriteU32(data_.ue.value);
  out.WriteU32(data_.bytes);
}

void CoreStamp::Deserialize(ns3::TagBuffer in) {
  data_.entered = base::Instant(static_cast<std::int64_t>(in.ReadU64()));
  data_.ticket = in.ReadU32();
  data_.ue = base::UeId{in.ReadU32()};
  data_.bytes = in.ReadU32();
}

void CoreStamp::Print(std::ostream& os) const {
  os << "ue=" << data_.ue.value << " entered_ns=" << data_.entered.value();
}

}  // namespace redcell::net
