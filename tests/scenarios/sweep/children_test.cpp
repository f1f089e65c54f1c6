// Goal: children run as many at a time as asked, and what ended them is told apart.
// Method: small shell commands that end, crash, wait for ever or fill memory.
#include "scenarios/sweep/children.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

constexpr double no_limit = 1e6;

class ChildrenTest : public testing::Test {
 protected:
  ChildrenTest() { fs::create_directories(folder_); }
  ~ChildrenTest() override { fs::remove_all(folder_); }

  Child shell(const std::string& line) const {
    return {.words = {"/bin/sh", "-c", line},
            .folder = folder_,
            .log = folder_ / "log.txt",
            .time_limit_s = no_limit,
            .memory_limit_mb = no_limit};
  }
  static ChildEnd end_of(const Child& child) {
    ChildEnd result;
    run_children(1, 1,
                 {.start = [&](std::size_t) { return child; },
                  .ended = [&](std::size_t, const ChildEnd& end) { result = end; },
                  .tick = {}});
    return result;
  }
  std::string text(const std::string& name) const {
    std::ifstream stream(folder_ / name);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }

  const fs::path folder_ =
      fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ChildrenTest, tells_the_exit_code_and_keeps_all_words) {
  const ChildEnd end = end_of(shell("pwd; echo wrong >&2; exit 7"));
  EXPECT_EQ(end.kind, ChildEnd::Kind::exited);
  EXPECT_EQ(end.code, 7);
  EXPECT_EQ(text("log.txt"), folder_.string() + "\nwrong\n");
}

TEST_F(ChildrenTest, tells_the_signal_of_a_crash) {
  const ChildEnd end = end_of(shell("kill -SEGV $$"));
  EXPECT_EQ(end.kind, ChildEnd::Kind::crashed);
  EXPECT_EQ(end.code, 11);
}

TEST_F(ChildrenTest, kills_what_runs_past_its_time) {
  Child child = shell("exec tail -f /dev/null");
  child.time_limit_s = 0.2;
  const ChildEnd end = end_of(child);
  EXPECT_EQ(end.kind, ChildEnd::Kind::out_of_time);
  EXPECT_GE(end.wall_s, child.time_limit_s);
}

TEST_F(ChildrenTest, kills_what_takes_more_than_its_memory) {
  // tail keeps a line whole, however long it is.
  Child child = shell("exec tail -n 1 /dev/zero");
  child.memory_limit_mb = 60;
  const ChildEnd end = end_of(child);
  EXPECT_EQ(end.kind, ChildEnd::Kind::out_of_memory);
  EXPECT_GT(end.peak_memory_mb, child.memory_limit_mb);
}

TEST_F(ChildrenTest, tells_when_there_is_no_program) {
  Child child = shell("");
  child.words = {"/no/such/program"};
  EXPECT_EQ(end_of(child).code, 127);
  EXPECT_NE(text("log.txt").find("cannot start"), std::string::npos);
}

TEST_F(ChildrenTest, hears_of_an_end_though_its_parent_had_it_ignored) {
  const auto before = signal(SIGCHLD, SIG_IGN);
  constexpr int ticks_max = 100;  // A tick lasts 50 ms at the most.
  int ticks = 0;
  std::optional<ChildEnd> result;
  const auto tick = [&] {
    if (++ticks > ticks_max) throw std::runtime_error("never heard of the end");
  };
  EXPECT_NO_THROW(run_children(1, 1,
                               {.start = [&](std::size_t) { return shell("exit 7"); },
                                .ended = [&](std::size_t, const ChildEnd& end) { result = end; },
                                .tick = tick}));
  signal(SIGCHLD, before);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kind, ChildEnd::Kind::exited);
  EXPECT_EQ(result->code, 7);
}

TEST_F(ChildrenTest, tells_when_an_end_has_been_taken_by_others) {
  constexpr int ticks_max = 100;
  int ticks = 0;
  std::optional<ChildEnd> result;
  const auto tick = [&] {
    if (++ticks > ticks_max) throw std::runtime_error("never heard of the end");
    if (ticks > 1) return;
    std::ofstream(folder_ / "go") << "\n";
    waitpid(-1, nullptr, 0);
  };
  EXPECT_NO_THROW(run_children(
      1, 1,
      {.start = [&](std::size_t) { return shell("until [ -e go ]; do sleep 0.01; done"); },
       .ended = [&](std::size_t, const ChildEnd& end) { result = end; },
       .tick = tick}));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->kind, ChildEnd::Kind::unknown);
}

TEST_F(ChildrenTest, runs_no_more_at_a_time_than_asked) {
  constexpr std::size_t jobs = 3;
  std::size_t running = 0;
  std::size_t most = 0;
  std::vector<std::size_t> ended;
  run_children(10, jobs,
               {.start = [&](std::size_t index) -> std::optional<Child> {
                  if (index == 4) return std::nullopt;
                  most = std::max(most, ++running);
                  return shell("exit 0");
                },
                .ended =
                    [&](std::size_t index, const ChildEnd&) {
                      --running;
                      ended.push_back(index);
                    },
                .tick = {}});
  EXPECT_EQ(most, jobs);
  EXPECT_EQ(ended.size(), 9u);
  EXPECT_EQ(std::count(ended.begin(), ended.end(), 4u), 0);
}

}  // namespace
}  // namespace redcell::scenarios
