// Rules about terminals: what a RedCap device can be, what it meets on the air, its bearer.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>
#include <string>
#include <vector>

#include "analysis/summary.h"
#include "phy/nr/band.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/resolve_carrier.h"

namespace redcell::scenarios {
namespace {

/// Carriers that a sector sends on; the others are there to be used by another scenario.
std::vector<int> used_carriers(const schema::Scenario& scenario) {
  const std::set<std::string> names = sent_carriers(scenario);
  std::vector<int> used;
  for (int i = 0; i < scenario.carrier_size(); ++i) {
    if (names.contains(scenario.carrier(i).name())) used.push_back(i);
  }
  return used;
}

/// True when a terminal of this capability may use the carrier: it is not locked to another one.
bool may_meet(const schema::Scenario& scenario, const schema::Capability& capability,
              const schema::Carrier& carrier) {
  return std::any_of(scenario.terminal_group().begin(), scenario.terminal_group().end(),
                     [&](const schema::TerminalGroup& g) {
                       return g.capability() == capability.name() && may_use(g, carrier.name());
                     });
}

/// A carrier whose bandwidth part is wider than what some terminal that hears it can receive.
void check_width(const schema::Scenario& scenario, const schema::Capability& capability,
                 Report& report) {
  for (const int i : used_carriers(scenario)) {
    const schema::Carrier& carrier = scenario.carrier(i);
    if (!may_meet(scenario, capability, carrier)) continue;
    const auto scs_khz = static_cast<int>(carrier.scs_khz());
    const auto widest = phy::widest_prb_count(capability.max_bandwidth_mhz(), scs_khz);
    if (!widest && carrier_prb_count(carrier)) {
      report.add(fmt::format("capability[{}].max_bandwidth_mhz", capability.name()),
                 {.found = fmt::format("{} MHz, which is no channel bandwidth at {} kHz",
                                       capability.max_bandwidth_mhz(), scs_khz),
                  .allowed = "a channel bandwidth of the table, such as 5, 10, 15, 20 or 100 MHz",
                  .clause = "TS 38.101-1 Table 5.3.2-1"});
    }
    if (!widest || !carrier.has_redcap_bwp()) continue;
    const auto prb_count = static_cast<int>(carrier.redcap_bwp().prb_count());
    if (prb_count <= widest->value()) continue;
    report.add(element_path("", carrier, "carrier", i) + ".redcap_bwp.prb_count",
               {.found = fmt::format("{} PRBs of {} kHz", prb_count, scs_khz),
                .allowed = fmt::format("1 to {} for a terminal of {} MHz ('{}')", widest->value(),
                                       capability.max_bandwidth_mhz(), capability.name()),
                .clause = "TS 38.306 4.2.21.1",
                .advice = "Give the RedCap terminals a narrower bandwidth part of this carrier."});
  }
}

/// One branch, or two crossed ones at one position or at two; RedCap has no second position.
void check_branches(const schema::Capability& capability, const std::string& path, Report& report) {
  const std::uint32_t count = capability.rx_branches();
  const bool is_redcap = capability.max_bandwidth_mhz() <= redcap_bandwidth_mhz;
  if (count <= 2 || (count == 4 && !is_redcap)) return;
  report.add(path + ".rx_branches",
             {.found = fmt::format("{} receive branches with {} MHz", count,
                                   capability.max_bandwidth_mhz()),
              .allowed = is_redcap ? "1 or 2: up to 20 MHz it is a RedCap terminal" : "1, 2 or 4",
              .clause = is_redcap ? "TS 38.306 4.2.21.1" : "[ours]",
              .advice = is_redcap ? "A smartphone has a max_bandwidth_mhz above 20." : ""});
}

void check_capability(const schema::Scenario& scenario, int index, Report& report) {
  const schema::Capability& capability = scenario.capability(index);
  const std::string path = element_path("", capability, "capability", index);
  check_branches(capability, path, report);
  if (capability.max_dl_layers() > capability.rx_branches()) {
    report.add(path + ".max_dl_layers",
               {.found = fmt::format("{} layers with {} receive branch", capability.max_dl_layers(),
                                     capability.rx_branches()),
                .allowed = fmt::format("at most {}", capability.rx_branches()),
                .clause = "TS 38.306 4.2.21.1"});
  }
  check_width(scenario, capability, report);
}

// ----------------------------------------------------------------------------------------------
// bearers

using Values = std::vector<double>;

/// first, first + step, ..., last.
Values steps(double first, double last, double step) {
  Values values;
  for (double v = first; v <= last; v += step) values.push_back(v);
  return values;
}

Values joined(Values values, std::initializer_list<double> more) {
  values.insert(values.end(), more);
  return values;
}

/// A field of Bearer and the values RRC can signal for it.
struct BearerList {
  const char* field;
  Values allowed;
  const char* clause;
};

std::vector<BearerList> bearer_lists() {
  return {
      {"pdcp_sn_bits", {12, 18}, "TS 38.323 6.3.2"},
      // 0 stands for infinity.
      {"pdcp_discard_ms",
       {0, 10, 20, 30, 40, 50, 60, 75, 100, 150, 200, 250, 300, 500, 750, 1500},
       "TS 38.331 PDCP-Config"},
      {"t_reordering_ms",
       {0,   1,   2,   4,    5,    8,    10,   15,   20,   30,   40,   50,
        60,  80,  100, 120,  140,  160,  180,  200,  220,  240,  260,  280,
        300, 500, 750, 1000, 1250, 1500, 1750, 2000, 2250, 2500, 2750, 3000},
       "TS 38.331 PDCP-Config"},
      {"t_reassembly_ms",
       joined(steps(0, 100, 5), {110, 120, 130, 140, 150, 160, 170, 180, 190, 200}),
       "TS 38.331 RLC-Config"},
      {"t_poll_retransmit_ms",
       joined(steps(5, 250, 5), {300, 350, 400, 450, 500, 800, 1000, 2000, 4000}),
       "TS 38.331 RLC-Config"},
      {"t_status_prohibit_ms",
       joined(steps(0, 250, 5), {300, 350, 400, 450, 500, 800, 1000, 1200, 1600, 2000, 2400}),
       "TS 38.331 RLC-Config"},
      {"poll_pdu",
       {4,    8,     16,    32,    64,    128,   256,   512,   1024,  2048,  4096, 6144,
        8192, 12288, 16384, 20480, 24576, 28672, 32768, 40960, 49152, 57344, 65536},
       "TS 38.331 RLC-Config"},
      {"max_retransmissions", {1, 2, 3, 4, 6, 8, 16, 32}, "TS 38.331 RLC-Config"},
  };
}

double bearer_value(const schema::Bearer& bearer, const char* field) {
  const auto* descriptor = schema::Bearer::descriptor()->FindFieldByName(field);
  const google::protobuf::Reflection& reflection = *bearer.GetReflection();
  if (descriptor->cpp_type() == google::protobuf::FieldDescriptor::CPPTYPE_DOUBLE) {
    return reflection.GetDouble(bearer, descriptor);
  }
  return reflection.GetUInt32(bearer, descriptor);
}

void check_bearer(const schema::Bearer& bearer, const std::string& path, Report& report) {
  const bool is_am = bearer.rlc_mode() == schema::Bearer::AM;
  const std::uint32_t bits = bearer.rlc_sn_bits();
  if (bits != 12 && bits != (is_am ? 18U : 6U)) {
    report.add(path + ".rlc_sn_bits",
               {.found = fmt::format("{} bits in {}", bits, is_am ? "AM" : "UM"),
                .allowed = is_am ? "12 or 18 in AM" : "6 or 12 in UM",
                .clause = "TS 38.322 6.2.3.3"});
  }
  for (const BearerList& list : bearer_lists()) {
    const double value = bearer_value(bearer, list.field);
    if (std::find(list.allowed.begin(), list.allowed.end(), value) != list.allowed.end()) continue;
    report.add(fmt::format("{}.{}", path, list.field),
               {.found = fmt::format("{}", value),
                .allowed = fmt::format("{}", fmt::join(list.allowed, ", ")),
                .clause = list.clause});
  }
}

/// A group locked to a carrier that no sector sends on would hear nothing.
void check_lock(const schema::Scenario& scenario, const schema::TerminalGroup& group,
                const std::string& path, Report& report) {
  if (!group.has_carrier()) return;
  std::vector<std::string> sent;
  for (const int i : used_carriers(scenario)) sent.push_back(scenario.carrier(i).name());
  if (std::find(sent.begin(), sent.end(), group.carrier()) != sent.end()) return;
  report.add(path + ".carrier",
             {.found = fmt::format("'{}', on which no sector sends", group.carrier()),
              .allowed = fmt::format("{}", fmt::join(sent, ", ")),
              .clause = "[ours]"});
}

/// Who is inside what.
void check_inside(const schema::Scenario& scenario, const schema::TerminalGroup& group,
                  const std::string& path, Report& report) {
  if (group.penetration() == schema::OUTDOOR && group.indoor_percent() != 100) {
    report.add(path + ".indoor_percent",
               {.found = fmt::format("{} %, with a penetration of OUTDOOR", group.indoor_percent()),
                .allowed = "no share of terminals inside, or what they are inside of",
                .clause = "[ours]"});
  }
  if (group.penetration() == schema::OUTDOOR) return;
  const bool is_high = group.penetration() == schema::BUILDING_HIGH_LOSS;
  for (const int i : used_carriers(scenario)) {
    const schema::Carrier& carrier = scenario.carrier(i);
    const schema::Channel::PathLoss model = carrier.channel().path_loss();
    const bool is_rural = model == schema::Channel::RMA || model == schema::Channel::RMA_LOS;
    const bool is_office =
        model == schema::Channel::INH_OPEN || model == schema::Channel::INH_MIXED;
    const bool is_hall = model >= schema::Channel::INF_SL && model <= schema::Channel::INF_HH;
    if (!((is_high && is_rural) || is_office || is_hall) || !may_use(group, carrier.name()))
      continue;
    report.add(
        path + ".penetration",
        {.found = fmt::format("{} on '{}' with {}", schema::Penetration_Name(group.penetration()),
                              carrier.name(), schema::Channel::PathLoss_Name(model)),
         .allowed = is_office || is_hall ? "OUTDOOR: what is indoors knows no loss into it"
                                         : "BUILDING_LOW_LOSS, the only building of RMa",
         .clause = "TR 38.901 7.4.3.1"});
  }
}

/// Packets of what only makes load are not followed one by one.
void check_budget(const schema::TerminalGroup& group, const std::string& path, Report& report) {
  if (!group.background() || group.delay_budget_ms() == 0) return;
  report.add(path + ".delay_budget_ms",
             {.found = fmt::format("{} ms for a background group", group.delay_budget_ms()),
              .allowed = "0, or background: false",
              .clause = "[ours]"});
}

/// The figures of all cells go by this name.
void check_name(const schema::TerminalGroup& group, const std::string& path, Report& report) {
  if (group.name() != analysis::cell_group) return;
  report.add(path + ".name",
             {.found = fmt::format("'{}', the name of what all cells have together", group.name()),
              .allowed = "any other name",
              .clause = "[ours]"});
}

}  // namespace

bool may_use(const schema::TerminalGroup& group, const std::string& carrier) {
  return !group.has_carrier() || group.carrier() == carrier;
}

void check_terminals(const schema::Scenario& scenario, Report& report) {
  for (int i = 0; i < scenario.capability_size(); ++i) check_capability(scenario, i, report);
  for (int g = 0; g < scenario.terminal_group_size(); ++g) {
    const schema::TerminalGroup& group = scenario.terminal_group(g);
    const std::string path = element_path("", group, "terminal_group", g);
    check_bearer(group.bearer(), path + ".bearer", report);
    check_lock(scenario, group, path, report);
    check_inside(scenario, group, path, report);
    check_budget(group, path, report);
    check_name(group, path, report);
  }
}

}  // namespace redcell::scenarios
