// Goal: transport block sizes are exact.
// Method: published vectors as figures; an oracle of TS 38.214 5.1.3.2 in integers and base-2
// logarithms; and the segmentation rules of TS 38.212 at their edges.
#include "phy/nr/tbs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "phy/nr/mcs_table.h"

namespace redcell::phy {
namespace {

struct Vector {
  int symbol_count;
  int dmrs_re;
  int modulation_order;
  double rate_x1024;
  int layer_count;
  int prb_count;
  std::int64_t tbs;
};

// Published with the TBS unit test of the srsRAN Project, which generated them with MATLAB's nrTBS.
constexpr std::array<Vector, 56> published{
    {{12, 6, 2, 102.4, 1, 6, 160},    {12, 6, 2, 921.6, 1, 6, 1544},
     {12, 36, 2, 102.4, 1, 6, 128},   {12, 36, 2, 921.6, 1, 6, 1160},
     {12, 6, 2, 102.4, 1, 11, 304},   {12, 6, 2, 921.6, 1, 11, 2728},
     {12, 36, 2, 102.4, 1, 11, 240},  {12, 36, 2, 921.6, 1, 11, 2152},
     {12, 6, 2, 102.4, 4, 6, 672},    {12, 6, 2, 921.6, 4, 6, 5888},
     {12, 36, 2, 102.4, 4, 6, 528},   {12, 36, 2, 921.6, 4, 6, 4608},
     {12, 6, 2, 102.4, 4, 11, 1224},  {12, 6, 2, 921.6, 4, 11, 11016},
     {12, 36, 2, 102.4, 4, 11, 984},  {12, 36, 2, 921.6, 4, 11, 8456},
     {12, 6, 4, 102.4, 1, 6, 336},    {12, 6, 4, 921.6, 1, 6, 2976},
     {12, 36, 4, 102.4, 1, 6, 256},   {12, 36, 4, 921.6, 1, 6, 2408},
     {12, 6, 4, 102.4, 1, 11, 608},   {12, 6, 4, 921.6, 1, 11, 5504},
     {12, 36, 4, 102.4, 1, 11, 480},  {12, 36, 4, 921.6, 1, 11, 4224},
     {12, 6, 4, 102.4, 4, 6, 1320},   {12, 6, 4, 921.6, 4, 6, 11784},
     {12, 36, 4, 102.4, 4, 6, 1032},  {12, 36, 4, 921.6, 4, 6, 9224},
     {12, 6, 4, 102.4, 4, 11, 2408},  {12, 6, 4, 921.6, 4, 11, 22032},
     {12, 36, 4, 102.4, 4, 11, 1928}, {12, 36, 4, 921.6, 4, 11, 16896},
     {12, 6, 6, 102.4, 1, 6, 504},    {12, 6, 6, 921.6, 1, 6, 4480},
     {12, 36, 6, 102.4, 1, 6, 384},   {12, 36, 6, 921.6, 1, 6, 3496},
     {12, 6, 6, 102.4, 1, 11, 928},   {12, 6, 6, 921.6, 1, 11, 8192},
     {12, 36, 6, 102.4, 1, 11, 736},  {12, 36, 6, 921.6, 1, 11, 6400},
     {12, 6, 6, 102.4, 4, 6, 2024},   {12, 6, 6, 921.6, 4, 6, 17928},
     {12, 36, 6, 102.4, 4, 6, 1608},  {12, 36, 6, 921.6, 4, 6, 14088},
     {12, 6, 6, 102.4, 4, 11, 3624},  {12, 6, 6, 921.6, 4, 11, 32776},
     {12, 36, 6, 102.4, 4, 11, 2856}, {12, 36, 6, 921.6, 4, 11, 25608},
     {12, 6, 8, 102.4, 1, 6, 672},    {12, 6, 8, 921.6, 1, 6, 5888},
     {12, 36, 8, 102.4, 1, 6, 528},   {12, 36, 8, 921.6, 1, 6, 4608},
     {12, 6, 8, 102.4, 1, 11, 1224},  {12, 6, 8, 921.6, 1, 11, 11016},
     {12, 36, 8, 102.4, 1, 11, 984},  {12, 36, 8, 921.6, 1, 11, 8456}}};

struct McsVector {
  int mcs;
  int symbol_count;
  int dmrs_re;
  int layer_count;
  int prb_count;
  std::int64_t tbs;
};

// Published with the scheduler unit tests of the srsRAN Project: MCS table 1. Duplicates left out.
constexpr std::array<McsVector, 24> published_by_mcs{
    {{28, 12, 36, 1, 5, 2976},     {28, 12, 36, 1, 20, 12040},  {26, 12, 36, 1, 106, 58384},
     {23, 12, 36, 1, 3, 1416},     {19, 12, 36, 1, 275, 90176}, {13, 12, 36, 1, 32, 6528},
     {11, 12, 36, 1, 41, 6528},    {8, 12, 36, 1, 179, 22536},  {3, 12, 36, 1, 84, 4488},
     {0, 12, 36, 1, 55, 1416},     {0, 12, 36, 1, 5, 120},      {27, 14, 36, 1, 5, 3496},
     {28, 14, 36, 1, 20, 14600},   {26, 14, 36, 1, 106, 71688}, {23, 14, 36, 1, 3, 1672},
     {19, 14, 36, 1, 275, 110632}, {13, 14, 36, 1, 32, 8064},   {11, 14, 36, 1, 41, 7936},
     {8, 14, 36, 1, 179, 27656},   {3, 14, 36, 1, 84, 5384},    {0, 14, 36, 1, 55, 1736},
     {0, 14, 36, 1, 5, 152},       {0, 14, 36, 1, 1, 24},       {0, 14, 36, 1, 2, 56}}};

constexpr std::array<std::int64_t, 93> small_sizes{
    24,   32,   40,   48,   56,   64,   72,   80,   88,   96,   104,  112,  120,  128,  136,  144,
    152,  160,  168,  176,  184,  192,  208,  224,  240,  256,  272,  288,  304,  320,  336,  352,
    368,  384,  408,  432,  456,  480,  504,  528,  552,  576,  608,  640,  672,  704,  736,  768,
    808,  848,  888,  928,  984,  1032, 1064, 1128, 1160, 1192, 1224, 1256, 1288, 1320, 1352, 1416,
    1480, 1544, 1608, 1672, 1736, 1800, 1864, 1928, 2024, 2088, 2152, 2216, 2280, 2408, 2472, 2536,
    2600, 2664, 2728, 2792, 2856, 2976, 3104, 3240, 3368, 3496, 3624, 3752, 3824};

/// TS 38.214 5.1.3.2 steps 2 to 4 on N_info given in 1/2048, all in integers.
std::int64_t oracle_tbs(std::int64_t info_x2048, bool low_rate) {
  const double info = static_cast<double>(info_x2048) / 2048;
  if (info_x2048 <= 3824 * 2048LL) {
    const auto n = std::max<std::int64_t>(3, std::llround(std::floor(std::log2(info))) - 6);
    const std::int64_t step = std::int64_t{1} << n;
    const std::int64_t target = std::max<std::int64_t>(24, info_x2048 / (2048 * step) * step);
    return *std::lower_bound(small_sizes.begin(), small_sizes.end(), target);
  }
  const auto n = std::llround(std::floor(std::log2(info - 24))) - 5;
  const std::int64_t step = std::int64_t{1} << n;
  const std::int64_t halves = (info_x2048 - 24 * 2048) * 2 / (2048 * step);  // Halves of a step.
  const std::int64_t target = std::max<std::int64_t>(3840, (halves + 1) / 2 * step);
  const auto up = [](std::int64_t a, std::int64_t b) { return (a + b - 1) / b; };
  std::int64_t blocks = 1;
  if (low_rate) {
    blocks = up(target + 24, 3816);
  } else if (target > 8424) {
    blocks = up(target + 24, 8424);
  }
  return 8 * blocks * up(target + 24, 8 * blocks) - 24;
}

TEST(TransportBlockSize, equals_the_published_vectors) {
  for (const Vector& v : published) {
    EXPECT_EQ(transport_block_size({.symbol_count = v.symbol_count,
                                    .dmrs_re_per_prb = v.dmrs_re,
                                    .prb_count = v.prb_count,
                                    .modulation_order = v.modulation_order,
                                    .rate_x1024 = v.rate_x1024,
                                    .layer_count = v.layer_count})
                  .value(),
              v.tbs);
  }
}

TEST(TransportBlockSize, equals_the_published_vectors_by_mcs) {
  for (const McsVector& v : published_by_mcs) {
    const Mcs scheme = mcs(McsTable::qam64, base::McsIndex(v.mcs));
    EXPECT_EQ(transport_block_size({.symbol_count = v.symbol_count,
                                    .dmrs_re_per_prb = v.dmrs_re,
                                    .prb_count = v.prb_count,
                                    .modulation_order = scheme.modulation_order,
                                    .rate_x1024 = scheme.rate_x1024,
                                    .layer_count = v.layer_count})
                  .value(),
              v.tbs)
        << v.mcs << " " << v.prb_count;
  }
}

TEST(TransportBlockSize, equals_the_oracle_for_every_mcs_and_allocation) {
  for (const McsTable table : {McsTable::qam64, McsTable::qam256, McsTable::qam64_low_se}) {
    for (int index = 0; index < mcs_count(table); ++index) {
      const Mcs scheme = mcs(table, base::McsIndex(index));
      const auto rate_x2048 = static_cast<std::int64_t>(scheme.rate_x1024 * 2);
      for (int prbs = 1; prbs <= 275; prbs += prbs < 20 ? 1 : 7) {
        for (const int symbols : {4, 12, 14}) {
          for (const int layers : {1, 2}) {
            const std::int64_t re = std::min(156, 12 * symbols - 6) * prbs;
            const std::int64_t info_x2048 = re * rate_x2048 * scheme.modulation_order * layers;
            ASSERT_EQ(transport_block_size({.symbol_count = symbols,
                                            .dmrs_re_per_prb = 6,
                                            .prb_count = prbs,
                                            .modulation_order = scheme.modulation_order,
                                            .rate_x1024 = scheme.rate_x1024,
                                            .layer_count = layers})
                          .value(),
                      oracle_tbs(info_x2048, scheme.rate_x1024 <= 256))
                << index << " " << prbs << " " << symbols << " " << layers;
          }
        }
      }
    }
  }
}

TEST(TransportBlockSize, counts_at_most_156_elements_a_prb_and_scales_paging) {
  TbsInput input{.symbol_count = 14,
                 .dmrs_re_per_prb = 12,
                 .prb_count = 10,
                 .modulation_order = 2,
                 .rate_x1024 = 120};
  const base::Bits capped = transport_block_size(input);
  input.dmrs_re_per_prb = 6;
  EXPECT_EQ(transport_block_size(input), capped);
  EXPECT_EQ(capped.value(), 368);  // 365.625 -> 360 -> 368.
  input.scaling_field = 1;
  EXPECT_EQ(transport_block_size(input).value(), 176);  // 182.8 -> 176.
  input.scaling_field = 2;
  EXPECT_EQ(transport_block_size(input).value(), 88);  // 91.4 -> 88.
  input.scaling_field = 0;
  input.overhead_re_per_prb = 18;
  EXPECT_EQ(transport_block_size(input).value(), 336);  // 144 a PRB: 337.5 -> 336.
}

TEST(TransportBlockSize, gives_the_peak_of_two_pdcch_symbols_and_twelve_dmrs_elements) {
  // Mbps of 256QAM MCS 27, before any broadcast: 51 PRB at 30 kHz in DDDDDDDSUU (special slot
  // 6:4:4, its four PDSCH symbols also with 12 DMRS elements), and 106 PRB at 15 kHz.
  const auto bits = [](int symbols, int dmrs, int prbs, int layers) {
    return static_cast<double>(transport_block_size({.symbol_count = symbols,
                                                     .dmrs_re_per_prb = dmrs,
                                                     .prb_count = prbs,
                                                     .modulation_order = 8,
                                                     .rate_x1024 = 948,
                                                     .layer_count = layers})
                                   .value());
  };
  constexpr double print_tolerance_mbps = 0.005;
  EXPECT_NEAR((7 * bits(12, 12, 51, 2) + bits(4, 12, 51, 2)) / 5e3, 145.98, print_tolerance_mbps);
  EXPECT_NEAR(2 * bits(14, 24, 47, 1) / 5e3, 20.07, print_tolerance_mbps);
  EXPECT_NEAR(bits(12, 12, 106, 2) / 1e3, 208.98, print_tolerance_mbps);
  EXPECT_NEAR(bits(14, 24, 106, 1) / 1e3, 112.65, print_tolerance_mbps);
}

TEST(TransportBlockSize, counts_a_code_rate_of_exactly_a_quarter_as_low) {
  for (const std::int64_t info : {5000, 20'000, 77'777}) {
    const double n_info = static_cast<double>(info);
    EXPECT_EQ(transport_block_size_from_info(n_info, 256).value(), oracle_tbs(info * 2048, true));
    EXPECT_EQ(transport_block_size_from_info(n_info, 257).value(), oracle_tbs(info * 2048, false));
  }
}

TEST(CodeBlocks, change_base_graph_where_the_standard_says) {
  EXPECT_EQ(ldpc_base_graph(base::Bits(292), 948), 2);
  EXPECT_EQ(ldpc_base_graph(base::Bits(293), 948), 1);
  EXPECT_EQ(ldpc_base_graph(base::Bits(3824), 686), 2);  // 0.6699
  EXPECT_EQ(ldpc_base_graph(base::Bits(3824), 687), 1);
  EXPECT_EQ(ldpc_base_graph(base::Bits(3840), 686), 1);
  EXPECT_EQ(ldpc_base_graph(base::Bits(50'000), 256), 2);
  EXPECT_EQ(ldpc_base_graph(base::Bits(50'000), 257), 1);
}

TEST(CodeBlocks, are_counted_with_their_check_bits) {
  EXPECT_EQ(transport_block_crc(base::Bits(3824)).value(), 16);
  EXPECT_EQ(transport_block_crc(base::Bits(3832)).value(), 24);
  EXPECT_EQ(code_block_count(base::Bits(8424), 948), 1);  // 8448 with CRC: still one block.
  EXPECT_EQ(code_block_count(base::Bits(8432), 948), 2);
  EXPECT_EQ(code_block_count(base::Bits(3816), 200), 1);  // BG 2: 3832 of 3840.
  EXPECT_EQ(code_block_count(base::Bits(3832), 200), 2);
  EXPECT_EQ(code_block_count(base::Bits(98'376), 948), 12);  // 98400 / 8424 = 11.7
  EXPECT_EQ(coded_information_bits(base::Bits(8432), 948).value(), 8432 + 24 + 2 * 24);
  EXPECT_EQ(coded_information_bits(base::Bits(8424), 948).value(), 8424 + 24);
}

TEST(CodeBlocks, divide_every_transport_block_size_evenly) {
  for (double info = 3825; info < 200'000; info += 617) {
    for (const double rate : {200.0, 948.0}) {
      const base::Bits tbs = transport_block_size_from_info(info, rate);
      EXPECT_EQ((tbs.value() + 24) % (8 * code_block_count(tbs, rate)), 0) << info << " " << rate;
    }
  }
}

TEST(TransportBlockSizeDeathTest, rejects_an_allocation_without_data_elements) {
  const TbsInput input{.symbol_count = 1,
                       .dmrs_re_per_prb = 12,
                       .prb_count = 1,
                       .modulation_order = 2,
                       .rate_x1024 = 120};
  EXPECT_DEATH(static_cast<void>(transport_block_size(input)), "re_per_prb > 0");
}

}  // namespace
}  // namespace redcell::phy
