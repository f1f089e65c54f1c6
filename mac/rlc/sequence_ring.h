// A queue whose entries are named by consecutive numbers: windows of sequence numbers and plain
// FIFOs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"

namespace redcell::mac {

/// Entries [begin(), end()), each at its number. Storage doubles when full and is never given back,
/// so a ring that has seen its longest queue allocates no more.
template <class T>
class SequenceRing {
 public:
  [[nodiscard]] std::uint64_t begin() const { return begin_; }
  [[nodiscard]] std::uint64_t end() const { return end_; }
  [[nodiscard]] std::uint64_t size() const { return end_ - begin_; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] bool contains(std::uint64_t number) const { return number - begin_ < size(); }

  [[nodiscard]] T& operator[](std::uint64_t number) {
    RC_CHECK(contains(number));
    return slots_[number & (slots_.size() - 1)];
  }
  [[nodiscard]] const T& operator[](std::uint64_t number) const {
    RC_CHECK(contains(number));
    return slots_[number & (slots_.size() - 1)];
  }
  [[nodiscard]] T& front() { return (*this)[begin_]; }
  [[nodiscard]] const T& front() const { return (*this)[begin_]; }
  [[nodiscard]] T& back() { return (*this)[end_ - 1]; }
  [[nodiscard]] const T& back() const { return (*this)[end_ - 1]; }

  void push_back(const T& value) {
    if (size() == slots_.size()) grow();
    slots_[end_++ & (slots_.size() - 1)] = value;
  }
  /// The first entry's number falls by one (numbers wrap below zero; only order matters to a FIFO).
  void push_front(const T& value) {
    if (size() == slots_.size()) grow();
    slots_[--begin_ & (slots_.size() - 1)] = value;
  }
  void pop_front() {
    RC_CHECK(!empty());
    ++begin_;
  }
  /// Empties the ring; the next entry pushed has this number.
  void restart_at(std::uint64_t number) { begin_ = end_ = number; }

 private:
  void grow() {
    std::vector<T> wider(slots_.empty() ? 8 : slots_.size() * 2);
    for (std::uint64_t i = begin_; i != end_; ++i) {
      wider[i & (wider.size() - 1)] = slots_[i & (slots_.size() - 1)];
    }
    slots_ = std::move(wider);
  }

  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
  std::vector<T> slots_;
};

}  // namespace redcell::mac
