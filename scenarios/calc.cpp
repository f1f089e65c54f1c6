#include "scenarios/calc.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

#include "phy/nr/band.h"
#include "phy/nr/mcs_table.h"
#include "phy/nr/peak_rate.h"
#include "scenarios/deployment.h"
#include "scenarios/load.h"
#include "scenarios/path.h"
#include "scenarios/preflight.h"
#include "scenarios/resolve.h"
#include "scenarios/resolve_carrier.h"

namespace redcell::scenarios {
namespace {

constexpr double formula_overhead_dl = 0.14;  // TS 38.306 4.1.2, FR1.
constexpr double formula_overhead_ul = 0.08;

phy::McsTable table_of(schema::MacMcsTable table, bool transform_precoding) {
  if (table == schema::QAM256) return phy::McsTable::qam256;
  if (table == schema::QAM64) {
    return transform_precoding ? phy::McsTable::tp_qam64 : phy::McsTable::qam64;
  }
  return transform_precoding ? phy::McsTable::tp_qam64_low_se : phy::McsTable::qam64_low_se;
}

/// The highest scheme of a table that a terminal takes.
base::McsIndex highest_mcs(phy::McsTable table, int order_max) {
  int index = phy::mcs_count(table) - 1;
  while (index > 0 && phy::mcs(table, base::McsIndex(index)).modulation_order > order_max) --index;
  return base::McsIndex(index);
}

/// One direction of a carrier and a terminal.
struct Side {
  base::Direction direction;
  phy::McsTable table;
  int order_max;
  int layer_count;
};

PeakRate rate_of(const phy::ResourceMap& map, const Side& side) {
  const bool is_downlink = side.direction == base::Direction::downlink;
  const base::McsIndex mcs = highest_mcs(side.table, side.order_max);
  PeakRate rate;
  rate.direction = side.direction;
  rate.prb_count = is_downlink ? map.config().bwp_dl.count : map.config().bwp_ul.count;
  rate.layer_count = side.layer_count;
  rate.modulation_order = phy::mcs(side.table, mcs).modulation_order;
  rate.formula_mbps = phy::peak_rate_mbps_38306(
      {.layer_count = side.layer_count,
       .modulation_order = rate.modulation_order,
       .prb_count = rate.prb_count,
       .mu = map.config().numerology.mu(),
       .overhead = is_downlink ? formula_overhead_dl : formula_overhead_ul});
  rate.blocks_mbps = phy::tbs_based_rate_mbps(
      map, side.direction, {.table = side.table, .mcs = mcs, .layer_count = side.layer_count});
  return rate;
}

std::set<std::string> carried_capabilities(const schema::Scenario& scenario) {
  std::set<std::string> names;
  for (const schema::TerminalGroup& group : scenario.terminal_group()) {
    names.insert(group.capability());
  }
  return names;
}

const char* direction_name(base::Direction direction) {
  return direction == base::Direction::downlink ? "downlink" : "uplink";
}

/// Whole numbers and a first decimal one between colons; nullopt for anything else.
std::optional<std::array<double, 5>> pattern_numbers(const std::string& text) {
  std::array<double, 5> numbers{};
  const char* at = text.data();
  const char* end = at + text.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    const bool is_last = i + 1 == numbers.size();
    if (error != std::errc{} || (is_last ? next != end : next == end || *next != ':')) {
      return std::nullopt;
    }
    const bool is_whole = numbers[i] == static_cast<double>(static_cast<int>(numbers[i]));
    if (!(numbers[i] >= 0 && numbers[i] <= 1000) || (i > 0 && !is_whole)) return std::nullopt;
    at = next + 1;
  }
  return numbers;
}

void add_pattern(const std::string& text, schema::Carrier& carrier,
                 std::vector<Finding>& findings) {
  const auto numbers = pattern_numbers(text);
  if (!numbers) {
    findings.push_back({.file = "--pattern " + text,
                        .found = "no TDD pattern",
                        .allowed = "PERIOD_MS:DL_SLOTS:DL_SYMBOLS:UL_SLOTS:UL_SYMBOLS, such as "
                                   "5:7:6:2:4"});
    return;
  }
  schema::TddPattern& pattern = *carrier.add_tdd();
  pattern.set_period_ms((*numbers)[0]);
  pattern.set_dl_slots(static_cast<std::uint32_t>((*numbers)[1]));
  pattern.set_dl_symbols(static_cast<std::uint32_t>((*numbers)[2]));
  pattern.set_ul_slots(static_cast<std::uint32_t>((*numbers)[3]));
  pattern.set_ul_symbols(static_cast<std::uint32_t>((*numbers)[4]));
}

void add_terminal(const PeakQuestion& question, schema::Scenario& scenario) {
  schema::Site& site = *scenario.add_site();
  site.set_name("site");
  site.add_sector()->set_carrier("carrier");
  schema::Capability& capability = *scenario.add_capability();
  capability.set_name("terminal");
  const auto layers = static_cast<std::uint32_t>(std::max(0, question.layer_count));
  capability.set_rx_branches(layers);
  capability.set_max_dl_layers(layers);
  const int order = modulation_order(question.modulation);
  if (schema::Modulation_IsValid(order)) {
    capability.set_max_dl_modulation(static_cast<schema::Modulation>(order));
    capability.set_max_ul_modulation(static_cast<schema::Modulation>(order));
  }
  schema::TerminalGroup& group = *scenario.add_terminal_group();
  group.set_name("terminal");
  group.set_capability("terminal");
}

schema::Carrier& add_carrier(const PeakQuestion& question, schema::Scenario& scenario) {
  schema::Carrier& carrier = *scenario.add_carrier();
  carrier.set_name("carrier");
  carrier.mutable_channel()->set_path_loss(schema::Channel::FREE_SPACE);
  carrier.set_band(question.band);
  carrier.set_bandwidth_mhz(question.bandwidth_mhz);
  carrier.set_scs_khz(static_cast<std::uint32_t>(std::max(0, question.scs_khz)));
  carrier.set_dl_centre_mhz(3500);
  // SIB1 beside the SS/PBCH block, which lies on the lowest PRBs.
  carrier.mutable_broadcast()->set_sib1_first_prb(phy::ssb_prb_count);
  const phy::Band* band = phy::find_band(question.band);
  if (band == nullptr) return carrier;
  carrier.set_dl_centre_mhz((band->downlink_low_mhz + band->downlink_high_mhz) / 2);
  if (!band->is_tdd) {
    carrier.set_ul_centre_mhz((band->uplink_low_mhz + band->uplink_high_mhz) / 2);
  } else if (question.patterns.empty()) {
    carrier.add_tdd();
  }
  return carrier;
}

std::string account_text(const schema::Carrier& carrier) {
  const std::vector<phy::ResourceMapConfig> bwps = bwp_configs(carrier);
  const phy::ResourceMap map(bwps.front());
  std::string text = fmt::format("\nResource elements of {} in {} slots{}:\n", carrier.name(),
                                 map.period().value(), bwps.size() > 1 ? ", RedCap part" : "");
  for (const auto direction : {base::Direction::downlink, base::Direction::uplink}) {
    const phy::ReAccount& account = map.account(direction);
    for (std::size_t use = 0; use < phy::re_use_count; ++use) {
      if (account.re[use] == 0) continue;
      text += fmt::format("  {:8}  {:15}  {:>9}\n", direction_name(direction),
                          phy::re_use_name(static_cast<phy::ReUse>(use)), account.re[use]);
    }
  }
  return text;
}

}  // namespace

