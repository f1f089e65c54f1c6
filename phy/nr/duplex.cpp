#include "phy/nr/duplex.h"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "base/check.h"

namespace redcell::phy {
namespace {

struct Periodicity {
  std::int64_t period_us;
  int mu_min;  ///< Reference spacing from which it is a whole number of slots and allowed.
  int mu_max;
};

// TS 38.331 dl-UL-TransmissionPeriodicity (and v1530: 3 and 4 ms); TS 38.213 11.1.
constexpr std::array<Periodicity, 10> periodicities = {{{500, 1, 3},
                                                        {625, 3, 3},
                                                        {1000, 0, 3},
                                                        {1250, 2, 3},
                                                        {2000, 0, 3},
                                                        {2500, 1, 3},
                                                        {3000, 0, 3},
                                                        {4000, 0, 3},
                                                        {5000, 0, 3},
                                                        {10'000, 0, 3}}};

bool period_allowed(const Numerology& numerology, base::Duration period) {
  for (const Periodicity& p : periodicities) {
    if (base::microseconds(p.period_us) == period) {
      return numerology.mu() >= p.mu_min && numerology.mu() <= p.mu_max;
    }
  }
  return false;
}

std::int64_t slots_in(const Numerology& numerology, base::Duration period) {
  return period.value() / numerology.slot_duration().value();
}

void add_pattern_findings(const Numerology& numerology, const TddPattern& p,
                          const std::string& name, std::vector<std::string>& findings) {
  if (!period_allowed(numerology, p.period)) {
    findings.push_back(
        name + ": period of " + std::to_string(p.period.value() / 1000) + " us is not allowed at " +
        std::to_string(numerology.scs_khz()) +
        " kHz (TS 38.213 11.1: 500 from 30 kHz, 625 at 120 kHz, 1000, 1250 from 60 kHz,"
        " 2000, 2500 from 30 kHz, 3000, 4000, 5000, 10000)");
    return;
  }
  const auto symbol_in_range = [](int count) { return count >= 0 && count < symbols_per_slot; };
  if (p.dl_slots < 0 || p.ul_slots < 0 || !symbol_in_range(p.dl_symbols) ||
      !symbol_in_range(p.ul_symbols)) {
    findings.push_back(name +
                       ": slots must be >= 0 and symbols 0..13 (TS 38.331 TDD-UL-DL-Pattern)");
    return;
  }
  const std::int64_t symbols = slots_in(numerology, p.period) * symbols_per_slot;
  const std::int64_t used =
      std::int64_t{p.dl_slots + p.ul_slots} * symbols_per_slot + p.dl_symbols + p.ul_symbols;
  if (used > symbols) {
    findings.push_back(name + ": " + std::to_string(used) + " symbols in a period of " +
                       std::to_string(symbols) + " (TS 38.213 11.1)");
  }
}

}  // namespace

std::vector<std::string> tdd_findings(const Numerology& numerology,
                                      std::span<const TddPattern> patterns) {
  std::vector<std::string> findings;
  if (patterns.empty() || patterns.size() > 2) {
    findings.push_back("one or two patterns are needed (TS 38.331 TDD-UL-DL-ConfigCommon)");
    return findings;
  }
  base::Duration total{};
  int uplink_symbols = 0;
  int downlink_symbols = 0;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const TddPattern& p = patterns[i];
    add_pattern_findings(numerology, p, "pattern " + std::to_string(i + 1), findings);
    total += p.period;
    uplink_symbols += p.ul_slots * symbols_per_slot + p.ul_symbols;
    downlink_symbols += p.dl_slots * symbols_per_slot + p.dl_symbols;
  }
  if (total.value() <= 0 || base::milliseconds(20).value() % total.value() != 0) {
    findings.push_back("20 ms is no multiple of the period of " +
                       std::to_string(total.value() / 1000) + " us (TS 38.213 11.1)");
  }
  if (uplink_symbols <= 0) {
    findings.push_back("there is no uplink slot or symbol: no HARQ-ACK could ever be sent");
  }
  if (downlink_symbols <= 0) {
    findings.push_back("there is no downlink slot or symbol: no grant could ever be sent");
  }
  return findings;
}

Duplex::Duplex(bool is_fdd, std::vector<SlotFormat> formats)
    : is_fdd_(is_fdd), formats_(std::move(formats)) {}

Duplex Duplex::fdd(const Numerology&) {
  constexpr SymbolRange whole{0, symbols_per_slot};
  return Duplex(true, {SlotFormat{whole, whole}});
}

Duplex Duplex::tdd(const Numerology& numerology, std::span<const TddPattern> patterns) {
  RC_CHECK(tdd_findings(numerology, patterns).empty());
  constexpr SymbolRange whole{0, symbols_per_slot};
  std::vector<SlotFormat> formats;
  for (const TddPattern& p : patterns) {
    const auto slots = static_cast<int>(slots_in(numerology, p.period));
    for (int slot = 0; slot < slots; ++slot) {
      SlotFormat format;
      if (slot < p.dl_slots) format.downlink = whole;
      if (slot == p.dl_slots) format.downlink = {0, p.dl_symbols};
      if (slot >= slots - p.ul_slots) format.uplink = whole;
      if (slot == slots - p.ul_slots - 1) {
        format.uplink = {symbols_per_slot - p.ul_symbols, p.ul_symbols};
      }
      if (format.downlink.count == 0) format.downlink = {};
      if (format.uplink.count == 0) format.uplink = {};
      formats.push_back(format);
    }
  }
  return Duplex(false, std::move(formats));
}

base::SlotCount Duplex::period() const {
  return base::SlotCount(static_cast<std::int64_t>(formats_.size()));
}

const Duplex::SlotFormat& Duplex::at(base::Slot slot) const {
  RC_CHECK(slot.value() >= 0);
  return formats_[static_cast<std::size_t>(slot.value()) % formats_.size()];
}

}  // namespace redcell::phy
