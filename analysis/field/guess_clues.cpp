#include "analysis/field/guess_clues.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "analysis/field/cells.h"

namespace redcell::analysis {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

constexpr std::array rate_units = std::to_array<Unit>({{"gbit/s", 1e3},
                                                       {"gbits/s", 1e3},
                                                       {"gbps", 1e3},
                                                       {"gb/s", 1e3},
                                                       {"gbit", 1e3},
                                                       {"mbit/s", 1.0},
                                                       {"mbits/s", 1.0},
                                                       {"mbps", 1.0},
                                                       {"mb/s", 1.0},
                                                       {"mbit", 1.0},
                                                       {"kbit/s", 1e-3},
                                                       {"kbits/s", 1e-3},
                                                       {"kbps", 1e-3},
                                                       {"kb/s", 1e-3},
                                                       {"kbit", 1e-3},
                                                       {"bit/s", 1e-6},
                                                       {"bits/s", 1e-6},
                                                       {"bps", 1e-6},
                                                       {"b/s", 1e-6}});
constexpr std::array speed_units = std::to_array<Unit>({{"km/h", 1.0 / 3.6},
                                                        {"kmh", 1.0 / 3.6},
                                                        {"kmph", 1.0 / 3.6},
                                                        {"kph", 1.0 / 3.6},
                                                        {"m/s", 1.0},
                                                        {"mps", 1.0},
                                                        {"mph", 0.44704},
                                                        {"mi/h", 0.44704},
                                                        {"kn", 1852.0 / 3600.0},
                                                        {"kt", 1852.0 / 3600.0},
                                                        {"kts", 1852.0 / 3600.0},
                                                        {"knots", 1852.0 / 3600.0}});
constexpr std::array time_units = std::to_array<Unit>({{"ms", 1.0},
                                                       {"msec", 1.0},
                                                       {"s", 1e3},
                                                       {"sec", 1e3},
                                                       {"seconds", 1e3},
                                                       {"us", 1e-3},
                                                       {"\xC2\xB5s", 1e-3},    // Micro sign.
                                                       {"\xCE\xBCs", 1e-3}});  // Small mu.

/// Letters, digits and strokes that stand together. Other alphabets count as letters, but not the
/// wide brackets of Chinese names.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < name.size(); ++i) {
    const std::string_view rest = name.substr(i, 3);
    const bool wide = rest == "\xEF\xBC\x88" || rest == "\xEF\xBC\x89";
    const auto c = static_cast<unsigned char>(name[i]);
    const bool part = !wide && (c >= 0x80 || c == '/' || (c >= '0' && c <= '9') ||
                                (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    if (part) {
      words.back() += name[i];
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
    if (wide) i += 2;
  }
  return words;
}

std::optional<double> factor_of(std::string_view name, std::span<const Unit> units) {
  for (const std::string& word : words_of(name)) {
    const std::string small = folded(word);
    const auto unit = std::find_if(units.begin(), units.end(),
                                   [&](const Unit& known) { return known.name == small; });
    if (unit == units.end()) continue;
    // A capital B before small letters is a byte; MBPS says nothing of it.
    const bool bytes = word.ends_with("B/s") || word.ends_with("Bps");
    return bytes ? 8.0 * unit->factor : unit->factor;
  }
  return {};
}

std::vector<Clue> neighbour_clues() {
  std::vector<Clue> all;
  for (int n = 1; n <= 3; ++n) {
    const auto column = [&](DriveColumn first) {
      return static_cast<DriveColumn>(first + 3 * (n - 1));
    };
    all.push_back({column(NEIGHBOUR1_PCI),
                   {fmt::format("top {} pci", n), fmt::format("neighbour {} pci", n),
                    fmt::format("neighbor {} pci", n), fmt::format("neighbour{}_pci", n),
                    fmt::format("neighbor{}_pci", n)},
                   {"~lte"}});
    all.push_back({column(NEIGHBOUR1_SS_RSRP_DBM),
                   {fmt::format("top {} filtered tx brsrp", n), fmt::format("neighbour {} rsrp", n),
                    fmt::format("neighbor {} rsrp", n), fmt::format("neighbour{}_ss_rsrp", n),
                    fmt::format("neighbor{}_rsrp", n), fmt::format("neighbour{}_rsrp", n)},
                   {"~lte"}});
  }
  return all;
}

std::vector<Clue> all_clues() {
  const std::vector<std::string> other_cell = {"neighbo", "nrx", "~lte", "beam", "scell", "target"};
  const std::vector<std::string> no_share = {"~lte", "util", "%", "rate"};
  std::vector<Clue> all = {
      {LATITUDE_DEG, {"latitude", "gps lat", "=lat", "纬度"}, {"cell lat", "site"}},
      {LONGITUDE_DEG,
       {"longitude", "gps lon", "=lon", "=long", "=lng", "经度"},
       {"cell lon", "site"}},
      {SPEED_MPS,
       {"speed", "velocity"},
       {"dl", "ul", "test", "download", "upload", "internet", "bit", "bps"}},
      {SS_RSRP_DBM, {"ss-rsrp", "ss_rsrp", "nr rsrp", "rsrp"}, other_cell},
      {SS_RSRQ_DB, {"ss-rsrq", "ss_rsrq", "nr rsrq", "rsrq"}, other_cell},
      {SS_SINR_DB, {"ss-sinr", "ss_sinr", "nr sinr", "sinr", "snr"}, other_cell},
      {PCI, {"serving pci", "nr pci", "nr_pci", "=pci", "pci"}, {"neighbo", "~lte", "scell"}},
      {CELL, {"cellid", "cell id", "cell_id", "cell identity", "=nci", "=cgi"}, {"neighbo", "lac"}},
      {NR_ARFCN,
       {"nr-arfcn", "nr_arfcn", "nr arfcn", "nrarfcn", "=arfcn"},
       {"neighbo", "~lte", "earfcn", "scell"}},
      {BAND,
       {"nr band", "nr_band", "rf band", "serving band", "=band"},
       {"bandwidth", "~lte", "neighbo", "scell"}},
      {DL_CQI, {"dl cqi", "dl_cqi", "nr cqi", "rf cqi", "cqi"}, {"~lte", "subband", "scell"}},
      {DL_RANK, {"dl rank", "dl_rank", "rank", "ri (avg)", " ri"}, {"ul"}},
      {DL_MCS, {"dl mcs", "dl_mcs", "mcs dl"}, {}},
      {UL_MCS, {"ul mcs", "ul_mcs", "mcs ul"}, {}},
      {DL_BLER_PERCENT, {"dl bler", "dl_bler", "bler dl"}, {}},
      {UL_BLER_PERCENT, {"ul bler", "ul_bler", "bler ul"}, {}},
      {DL_PRB, {"dl rb num", "dl prb", "dl_prb", "dl rb", "prb dl"}, no_share},
      {UL_PRB, {"ul rb num", "ul prb", "ul_prb", "ul rb", "prb ul"}, no_share},
      {DL_GOODPUT_MBPS,
       {"dl_bitrate", "dl bitrate", "download", "dl speed", "dl_goodput", "dl goodput",
        "mobile network dl", "application dl", "app dl", "dl app"},
       {}},
      {UL_GOODPUT_MBPS,
       {"ul_bitrate", "ul bitrate", "upload", "ul speed", "ul_goodput", "ul goodput",
        "mobile network ul", "application ul", "app ul", "ul app"},
       {}},
      {DL_THROUGHPUT_MBPS,
       {"mac dl thr", "pdsch thr", "dl throughput", "dl_throughput", "throughput dl", "dl rate"},
       {"neighbo", "~lte", "mobile network", "bler"}},
      {UL_THROUGHPUT_MBPS,
       {"mac ul thr", "pusch thr", "ul throughput", "ul_throughput", "throughput ul", "ul rate"},
       {"neighbo", "~lte", "mobile network", "bler"}},
      {RTT_MS, {"pingavg", "ping avg", "rtt", "ping", "latency"}, {"min", "max", "std", "loss"}}};
  for (Clue& clue : neighbour_clues()) all.push_back(std::move(clue));
  return all;
}

}  // namespace

const std::vector<Clue>& clues() {
  static const std::vector<Clue> all = all_clues();
  return all;
}

bool says(const std::string& name, std::string_view word) {
  if (word.starts_with('=')) return name == word.substr(1);
  if (!word.starts_with('~')) return name.find(word) != std::string::npos;
  // "filtered" is not of LTE.
  word.remove_prefix(1);
  const auto is_letter = [&](std::size_t at) {
    return at < name.size() && name[at] >= 'a' && name[at] <= 'z';
  };
  for (std::size_t at = 0; (at = name.find(word, at)) != std::string::npos; ++at) {
    if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + word.size())) return true;
  }
  return false;
}

