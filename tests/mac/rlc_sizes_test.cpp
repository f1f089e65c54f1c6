// Goal: layer 2 takes exactly the bytes the standard gives it, down to each header and each NACK.
// Method: reference PDUs whose lengths were counted from their bytes
// (TS 38.322 6.2.2.3, 6.2.2.4, 6.2.2.5; TS 38.321 6.1.2), and an exhaustive search for the split of
// rooms.
#include "mac/rlc/sizes.h"

#include <gtest/gtest.h>

#include "mac/bearer.h"

namespace redcell::mac {
namespace {

constexpr SegmentPlace whole{.first = true, .last = true};
constexpr SegmentPlace first{.first = true, .last = false};
constexpr SegmentPlace middle{.first = false, .last = false};
constexpr SegmentPlace last{.first = false, .last = true};

TEST(RlcSizes, amd_headers_equal_the_reference_pdus) {
  EXPECT_EQ(amd_header_bytes(12, whole), 6 - 4);   // 80 00 | 11 22 33 44
  EXPECT_EQ(amd_header_bytes(12, middle), 8 - 4);  // b4 04 04 04 | 11 22 33 44
  EXPECT_EQ(amd_header_bytes(18, whole), 7 - 4);   // c2 02 02 | 11 22 33 44
  EXPECT_EQ(amd_header_bytes(18, middle), 9 - 4);  // b2 00 ff 02 02 | 11 22 33 44
  EXPECT_EQ(amd_header_bytes(12, first), 2);
  EXPECT_EQ(amd_header_bytes(18, first), 3);
  EXPECT_EQ(amd_header_bytes(12, last), 4);
  EXPECT_EQ(amd_header_bytes(18, last), 5);
}

TEST(RlcSizes, umd_headers_equal_the_reference_pdus) {
  EXPECT_EQ(umd_header_bytes(6, whole), 5 - 4);   // 00 | 11 22 33 44
  EXPECT_EQ(umd_header_bytes(6, middle), 7 - 4);  // c3 01 02 | 11 22 33 44
  EXPECT_EQ(umd_header_bytes(12, whole), 1);
  EXPECT_EQ(umd_header_bytes(12, middle), 4);  // c0 05 01 68 | ...
  EXPECT_EQ(umd_header_bytes(6, first), 1);
  EXPECT_EQ(umd_header_bytes(12, first), 2);
  EXPECT_EQ(umd_header_bytes(6, last), 3);
  EXPECT_EQ(umd_header_bytes(12, last), 4);
}

TEST(RlcSizes, the_longest_mac_sdu_is_what_a_search_over_all_lengths_finds) {
  for (std::uint32_t room = 0; room < 1000; ++room) {
    std::uint32_t longest = 0;
    for (std::uint32_t length = 1; length <= room; ++length) {
      if (length + (length < 256 ? 2 : 3) <= room) longest = length;
    }
    ASSERT_EQ(mac_sdu_bytes_max(room), longest) << room;
  }
}

TEST(RlcSizes, a_fit_is_the_most_that_any_split_of_the_room_carries) {
  for (const RlcHeaders& headers :
       {amd_headers(12), amd_headers(18), umd_headers(6), umd_headers(12)}) {
    for (const Stretch& s : {Stretch{0, 300, 300}, Stretch{0, 7, 300}, Stretch{90, 300, 300},
                             Stretch{299, 300, 300}, Stretch{0, 3, 3}}) {
      for (std::uint32_t room = 0; room < 330; ++room) {
        std::uint32_t most = 0;
        for (std::uint32_t bytes = 1; bytes <= s.end - s.begin; ++bytes) {
          const std::uint32_t length =
              bytes + header_of(headers, {s.begin, s.begin + bytes, s.sdu_bytes});
          if (length + (length < 256 ? 2 : 3) <= room) most = bytes;
        }
        ASSERT_EQ(fit(headers, s, room).bytes, most) << room;
      }
    }
  }
}

// A receiver with t-Reassembly 0 whose STATUS names all that is missing at once.
struct Receiver {
  explicit Receiver(int sn_bits)
      : rx({.rlc_sn_bits = sn_bits,
            .t_reassembly = base::Duration(0),
            .t_status_prohibit = base::Duration(0)}) {}

  void get(std::uint32_t sn, std::uint32_t begin, std::uint32_t end) {
    rx.receive(
        {.sn = sn, .pdcp_count = sn, .sdu_bytes = 100, .offset = begin, .bytes = end - begin}, {},
        out, drops);
  }
  RlcStatus status(std::uint32_t room_bytes) {
    rx.on_time({}, out, drops);
    full_bytes = rx.status_bytes();
    RlcStatus result;
    EXPECT_TRUE(rx.build_status(room_bytes, {}, result));
    return result;
  }

