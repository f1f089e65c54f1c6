// Rules about one carrier: where it lies, how it is cut, what lies on it.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "phy/nr/band.h"
#include "phy/nr/duplex.h"
#include "phy/nr/resource_map.h"
#include "scenarios/deployment.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/resolve_carrier.h"

namespace redcell::scenarios {
namespace {

constexpr int band_number_max = 104;

std::string known_bands() {
  std::vector<std::string> names;
  for (int number = 1; number <= band_number_max; ++number) {
    const std::string name = fmt::format("n{}", number);
    if (phy::find_band(name) != nullptr) names.push_back(name);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

/// The bandwidths of Table 5.3.2-1 that exist at a spacing.
std::string bandwidths(int scs_khz) {
  std::vector<int> known;
  for (int mhz = 5; mhz <= 100; mhz += 5) {
    if (phy::max_prb_count(mhz, scs_khz)) known.push_back(mhz);
  }
  return fmt::format("{} MHz", fmt::join(known, ", "));
}

void check_grid(const CarrierView& view, const phy::Band& band, Report& report) {
  const auto scs_khz = static_cast<int>(view.carrier.scs_khz());
  if (scs_khz != 15 && scs_khz != 30 && scs_khz != 60) {
    return report.add(view.path + ".scs_khz", {.found = fmt::format("{} kHz", scs_khz),
                                               .allowed = "15, 30 or 60 kHz in FR1",
                                               .clause = "TS 38.101-1 Table 5.3.2-1"});
  }
  if (!carrier_prb_count(view.carrier)) {
    report.add(view.path + ".bandwidth_mhz",
               {.found = fmt::format("{} MHz at {} kHz", view.carrier.bandwidth_mhz(), scs_khz),
                .allowed = bandwidths(scs_khz),
                .clause = "TS 38.101-1 Table 5.3.2-1"});
  }
  const bool has_ssb =
      (scs_khz == 15 && band.ssb_case_15_khz) || (scs_khz == 30 && band.ssb_case_30_khz);
  if (!has_ssb) {
    const std::string at_15 = band.ssb_case_15_khz ? "15 kHz" : "";
    const std::string at_30 = band.ssb_case_30_khz ? "30 kHz" : "";
    report.add(view.path + ".scs_khz",
               {.found = fmt::format("{} kHz, of which {} has no SS/PBCH block", scs_khz,
                                     view.carrier.band()),
                .allowed = at_15 + (at_15.empty() || at_30.empty() ? "" : " or ") + at_30,
                .clause = "TS 38.101-1 Table 5.4.3.3-1",
                .advice = "The SS/PBCH block has the carrier's own spacing [ours]."});
  }
}

struct Stretch {
  std::string field;
  double centre_mhz;
  double low_mhz;
  double high_mhz;
};

void check_stretch(const CarrierView& view, const Stretch& stretch, Report& report) {
  const double half = view.carrier.bandwidth_mhz() / 2;
  const bool fits =
      stretch.centre_mhz - half >= stretch.low_mhz && stretch.centre_mhz + half <= stretch.high_mhz;
  if (fits) return;
  report.add(
      view.path + "." + stretch.field,
      {.found = fmt::format("{} to {} MHz", stretch.centre_mhz - half, stretch.centre_mhz + half),
       .allowed = fmt::format("{} to {} MHz in {}, so a centre of {} to {} MHz", stretch.low_mhz,
                              stretch.high_mhz, view.carrier.band(), stretch.low_mhz + half,
                              stretch.high_mhz - half),
       .clause = "TS 38.101-1 Table 5.2-1"});
}

void check_frequencies(const CarrierView& view, const phy::Band& band, Report& report) {
  const schema::Carrier& c = view.carrier;
  check_stretch(view,
                {"dl_centre_mhz", c.dl_centre_mhz(), band.downlink_low_mhz, band.downlink_high_mhz},
                report);
  if (band.is_tdd && c.has_ul_centre_mhz()) {
    report.add(view.path + ".ul_centre_mhz",
               {.found = fmt::format("{} MHz on the TDD band {}", c.ul_centre_mhz(), c.band()),
                .allowed = "no ul_centre_mhz: both directions share dl_centre_mhz",
                .clause = "TS 38.101-1 Table 5.2-1"});
  } else if (!band.is_tdd && !c.has_ul_centre_mhz()) {
    report.add(view.path + ".ul_centre_mhz",
               {.found = fmt::format("no uplink frequency on the FDD band {}", c.band()),
                .allowed = fmt::format("ul_centre_mhz in {} to {} MHz", band.uplink_low_mhz,
                                       band.uplink_high_mhz),
                .clause = "TS 38.101-1 Table 5.2-1"});
  } else if (!band.is_tdd) {
    check_stretch(view,
                  {"ul_centre_mhz", c.ul_centre_mhz(), band.uplink_low_mhz, band.uplink_high_mhz},
                  report);
  }
}

std::vector<std::string> pattern_findings(const schema::Carrier& carrier) {
  std::vector<phy::TddPattern> patterns;
  for (const schema::TddPattern& p : carrier.tdd()) {
    patterns.push_back({.period = base::Duration(std::llround(p.period_ms() * 1e6)),
                        .dl_slots = static_cast<int>(p.dl_slots()),
                        .dl_symbols = static_cast<int>(p.dl_symbols()),
                        .ul_slots = static_cast<int>(p.ul_slots()),
                        .ul_symbols = static_cast<int>(p.ul_symbols())});
  }
  return phy::tdd_findings(phy::Numerology(static_cast<int>(carrier.scs_khz())), patterns);
}

bool has_full_uplink_slot(const schema::Carrier& carrier) {
  return std::any_of(carrier.tdd().begin(), carrier.tdd().end(),
                     [](const schema::TddPattern& p) { return p.ul_slots() > 0; });
}

void check_duplex(const CarrierView& view, const phy::Band& band, Report& report) {
  const schema::Carrier& c = view.carrier;
  const std::string path = view.path + ".tdd";
  if (!band.is_tdd && c.tdd_size() > 0) {
    return report.add(path, {.found = fmt::format("a TDD pattern on the FDD band {}", c.band()),
                             .allowed = "no tdd block on this band",
                             .clause = "TS 38.101-1 Table 5.2-1"});
  }
  if (!band.is_tdd) return;
  if (c.tdd_size() == 0) {
    return report.add(path, {.found = fmt::format("no TDD pattern on the TDD band {}", c.band()),
                             .allowed = "one or two tdd blocks",
                             .clause = "TS 38.331 TDD-UL-DL-ConfigCommon"});
  }
  const std::string allowed = "a TDD-UL-DL-Pattern with downlink, then uplink, inside its period";
  const std::vector<std::string> broken = pattern_findings(c);
  for (const std::string& sentence : broken) {
    const bool is_second = sentence.starts_with("pattern 2");
    const bool is_one = is_second || sentence.starts_with("pattern 1");
    report.add(is_one ? path + (is_second ? "[1]" : "[0]") : path,
               {.found = sentence, .allowed = allowed, .clause = "TS 38.213 11.1"});
  }
  if (broken.empty() && !has_full_uplink_slot(c)) {
    report.add(path, {.found = "uplink symbols but no full uplink slot",
                      .allowed = "ul_slots of 1 or more",
                      .clause = "[ours]",
                      .advice = "PUSCH and PUCCH use full uplink slots only."});
  }
}

// --------------------------------------------------------------------------- on the grid of the
// carrier

void check_coreset(const CarrierView& view, Report& report) {
  const schema::DownlinkControl& d = view.carrier.downlink();
  const std::uint32_t prb_count = d.coreset_prb_count();
  const std::uint32_t bwp = view.carrier.redcap_bwp().prb_count();
  const std::string path = view.path + ".downlink.";
  if (prb_count % 6 != 0 || prb_count > bwp) {
    report.add(path + "coreset_prb_count",
               {.found = fmt::format("{} PRBs in a bandwidth part of {}", prb_count, bwp),
                .allowed = fmt::format("a multiple of 6 up to {}", bwp / 6 * 6),
                .clause = "TS 38.213 10.1"});
  }
  const std::uint32_t level = d.aggregation_level();
  const std::uint32_t cces = prb_count * d.coreset_symbols() / 6;
  const bool is_level = level == 1 || level == 2 || level == 4 || level == 8 || level == 16;
  if (!is_level || level > cces) {
    report.add(path + "aggregation_level",
               {.found = fmt::format("{} CCEs in a CORESET of {}", level, cces),
                .allowed = "1, 2, 4, 8 or 16, and no more than the CORESET has",
                .clause = "TS 38.213 Table 10.1-2"});
  }
}

void check_dmrs(const CarrierView& view, Report& report) {
  const auto check = [&](const std::string& path, const schema::Dmrs& dmrs) {
    const std::uint32_t groups_max = dmrs.type() == 1 ? 2 : 3;
    if (dmrs.cdm_groups_without_data() <= groups_max) return;
    report.add(view.path + path + ".cdm_groups_without_data",
               {.found = fmt::format("{} groups", dmrs.cdm_groups_without_data()),
                .allowed = fmt::format("1 to {} with DMRS type {}", groups_max, dmrs.type()),
                .clause = "TS 38.211 Table 7.4.1.1.2-1"});
  };
  check(".downlink.dmrs", view.carrier.downlink().dmrs());
  check(".uplink.dmrs", view.carrier.uplink().dmrs());
  const schema::Dmrs& uplink = view.carrier.uplink().dmrs();
  if (!view.carrier.uplink().transform_precoding()) return;
  if (uplink.type() == 1 && uplink.cdm_groups_without_data() == 2) return;
  report.add(view.path + ".uplink.dmrs",
             {.found = fmt::format("DMRS type {}, {} CDM groups without data, with transform "
                                   "precoding",
                                   uplink.type(), uplink.cdm_groups_without_data()),
              .allowed = "type 1 and 2 CDM groups without data",
              .clause = "TS 38.212 Table 7.3.1.1.2-6"});
}

void check_broadcast(const CarrierView& view, Report& report) {
  const schema::Broadcast& b = view.carrier.broadcast();
  const schema::Bwp& bwp = view.carrier.redcap_bwp();
  const phy::PrbRange ssb{static_cast<int>(b.ssb_first_prb()), phy::ssb_prb_count};
  check_inside(view, "broadcast.ssb_first_prb", ssb, report);
  const auto bwp_first = static_cast<int>(bwp.first_prb());
  const int bwp_end = bwp_first + static_cast<int>(bwp.prb_count());
  if (ssb.first < bwp_first || ssb.end() > bwp_end) {
    report.add(view.path + ".redcap_bwp",
               {.found = fmt::format("PRBs {} to {} without the SS/PBCH block on {} to {}",
                                     bwp_first, bwp_end - 1, ssb.first, ssb.end() - 1),
                .allowed = "a bandwidth part that holds the cell-defining SS/PBCH block and "
                           "CORESET 0",
                .clause = "TS 38.213 17.1",
                .advice = "Move redcap_bwp.first_prb or broadcast.ssb_first_prb; terminals of a "
                          "part without are dedicated_bwp's."});
  }
  const phy::PrbRange sib1{static_cast<int>(b.sib1_first_prb()),
                           static_cast<int>(std::max(b.sib1_prb_count(), b.paging_prb_count()))};
  if (sib1.count > 0 && (sib1.first < bwp_first || sib1.end() > bwp_end)) {
    report.add(view.path + ".broadcast.sib1_first_prb",
               {.found = fmt::format("SIB1 and paging on PRBs {} to {}, redcap_bwp on {} to {}",
                                     sib1.first, sib1.end() - 1, bwp_first, bwp_end - 1),
                .allowed = "SIB1 and paging inside the initial bandwidth part",
                .clause = "TS 38.214 5.1.2.2.2"});
  }
  const bool is_wide = view.carrier.dl_centre_mhz() > 3000 ||
                       (view.carrier.scs_khz() == 30 && view.carrier.tdd_size() > 0 &&
                        view.carrier.dl_centre_mhz() >= 1880);
  if (b.ssb_beam_count() > (is_wide ? 8 : 4)) {
    report.add(view.path + ".broadcast.ssb_beam_count",
               {.found = fmt::format("{} blocks at {} MHz", b.ssb_beam_count(),
                                     view.carrier.dl_centre_mhz()),
                .allowed = "1 to 4 at this frequency",
                .clause = "TS 38.213 4.1"});
  }
}

void check_uplink_edges(const CarrierView& view, Report& report) {
  const schema::UplinkControl& u = view.carrier.uplink();
  const std::uint32_t bwp = view.carrier.redcap_bwp().prb_count();
  if (u.pucch_prb_count() == 0 || u.pucch_prb_count() + u.prach_prb_count() >= bwp) {
    report.add(view.path + ".uplink.pucch_prb_count",
               {.found = fmt::format("{} PRBs of PUCCH and {} of PRACH in a part of {}",
                                     u.pucch_prb_count(), u.prach_prb_count(), bwp),
                .allowed = "at least one PRB for PUCCH, and one left for PUSCH",
                .clause = "TS 38.213 9.2.1"});
  }
}

bool carries_pusch(const phy::ResourceMapConfig& config) {
  const phy::ResourceMap map(config);
  for (base::Slot slot; slot < base::Slot(map.period().value()); slot += base::SlotCount(1)) {
    if (map.uplink(slot).usable_prb_count > 0) return true;
  }
  return false;
}

void check_wide(const CarrierView& view, Report& report) {
  const schema::WideBwp& wide = view.carrier.embb_bwp();
  const schema::Bwp& redcap = view.carrier.redcap_bwp();
  const phy::PrbRange outer{static_cast<int>(wide.first_prb()), static_cast<int>(wide.prb_count())};
  const phy::PrbRange inner{static_cast<int>(redcap.first_prb()),
                            static_cast<int>(redcap.prb_count())};
  const phy::PrbRange coreset{static_cast<int>(wide.coreset_first_prb()),
                              static_cast<int>(wide.coreset_prb_count())};
  check_inside(view, "embb_bwp", outer, report);
  if (inner.first < outer.first || inner.end() > outer.end()) {
    report.add(view.path + ".embb_bwp",
               {.found = fmt::format("PRBs {} to {} beside redcap_bwp on {} to {}", outer.first,
                                     outer.end() - 1, inner.first, inner.end() - 1),
                .allowed = "a part that holds redcap_bwp",
                .clause = "[ours]",
                .advice = "Parts that lie side by side do not share PRBs: leave embb_bwp out."});
  }
  if (coreset.count % 6 != 0 || coreset.first < outer.first || coreset.end() > outer.end()) {
    report.add(view.path + ".embb_bwp.coreset_prb_count",
               {.found = fmt::format("PRBs {} to {} in a part of {} to {}", coreset.first,
                                     coreset.end() - 1, outer.first, outer.end() - 1),
                .allowed = "a multiple of 6 inside the part",
                .clause = "TS 38.213 10.1"});
  }
  const std::uint32_t level = view.carrier.downlink().aggregation_level();
  if (level > wide.coreset_prb_count() * view.carrier.downlink().coreset_symbols() / 6) {
    report.add(view.path + ".embb_bwp.coreset_prb_count",
               {.found = fmt::format("{} PRBs for an aggregation level of {}",
                                     wide.coreset_prb_count(), level),
                .allowed = "a CORESET with as many CCEs as downlink.aggregation_level",
                .clause = "TS 38.213 Table 10.1-2"});
  }
  const phy::PrbRange narrow{inner.first,
                             static_cast<int>(view.carrier.downlink().coreset_prb_count())};
  if (coreset.first < narrow.end() && narrow.first < coreset.end()) {
    report.add(view.path + ".embb_bwp.coreset_first_prb",
               {.found = fmt::format("CORESETs on PRBs {} to {} and {} to {}", coreset.first,
                                     coreset.end() - 1, narrow.first, narrow.end() - 1),
                .allowed = "CORESETs that share no PRB",
                .clause = "[ours]",
                .advice = "Begin that of embb_bwp where that of redcap_bwp ends."});
  }
}

}  // namespace

void check_band(const CarrierView& view, Report& report) {
  const phy::Band* band = phy::find_band(view.carrier.band());
  if (band == nullptr) {
    return report.add(view.path + ".band",
                      {.found = fmt::format("'{}', an unknown band", view.carrier.band()),
                       .allowed = known_bands(),
                       .clause = "TS 38.101-1 Table 5.2-1"});
  }
  const std::size_t before = report.count();
  check_grid(view, *band, report);
  check_frequencies(view, *band, report);
  if (report.count() == before) check_duplex(view, *band, report);
}

void check_inside(const CarrierView& view, const std::string& field, const phy::PrbRange& range,
                  Report& report) {
  const int width = carrier_prb_count(view.carrier).value_or(0);
  if (range.end() <= width) return;
  report.add(view.path + "." + field,
             {.found = fmt::format("PRBs {} to {}", range.first, range.end() - 1),
              .allowed = fmt::format("PRBs 0 to {} of a carrier of {} MHz at {} kHz", width - 1,
                                     view.carrier.bandwidth_mhz(), view.carrier.scs_khz()),
              .clause = "TS 38.211 4.4.5"});
}

void check_resources(const CarrierView& view, Report& report) {
  const schema::Bwp& bwp = view.carrier.redcap_bwp();
  check_inside(view, "redcap_bwp",
               {static_cast<int>(bwp.first_prb()), static_cast<int>(bwp.prb_count())}, report);
  check_coreset(view, report);
  check_search_space(view, report);
  check_dmrs(view, report);
  check_broadcast(view, report);
  check_uplink_edges(view, report);
  if (view.carrier.has_embb_bwp()) check_wide(view, report);
  check_parts(view, report);
}

namespace {

std::string dedicated_path(const CarrierView& view, std::size_t index) {
  const auto i = static_cast<int>(index);
  return element_path(view.path, view.carrier.dedicated_bwp(i), "dedicated_bwp", i);
}

}  // namespace

void check_map(const CarrierView& view, Report& report) {
  const std::size_t before = report.count();
  check_blocks(view, report);
  const std::vector<phy::ResourceMapConfig> bwps = bwp_configs(view.carrier);
  for (std::size_t i = 0; i < bwps.size(); ++i) {
    const std::string path = i == 0                 ? view.path
                             : i + 1 == bwps.size() ? view.path + ".embb_bwp"
                                                    : dedicated_path(view, i - 1);
    for (const std::string& sentence : phy::resource_findings(bwps[i])) {
      report.add(path, {.found = sentence, .allowed = "resources that do not collide"});
    }
    if (report.count() == before && !carries_pusch(bwps[i])) {
      report.add(path, {.found = "no PRB for PUSCH in any slot",
                        .allowed = "PUCCH of all parts and PRACH that leave some",
                        .clause = "TS 38.213 9.2.1"});
    }
    if (report.count() > before) return;  // What follows from the first says the same again.
  }
}

}  // namespace redcell::scenarios
