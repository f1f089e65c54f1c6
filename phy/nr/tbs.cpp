#include "phy/nr/tbs.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "base/check.h"
#include "phy/nr/numerology.h"
#include "phy/tables/tbs_small.h"

namespace redcell::phy {
namespace {

constexpr double small_info_max = 3824;  // Up to here Table 5.1.3.2-1 decides.
constexpr std::int64_t bg1_block_max = 8448;
constexpr std::int64_t bg2_block_max = 3840;
constexpr std::int64_t crc_24 = 24;

/// floor(log2(x)) for x >= 1, without a logarithm's rounding.
int floor_log2(double x) {
  return static_cast<int>(std::bit_width(static_cast<std::uint64_t>(x))) - 1;
}

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

base::Bits small_block(double n_info) {
  const int n = n_info < 1 ? 3 : std::max(3, floor_log2(n_info) - 6);
  const double step = static_cast<double>(std::int64_t{1} << n);
  const double quantised = std::max(24.0, step * std::floor(n_info / step));
  const auto row = std::find_if(tables::tbs_small.begin(), tables::tbs_small.end(),
                                [&](const auto& cells) { return cells[0] >= quantised; });
  RC_CHECK(row != tables::tbs_small.end());
  return base::Bits(static_cast<std::int64_t>((*row)[0]));
}

base::Bits large_block(double n_info, double rate_x1024) {
  // At least 6, since only n_info > 3824 comes here.
  const int n = std::max(6, floor_log2(n_info - 24) - 5);
  const double step = static_cast<double>(std::int64_t{1} << n);
  const double rounded = step * std::floor((n_info - 24) / step + 0.5);
  const auto info = static_cast<std::int64_t>(std::max(3840.0, rounded)) + crc_24;
  std::int64_t blocks = 1;
  if (rate_x1024 <= 256) {
    blocks = ceil_div(info, 3816);
  } else if (info - crc_24 > 8424) {
    blocks = ceil_div(info, 8424);
  }
  return base::Bits(8 * blocks * ceil_div(info, 8 * blocks) - crc_24);
}

}  // namespace

base::Bits transport_block_size_from_info(double n_info, double rate_x1024) {
  RC_CHECK(n_info > 0 && n_info < 1e9);
  RC_CHECK(rate_x1024 > 0 && rate_x1024 < 1024);
  return n_info <= small_info_max ? small_block(n_info) : large_block(n_info, rate_x1024);
}

base::Bits transport_block_size(const TbsInput& input) {
  RC_CHECK(input.symbol_count >= 1 && input.symbol_count <= symbols_per_slot);
  RC_CHECK(input.prb_count >= 1 && input.prb_count <= 275);
  RC_CHECK(input.modulation_order >= 1 && input.modulation_order <= 8);
  RC_CHECK(input.layer_count >= 1 && input.layer_count <= 4);
  RC_CHECK(input.scaling_field >= 0 && input.scaling_field <= 2);
  const int re_per_prb =
      subcarriers_per_prb * input.symbol_count - input.dmrs_re_per_prb - input.overhead_re_per_prb;
  RC_CHECK(re_per_prb > 0);
  const int re_count = std::min(156, re_per_prb) * input.prb_count;
  const double scaling = input.scaling_field == 0 ? 1.0 : input.scaling_field == 1 ? 0.5 : 0.25;
  const double n_info =
      scaling * re_count * (input.rate_x1024 / 1024) * input.modulation_order * input.layer_count;
  return transport_block_size_from_info(n_info, input.rate_x1024);
}

int ldpc_base_graph(base::Bits tbs, double rate_x1024) {
  RC_CHECK(tbs.value() > 0);
  const double rate = rate_x1024 / 1024;
  const bool small = tbs.value() <= 292 || (tbs.value() <= 3824 && rate <= 0.67) || rate <= 0.25;
  return small ? 2 : 1;
}

base::Bits transport_block_crc(base::Bits tbs) {
  return base::Bits(tbs.value() > 3824 ? crc_24 : 16);
}

int code_block_count(base::Bits tbs, double rate_x1024) {
  const std::int64_t block_max =
      ldpc_base_graph(tbs, rate_x1024) == 1 ? bg1_block_max : bg2_block_max;
  const std::int64_t bits = (tbs + transport_block_crc(tbs)).value();
  if (bits <= block_max) return 1;
  return static_cast<int>(ceil_div(bits, block_max - crc_24));
}

base::Bits coded_information_bits(base::Bits tbs, double rate_x1024) {
  const int blocks = code_block_count(tbs, rate_x1024);
  const std::int64_t block_crc = blocks > 1 ? blocks * crc_24 : 0;
  return tbs + transport_block_crc(tbs) + base::Bits(block_crc);
}

}  // namespace redcell::phy
