// Goal: what a slot leaves for data is exact to the resource element, and no element is lost or
// counted twice. Method: conservation over several carriers, hand-counted slots, and configurations
// broken in one place each.
#include "phy/nr/resource_map.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "phy/nr/resource_occasions.h"

namespace redcell::phy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr base::Duration ms_20 = base::milliseconds(20);

/// 51 PRB at 30 kHz, DDDDDDDSUU with 6:4:4, eight beams, SIB1, paging, TRS, CSI-RS, PRACH and
/// PUCCH.
ResourceMapConfig tdd_carrier() {
  const Numerology numerology(30);
  const std::array pattern{TddPattern{base::milliseconds(5), 7, 6, 2, 4}};
  ResourceMapConfig c{.numerology = numerology,
                      .duplex = Duplex::tdd(numerology, pattern),
                      .bwp_dl = {0, 51},
                      .bwp_ul = {0, 51}};
  c.coreset = {.symbol_count = 1, .prb_count = 48};
  c.pusch_dmrs.cdm_groups_without_data = 2;
  c.ssb = {.period = ms_20, .beam_count = 8, .first_prb = 0, .pattern = SsbCase::c};
  c.sib1 = {.period = ms_20, .prb_count = 15, .first_prb = 20, .coreset_zero = {0, 48}};
  c.paging = {.period = base::milliseconds(40), .slot_offset = 10, .prb_count = 6, .first_prb = 40};
  c.trs = {.period = ms_20, .slot_offset = 20};
  c.csi_rs = {.period = ms_20, .slot_offset = 24, .port_count = 2, .has_csi_im = true};
  c.prach = {.period = ms_20, .slot_offset = 39, .prb_count = 12, .first_prb = 2};
  c.pucch = {.low_edge_prb_count = 2, .high_edge_prb_count = 2};
  return c;
}

/// 106 PRB at 15 kHz, FDD, a BWP inside a wider carrier, one beam.
ResourceMapConfig fdd_carrier() {
  const Numerology numerology(15);
  ResourceMapConfig c{.numerology = numerology,
                      .duplex = Duplex::fdd(numerology),
                      .bwp_dl = {10, 106},
                      .bwp_ul = {5, 106}};
  c.coreset = {.symbol_count = 2, .prb_count = 102};
  c.pdsch_dmrs.additional_position = 2;
  c.ssb = {.period = ms_20, .beam_count = 1, .first_prb = 0, .pattern = SsbCase::a};
  c.sib1 = {.period = ms_20, .prb_count = 15, .first_prb = 30, .coreset_zero = {0, 24}};
  c.trs = {.period = base::milliseconds(80), .slot_offset = 5};
  c.csi_rs = {.period = base::milliseconds(40), .slot_offset = 7, .port_count = 8};
  c.prach = {.period = base::milliseconds(10), .slot_offset = 9, .prb_count = 6, .first_prb = 50};
  return c;
}

/// Case B at 30 kHz with front-loaded DMRS only, so that data flows around the block in symbols 4
/// to 7.
ResourceMapConfig case_b_carrier() {
  const Numerology numerology(30);
  ResourceMapConfig c{.numerology = numerology,
                      .duplex = Duplex::fdd(numerology),
                      .bwp_dl = {0, 51},
                      .bwp_ul = {0, 51}};
  c.coreset = {.symbol_count = 1, .prb_count = 48};
  c.pdsch_dmrs.additional_position = 0;
  c.ssb = {.period = ms_20, .beam_count = 1, .first_prb = 4, .pattern = SsbCase::b};
  return c;
}

/// The same slots as tdd_carrier()'s, seen from a BWP of 273 PRB: its CORESET lies behind the other
/// one, whose PUCCH is at PRBs 0, 1, 49 and 50.
ResourceMapConfig wide_carrier() {
  ResourceMapConfig c = tdd_carrier();
  c.bwp_dl = {0, 273};
  c.bwp_ul = {0, 273};
  c.coreset = {.symbol_count = 1, .prb_count = 96, .first_prb = 54};
  c.other_pucch = {{0, 2}, {49, 2}};
  return c;
}

std::vector<ResourceMapConfig> all_carriers() {
  return {tdd_carrier(), fdd_carrier(), case_b_carrier(), wide_carrier()};
}

