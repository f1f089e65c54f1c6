#include "phy/nr/mcs_table.h"

#include <array>
#include <cstddef>
#include <span>

#include "base/check.h"
#include "phy/tables/cqi_table_1.h"
#include "phy/tables/cqi_table_2.h"
#include "phy/tables/cqi_table_3.h"
#include "phy/tables/mcs_qam256.h"
#include "phy/tables/mcs_qam64.h"
#include "phy/tables/mcs_qam64_low_se.h"
#include "phy/tables/mcs_tp_qam64.h"
#include "phy/tables/mcs_tp_qam64_low_se.h"

namespace redcell::phy {
namespace {

using Row = std::array<double, 3>;  // index, modulation order, code rate times 1024

std::span<const Row> rows_of(McsTable table) {
  switch (table) {
    case McsTable::qam64:
      return tables::mcs_qam64;
    case McsTable::qam256:
      return tables::mcs_qam256;
    case McsTable::qam64_low_se:
      return tables::mcs_qam64_low_se;
    case McsTable::tp_qam64:
      return tables::mcs_tp_qam64;
    case McsTable::tp_qam64_low_se:
      return tables::mcs_tp_qam64_low_se;
  }
  RC_CHECK(false);
  return {};
}

std::span<const Row> rows_of(CqiTable table) {
  switch (table) {
    case CqiTable::table_1:
      return tables::cqi_table_1;
    case CqiTable::table_2:
      return tables::cqi_table_2;
    case CqiTable::table_3:
      return tables::cqi_table_3;
  }
  RC_CHECK(false);
  return {};
}

}  // namespace

int mcs_count(McsTable table) { return static_cast<int>(rows_of(table).size()); }

Mcs mcs(McsTable table, base::McsIndex index, bool tp_pi2_bpsk) {
  RC_CHECK(index.value() >= 0 && index.value() < mcs_count(table));
  const Row& row = rows_of(table)[static_cast<std::size_t>(index.value())];
  const int order = static_cast<int>(row[1]);
  if (order != 0) return {.modulation_order = order, .rate_x1024 = row[2]};
  const int q = tp_pi2_bpsk ? 1 : 2;
  return {.modulation_order = q, .rate_x1024 = row[2] / q};
}

Cqi cqi(CqiTable table, base::CqiIndex index) {
  RC_CHECK(index.value() >= 1 && index.value() <= 15);
  const Row& row = rows_of(table)[static_cast<std::size_t>(index.value() - 1)];
  return {.modulation_order = static_cast<int>(row[1]), .rate_x1024 = row[2]};
}

}  // namespace redcell::phy
