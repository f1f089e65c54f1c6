// Goal: peak rates come out of the configuration: the standard's formula, and the blocks a carrier
// really carries. Method: published examples of the formula; carriers without broadcast against
// plain transport block sizes.
#include "phy/nr/peak_rate.h"

#include <gtest/gtest.h>

#include <array>

#include "phy/nr/tbs.h"

namespace redcell::phy {
namespace {

constexpr double mbps_tolerance = 0.005;
constexpr auto downlink = base::Direction::downlink;
constexpr auto uplink = base::Direction::uplink;
constexpr BlockSetting dl_setting{.layer_count = 2};
constexpr BlockSetting ul_setting{.layer_count = 1};

/// 20 MHz at 30 kHz, DDDDDDDSUU with 6:4:4; DMRS of 12 RE in the downlink, 24 in the uplink.
ResourceMapConfig n41(int coreset_symbols) {
  const Numerology numerology(30);
  const std::array pattern{TddPattern{base::milliseconds(5), 7, 6, 2, 4}};
  ResourceMapConfig c{.numerology = numerology,
                      .duplex = Duplex::tdd(numerology, pattern),
                      .bwp_dl = {0, 51},
                      .bwp_ul = {0, 51}};
  c.coreset = {.symbol_count = coreset_symbols, .prb_count = 48};
  c.pusch_dmrs.cdm_groups_without_data = 2;
  c.pucch = {.low_edge_prb_count = 2, .high_edge_prb_count = 2};
  return c;
}

ResourceMapConfig n28(int coreset_symbols, int additional_position) {
  const Numerology numerology(15);
  ResourceMapConfig c{.numerology = numerology,
                      .duplex = Duplex::fdd(numerology),
                      .bwp_dl = {0, 106},
                      .bwp_ul = {0, 106}};
  c.coreset = {.symbol_count = coreset_symbols, .prb_count = 102};
  c.pdsch_dmrs.additional_position = additional_position;
  c.pusch_dmrs.cdm_groups_without_data = 2;
  return c;
}

double block_bits(int symbols, int dmrs_re, int prbs, int layers) {
  return static_cast<double>(transport_block_size({.symbol_count = symbols,
                                                   .dmrs_re_per_prb = dmrs_re,
                                                   .prb_count = prbs,
                                                   .modulation_order = 8,
                                                   .rate_x1024 = 948,
                                                   .layer_count = layers})
                                 .value());
}

TEST(PeakRate, equals_the_formula_of_38306) {
  // 20 MHz of 51 PRB at 30 kHz: 256QAM with two layers, 64QAM with one.
  EXPECT_NEAR(peak_rate_mbps_38306({.layer_count = 2, .prb_count = 51, .mu = 1}), 218.3, 0.05);
  EXPECT_NEAR(peak_rate_mbps_38306({.modulation_order = 6, .prb_count = 51, .mu = 1}), 81.9, 0.05);
  // 100 MHz of 273 PRB with four layers: the well-known 2.337 Gbps.
  EXPECT_NEAR(peak_rate_mbps_38306({.layer_count = 4, .prb_count = 273, .mu = 1}), 2337, 1);
}

TEST(PeakRate, equals_plain_block_sizes_without_broadcast) {
  const ResourceMap fdd(n28(2, 1));
  EXPECT_NEAR(tbs_based_rate_mbps(fdd, downlink, dl_setting), 208.98, mbps_tolerance);
  EXPECT_NEAR(tbs_based_rate_mbps(fdd, uplink, ul_setting), 112.65, mbps_tolerance);
  const ResourceMap tdd(n41(2));
  EXPECT_NEAR(tbs_based_rate_mbps(tdd, uplink, ul_setting), 20.07, mbps_tolerance);
  // The special slot's four PDSCH symbols hold one DMRS symbol (6 RE), not two.
  EXPECT_NEAR(tbs_based_rate_mbps(tdd, downlink, dl_setting),
              (7 * block_bits(12, 12, 51, 2) + block_bits(4, 6, 51, 2)) / 5e3, mbps_tolerance);
}

TEST(PeakRate, falls_with_every_broadcast_that_is_added) {
  ResourceMapConfig c = n41(1);
  double last = tbs_based_rate_mbps(ResourceMap(c), downlink, dl_setting);
  const auto falls = [&](const char* what) {
    const double now = tbs_based_rate_mbps(ResourceMap(c), downlink, dl_setting);
    EXPECT_LT(now, last) << what;
    last = now;
  };
  c.ssb = {.beam_count = 8, .pattern = SsbCase::c};
  falls("SSB");
  c.sib1 = {.prb_count = 15, .first_prb = 20, .coreset_zero = {0, 48}};
  falls("SIB1");
  c.trs = {.period = base::milliseconds(20), .slot_offset = 20};
  falls("TRS");
  c.csi_rs = {.slot_offset = 24, .port_count = 2};
  falls("CSI-RS");
  c.paging = {.period = base::milliseconds(20), .slot_offset = 10, .prb_count = 6, .first_prb = 40};
  falls("paging");
}

TEST(PeakRate, counts_prach_against_the_uplink_only) {
  ResourceMapConfig c = n41(1);
  const ResourceMap before(c);
  c.prach = {.slot_offset = 39, .prb_count = 12, .first_prb = 2};
  const ResourceMap after(c);
  EXPECT_EQ(tbs_based_rate_mbps(before, downlink, dl_setting),
            tbs_based_rate_mbps(after, downlink, dl_setting));
  // One of eight uplink slots in 20 ms shrinks from 47 to 35 PRB.
  EXPECT_NEAR(tbs_based_rate_mbps(after, uplink, ul_setting),
              (7 * block_bits(14, 24, 47, 1) + block_bits(14, 24, 35, 1)) / 20e3, mbps_tolerance);
}

TEST(PeakRate, sends_one_contiguous_run_in_an_uplink_slot_that_prach_splits) {
  ResourceMapConfig c = n41(1);
  c.prach = {.slot_offset = 39, .prb_count = 12, .first_prb = 12};  // 10 PRBs below, 25 above.
  EXPECT_NEAR(tbs_based_rate_mbps(ResourceMap(c), uplink, ul_setting),
              (7 * block_bits(14, 24, 47, 1) + block_bits(14, 24, 25, 1)) / 20e3, mbps_tolerance);
}

}  // namespace
}  // namespace redcell::phy