std::string findings_text(const ResourceMapConfig& config) {
  std::string text;
  for (const std::string& f : resource_findings(config)) text += f + "\n";
  return text;
}

/// Data RE of one PRB in one slot.
int dl_re(const ResourceMap& map, int slot, int prb) {
  return map.downlink(base::Slot(slot)).data_re.at(static_cast<std::size_t>(prb));
}
int ul_re(const ResourceMap& map, int slot, int prb) {
  return map.uplink(base::Slot(slot)).data_re.at(static_cast<std::size_t>(prb));
}

TEST(ResourceMap, gives_every_element_exactly_one_owner) {
  for (const ResourceMapConfig& config : all_carriers()) {
    const ResourceMap map(config);
    for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
      const bool is_downlink = direction == base::Direction::downlink;
      const std::int64_t prbs = is_downlink ? config.bwp_dl.count : config.bwp_ul.count;
      std::int64_t symbols = 0;
      std::int64_t data = 0;
      for (std::int64_t s = 0; s < map.period().value(); ++s) {
        const base::Slot slot(s);
        symbols +=
            is_downlink ? config.duplex.downlink(slot).count : config.duplex.uplink(slot).count;
        data += is_downlink ? map.downlink(slot).usable_re_total : map.uplink(slot).usable_re_total;
      }
      const ReAccount& account = map.account(direction);
      EXPECT_EQ(account.total(), prbs * 12 * 14 * map.period().value());
      EXPECT_EQ(account.total() - account.of(ReUse::guard) - account.of(ReUse::other_direction),
                prbs * 12 * symbols);
      EXPECT_EQ(account.of(ReUse::data), data);
    }
  }
}

TEST(ResourceMap, has_totals_that_are_the_sums_of_its_blocks) {
  for (const ResourceMapConfig& config : all_carriers()) {
    const ResourceMap map(config);
    for (std::int64_t s = 0; s < map.period().value(); ++s) {
      for (const SlotResources* slot : {&map.downlink(base::Slot(s)), &map.uplink(base::Slot(s))}) {
        const auto& re = slot->data_re;
        ASSERT_EQ(slot->usable_re_total, std::accumulate(re.begin(), re.end(), 0));
        ASSERT_EQ(slot->usable_prb_count,
                  std::count_if(re.begin(), re.end(), [](int n) { return n > 0; }));
        const int nominal = 12 * slot->symbols.count - slot->dmrs_re_per_prb;
        for (const int n : re) ASSERT_TRUE(n >= 0 && n <= nominal);
      }
    }
  }
}

TEST(ResourceMap, counts_a_tdd_downlink_by_hand) {
  const ResourceMap map(tdd_carrier());
  EXPECT_EQ(map.period().value(), 80);  // Paging every 40 ms.
  EXPECT_EQ(map.cce_count(), 8);
  // Slot 0: two beams' SSBs (symbols 2-5 and 8-11) on PRB 0-19 meet the DMRS; SIB1 on 20-34 takes
  // the group 32-35 with it; 36-50 are free.
  EXPECT_EQ(dl_re(map, 0, 0), 0);
  EXPECT_EQ(dl_re(map, 0, 19), 0);
  EXPECT_EQ(dl_re(map, 0, 20), 0);
  EXPECT_EQ(dl_re(map, 0, 34), 0);
  EXPECT_EQ(dl_re(map, 0, 35), 0);
  EXPECT_EQ(dl_re(map, 0, 36), 13 * 12 - 12);
  // Slot 4: the fifth beam's SIB1, but all eight SSBs are over.
  EXPECT_EQ(dl_re(map, 4, 0), 144);
  EXPECT_EQ(dl_re(map, 4, 20), 0);
  // Slot 7: five PDSCH symbols with one DMRS symbol, beam 7's SIB1. Slots 8 and 9: uplink.
  EXPECT_EQ(map.downlink(base::Slot(7)).symbols, (SymbolRange{1, 5}));
  EXPECT_EQ(dl_re(map, 7, 0), 5 * 12 - 6);
  EXPECT_EQ(dl_re(map, 7, 20), 0);
  EXPECT_EQ(map.downlink(base::Slot(8)).symbols.count, 0);
  EXPECT_EQ(map.downlink(base::Slot(8)).usable_re_total, 0);
  // Paging of the first beam in slot 10; TRS in 20 and 21: 3 RE in two symbols; CSI-RS 2 RE and
  // CSI-IM 4 in 24.
  EXPECT_EQ(dl_re(map, 10, 39), 144);
  EXPECT_EQ(dl_re(map, 10, 40), 0);
  EXPECT_EQ(dl_re(map, 20, 0), 144 - 6);
  EXPECT_EQ(dl_re(map, 21, 50), 144 - 6);
  EXPECT_EQ(dl_re(map, 22, 0), 144);
  EXPECT_EQ(dl_re(map, 24, 7), 144 - 6);
}