int modulation_order(const std::string& name) {
  if (name == "qpsk") return 2;
  if (name == "16qam") return 4;
  if (name == "64qam") return 6;
  return name == "256qam" ? 8 : 0;
}

std::vector<PeakRate> peak_rates(const schema::Scenario& scenario) {
  std::vector<PeakRate> rates;
  const std::set<std::string> carriers = sent_carriers(scenario);
  const std::set<std::string> capabilities = carried_capabilities(scenario);
  for (const schema::Carrier& carrier : scenario.carrier()) {
    if (!carriers.contains(carrier.name())) continue;
    const std::vector<phy::ResourceMapConfig> bwps = bwp_configs(carrier);
    const bool precoding = carrier.uplink().transform_precoding();
    for (const schema::Capability& capability : scenario.capability()) {
      if (!capabilities.contains(capability.name())) continue;
      const phy::ResourceMap map(bwps[bwp_of(capability, bwps)]);
      const auto layers = static_cast<int>(
          std::min(capability.max_dl_layers(), carrier.link_adaptation().max_rank()));
      for (const Side& side : {Side{.direction = base::Direction::downlink,
                              .table = table_of(carrier.downlink().mcs_table(), false),
                              .order_max = capability.max_dl_modulation(),
                              .layer_count = layers},
                               Side{.direction = base::Direction::uplink,
                               .table = table_of(carrier.uplink().mcs_table(), precoding),
                               .order_max = capability.max_ul_modulation(),
                               .layer_count = 1}}) {
        PeakRate rate = rate_of(map, side);
        rate.carrier = carrier.name();
        rate.capability = capability.name();
        rates.push_back(std::move(rate));
      }
    }
  }
  return rates;
}