  RxBearer rx;
  std::vector<DeliveredSdu> out;
  std::vector<DroppedSdu> drops;
  std::uint32_t full_bytes = 0;
};

constexpr std::uint16_t subheader = 2;

TEST(StatusSize, two_nacks_with_offsets_at_12_bits_take_15_bytes) {
  Receiver r(12);  // 08 11 80 11 1c 00 02 00 05 11 34 00 05 ff ff
  r.get(0, 0, 2);
  r.get(0, 5, 100);
  r.get(1, 0, 5);
  r.get(2, 0, 100);
  const RlcStatus status = r.status(1000);
  EXPECT_EQ(status.bytes, 15 + subheader);
  EXPECT_EQ(r.full_bytes, 15u + subheader);
  EXPECT_EQ(status.ack_sn, 3u);
  ASSERT_EQ(status.nacks.size(), 2u);
  EXPECT_EQ(status.nacks[0].offset_begin, 2u);
  EXPECT_EQ(status.nacks[0].offset_end, 5u);
  EXPECT_EQ(status.nacks[1].sn, 1u);
  EXPECT_EQ(status.nacks[1].offset_begin, 5u);
  EXPECT_EQ(status.nacks[1].offset_end, to_the_end);
}

TEST(StatusSize, a_whole_nack_at_18_bits_takes_6_bytes_and_with_offsets_before_it_13) {
  Receiver one(18);  // 0e 66 66 d9 99 80
  one.get(1, 0, 100);
  EXPECT_EQ(one.status(1000).bytes, 6 + subheader);
  Receiver mixed(18);  // 0e 66 66 d9 99 b0 00 02 00 05 d9 bf c0
  mixed.get(0, 0, 2);
  mixed.get(0, 5, 100);
  mixed.get(2, 0, 100);
  EXPECT_EQ(mixed.status(1000).bytes, 13 + subheader);
}

TEST(StatusSize, a_run_of_missing_sdus_is_one_nack_with_a_range) {
  Receiver r(12);
  r.get(3, 0, 100);
  const RlcStatus status = r.status(1000);
  EXPECT_EQ(status.nacks.size(), 3u);
  EXPECT_EQ(status.bytes, 3 + 2 + 1 + subheader);  // NACK_SN=273, range 3: 11 1a 03
}

TEST(StatusSize, a_range_covers_at_most_255_sdus) {
  Receiver r(12);
  r.get(256, 0, 100);
  EXPECT_EQ(r.status(1000).bytes, 3 + 3 + 2 + subheader);
  Receiver s(12);
  s.get(255, 0, 100);
  EXPECT_EQ(s.status(1000).bytes, 3 + 3 + subheader);
}

TEST(StatusSize, a_short_room_holds_a_status_that_acknowledges_less) {
  for (std::uint32_t room = subheader + 3; room < 30; ++room) {
    Receiver r(12);
    for (const std::uint32_t sn : {1u, 3u, 5u, 7u}) r.get(sn, 0, 100);
    const RlcStatus status = r.status(room);
    EXPECT_LE(status.bytes, room);
    const std::size_t fits = std::min<std::size_t>(4, (room - subheader - 3) / 2);
    ASSERT_EQ(status.nacks.size(), fits) << room;
    EXPECT_EQ(status.ack_sn, 2 * fits) << room;
  }
}

TEST(StatusSize, an_sdu_named_only_in_part_is_not_acknowledged_and_what_follows_neither) {
  Receiver r(12);
  r.get(0, 10, 20);
  r.get(0, 30, 100);
  r.get(1, 0, 100);
  r.get(3, 0, 100);
  const RlcStatus status = r.status(subheader + 3 + 6);
  ASSERT_EQ(status.nacks.size(), 1u);
  EXPECT_EQ(status.nacks[0].offset_end, 10u);
  EXPECT_EQ(status.ack_sn, 2u);
}

TEST(StatusSize, a_room_too_small_for_an_empty_status_leaves_it_pending) {
  Receiver r(12);
  r.get(1, 0, 100);
  r.rx.on_time({}, r.out, r.drops);
  RlcStatus status;
  EXPECT_FALSE(r.rx.build_status(subheader + 2, {}, status));
  EXPECT_TRUE(r.rx.status_pending({}));
  EXPECT_TRUE(r.rx.build_status(subheader + 3, {}, status));
  EXPECT_FALSE(r.rx.status_pending({}));
}

TEST(PdcpSize, headers_are_two_and_three_bytes) {
  EXPECT_EQ(pdcp_header_bytes(12), 2u);
  EXPECT_EQ(pdcp_header_bytes(18), 3u);
}

}  // namespace
}  // namespace redcell::mac
