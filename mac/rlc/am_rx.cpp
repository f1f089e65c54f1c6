#include "mac/rlc/am_rx.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "mac/rlc/sizes.h"

namespace redcell::mac {

AmRx::AmRx(const BearerConfig& config)
    : sn_mask_((1u << config.rlc_sn_bits) - 1),
      sn_bits_(config.rlc_sn_bits),
      window_(std::uint64_t{1} << (config.rlc_sn_bits - 1)),
      t_reassembly_(config.t_reassembly),
      t_status_prohibit_(config.t_status_prohibit) {
  RC_CHECK(sn_bits_ == 12 || sn_bits_ == 18);
  RC_CHECK(t_reassembly_.value() >= 0 && t_status_prohibit_.value() >= 0);
}

void AmRx::receive(const RlcPdu& pdu, base::Instant now, PdcpRx& pdcp, RxOutput out) {
  const std::uint64_t offset = (pdu.sn - entries_.begin()) & sn_mask_;
  const std::uint64_t x = entries_.begin() + offset;
  if (offset >= window_ || !place(pdu)) {
    triggered_ |= pdu.poll;  // TS 38.322 5.3.4: a poll on a discarded PDU is answered at once.
    return;
  }
  if (pdu.poll) polls_.push_back(x);
  const Entry& entry = entries_[x];
  if (pool_.covers(entry.segments, entry.pdu.bytes)) {
    const PdcpPdu whole = entry.pdu;
    complete(x);
    pdcp.receive(whole, now, out);
  }
  update_timer(now);
  answer_polls();
}

// False: every byte was there before.
bool AmRx::place(const RlcPdu& pdu) {
  const std::uint64_t x = entries_.begin() + ((pdu.sn - entries_.begin()) & sn_mask_);
  while (entries_.end() <= x) entries_.push_back(Entry{});
  Entry& entry = entries_[x];
  if (entry.complete) return false;
  // After the sender gave an SDU up and nobody re-established, its SN comes round with another.
  if (entry.pdu.count != pdu.pdcp_count) pool_.clear(entry.segments);
  entry.pdu = {pdu.packet, pdu.sdu_bytes, pdu.pdcp_count};
  return pool_.add(entry.segments, pdu.offset, pdu.offset + pdu.bytes);
}

// TS 38.322 5.2.3.2.3: SDU x has all its bytes.
void AmRx::complete(std::uint64_t x) {
  pool_.clear(entries_[x].segments);
  entries_[x].complete = true;
  while (highest_status_ < entries_.end() && entries_[highest_status_].complete) ++highest_status_;
  while (!entries_.empty() && entries_.front().complete) entries_.pop_front();
}

// SDUs above sn have arrived, or sn itself has a gap before its last byte received.
bool AmRx::missing_beyond(std::uint64_t sn) const {
  const std::uint64_t ahead = entries_.end() - sn;
  return ahead > 1 || (ahead == 1 && pool_.has_gap(entries_[sn].segments));
}

void AmRx::update_timer(base::Instant now) {
  const std::uint64_t next = entries_.begin();
  if (reassembly_ends_) {
    const bool resolved = status_trigger_ <= next ||
                          (status_trigger_ == next + 1 && !pool_.has_gap(entries_[next].segments));
    if (resolved) reassembly_ends_.reset();
  }
  if (!reassembly_ends_ && missing_beyond(next)) {
    status_trigger_ = entries_.end();
    reassembly_ends_ = now + t_reassembly_;
  }
}

void AmRx::answer_polls() {
  const auto waiting = std::remove_if(polls_.begin(), polls_.end(),
                                      [&](std::uint64_t sn) { return sn < highest_status_; });
  triggered_ |= waiting != polls_.end();
  polls_.erase(waiting, polls_.end());
}

std::optional<base::Instant> AmRx::deadline() const {
  if (!triggered_ || !prohibit_ends_) return reassembly_ends_;
  if (!reassembly_ends_) return prohibit_ends_;
  return std::min(*reassembly_ends_, *prohibit_ends_);
}

void AmRx::on_time(base::Instant now) {
  if (prohibit_ends_ && *prohibit_ends_ <= now) prohibit_ends_.reset();
  while (reassembly_ends_ && *reassembly_ends_ <= now) {  // Twice when t-Reassembly is zero.
    reassembly_ends_.reset();
    highest_status_ = std::max(status_trigger_, entries_.begin());
    while (highest_status_ < entries_.end() && entries_[highest_status_].complete) {
      ++highest_status_;
    }
    if (missing_beyond(highest_status_)) {
      status_trigger_ = entries_.end();
      reassembly_ends_ = now + t_reassembly_;
    }
    triggered_ = true;
    answer_polls();
  }
}

void AmRx::reset() {
  for (std::uint64_t x = entries_.begin(); x != entries_.end(); ++x)
    pool_.clear(entries_[x].segments);
  entries_.restart_at(0);
  highest_status_ = 0;
  status_trigger_ = 0;
  reassembly_ends_.reset();
  polls_.clear();
  triggered_ = false;
  prohibit_ends_.reset();
}

bool AmRx::status_pending(base::Instant now) const {
  return triggered_ && (!prohibit_ends_ || *prohibit_ends_ <= now);
}

/// One walk over what is missing: counts the bytes of the STATUS and, when asked, writes its NACKs.
class StatusWalk {
 public:
  StatusWalk(const AmRx& rx, std::uint32_t pdu_bytes_max, std::vector<RlcNack>* nacks)
      : rx_(rx), bytes_max_(pdu_bytes_max), nacks_(nacks) {
    for (sn_ = rx_.entries_.begin(); sn_ < rx_.highest_status_; ++sn_) {
      const AmRx::Entry& entry = rx_.entries_[sn_];
      if (entry.complete) continue;
      const bool fits = entry.segments.head == no_segment ? whole() : gaps(entry);
      if (!fits) break;
    }
  }
  [[nodiscard]] std::uint32_t pdu_bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t ack_sn() const { return sn_; }

