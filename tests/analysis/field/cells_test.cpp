// Goal: cells and numbers are cut and read as their writer meant them. Method: tables of cases.
#include "analysis/field/cells.h"

#include <gtest/gtest.h>

namespace redcell::analysis {
namespace {

using Cells = std::vector<std::string_view>;

TEST(CellCutter, cuts_at_the_separator_and_trims_blanks) {
  CellCutter comma(',');
  ASSERT_TRUE(comma.cut(" a ,b,, c d ,"));
  EXPECT_EQ(comma.cells(), (Cells{"a", "b", "", "c d", ""}));
  CellCutter tab('\t');
  ASSERT_TRUE(tab.cut("a\t\tb, c\t"));
  EXPECT_EQ(tab.cells(), (Cells{"a", "", "b, c", ""})) << "empty cells between tabs stay";
  ASSERT_TRUE(comma.cut(""));
  EXPECT_EQ(comma.cells(), Cells{""});
}

TEST(CellCutter, reads_quotes_as_rfc_4180_does) {
  CellCutter cutter(',');
  ASSERT_TRUE(cutter.cut(R"("-98,5",x,"say ""hi""", "y" ,)"));
  EXPECT_EQ(cutter.cells(), (Cells{"-98,5", "x", "say \"hi\"", "y", ""}));
  CellCutter tab('\t');
  ASSERT_TRUE(tab.cut("\"a\"\t\"b\"\t\tc"));
  EXPECT_EQ(tab.cells(), (Cells{"a", "b", "", "c"}));
  ASSERT_TRUE(cutter.cut("5\" pipe,x"));
  EXPECT_EQ(cutter.cells(), (Cells{"5\" pipe", "x"})) << "a mark inside a cell is text";
}

TEST(CellCutter, refuses_a_line_whose_mark_is_not_closed) {
  CellCutter cutter(',');
  EXPECT_FALSE(cutter.cut("a,\"b"));
  EXPECT_FALSE(cutter.cut("\"a\"b,c"));
  EXPECT_TRUE(cutter.cut("a,b")) << "the next line is read again";
}

TEST(NumberOf, reads_points_and_commas) {
  const auto value = [](const char* text) { return number_of(text).value().value; };
  EXPECT_EQ(value("-98.5"), -98.5);
  EXPECT_EQ(value("-98,5"), -98.5);
  EXPECT_EQ(value("+7"), 7.0);
  EXPECT_EQ(value("1e3"), 1000.0);
  EXPECT_EQ(value("121,550001"), 121.550001);
  EXPECT_TRUE(number_of("1,5")->has_comma);
  EXPECT_FALSE(number_of("1.5")->has_comma);
}

TEST(NumberOf, refuses_everything_else) {
  for (const char* text : {"", "-", "x", "1.2.3", "1,234,567", "1.234,5", "1,234.5", "12 ", "12x",
                           "nan", "inf", "1e999", ",", "0x10"}) {
    EXPECT_FALSE(number_of(text)) << text;
  }
  EXPECT_FALSE(number_of(std::string(100, '1') + ",5")) << "longer than any number";
}

TEST(Folded, compares_names_without_case_and_blanks) {
  EXPECT_EQ(folded("  GPS \t Lon "), "gps lon");
  EXPECT_EQ(folded("SS-RSRP [dBm]"), folded("ss-rsrp  [DBM]"));
}

}  // namespace
}  // namespace redcell::analysis
