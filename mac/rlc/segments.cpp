#include "mac/rlc/segments.h"

#include <algorithm>

#include "base/check.h"

namespace redcell::mac {

bool SegmentPool::add(SegmentList& list, std::uint32_t begin, std::uint32_t end) {
  RC_CHECK(begin < end);
  std::uint32_t before = no_segment;
  std::uint32_t at = list.head;
  while (at != no_segment && nodes_[at].end < begin) {
    before = at;
    at = nodes_[at].next;
  }
  if (at != no_segment && nodes_[at].begin <= begin && nodes_[at].end >= end) return false;
  Segment merged{begin, end, at};
  while (merged.next != no_segment && nodes_[merged.next].begin <= merged.end) {
    const std::uint32_t gone = merged.next;
    merged.begin = std::min(merged.begin, nodes_[gone].begin);
    merged.end = std::max(merged.end, nodes_[gone].end);
    merged.next = nodes_[gone].next;
    nodes_[gone].next = free_;
    free_ = gone;
  }
  const std::uint32_t fresh = take(merged);
  (before == no_segment ? list.head : nodes_[before].next) = fresh;
  return true;
}

void SegmentPool::clear(SegmentList& list) {
  while (list.head != no_segment) {
    const std::uint32_t gone = list.head;
    list.head = nodes_[gone].next;
    nodes_[gone].next = free_;
    free_ = gone;
  }
}

bool SegmentPool::covers(SegmentList list, std::uint32_t sdu_bytes) const {
  return list.head != no_segment && nodes_[list.head].begin == 0 &&
         nodes_[list.head].end >= sdu_bytes;
}

bool SegmentPool::has_gap(SegmentList list) const {
  return list.head != no_segment &&
         (nodes_[list.head].begin > 0 || nodes_[list.head].next != no_segment);
}

std::uint32_t SegmentPool::take(const Segment& segment) {
  if (free_ == no_segment) {
    nodes_.push_back(segment);
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }
  const std::uint32_t index = free_;
  free_ = nodes_[index].next;
  nodes_[index] = segment;
  return index;
}

}  // namespace redcell::mac
