// Goal: a block never promises more than the resource elements of its slot can carry at the wanted
// MCS. Method: slots with known rate matching, an oracle of the rule in rational arithmetic, and
// its laws.
#include "phy/nr/block_fit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "phy/nr/tbs.h"

namespace redcell::phy {
namespace {

/// A full slot of `prbs` PRBs with 144 data RE each, minus `missing` in every PRB below `touched`.
SlotResources slot_of(int prbs, int touched, int missing) {
  SlotResources slot;
  slot.symbols = {1, 13};
  slot.dmrs_re_per_prb = 12;
  for (int prb = 0; prb < prbs; ++prb) {
    const int re = 144 - (prb < touched ? missing : 0);
    slot.data_re.push_back(static_cast<std::int16_t>(re));
    slot.usable_re_total += re;
    slot.usable_prb_count += re > 0 ? 1 : 0;
  }
  return slot;
}

BlockRequest request(McsTable table, int mcs_index, int prbs, int layers) {
  return {.table = table,
          .wanted = base::McsIndex(mcs_index),
          .prb_count = prbs,
          .layer_count = layers};
}

base::Bits nominal_tbs(const Mcs& scheme, int prbs, int layers) {
  return transport_block_size({.symbol_count = 13,
                               .dmrs_re_per_prb = 12,
                               .prb_count = prbs,
                               .modulation_order = scheme.modulation_order,
                               .rate_x1024 = scheme.rate_x1024,
                               .layer_count = layers});
}

double rate_of(const BlockFit& fit, const Mcs& scheme, int layers) {
  const auto bits = coded_information_bits(fit.tbs, scheme.rate_x1024).value();
  return static_cast<double>(bits) / (fit.re_count * scheme.modulation_order * layers);
}

TEST(BlockFit, sends_the_wanted_mcs_in_an_untouched_slot) {
  for (int index = 0; index < mcs_count(McsTable::qam256); ++index) {
    const Mcs scheme = mcs(McsTable::qam256, base::McsIndex(index));
    for (const int prbs : {5, 24, 51, 106}) {
      const BlockFit fit =
          fit_block(request(McsTable::qam256, index, prbs, 2), slot_of(prbs, 0, 0));
      EXPECT_EQ(fit.mcs.value(), index) << prbs;
      EXPECT_EQ(fit.tbs, nominal_tbs(scheme, prbs, 2)) << prbs;
      EXPECT_EQ(fit.re_count, 144 * prbs);
      EXPECT_EQ(fit.prb_count, prbs);
    }
  }
}

TEST(BlockFit, lowers_the_mcs_until_the_block_is_no_harder_to_decode) {
  constexpr int layers = 2;
  for (const McsTable table : {McsTable::qam64, McsTable::qam256, McsTable::qam64_low_se}) {
    for (int wanted = 0; wanted < mcs_count(table); ++wanted) {
      for (int missing = 1; missing < 144; missing += 13) {
        const SlotResources slot = slot_of(51, 20, missing);
        const BlockFit fit = fit_block(request(table, wanted, 51, layers), slot);
        const Mcs asked = mcs(table, base::McsIndex(wanted));
        const auto bits = [&](int index) {
          const Mcs scheme = mcs(table, base::McsIndex(index));
          return static_cast<double>(
              coded_information_bits(nominal_tbs(scheme, 51, layers), scheme.rate_x1024).value());
        };
        const double bits_per_re_max =
            std::max(asked.spectral_efficiency() * layers, bits(wanted) / (51 * 144.0));
        const auto allowed = [&](int index) {
          const int order = mcs(table, base::McsIndex(index)).modulation_order;
          return bits(index) / slot.usable_re_total <= bits_per_re_max &&
                 bits(index) / (slot.usable_re_total * order * layers) <= effective_code_rate_max;
        };
        int oracle = wanted;
        while (oracle >= 0 && !allowed(oracle)) --oracle;
        if (oracle < 0) {
          EXPECT_EQ(fit.tbs.value(), 0) << wanted << " " << missing;
        } else {
          EXPECT_EQ(fit.mcs.value(), oracle) << wanted << " " << missing;
          EXPECT_EQ(fit.tbs, nominal_tbs(mcs(table, fit.mcs), 51, layers));
        }
      }
    }
  }
}

TEST(BlockFit, never_exceeds_the_rate_a_ue_must_decode) {
  for (int wanted = 0; wanted < mcs_count(McsTable::qam64); ++wanted) {
    for (int prbs = 1; prbs <= 51; ++prbs) {
      for (const int missing : {0, 6, 48}) {
        const BlockFit fit =
            fit_block(request(McsTable::qam64, wanted, prbs, 1), slot_of(prbs, prbs / 2, missing));
        if (fit.tbs.value() == 0) continue;
        EXPECT_LE(rate_of(fit, mcs(McsTable::qam64, fit.mcs), 1), effective_code_rate_max);
      }
    }
  }
}

TEST(BlockFit, steps_down_where_an_ssb_takes_a_tenth_of_the_elements) {
  const BlockFit fit = fit_block(request(McsTable::qam256, 27, 51, 2), slot_of(51, 20, 48));
  EXPECT_LT(fit.mcs.value(), 27);
  EXPECT_GT(fit.mcs.value(), 20);
  EXPECT_EQ(fit.re_count, 51 * 144 - 20 * 48);
}

TEST(BlockFit, leaves_blocked_prbs_out_of_the_allocation) {
  SlotResources slot = slot_of(51, 0, 0);
  for (std::size_t prb = 10; prb < 30; ++prb) slot.data_re[prb] = 0;
  const BlockFit fit = fit_block(request(McsTable::qam256, 27, 51, 2), slot);
  EXPECT_EQ(fit.prb_count, 31);
  EXPECT_EQ(fit.mcs.value(), 27);
  EXPECT_EQ(fit.tbs, nominal_tbs(mcs(McsTable::qam256, base::McsIndex(27)), 31, 2));
}

TEST(BlockFit, is_empty_without_elements) {
  EXPECT_EQ(fit_block(request(McsTable::qam64, 5, 10, 1), slot_of(10, 10, 144)).tbs.value(), 0);
  EXPECT_EQ(fit_block(request(McsTable::qam64, 5, 0, 1), slot_of(10, 0, 0)).tbs.value(), 0);
  const SlotResources uplink_only{.symbols = {}, .data_re = std::vector<std::int16_t>(10, 0)};
  EXPECT_EQ(fit_block(request(McsTable::qam64, 5, 10, 1), uplink_only).tbs.value(), 0);
}

TEST(BlockFitDeathTest, rejects_prbs_outside_the_bwp) {
  EXPECT_DEATH(static_cast<void>(fit_block(request(McsTable::qam64, 5, 11, 1), slot_of(10, 0, 0))),
               "data_re.size");
}

}  // namespace
}  // namespace redcell::phy
