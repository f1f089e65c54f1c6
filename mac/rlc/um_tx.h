// Transmitting UM RLC entity (TS 38.322 5.2.2.1): whole SDUs without SN, segments with SN and
// offset.
#pragma once

#include <cstdint>
#include <vector>

#include "mac/pdcp/pdcp_tx.h"
#include "mac/rlc/config.h"
#include "mac/rlc/sizes.h"
#include "mac/sdu.h"

namespace redcell::mac {

class UmTx {
 public:
  explicit UmTx(const BearerConfig& config);

  /// Fills at most room_bytes from PDCP; appends and returns the bytes used, MAC subheaders
  /// included.
  std::uint32_t build(std::uint32_t room_bytes, PdcpTx& pdcp, std::vector<RlcPdu>& out);
  /// Bytes of the SDU begun and not finished.
  [[nodiscard]] std::uint32_t buffered_bytes() const { return current_.bytes - sent_bytes_; }
  /// TS 38.322 5.1.2. The SDU begun ends with PDCP's account.
  void reset();

 private:
  RlcHeaders headers_;
  std::uint32_t sn_mask_;
  std::uint32_t next_sn_ = 0;     ///< TX_Next
  PdcpPdu current_;               ///< bytes 0: none.
  std::uint32_t sent_bytes_ = 0;  ///< Of current_.
};

}  // namespace redcell::mac
