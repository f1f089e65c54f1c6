// Goal: a packet's parts sum to the time between birth and end, and each part is the way between
// two marks. Method: ways spelled out by hand, in nanoseconds.
#include "scenarios/packet_book.h"

#include <gtest/gtest.h>

#include <vector>

namespace redcell::scenarios {
namespace {

base::Instant at(std::int64_t ns) { return base::Instant(ns); }
constexpr base::PacketId packet{3};

PacketPiece piece(base::PacketId id, bool last_byte, std::uint32_t pdcp_count = 0) {
  return {.ue = {}, .packet = id, .pdcp_count = pdcp_count, .last_byte = last_byte};
}

PacketMarks& open(PacketBook& book, base::PacketId id) {
  PacketMarks& marks = book.open(id, base::UeId{0}, base::Direction::downlink);
  marks.core = base::Duration(7);
  marks.arrival = at(100);
  marks.aligned = at(110);
  marks.granted = at(130);
  return marks;
}

void expect_parts(const PacketParts& parts, const std::vector<std::int64_t>& expected) {
  const std::vector<std::int64_t> measured{
      parts.core.value(), parts.alignment.value(), parts.grant.value(), parts.queue.value(),
      parts.air.value(),  parts.harq.value(),      parts.rlc.value(),   parts.reordering.value()};
  EXPECT_EQ(measured, expected);
  std::int64_t sum = 0;
  for (const std::int64_t part : expected) sum += part;
  EXPECT_EQ(parts.total().value(), sum);
}

TEST(PacketBook, splits_a_way_without_repetition) {
  PacketBook book;
  open(book, packet);
  book.on_sent(piece(packet, true), at(150), at(160));
  book.on_received(piece(packet, true), at(160));
  expect_parts(parts_of(book.at(packet), at(160)), {7, 10, 20, 20, 10, 0, 0, 0});
}

TEST(PacketBook, counts_from_the_first_block_that_holds_the_last_byte) {
  PacketBook book;
  open(book, packet);
  book.on_sent(piece(packet, false), at(140), at(150));
  book.on_received(piece(packet, true), at(150));
  book.on_sent(piece(packet, true), at(150), at(160));
  book.on_received(piece(packet, true), at(160));
  expect_parts(parts_of(book.at(packet), at(160)), {7, 10, 20, 20, 10, 0, 0, 0});
}

TEST(PacketBook, gives_repetitions_by_harq_to_harq) {
  PacketBook book;
  open(book, packet);
  book.on_sent(piece(packet, true), at(150), at(160));
  book.on_received(piece(packet, true), at(200));
  expect_parts(parts_of(book.at(packet), at(200)), {7, 10, 20, 20, 10, 40, 0, 0});
}

TEST(PacketBook, gives_repetitions_by_rlc_to_rlc) {
  PacketBook book;
  open(book, packet);
  book.on_sent(piece(packet, true), at(150), at(160));
  book.on_sent(piece(packet, true), at(300), at(310));
  book.on_received(piece(packet, true), at(330));
  expect_parts(parts_of(book.at(packet), at(345)), {7, 10, 20, 20, 10, 20, 150, 15});
}

TEST(PacketBook, has_no_negative_part_when_a_copy_was_sent_in_vain) {
  PacketBook book;
  open(book, packet);
  book.on_sent(piece(packet, true), at(150), at(160));
  book.on_sent(piece(packet, true), at(195), at(205));
  book.on_received(piece(packet, true), at(200));
  const PacketParts parts = parts_of(book.at(packet), at(200));
  expect_parts(parts, {7, 10, 20, 20, 10, 0, 40, 0});
}

TEST(PacketBook, forgets_when_a_number_is_used_again) {
  PacketBook book;
  const std::uint64_t first = open(book, packet).number;
  book.on_sent(piece(packet, true), at(1), at(2));
  const PacketMarks& again = open(book, packet);
  EXPECT_NE(again.number, first);
  EXPECT_FALSE(again.is_sent);
  EXPECT_NE(book.open({0}, base::UeId{0}, base::Direction::downlink).number, again.number);
}

TEST(PacketBook, passes_over_a_copy_of_the_number_s_last_owner) {
  PacketBook book;
  open(book, packet);
  book.on_sent(piece(packet, true, 41), at(1), at(2));
  open(book, packet);
  book.on_sent(piece(packet, true, 41), at(140), at(145));
  EXPECT_FALSE(book.at(packet).is_sent) << "COUNT 41 was another packet's";
  book.on_sent(piece(packet, true, 42), at(150), at(160));
  book.on_received(piece(packet, true, 41), at(155));
  book.on_received(piece(packet, true, 42), at(160));
  expect_parts(parts_of(book.at(packet), at(160)), {7, 10, 20, 20, 10, 0, 0, 0});
}

TEST(PacketBook, passes_over_a_copy_of_an_owner_long_gone) {
  PacketBook book;
  open(book, packet);
  book.on_sent(piece(packet, true, 41), at(1), at(2));
  open(book, packet);
  book.on_sent(piece(packet, true, 42), at(3), at(4));
  open(book, packet);
  book.on_sent(piece(packet, true, 41), at(140), at(145));
  EXPECT_FALSE(book.at(packet).is_sent) << "the first owner's, sent again after re-establishment";
}

TEST(PacketBook, begins_at_zero_again_when_the_sender_does) {
  PacketBook book;
  open(book, packet);
  book.on_sent(piece(packet, true, 41), at(1), at(2));
  open(book, packet);
  book.restart_counts(base::UeId{0}, base::Direction::downlink);
  book.on_sent(piece(packet, true, 0), at(150), at(160));
  EXPECT_TRUE(book.at(packet).is_sent);
}

}  // namespace
}  // namespace redcell::scenarios