schema::Scenario peak_scenario(const PeakQuestion& question) {
  schema::Scenario scenario;
  std::vector<Finding> findings;
  add_terminal(question, scenario);
  schema::Carrier& carrier = add_carrier(question, scenario);
  for (const std::string& text : question.patterns) add_pattern(text, carrier, findings);
  for (const std::string& text : question.overrides) {
    const std::size_t equals = text.find('=');
    std::optional<Finding> finding =
        equals == std::string::npos
            ? Finding{.found = "no '='", .allowed = "--set PATH=VALUE inside the carrier"}
            : set_value(carrier, text.substr(0, equals), text.substr(equals + 1));
    if (!finding) continue;
    finding->file = "--set " + text;
    findings.push_back(std::move(*finding));
  }
  SourceMap where;
  where.set("", {.file = "calc peak", .line = 0, .column = 0});
  for (Finding& finding : check_values(scenario, where)) findings.push_back(std::move(finding));
  if (findings.empty()) findings = preflight(scenario, where);
  if (!findings.empty()) throw ScenarioError(std::move(findings));
  return resolve(scenario);
}

std::string peak_text(const schema::Scenario& scenario, bool is_verbose) {
  std::string text = fmt::format("{:12}  {:14}  {:9}  {:>4}  {:>6}  {:>9}  {:>14}  {:>14}\n",
                                 "carrier", "capability", "direction", "PRB", "layers", "bits/symb",
                                 "formula [Mbps]", "blocks [Mbps]");
  for (const PeakRate& rate : peak_rates(scenario)) {
    text +=
        fmt::format("{:12}  {:14}  {:9}  {:>4}  {:>6}  {:>9}  {:>14.2f}  {:>14.2f}\n", rate.carrier,
                    rate.capability, direction_name(rate.direction), rate.prb_count,
                    rate.layer_count, rate.modulation_order, rate.formula_mbps, rate.blocks_mbps);
  }
  if (!is_verbose) return text;
  text +=
      "\nformula: TS 38.306 4.1.2, which knows neither TDD nor the carrier's overheads."
      "\nblocks:  transport blocks of TS 38.214 5.1.3.2 in the slots as configured.\n";
  const std::set<std::string> carriers = sent_carriers(scenario);
  for (const schema::Carrier& carrier : scenario.carrier()) {
    if (carriers.contains(carrier.name())) text += account_text(carrier);
  }
  return text;
}

std::string tbs_text(const phy::TbsInput& input, bool is_verbose) {
  const base::Bits tbs = phy::transport_block_size(input);
  if (!is_verbose) return fmt::format("{}\n", tbs.value());
  return fmt::format(
      "{} bits (TS 38.214 5.1.3.2)\n"
      "base graph {} (TS 38.212 6.2.2), {} code block(s) (TS 38.212 5.2.2), CRC of {} bits\n",
      tbs.value(), phy::ldpc_base_graph(tbs, input.rate_x1024),
      phy::code_block_count(tbs, input.rate_x1024), phy::transport_block_crc(tbs).value());
}

}  // namespace redcell::scenarios