bool has_any(const std::string& name, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return says(name, word); });
}

GuessedScale scale_of(DriveColumn column, std::string_view name) {
  const auto guessed = [&](std::span<const Unit> units, double factor, std::string_view taken) {
    if (const auto found = factor_of(name, units)) return GuessedScale{*found, {}};
    return GuessedScale{factor, fmt::format("no unit in the name; taken as {}", taken)};
  };
  if (column >= DL_THROUGHPUT_MBPS && column <= UL_GOODPUT_MBPS) {
    // G-NetTrack calls its kbit/s a bitrate.
    const bool kbps = says(folded(name), "bitrate");
    return guessed(rate_units, kbps ? 1e-3 : 1.0, kbps ? "kbit/s" : "Mbit/s");
  }
  if (column == SPEED_MPS) return guessed(speed_units, 1.0 / 3.6, "km/h");
  if (column == RTT_MS) return guessed(time_units, 1.0, "ms");
  const bool level = column >= SS_RSRP_DBM && column <= SS_SINR_DB;
  if (level && !has_any(folded(name), {"ss-", "ss_", "nr ", "nr-", "nr_", "5g"})) {
    return {1.0, "of NR? the name does not say; if rows of LTE are among them, add only_if"};
  }
  return {};
}

}  // namespace redcell::analysis
