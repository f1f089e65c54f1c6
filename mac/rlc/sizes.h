// Header lengths of layer 2, in bytes.
#pragma once

#include <cstdint>

namespace redcell::mac {

/// MAC subheader R/F/LCID/L of a MAC SDU: L has 8 bits below 256 bytes, else 16 (TS 38.321 6.1.2).
[[nodiscard]] constexpr std::uint32_t mac_subheader_bytes(std::uint32_t mac_sdu_bytes) {
  return mac_sdu_bytes < 256 ? 2 : 3;
}

/// The longest MAC SDU that fits into room_bytes together with its subheader; 0 when none does.
[[nodiscard]] constexpr std::uint32_t mac_sdu_bytes_max(std::uint32_t room_bytes) {
  if (room_bytes >= 256 + 3) return room_bytes - 3;
  if (room_bytes >= 255 + 2) return 255;
  return room_bytes > 2 ? room_bytes - 2 : 0;
}

/// Which bytes of its SDU an RLC PDU carries.
struct SegmentPlace {
  bool first = true;  ///< Byte 0; else the header has a segment offset of two bytes.
  bool last = true;   ///< The last byte.
};

/// AMD PDU header (TS 38.322 6.2.2.4). Pre: sn_bits is 12 or 18.
[[nodiscard]] constexpr std::uint16_t amd_header_bytes(int sn_bits, SegmentPlace place) {
  const int fixed = sn_bits == 12 ? 2 : 3;
  return static_cast<std::uint16_t>(place.first ? fixed : fixed + 2);
}

/// UMD PDU header (TS 38.322 6.2.2.3): a whole SDU carries no SN. Pre: sn_bits is 6 or 12.
[[nodiscard]] constexpr std::uint16_t umd_header_bytes(int sn_bits, SegmentPlace place) {
  if (place.first && place.last) return 1;
  const int fixed = sn_bits == 6 ? 1 : 2;
  return static_cast<std::uint16_t>(place.first ? fixed : fixed + 2);
}

/// The three RLC data PDU headers a sender of one SN length can need.
struct RlcHeaders {
  std::uint16_t whole;  ///< A whole SDU.
  std::uint16_t first;  ///< A segment with byte 0.
  std::uint16_t rest;   ///< Any other segment.
};
[[nodiscard]] constexpr RlcHeaders amd_headers(int sn_bits) {
  return {amd_header_bytes(sn_bits, {.first = true, .last = true}),
          amd_header_bytes(sn_bits, {.first = true, .last = false}),
          amd_header_bytes(sn_bits, {.first = false, .last = false})};
}
[[nodiscard]] constexpr RlcHeaders umd_headers(int sn_bits) {
  return {umd_header_bytes(sn_bits, {.first = true, .last = true}),
          umd_header_bytes(sn_bits, {.first = true, .last = false}),
          umd_header_bytes(sn_bits, {.first = false, .last = false})};
}

/// Bytes of one SDU that wait to be sent: [begin, end), end > begin.
struct Stretch {
  std::uint32_t begin;
  std::uint32_t end;
  std::uint32_t sdu_bytes;
};

/// How much of a stretch goes into the next RLC PDU.
struct Fit {
  std::uint32_t bytes = 0;  ///< Payload; 0 when not even one byte fits.
  std::uint16_t header_bytes = 0;
};

/// Header of a PDU that carries the bytes [begin, end) of its SDU.
[[nodiscard]] constexpr std::uint16_t header_of(const RlcHeaders& headers, const Stretch& s) {
  if (s.begin > 0) return headers.rest;
  return s.end == s.sdu_bytes ? headers.whole : headers.first;
}

/// The most of a stretch that room_bytes takes, with RLC header and MAC subheader
/// (TS 38.322 5.2.3.1.1).
[[nodiscard]] constexpr Fit fit(const RlcHeaders& headers, const Stretch& s,
                                std::uint32_t room_bytes) {
  const std::uint32_t limit = mac_sdu_bytes_max(room_bytes);
  const std::uint16_t all = header_of(headers, s);
  if (all + (s.end - s.begin) <= limit) return {s.end - s.begin, all};
  const std::uint16_t part = s.begin > 0 ? headers.rest : headers.first;
  if (limit <= part) return {};
  return {limit - part, part};
}

/// STATUS PDU without its NACKs (TS 38.322 6.2.2.5), both SN lengths.
inline constexpr std::uint32_t status_fixed_bytes = 3;
/// Longest run of SDUs that one NACK range of 8 bits covers (TS 38.322 6.2.2.5).
inline constexpr std::uint32_t nack_range_max = 255;

/// What stands beside a NACK_SN.
struct NackFields {
  bool offsets = false;  ///< SOstart and SOend.
  bool range = false;    ///< NACK range.
};

/// One NACK of a STATUS PDU. Pre: sn_bits is 12 or 18.
[[nodiscard]] constexpr std::uint32_t nack_bytes(int sn_bits, NackFields fields) {
  return (sn_bits == 12 ? 2u : 3u) + (fields.offsets ? 4u : 0u) + (fields.range ? 1u : 0u);
}

/// PDCP data PDU header of a DRB (TS 38.323 6.2.2.2, 6.2.2.3); no SDAP header. Pre: sn_bits is 12
/// or 18.
[[nodiscard]] constexpr std::uint32_t pdcp_header_bytes(int sn_bits) {
  return sn_bits == 12 ? 2 : 3;
}

}  // namespace redcell::mac