TEST(ResourceMap, counts_a_tdd_uplink_by_hand) {
  const ResourceMap map(tdd_carrier());
  EXPECT_EQ(ul_re(map, 8, 1), 0);
  EXPECT_EQ(ul_re(map, 8, 2), 14 * 12 - 24);
  EXPECT_EQ(ul_re(map, 8, 48), 144);
  EXPECT_EQ(ul_re(map, 8, 49), 0);
  EXPECT_EQ(ul_re(map, 39, 13), 0);
  EXPECT_EQ(ul_re(map, 39, 14), 144);
  EXPECT_EQ(map.uplink(base::Slot(7)).symbols.count, 0);
  EXPECT_EQ(longest_usable_run(map.uplink(base::Slot(8))), (PrbRange{2, 47}));
  EXPECT_EQ(longest_usable_run(map.uplink(base::Slot(39))), (PrbRange{14, 35}));
  EXPECT_EQ(longest_usable_run(map.uplink(base::Slot(7))).count, 0);
}

TEST(ResourceMap, accounts_for_a_tdd_period_by_hand) {
  const ResourceMap map(tdd_carrier());
  const ReAccount& dl = map.account(base::Direction::downlink);
  // Per 20 ms: 32 slots with a CORESET of 48 x 12 RE; two TRS slots; one CSI-RS slot.
  EXPECT_EQ(dl.of(ReUse::coreset), 2 * 32 * 48 * 12);
  EXPECT_EQ(dl.of(ReUse::trs), 2 * 2 * 51 * 6);
  EXPECT_EQ(dl.of(ReUse::csi_rs), 2 * 51 * 6);
  // The whole PDSCH part of the 20 PRBs in the four SSB slots.
  EXPECT_EQ(dl.of(ReUse::ssb), 2 * 4 * 20 * 13 * 12);
  // Seven full slots and the special one.
  EXPECT_EQ(dl.of(ReUse::sib1), 2 * 15 * 12 * (7 * 13 + 5));
  // Eight beams from slot 10 of 80: seven full slots (10-16) and the special slot 17.
  EXPECT_EQ(dl.of(ReUse::paging), 6 * 12 * (7 * 13 + 5));
  const ReAccount& ul = map.account(base::Direction::uplink);
  EXPECT_EQ(ul.of(ReUse::pucch), 16 * 4 * 14 * 12);
  EXPECT_EQ(ul.of(ReUse::prach), 2 * 12 * 14 * 12);
  EXPECT_EQ(ul.of(ReUse::idle), 8 * 51 * 4 * 12);
}

TEST(ResourceMap, lets_data_flow_around_an_ssb_that_spares_the_dmrs) {
  const ResourceMap map(case_b_carrier());
  EXPECT_EQ(dl_re(map, 0, 3), 13 * 12 - 6);
  EXPECT_EQ(dl_re(map, 0, 4), 13 * 12 - 6 - 4 * 12);
  EXPECT_EQ(dl_re(map, 0, 23), 13 * 12 - 6 - 4 * 12);
  EXPECT_EQ(dl_re(map, 0, 24), 13 * 12 - 6);
  EXPECT_EQ(map.account(base::Direction::downlink).of(ReUse::ssb), 20 * 4 * 12);
}

