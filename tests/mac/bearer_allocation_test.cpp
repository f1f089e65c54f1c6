// Goal: once warm, neither end of a bearer allocates.
// Method: operator new of the whole test program counts; 100 000 cycles of arrival, build, loss,
// reception, STATUS and timers run between two readings.
#include "mac/bearer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

namespace {
std::uint64_t allocation_count = 0;  // NOLINT: tests are single-threaded.
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocation_count;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace redcell::mac {
namespace {

class Traffic {
 public:
  explicit Traffic(const BearerConfig& config) : tx_(config), rx_(config) {}

  void cycle() {
    now_ += base::microseconds(500);
    pdus_.clear();
    out_.clear();
    drops_.clear();
    for (int i = 0; i < 3; ++i) tx_.enqueue({base::PacketId{packet_++}, 700, now_}, now_, drops_);
    tx_.build(2300, now_, pdus_, drops_);
    const bool lost = ++cycles_ % 10 == 0;
    if (lost) tx_.on_block_lost(pdus_, drops_);
    for (std::size_t i = 0; !lost && i < pdus_.size(); ++i)
      rx_.receive(pdus_[i], now_, out_, drops_);
    rx_.on_time(now_, out_, drops_);
    tx_.settle(out_, drops_);
    delivered_ += out_.size();
    if (rx_.build_status(200, now_, status_)) tx_.on_status(status_, now_, drops_);
    tx_.on_time(now_, drops_);
  }
  std::uint64_t delivered() const { return delivered_; }

 private:
  TxBearer tx_;
  RxBearer rx_;
  base::Instant now_{};
  std::uint32_t packet_ = 0;
  std::uint64_t cycles_ = 0;
  std::uint64_t delivered_ = 0;
  std::vector<RlcPdu> pdus_;
  std::vector<DeliveredSdu> out_;
  std::vector<DroppedSdu> drops_;
  RlcStatus status_;
};

constexpr int warm_cycles = 20'000;
constexpr int cycles = 100'000;

void expect_no_allocation(const BearerConfig& config) {
  Traffic traffic(config);
  for (int i = 0; i < warm_cycles; ++i) traffic.cycle();
  const std::uint64_t delivered = traffic.delivered();
  const std::uint64_t before = allocation_count;
  for (int i = 0; i < cycles; ++i) traffic.cycle();
  EXPECT_EQ(allocation_count, before);
  EXPECT_GT(traffic.delivered() - delivered, 2u * cycles);
}

TEST(BearerAllocation, am_allocates_nothing_once_warm) {
  expect_no_allocation({.queue_limit_bytes = 20'000});
}

TEST(BearerAllocation, um_allocates_nothing_once_warm) {
  expect_no_allocation({.acknowledged = false, .rlc_sn_bits = 6, .queue_limit_bytes = 20'000});
}

TEST(BearerAllocation, the_counter_counts) {
  const std::uint64_t before = allocation_count;
  TxBearer tx({});
  std::vector<DroppedSdu> drops;
  tx.enqueue({base::PacketId{0}, 700, {}}, {}, drops);
  EXPECT_GT(allocation_count, before);
}

}  // namespace
}  // namespace redcell::mac
