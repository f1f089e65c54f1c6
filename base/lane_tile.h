// The shape of all batch data: rows of 16 links, contiguous, zero-padded.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>

#include "base/check.h"

namespace redcell::base {

/// Links computed together. Fixed: the data layout never depends on the instruction set.
inline constexpr std::size_t lane_count = 16;

/// A [row][lane_count] matrix of 32-bit values, aligned to 64 bytes and zero at birth. Lanes are
/// links and never add to one another.
template <class T>
class BasicTile {
  static_assert(sizeof(T) == 4);

 public:
  BasicTile() = default;
  explicit BasicTile(std::size_t row_count) : row_count_(row_count), data_(allocate(row_count)) {}
  BasicTile(BasicTile&&) noexcept = default;
  BasicTile& operator=(BasicTile&&) noexcept = default;

  [[nodiscard]] std::size_t row_count() const { return row_count_; }
  [[nodiscard]] T* row(std::size_t index) {
    RC_CHECK(index < row_count_);
    return data_.get() + index * lane_count;
  }
  [[nodiscard]] const T* row(std::size_t index) const {
    RC_CHECK(index < row_count_);
    return data_.get() + index * lane_count;
  }
  [[nodiscard]] T& at(std::size_t index, std::size_t lane) {
    RC_CHECK(lane < lane_count);
    return row(index)[lane];
  }
  [[nodiscard]] T at(std::size_t index, std::size_t lane) const {
    RC_CHECK(lane < lane_count);
    return row(index)[lane];
  }
  [[nodiscard]] T* data() { return data_.get(); }
  [[nodiscard]] const T* data() const { return data_.get(); }

 private:
  struct Free {
    void operator()(T* p) const { ::operator delete[](p, std::align_val_t{64}); }
  };
  static std::unique_ptr<T[], Free> allocate(std::size_t row_count) {
    const std::size_t size = row_count * lane_count;
    auto* p = static_cast<T*>(::operator new[](size * sizeof(T) + 64, std::align_val_t{64}));
    std::fill_n(p, size, T{});
    return std::unique_ptr<T[], Free>(p);
  }

  std::size_t row_count_ = 0;
  std::unique_ptr<T[], Free> data_;
};

using LaneTile = BasicTile<float>;
using PhaseTile = BasicTile<std::uint32_t>;  ///< Phases in 2^-32 turns: wrapping is exact.

}  // namespace redcell::base
