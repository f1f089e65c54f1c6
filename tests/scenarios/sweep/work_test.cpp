// Goal: what a task reads is what was planned, and a list of another kind is refused.
// Method: a list written and read back.
#include "scenarios/sweep/work.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

TEST(WorkListText, is_read_back_as_it_was) {
  const WorkList list{
      .base = "base",
      .build = "build",
      .time_limit_s = 0.1,
      .memory_mb = 512,
      .keep_logs = true,
      .works = {{.address = "a", .seed = 4294967295, .overrides = {}},
                {.address = "b", .seed = 2, .overrides = {"title=two words", "duration_s=3"}}}};
  const fs::path file = fs::path(testing::TempDir()) / "is_read_back_as_it_was.list";
  std::ofstream(file) << to_text(list);
  const WorkList read = read_list(file);
  EXPECT_EQ(read.base, "base");
  EXPECT_EQ(read.build, "build");
  EXPECT_EQ(read.time_limit_s, 0.1);
  EXPECT_EQ(read.memory_mb, 512u);
  EXPECT_TRUE(read.keep_logs);
  ASSERT_EQ(read.works.size(), 2u);
  EXPECT_EQ(read.works[0].seed, 4294967295u);
  EXPECT_TRUE(read.works[0].overrides.empty());
  EXPECT_EQ(read.works[1].overrides, list.works[1].overrides);
  fs::remove(file);
}

TEST(WorkListText, is_refused_when_it_is_no_list) {
  const fs::path file = fs::path(testing::TempDir()) / "is_refused_when_it_is_no_list.list";
  for (const char* text :
       {"", "redcell-points-2\ta\tb\t1\t1\t0\n", "redcell-points-1\ta\tb\n",
        "redcell-points-1\ta\tb\tx\t1\t0\n", "redcell-points-1\ta\tb\t1\t1\t0\nlonely\n"}) {
    std::ofstream(file) << text;
    EXPECT_THROW(std::ignore = read_list(file), std::runtime_error) << text;
  }
  fs::remove(file);
}

}  // namespace
}  // namespace redcell::scenarios
