#include "mac/rlc/um_tx.h"

#include "base/check.h"

namespace redcell::mac {

UmTx::UmTx(const BearerConfig& config)
    : headers_(umd_headers(config.rlc_sn_bits)), sn_mask_((1u << config.rlc_sn_bits) - 1) {
  RC_CHECK(config.rlc_sn_bits == 6 || config.rlc_sn_bits == 12);
}

std::uint32_t UmTx::build(std::uint32_t room_bytes, PdcpTx& pdcp, std::vector<RlcPdu>& out) {
  std::uint32_t used = 0;
  while (current_.bytes > 0 || !pdcp.empty()) {
    const std::uint32_t sdu_bytes = current_.bytes > 0 ? current_.bytes : pdcp.next_bytes();
    const Fit part = fit(headers_, {sent_bytes_, sdu_bytes, sdu_bytes}, room_bytes - used);
    if (part.bytes == 0) break;
    if (current_.bytes == 0) current_ = pdcp.take();
    RlcPdu pdu{.pdcp_count = current_.count,
               .packet = current_.packet,
               .sdu_bytes = sdu_bytes,
               .offset = sent_bytes_,
               .bytes = part.bytes,
               .header_bytes = part.header_bytes,
               .first = sent_bytes_ == 0,
               .last = sent_bytes_ + part.bytes == sdu_bytes};
    if (!(pdu.first && pdu.last)) pdu.sn = next_sn_ & sn_mask_;
    out.push_back(pdu);
    const std::uint32_t length = part.bytes + part.header_bytes;
    used += length + mac_subheader_bytes(length);
    sent_bytes_ += part.bytes;
    if (pdu.last) {
      if (!pdu.first) ++next_sn_;
      current_ = {};
      sent_bytes_ = 0;
    }
  }
  return used;
}

void UmTx::reset() {
  next_sn_ = 0;
  current_ = {};
  sent_bytes_ = 0;
}

}  // namespace redcell::mac
