#include "phy/nr/band.h"

#include <array>
#include <cmath>
#include <cstddef>

#include "phy/tables/band.h"
#include "phy/tables/prb_count_max.h"

namespace redcell::phy {
namespace {

constexpr std::size_t band_count = tables::band.size();

std::optional<SsbCase> ssb_case_of(double cell) {
  if (cell == 1) return SsbCase::a;
  if (cell == 2) return SsbCase::b;
  if (cell == 3) return SsbCase::c;
  return std::nullopt;
}

std::array<Band, band_count> bands_from_table() {
  std::array<Band, band_count> bands;
  for (std::size_t i = 0; i < band_count; ++i) {
    const auto& row = tables::band[i];
    bands[i] = Band{.number = static_cast<int>(row[0]),
                    .is_tdd = row[1] != 0,
                    .uplink_low_mhz = row[2],
                    .uplink_high_mhz = row[3],
                    .downlink_low_mhz = row[4],
                    .downlink_high_mhz = row[5],
                    .ssb_case_15_khz = ssb_case_of(row[6]),
                    .ssb_case_30_khz = ssb_case_of(row[7])};
  }
  return bands;
}

}  // namespace

const Band* find_band(std::string_view name) {
  static const std::array<Band, band_count> bands = bands_from_table();
  if (name.size() < 2 || name.size() > 4 || name[0] != 'n' || name[1] == '0') return nullptr;
  int number = 0;
  for (const char c : name.substr(1)) {
    if (c < '0' || c > '9') return nullptr;
    number = number * 10 + (c - '0');
  }
  for (const Band& band : bands) {
    if (band.number == number) return &band;
  }
  return nullptr;
}

std::uint32_t nr_arfcn(double mhz) {
  const auto number = [&](double low_mhz, double first, double step_mhz) {
    return static_cast<std::uint32_t>(std::floor(first + (mhz - low_mhz) / step_mhz + 0.5));
  };
  if (mhz < 3000.0) return number(0.0, 0.0, 0.005);
  if (mhz < 24'250.08) return number(3000.0, 600'000.0, 0.015);
  return number(24'250.08, 2'016'667.0, 0.060);
}

std::optional<base::PrbCount> max_prb_count(double bandwidth_mhz, int scs_khz,
                                            FrequencyRange range) {
  if (scs_khz != 15 && scs_khz != 30 && scs_khz != 60 && scs_khz != 120) return std::nullopt;
  const std::size_t column = scs_khz == 15 ? 2 : scs_khz == 30 ? 3 : scs_khz == 60 ? 4 : 5;
  const double range_cell = range == FrequencyRange::fr1 ? 1 : 2;
  for (const auto& row : tables::prb_count_max) {
    if (row[0] != range_cell || row[1] != bandwidth_mhz || row[column] == 0) continue;
    return base::PrbCount(static_cast<int>(row[column]));
  }
  return std::nullopt;
}

std::optional<base::PrbCount> widest_prb_count(double max_bandwidth_mhz, int scs_khz) {
  bool is_known = false;
  for (const int scs : {15, 30, 60}) {
    is_known = is_known || max_prb_count(max_bandwidth_mhz, scs).has_value();
  }
  std::optional<base::PrbCount> widest;
  for (const auto& row : tables::prb_count_max) {
    if (!is_known || row[0] != 1 || row[1] > max_bandwidth_mhz) continue;
    const std::optional<base::PrbCount> count = max_prb_count(row[1], scs_khz);
    if (count && (!widest || *count > *widest)) widest = count;
  }
  return widest;
}

}  // namespace redcell::phy