 private:
  bool add(std::uint32_t bytes, std::uint32_t offset_begin, std::uint32_t offset_end) {
    if (bytes_ + bytes > bytes_max_) return false;
    bytes_ += bytes;
    if (nacks_) {
      const auto wire_sn = static_cast<std::uint32_t>(sn_) & rx_.sn_mask_;
      nacks_->push_back({wire_sn, offset_begin, offset_end});
    }
    return true;
  }

  // A run of whole SDUs is one NACK_SN with a range; the range field appears with its second SDU.
  bool whole() {
    const bool joins = run_length_ > 0 && run_end_ == sn_ && run_length_ < nack_range_max;
    const std::uint32_t cost = joins ? (run_length_ == 1 ? 1 : 0) : nack_bytes(rx_.sn_bits_, {});
    if (!add(cost, 0, to_the_end)) return false;
    run_length_ = joins ? run_length_ + 1 : 1;
    run_end_ = sn_ + 1;
    return true;
  }

  // One NACK for each gap. An SDU of which some gaps found no room still counts as reported.
  bool gaps(const AmRx::Entry& entry) {
    const std::uint32_t cost = nack_bytes(rx_.sn_bits_, {.offsets = true});
    std::uint32_t have = 0;
    bool reported = false;
    for (std::uint32_t at = entry.segments.head; at != no_segment; at = rx_.pool_.at(at).next) {
      const Segment& segment = rx_.pool_.at(at);
      if (segment.begin > have) {
        if (!add(cost, have, segment.begin)) return stop(reported);
        reported = true;
      }
      have = segment.end;
    }
    if (have < entry.pdu.bytes && !add(cost, have, to_the_end)) return stop(reported);
    return true;
  }

  // Out of room: ACK_SN is the next SDU not received that no NACK names (TS 38.322 5.3.4).
  bool stop(bool reported) {
    if (reported) {
      do {
        ++sn_;
      } while (sn_ < rx_.highest_status_ && rx_.entries_[sn_].complete);
    }
    return false;
  }

  const AmRx& rx_;
  std::uint32_t bytes_max_;
  std::vector<RlcNack>* nacks_;
  std::uint64_t sn_ = 0;
  std::uint32_t bytes_ = status_fixed_bytes;
  std::uint32_t run_length_ = 0;
  std::uint64_t run_end_ = 0;
};

// A STATUS PDU is never segmented: a MAC SDU has at most 65535 bytes.
static constexpr std::uint32_t status_bytes_max = 65'000;

std::uint32_t AmRx::status_bytes() const {
  if (!triggered_) return 0;
  const std::uint32_t length = StatusWalk(*this, status_bytes_max, nullptr).pdu_bytes();
  return length + mac_subheader_bytes(length);
}

bool AmRx::build_status(std::uint32_t room_bytes, base::Instant now, RlcStatus& out) {
  const std::uint32_t length_max = std::min(mac_sdu_bytes_max(room_bytes), status_bytes_max);
  if (!status_pending(now) || length_max < status_fixed_bytes) return false;
  out.nacks.clear();
  const StatusWalk walk(*this, length_max, &out.nacks);
  out.ack_sn = static_cast<std::uint32_t>(walk.ack_sn()) & sn_mask_;
  out.bytes = static_cast<std::uint16_t>(walk.pdu_bytes() + mac_subheader_bytes(walk.pdu_bytes()));
  triggered_ = false;
  prohibit_ends_.reset();
  if (t_status_prohibit_.value() > 0) prohibit_ends_ = now + t_status_prohibit_;
  return true;
}

}  // namespace redcell::mac