TEST(ResourceMap, sees_only_what_lies_in_its_bwp) {
  const ResourceMap map(fdd_carrier());
  // SSB on carrier PRB 0-19 is BWP PRB 0-9; SIB1 on carrier PRB 30-44 is BWP PRB 20-34. Groups of
  // eight begin on carrier PRBs 8, 16 and so on: 16-23 and 24-47 are lost, BWP PRB 38 is free.
  EXPECT_EQ(dl_re(map, 0, 9), 0);
  EXPECT_EQ(dl_re(map, 0, 10), 0);
  EXPECT_EQ(dl_re(map, 0, 20), 0);
  EXPECT_EQ(dl_re(map, 0, 34), 0);
  EXPECT_EQ(dl_re(map, 0, 37), 0);
  EXPECT_EQ(dl_re(map, 0, 38), 12 * 12 - 18);
  EXPECT_EQ(ul_re(map, 9, 45), 0);
  EXPECT_EQ(ul_re(map, 9, 44), 14 * 12 - 12);
  EXPECT_EQ(map.period().value(), 80);
}

// A BWP from PRB 10 on: what of its CORESET is not there is idle in the CORESET's symbol.
TEST(ResourceMap, has_its_coreset_where_it_begins) {
  const ResourceMap wide(wide_carrier());
  EXPECT_EQ(wide.config().coreset_prbs(), (PrbRange{54, 96}));
  EXPECT_EQ(wide.cce_count(), 16);
  const ReAccount& dl = wide.account(base::Direction::downlink);
  // CORESET 0 takes PRBs 0 to 47 of the same symbol in the slots of SIB1: eight of the 64.
  EXPECT_EQ(dl.of(ReUse::coreset), (2 * 32 * 96 + 2 * 8 * 48) * 12);

  ResourceMapConfig config = case_b_carrier();
  config.bwp_dl = {10, 51};
  config.coreset = {.symbol_count = 2, .prb_count = 24, .first_prb = 18};
  config.ssb.beam_count = 0;
  EXPECT_EQ(config.coreset_prbs(), (PrbRange{28, 24}));
  const ResourceMap map(config);
  const ReAccount& account = map.account(base::Direction::downlink);
  const std::int64_t slots = map.period().value();
  EXPECT_EQ(account.of(ReUse::coreset), slots * 24 * 2 * 12);
  EXPECT_EQ(account.of(ReUse::idle), slots * 27 * 2 * 12);
}

// An SSB in the first symbols after the CORESET of three meets it on shared PRBs alone.
TEST(ResourceFindings, know_where_the_coreset_begins) {
  ResourceMapConfig config = wide_carrier();
  config.coreset.symbol_count = 3;
  config.pdsch_dmrs.type_a_position = 3;
  EXPECT_THAT(findings_text(config), Not(HasSubstr("an SSB meets the CORESET")));
  config.coreset.first_prb = 18;
  EXPECT_THAT(findings_text(config), HasSubstr("an SSB meets the CORESET"));
}

TEST(ResourceMap, leaves_the_pucch_of_another_bwp_free) {
  const ResourceMap map(wide_carrier());
  EXPECT_EQ(map.config().pucch_prbs(), (std::array{PrbRange{0, 2}, PrbRange{271, 2}}));
  for (int prb = 0; prb < 273; ++prb) {
    const bool is_pucch = prb < 2 || prb == 49 || prb == 50 || prb >= 271;
    EXPECT_EQ(ul_re(map, 8, prb) == 0, is_pucch) << prb;
  }
  // Of six PRBs in four uplink slots of 20 ms, twice; PRB 0 and 1 are both BWPs'.
  EXPECT_EQ(map.account(base::Direction::uplink).of(ReUse::pucch), 16 * 6 * 14 * 12);
  EXPECT_EQ(longest_usable_run(map.uplink(base::Slot(8))), (PrbRange{51, 220}));
}

// Seen from a BWP that does not begin at PRB 0, and holds a part of it.
TEST(ResourceMap, leaves_what_it_shares_with_the_pucch_of_another_bwp_free) {
  ResourceMapConfig config = tdd_carrier();
  config.bwp_ul = {5, 51};
  config.prach.prb_count = 0;
  config.other_pucch = {{0, 7}, {30, 2}, {200, 2}};
  const ResourceMap map(config);
  EXPECT_EQ(ul_re(map, 8, 1), 0);
  EXPECT_EQ(ul_re(map, 8, 2), 144);
  EXPECT_EQ(ul_re(map, 8, 24), 144);
  EXPECT_EQ(ul_re(map, 8, 25), 0);
  EXPECT_EQ(ul_re(map, 8, 26), 0);
  EXPECT_EQ(ul_re(map, 8, 27), 144);
  EXPECT_EQ(map.account(base::Direction::uplink).of(ReUse::pucch), 16 * 6 * 14 * 12);
}

