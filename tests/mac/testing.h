// Valid defaults for the MAC's tests: each test changes the one field it is about.
#pragma once

#include <array>
#include <cstdint>

#include "mac/air.h"
#include "mac/gnb/cell.h"
#include "mac/ue/ue_mac.h"
#include "phy/nr/resource_map.h"

namespace redcell::mac::testing {

/// 51 PRB at 30 kHz, DDDDDDDSUU with 6:4:4 and nothing but a CORESET of one symbol: downlink in
/// slots 0..7 of 10, PUSCH in 8 and 9, no rate matching anywhere.
inline phy::ResourceMapConfig tdd_carrier() {
  const phy::Numerology numerology(30);
  const std::array pattern{phy::TddPattern{base::milliseconds(5), 7, 6, 2, 4}};
  phy::ResourceMapConfig c{.numerology = numerology,
                           .duplex = phy::Duplex::tdd(numerology, pattern),
                           .bwp_dl = {0, 51},
                           .bwp_ul = {0, 51}};
  c.coreset = {.symbol_count = 1, .prb_count = 48};
  c.pusch_dmrs.cdm_groups_without_data = 2;
  return c;
}

/// The same carrier with downlink and PUSCH in every slot.
inline phy::ResourceMapConfig fdd_carrier() {
  phy::ResourceMapConfig c = tdd_carrier();
  c.duplex = phy::Duplex::fdd(c.numerology);
  return c;
}

/// 32 connections; K1 and K2 reach an uplink slot from every downlink slot of both carriers.
inline gnb::CellConfig cell_config(const phy::ResourceMap& map) {
  gnb::CellConfig c;
  c.bwps = {&map};
  c.k1 = {2, 3, 4, 5, 6, 7, 8};
  c.k2 = {2, 3, 4, 5, 6, 7, 8};
  c.policy = {.kind = gnb::PolicyKind::round_robin, .connection_count = 32};
  c.is_audited = true;
  return c;
}

inline BearerConfig um_bearer() {
  BearerConfig c;
  c.acknowledged = false;
  return c;
}

inline gnb::ConnectionConfig connection_config(std::uint32_t ue) {
  return {.ue = base::UeId{ue}, .epoch = 7};
}

/// SR in slots 8 and 28 of 40; asks again after 50 slots.
inline ue::UeConfig ue_config() {
  return {.ue = base::UeId{3},
          .bearer = um_bearer(),
          .sr_occasions = {base::Slot(8), base::Slot(28)},
          .sr_period = base::SlotCount(40),
          .retx_bsr = base::SlotCount(50)};
}

/// A QPSK block of so many bytes on 10 PRB.
inline BlockFormat block_format(std::uint32_t bytes) {
  BlockFormat f;
  f.prb = {.first = 0, .count = 10};
  f.prb_count = 10;
  f.rate_x1024 = 449;
  f.tbs = base::Bits(8 * static_cast<std::int64_t>(bytes));
  return f;
}

/// First transmission of block 1 of process 0.
inline UlGrant ul_grant(base::Slot pusch_slot, std::uint32_t bytes) {
  return {.ue = base::UeId{3},
          .harq = {.process = 0, .attempt = 0, .block = 1},
          .format = block_format(bytes),
          .pusch_slot = pusch_slot};
}

inline DlAssignment dl_assignment(base::Slot feedback_slot) {
  return {.ue = base::UeId{3},
          .harq = {.process = 0, .attempt = 0, .block = 1},
          .format = block_format(500),
          .feedback_slot = feedback_slot};
}

inline Sdu sdu(std::uint32_t packet, std::uint32_t bytes) {
  return {.packet = base::PacketId{packet}, .bytes = bytes, .arrival = base::Instant()};
}

/// One UM PDU that carries a whole SDU under this COUNT.
inline RlcPdu whole_pdu(std::uint32_t count, std::uint32_t ip_bytes) {
  return {.pdcp_count = count,
          .packet = base::PacketId{count},
          .sdu_bytes = ip_bytes + 2,
          .bytes = ip_bytes + 2,
          .header_bytes = 1,
          .first = true,
          .last = true};
}

/// A message of RRC, or its acknowledgement, as AM carries it.
inline RlcPdu polled_pdu(std::uint32_t count, std::uint32_t ip_bytes) {
  RlcPdu pdu = whole_pdu(count, ip_bytes);
  pdu.sn = count;
  pdu.header_bytes = 2;
  pdu.poll = true;
  return pdu;
}

/// What one logical channel takes of a block, MAC subheaders of 2 or 3 bytes included.
inline std::uint32_t bytes_of(const ChannelContent& content) {
  std::uint32_t bytes = content.has_status ? content.status.bytes : 0;
  for (const RlcPdu& rlc : content.pdus) {
    const std::uint32_t length = rlc.bytes + rlc.header_bytes;
    bytes += length + (length < 256 ? 2 : 3);
  }
  return bytes;
}

/// What of a block is not padding.
inline std::uint32_t bytes_of(const MacPdu& pdu) {
  return bytes_of(pdu.signalling) + bytes_of(pdu.data) + (pdu.bsr ? 2 : 0) + (pdu.phr ? 3 : 0);
}

}  // namespace redcell::mac::testing
