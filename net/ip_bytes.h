// Fields of a serialised IPv4 header (RFC 791 3.1), read without building a header object.
#pragma once

#include <ns3/packet.h>

#include <array>
#include <cstdint>

namespace redcell::net {

/// The destination address of a packet whose IPv4 header begins after `skip` bytes (at most 4);
/// zero when the packet is too short.
inline std::uint32_t ip_destination(const ns3::Packet& packet, std::uint32_t skip) {
  constexpr std::uint32_t destination_offset = 16;
  std::array<std::uint8_t, destination_offset + 8> head{};
  packet.CopyData(head.data(), skip + destination_offset + 4);
  std::uint32_t address = 0;
  for (std::uint32_t byte = 0; byte < 4; ++byte) {
    address = address << 8U | head[skip + destination_offset + byte];
  }
  return address;
}

}  // namespace redcell::net
