// C-RNTIs of a cell: which number a connection gets.
//
// A row that is scattered over all numbers of TS 38.321 Table 7.1-1, from its begin again after its
// end [ours]: numbers that follow one another keep their distance in the hash of the search space,
// and their terminals would block one another in the same slots of all frames.
#pragma once

#include <cstdint>
#include <vector>

namespace redcell::mac::gnb {

class CRntiPool {
 public:
  /// Cells begin their rows apart; the same cell has the same row in every run.
  explicit CRntiPool(std::uint32_t cell);

  /// A number in 1..phy::c_rnti_max that is not in use. Pre: one is free.
  std::uint32_t take();
  /// Pre: it is in use.
  void give_back(std::uint32_t c_rnti);

 private:
  std::uint32_t turn_;
  std::uint32_t used_count_ = 0;
  std::vector<bool> is_used_;  ///< [C-RNTI]
};

}  // namespace redcell::mac::gnb
