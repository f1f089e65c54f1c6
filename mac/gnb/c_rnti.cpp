#include "mac/gnb/c_rnti.h"

#include "base/check.h"
#include "phy/nr/search_space.h"

namespace redcell::mac::gnb {
namespace {

/// Between the rows of two cells.
constexpr std::uint32_t cell_stride = 1'013;
constexpr std::uint32_t number_count = 1U << 16U;

/// Every number of 16 bits once in 65536 turns.
std::uint32_t scattered(std::uint32_t turn) {
  std::uint32_t x = turn % number_count;
  for (const std::uint32_t factor : {0x9E35U, 0xC2B3U}) {  // Odd, so that no two meet.
    x ^= x >> 7U;
    x = x * factor % number_count;
  }
  return x ^ x >> 9U;
}

}  // namespace

CRntiPool::CRntiPool(std::uint32_t cell) : turn_(cell * cell_stride), is_used_(number_count) {}

std::uint32_t CRntiPool::take() {
  RC_CHECK(used_count_ < phy::c_rnti_max);
  std::uint32_t c_rnti = 0;
  do {
    c_rnti = scattered(turn_++);
  } while (c_rnti < 1 || c_rnti > phy::c_rnti_max || is_used_[c_rnti]);
  is_used_[c_rnti] = true;
  ++used_count_;
  return c_rnti;
}

void CRntiPool::give_back(std::uint32_t c_rnti) {
  RC_CHECK(c_rnti < number_count && is_used_[c_rnti]);
  is_used_[c_rnti] = false;
  --used_count_;
}

}  // namespace redcell::mac::gnb