TEST(ResourceBlockGroup, has_the_size_of_configuration_1) {
  // TS 38.214 Table 5.1.2.2.1-1.
  EXPECT_EQ(rbg_size(36), 2);
  EXPECT_EQ(rbg_size(37), 4);
  EXPECT_EQ(rbg_size(51), 4);
  EXPECT_EQ(rbg_size(72), 4);
  EXPECT_EQ(rbg_size(73), 8);
  EXPECT_EQ(rbg_size(144), 8);
  EXPECT_EQ(rbg_size(145), 16);
}

TEST(ResourceMap, repeats_after_its_period) {
  for (const ResourceMapConfig& config : all_carriers()) {
    const ResourceMap map(config);
    EXPECT_EQ(&map.downlink(base::Slot(3)), &map.downlink(base::Slot(3) + map.period() * 7));
  }
}

TEST(ResourceMap, moves_trs_away_from_dmrs_in_symbol_eight) {
  ResourceMapConfig config = tdd_carrier();
  config.pdsch_dmrs.additional_position = 3;
  const ResourceMap map(config);
  EXPECT_EQ(trs_symbols(config), (std::array{6, 10}));
  EXPECT_EQ(dl_re(map, 20, 0), 13 * 12 - 24 - 6);
}

TEST(ResourceMap, pages_where_neither_ssb_nor_sib1_has_the_prbs) {
  ResourceMapConfig config = tdd_carrier();
  config.paging.slot_offset = 0;
  config.paging.first_prb = 10;  // Under the SSBs of slots 0 to 3.
  EXPECT_FALSE(slot_occupancies(config)[3].has_paging);
  EXPECT_TRUE(slot_occupancies(config)[4].has_paging);
  config.paging.first_prb = 30;  // Under SIB1 of slots 0 to 7.
  EXPECT_FALSE(slot_occupancies(config)[7].has_paging);
  EXPECT_TRUE(slot_occupancies(config)[10].has_paging);
}

TEST(LongestUsableRun, is_the_first_of_the_longest) {
  SlotResources slot;
  slot.data_re = {0, 9, 9, 0, 9, 0, 9, 9, 0};
  EXPECT_EQ(longest_usable_run(slot), (PrbRange{1, 2}));
  slot.data_re = {9, 0, 9, 9, 9};
  EXPECT_EQ(longest_usable_run(slot), (PrbRange{2, 3}));
  slot.data_re = {0, 0};
  EXPECT_EQ(longest_usable_run(slot).count, 0);
}

TEST(SsbOccasion, follows_the_three_patterns) {
  const auto symbol = [](SsbCase pattern, int beam) {
    const SsbOccasion o = ssb_occasion(pattern, beam);
    return o.slot * 14 + o.first_symbol;
  };
  const std::array<int, 8> a_and_c{2, 8, 16, 22, 30, 36, 44, 50};
  const std::array<int, 8> b{4, 8, 16, 20, 32, 36, 44, 48};
  for (int beam = 0; beam < 8; ++beam) {
    EXPECT_EQ(symbol(SsbCase::a, beam), a_and_c[static_cast<std::size_t>(beam)]);
    EXPECT_EQ(symbol(SsbCase::c, beam), a_and_c[static_cast<std::size_t>(beam)]);
    EXPECT_EQ(symbol(SsbCase::b, beam), b[static_cast<std::size_t>(beam)]);
  }
}

TEST(Sib1Occasion, follows_o_and_m_of_search_space_zero) {
  const auto slot = [](int index, int scs_khz, int beam) {
    return sib1_occasion({.search_space_zero = index}, Numerology(scs_khz), beam).slot;
  };
  EXPECT_EQ(slot(0, 30, 7), 7);   // O = 0, M = 1.
  EXPECT_EQ(slot(1, 30, 7), 3);   // O = 0, M = 1/2.
  EXPECT_EQ(slot(4, 30, 0), 10);  // O = 5 ms.
  EXPECT_EQ(slot(6, 30, 7), 21);  // O = 7 ms: the odd frame.
  EXPECT_EQ(slot(8, 15, 3), 6);   // M = 2.
  EXPECT_EQ(slot(9, 15, 7), 19);  // O = 5 ms, M = 2.
  EXPECT_EQ(sib1_occasion({.search_space_zero = 11}, Numerology(15), 0).coreset_zero_first_symbol,
            2);
  const Sib1Config two_sets{.search_space_zero = 1, .coreset_zero_symbol_count = 2};
  EXPECT_EQ(sib1_occasion(two_sets, Numerology(30), 1).coreset_zero_first_symbol, 2);
}

