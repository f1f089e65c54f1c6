// Which bytes of an SDU have arrived: sorted, disjoint byte ranges out of one pool.
#pragma once

#include <cstdint>
#include <vector>

namespace redcell::mac {

inline constexpr std::uint32_t no_segment = 0xffffffffu;

/// The ranges of one SDU; an index into the pool.
struct SegmentList {
  std::uint32_t head = no_segment;
};

/// Received bytes [begin, end).
struct Segment {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint32_t next = no_segment;
};

/// Storage for the lists of one receiver. Freed ranges are used again.
class SegmentPool {
 public:
  /// Adds [begin, end), merging what touches. False when all of it was there before. Pre: begin <
  /// end.
  bool add(SegmentList& list, std::uint32_t begin, std::uint32_t end);
  void clear(SegmentList& list);

  [[nodiscard]] const Segment& at(std::uint32_t index) const { return nodes_[index]; }
  /// True when bytes [0, sdu_bytes) are all there.
  [[nodiscard]] bool covers(SegmentList list, std::uint32_t sdu_bytes) const;
  /// True when a byte before the last received one is missing.
  [[nodiscard]] bool has_gap(SegmentList list) const;

 private:
  std::uint32_t take(const Segment& segment);

  std::vector<Segment> nodes_;
  std::uint32_t free_ = no_segment;
};

}  // namespace redcell::mac
