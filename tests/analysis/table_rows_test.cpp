// Goal: every field of every record has its place in a table, and a cell reads back as it was.
// Method: records filled here; heads against the schema, rows by hand.
#include "analysis/table_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace redcell::analysis {
namespace {

using Rows = std::vector<std::pair<std::string, std::vector<TableValue>>>;

TEST(TableRows, have_a_column_for_every_field_and_names_of_their_own) {
  const TableRows rows;
  std::set<std::string> names;
  for (const TableHead& head : rows.heads()) {
    EXPECT_TRUE(names.insert(head.name).second) << head.name;
    EXPECT_EQ(std::set<std::string>(head.columns.begin(), head.columns.end()).size(),
              head.columns.size())
        << head.name;
  }
  const auto& record = *KpiRecord::descriptor();
  for (int i = 0; i < record.field_count(); ++i) {
    EXPECT_EQ(names.count(record.field(i)->name()), 1U);
  }
  for (const char* inside : {"run_start_groups", "run_start_cells", "drive_row_neighbours",
                             "ledger_dropped", "cell_bin_pdcch", "kpi", "drive"}) {
    EXPECT_EQ(names.count(inside), 1U) << inside;
  }
}

TEST(TableRows, give_a_record_a_row_and_its_lists_rows_that_name_it) {
  TableRows rows;
  Rows got;
  const RowVisit keep = [&](std::size_t table, const std::vector<TableValue>& row) {
    EXPECT_EQ(row.size(), rows.heads()[table].columns.size());
    got.emplace_back(rows.heads()[table].name, row);
  };
  KpiRecord record;
  Ledger& ledger = *record.mutable_ledger();
  ledger.set_ue(7);
  ledger.set_direction(UPLINK);
  ledger.set_bytes_in(5);
  rows.visit(record, keep);
  ledger.add_dropped()->set_reason(DISCARD_TIMER);
  ledger.mutable_dropped(0)->set_bytes(3);
  rows.visit(record, keep);
  ASSERT_EQ(got.size(), 3U);
  EXPECT_EQ(got[0].first, "ledger");
  EXPECT_EQ(got[0].second[0], TableValue(std::int64_t{7}));
  EXPECT_EQ(got[0].second[1], TableValue(std::string("uplink")));
  EXPECT_EQ(got[0].second[2], TableValue(std::int64_t{5}));
  EXPECT_EQ(got[0].second[3], TableValue()) << "what was not set is not there";
  EXPECT_EQ(got[2].first, "ledger_dropped");
  EXPECT_EQ(got[2].second[0], TableValue(std::int64_t{2})) << "the second row of ledger";
  EXPECT_EQ(got[2].second[1], TableValue(std::string("discard_timer")));
}

TEST(TableRows, are_written_as_csv_has_it) {
  std::string text;
  append_csv_row({std::int64_t{-3}, TableValue(), 0.1, std::numeric_limits<double>::infinity(),
                  std::string("a \"b\", c"), std::string("plain")},
                 text);
  EXPECT_EQ(text, "-3,,0.1,,\"a \"\"b\"\", c\",plain\n");
}

}  // namespace
}  // namespace redcell::analysis
