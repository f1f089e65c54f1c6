// Goal: what a task reads is what was planned, a list of another kind is refused, and what a
// program says at its end becomes the right cause. Method: a list written and read back; a shell
// script in the program's place.
#include "scenarios/sweep/work.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "scenarios/load.h"
#include "scenarios/path.h"
#include "scenarios/resolve.h"

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

/// What becomes of one point when this shell script is the program.
Failure failure_with(const std::string& script) {
  const fs::path folder =
      fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
  const Store store(folder);
  fs::create_directories(store.bin());
  std::ofstream(store.program()) << "#!/bin/sh\n" << script << '\n';
  fs::permissions(store.program(), fs::perms::owner_all);
  const schema::Scenario scenario = load_scenario("golden", {}).scenario;
  const std::string content = scenario_content(resolve(scenario), "build");
  const WorkList list{
      .base = store.freeze_base(to_text(scenario)),
      .build = "build",
      .time_limit_s = 60,
      .memory_mb = 100,
      .keep_logs = false,
      .works = {{.address = point_address(content, 7), .seed = 7, .overrides = {}}}};
  const WorkCount count = run_works(store, list, 1, [](const WorkCount&) {});
  EXPECT_EQ(count.complete, 0u);
  EXPECT_EQ(count.failures.size(), 1u) << script;
  const Failure kept = store.failures().at(list.works[0].address);
  EXPECT_EQ(kept.cause, count.failures.at(0).cause);
  EXPECT_EQ(kept.words, count.failures.at(0).words);
  fs::remove_all(folder);
  return kept;
}

TEST(Work, tells_the_cause_by_what_the_program_did) {
  using Pair = std::pair<std::string, std::string>;
  const auto cause_and_words = [](const std::string& script) {
    const Failure failure = failure_with(script);
    return Pair(failure.cause, failure.words);
  };
  EXPECT_EQ(cause_and_words("echo 'kpi.log: No space left on device' >&2; exit 3"),
            Pair(causes::disk_full, "kpi.log: No space left on device"));
  EXPECT_EQ(cause_and_words("echo 'kpi.log: Disk quota exceeded' >&2; exit 3"),
            Pair(causes::disk_full, "kpi.log: Disk quota exceeded"));
  EXPECT_EQ(cause_and_words("echo 'found -1' >&2; exit 2"), Pair(causes::scenario, "found -1"));
  EXPECT_EQ(cause_and_words("echo first; echo last; exit 3"),
            Pair(causes::broken, "exit code 3: last"));
  EXPECT_EQ(cause_and_words("kill -ABRT $$"), Pair(causes::crash, "killed by signal 6"));
  EXPECT_EQ(failure_with("kill -SEGV $$").signal, 11);
  EXPECT_EQ(cause_and_words("printf 'no \\377\\n'; exit 3"),
            Pair(causes::broken, "exit code 3: no \xEF\xBF\xBD"));
  EXPECT_EQ(cause_and_words("exit 0").first, causes::broken) << "there is no summary";
}

}  // namespace
}  // namespace redcell::scenarios