TEST(ResourceFindings, are_empty_for_what_can_be) {
  for (const ResourceMapConfig& config : all_carriers())
    EXPECT_THAT(findings_text(config), IsEmpty());
}

struct Broken {
  const char* expected;
  void (*breaks)(ResourceMapConfig&);
};

TEST(ResourceFindings, name_each_broken_rule) {
  const std::vector<Broken> cases{
      {"multiple of 6", [](ResourceMapConfig& c) { c.coreset.prb_count = 51; }},
      {"multiple of 6", [](ResourceMapConfig& c) { c.coreset.prb_count = 54; }},
      {"multiple of 6", [](ResourceMapConfig& c) { c.coreset.first_prb = 4; }},
      {"multiple of 6", [](ResourceMapConfig& c) { c.coreset.first_prb = -1; }},
      {"1..3 symbols", [](ResourceMapConfig& c) { c.coreset.symbol_count = 4; }},
      {"an SSB meets the CORESET",
       [](ResourceMapConfig& c) {
         c.coreset.symbol_count = 3;
         c.pdsch_dmrs.type_a_position = 3;
       }},
      {"mapping type A",
       [](ResourceMapConfig& c) {
         c.coreset.symbol_count = 3;
         c.pdsch_dmrs.type_a_position = 2;
         c.ssb.beam_count = 0;
         c.sib1.prb_count = 0;
       }},
      {"divide 160 ms", [](ResourceMapConfig& c) { c.trs.period = base::milliseconds(30); }},
      {"outside its period", [](ResourceMapConfig& c) { c.trs.slot_offset = 39; }},
      {"multiple of 20 ms", [](ResourceMapConfig& c) { c.sib1.period = base::milliseconds(10); }},
      {"0..8 beams", [](ResourceMapConfig& c) { c.ssb.beam_count = 9; }},
      {"case A needs 15 kHz", [](ResourceMapConfig& c) { c.ssb.pattern = SsbCase::a; }},
      {"no SSB to belong to", [](ResourceMapConfig& c) { c.ssb.beam_count = 0; }},
      {"SIB1 shares PRBs", [](ResourceMapConfig& c) { c.sib1.first_prb = 19; }},
      {"SIB1 beam has no PDSCH", [](ResourceMapConfig& c) { c.sib1.search_space_zero = 2; }},
      {"TRS meets an SSB", [](ResourceMapConfig& c) { c.trs.slot_offset = 2; }},
      {"full downlink slot", [](ResourceMapConfig& c) { c.csi_rs.slot_offset = 27; }},
      {"full uplink slot", [](ResourceMapConfig& c) { c.prach.slot_offset = 7; }},
      {"shares PRBs with PUCCH", [](ResourceMapConfig& c) { c.prach.first_prb = 1; }},
      {"leaves no PRB", [](ResourceMapConfig& c) { c.pucch.low_edge_prb_count = 49; }},
      {"too few free downlink slots", [](ResourceMapConfig& c) { c.paging.slot_offset = 75; }},
      {"1, 2, 4 or 8 ports", [](ResourceMapConfig& c) { c.csi_rs.port_count = 3; }},
      {"an SSB beam lies outside", [](ResourceMapConfig& c) {
         const std::array pattern{TddPattern{base::milliseconds(5), 3, 6, 6, 4}};
         c.duplex = Duplex::tdd(c.numerology, pattern);
       }}};
  for (const Broken& broken : cases) {
    ResourceMapConfig config = tdd_carrier();
    broken.breaks(config);
    EXPECT_THAT(findings_text(config), HasSubstr(broken.expected));
  }
}

TEST(ResourceMapDeathTest, refuses_a_configuration_with_findings) {
  ResourceMapConfig config = tdd_carrier();
  config.coreset.prb_count = 50;
  EXPECT_DEATH(ResourceMap{config}, "resource_findings");
}

}  // namespace
}  // namespace redcell::phy
