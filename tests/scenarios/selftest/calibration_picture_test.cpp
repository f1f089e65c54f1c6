// Goal: the pictures of the calibration are well-formed SVGs that show the drop over the curves
// held. Method: a small drop; pictures read back as XML by Boost's parser; elements counted and
// held against the curves.
#include "scenarios/selftest/calibration_picture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "scenarios/cli.h"

namespace redcell::scenarios {
namespace {

using Tree = boost::property_tree::ptree;
namespace fs = std::filesystem;

Tree xml_of(const std::string& text) {
  std::istringstream in(text);
  Tree tree;
  boost::property_tree::read_xml(in, tree);
  return tree.get_child("svg");
}

/// Elements of a class, anywhere.
std::vector<Tree> of_class(const Tree& tree, const std::string& wanted) {
  std::vector<Tree> found;
  for (const auto& [name, child] : tree) {
    if (name == "<xmlattr>") continue;
    if (child.get("<xmlattr>.class", "") == wanted) found.push_back(child);
    for (const Tree& below : of_class(child, wanted)) found.push_back(below);
  }
  return found;
}

std::vector<DropRow> small_drop(double carrier_ghz) {
  return selftest_rows(
      {.place = DropPlace::uma, .carrier_ghz = carrier_ghz, .terminals_per_sector = 1});
}

TEST(CalibrationPicture, shows_each_metric_that_a_curve_is_held_for) {
  std::vector<DropRow> rows = small_drop(6.0);
  for (DropRow& row : small_drop(30.0)) rows.push_back(std::move(row));
  const auto pictures = calibration_pictures(rows);
  ASSERT_EQ(pictures.size(), 4U);
  const char* names[] = {"channel-coupling-loss.svg", "channel-geometry.svg", "channel-ds.svg",
                         "channel-asd.svg"};
  // Curves of two carriers, spreads of one; spreads are asked for at three percentiles alone.
  const std::size_t panels[] = {2, 2, 1, 1};
  const std::size_t bars[] = {18, 18, 3, 3};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(pictures[i].name, names[i]);
    const Tree svg = xml_of(pictures[i].svg);
    EXPECT_EQ(of_class(svg, "drop").size(), panels[i]) << names[i];
    EXPECT_EQ(of_class(svg, "reference").size(), 9 * panels[i]) << names[i];
    EXPECT_EQ(of_class(svg, "allowed").size(), bars[i]) << names[i];
    EXPECT_EQ(pictures[i].svg.find("script"), std::string::npos);
    EXPECT_EQ(pictures[i].svg.find("href"), std::string::npos);
  }
}

TEST(CalibrationPicture, puts_the_reference_inside_what_is_allowed) {
  for (const CalibrationPicture& picture : calibration_pictures(small_drop(6.0))) {
    const Tree svg = xml_of(picture.svg);
    const std::vector<Tree> dots = of_class(svg, "reference");
    for (const Tree& bar : of_class(svg, "allowed")) {
      const auto y = bar.get<double>("<xmlattr>.y1");
      const auto dot = std::find_if(dots.begin(), dots.end(), [&](const Tree& one) {
        return one.get<double>("<xmlattr>.cy") == y;
      });
      ASSERT_NE(dot, dots.end()) << picture.name;
      EXPECT_LE(bar.get<double>("<xmlattr>.x1"), dot->get<double>("<xmlattr>.cx") + 0.1);
      EXPECT_GE(bar.get<double>("<xmlattr>.x2"), dot->get<double>("<xmlattr>.cx") - 0.1);
    }
    // From the left below to the right above.
    for (std::size_t i = 1; i < dots.size(); ++i) {
      EXPECT_GE(dots[i].get<double>("<xmlattr>.cx"), dots[i - 1].get<double>("<xmlattr>.cx"));
      EXPECT_LT(dots[i].get<double>("<xmlattr>.cy"), dots[i - 1].get<double>("<xmlattr>.cy"));
    }
  }
}

TEST(CalibrationPicture, is_not_drawn_where_no_curve_is_held) {
  EXPECT_TRUE(calibration_pictures({}).empty());
  EXPECT_TRUE(
      calibration_pictures(selftest_rows({.place = DropPlace::inh, .terminals_per_sector = 1}))
          .empty());
}

TEST(CalibrationPicture, is_written_by_the_command) {
  const fs::path folder = fs::path(testing::TempDir()) / "calibration" / "pictures";
  fs::remove_all(folder.parent_path());
  const std::string text = folder.string();
  const std::vector<const char*> words = {"redcell",     "selftest", "channel",    "--quiet",
                                          "--scenario",  "UMa",      "--freq-ghz", "6",
                                          "--terminals", "1",        "--pictures", text.c_str()};
  // Fifty-seven terminals are too few for the companies' bands.
  EXPECT_EQ(cli_main(static_cast<int>(words.size()), words.data()), 1);
  int count = 0;
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    std::ifstream stream(file.path());
    std::ostringstream svg;
    svg << stream.rdbuf();
    EXPECT_EQ(of_class(xml_of(svg.str()), "drop").size(), 1U) << file.path();
    ++count;
  }
  EXPECT_EQ(count, 4);
  fs::remove_all(folder.parent_path());
}

}  // namespace
}  // namespace redcell::scenarios
