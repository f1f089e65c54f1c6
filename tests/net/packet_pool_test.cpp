// Goal: packets come back by their number, numbers are reused, and misuse is caught.
// Method: laws on small sequences, and a count of the numbers handed out when warm.
#include "net/packet_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace redcell::net {
namespace {

constexpr PacketPool::Owner owner{base::UeId{3}, base::Direction::uplink};

TEST(PacketPool, gives_the_same_packet_back_by_its_number) {
  PacketPool pool;
  const auto packet = ns3::Create<ns3::Packet>(120);
  const base::PacketId id = pool.add(packet, owner);
  EXPECT_EQ(pool.bytes(id), 120U);
  EXPECT_EQ(pool.owner(id).ue, base::UeId{3});
  EXPECT_EQ(pool.owner(id).direction, base::Direction::uplink);
  EXPECT_EQ(pool.packet(id), packet);
  EXPECT_EQ(pool.take(id), packet);
  EXPECT_EQ(pool.packet_count(), 0U);
  EXPECT_EQ(packet->GetReferenceCount(), 1U);  // the pool has let go
}

TEST(PacketPool, counts_what_it_holds) {
  PacketPool pool;
  const auto first = pool.add(ns3::Create<ns3::Packet>(100), owner);
  const auto second = pool.add_synthetic(1500);
  EXPECT_EQ(pool.packet_count(), 2U);
  EXPECT_EQ(pool.byte_count(), 1600U);
  pool.release(first);
  EXPECT_EQ(pool.byte_count(), 1500U);
  EXPECT_TRUE(pool.is_synthetic(second));
  EXPECT_EQ(pool.take(second), nullptr);
  EXPECT_EQ(pool.byte_count(), 0U);
}

TEST(PacketPool, needs_no_new_numbers_once_warm) {
  constexpr std::uint32_t level = 50;
  PacketPool pool;
  std::vector<base::PacketId> held;
  std::uint32_t highest = 0;
  for (std::uint32_t step = 0; step < 1000; ++step) {
    held.push_back(pool.add_synthetic(step));
    highest = std::max(highest, held.back().value);
    if (held.size() == level) {
      for (std::size_t i = step % 7; i < held.size(); i += 2) {
        std::swap(held[i], held.back());
        pool.release(held.back());
        held.pop_back();
      }
    }
  }
  EXPECT_EQ(highest, level - 1);
}

TEST(PacketPoolDeathTest, refuses_numbers_that_are_not_in_the_pool) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  PacketPool pool;
  const auto id = pool.add_synthetic(10);
  pool.release(id);
  EXPECT_DEATH(pool.release(id), "live");
  EXPECT_DEATH((void)pool.bytes(base::PacketId{77}), "size");
}

}  // namespace
}  // namespace redcell::net
