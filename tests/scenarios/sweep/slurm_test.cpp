// Goal: points become tasks of sensible size and time, and Slurm's answers are understood.
// Method: lists cut by hand; answers as Slurm 22.05 prints them, some of them by stand-ins for its
// tools.
#include "scenarios/sweep/slurm.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "scenarios/sweep/slurm_jobs.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

WorkList list_of(std::size_t count) {
  WorkList list{.base = "base",
                .build = "build",
                .time_limit_s = 600,
                .memory_mb = 500,
                .keep_logs = true,
                .works = {}};
  for (std::size_t i = 0; i < count; ++i) {
    list.works.push_back({.address = "a" + std::to_string(i),
                          .seed = static_cast<std::uint32_t>(i),
                          .overrides = {"title=two words", "seed=3"}});
  }
  return list;
}

std::vector<std::size_t> sizes_of(const WorkList& list, const SlurmSettings& settings,
                                  std::size_t task_count_max) {
  std::vector<std::size_t> sizes;
  for (const WorkList& chunk : chunks_of(list, settings, task_count_max)) {
    sizes.push_back(chunk.works.size());
  }
  return sizes;
}

TEST(SlurmChunks, hold_every_point_once_in_order) {
  schema::Slurm slurm;
  slurm.set_points_per_task(4);
  const SlurmSettings settings{.slurm = slurm, .more_options = {}, .name = {}, .point_s = 0};
  std::vector<std::string> addresses;
  for (const WorkList& chunk : chunks_of(list_of(10), settings, 100)) {
    EXPECT_EQ(chunk.base, "base");
    for (const Work& work : chunk.works) addresses.push_back(work.address);
  }
  ASSERT_EQ(addresses.size(), 10u);
  for (std::size_t i = 0; i < 10; ++i) EXPECT_EQ(addresses[i], "a" + std::to_string(i));
  EXPECT_EQ(sizes_of(list_of(10), settings, 100), (std::vector<std::size_t>{4, 4, 2}));
}

TEST(SlurmChunks, take_two_minutes_when_nothing_is_said) {
  const schema::Slurm slurm;
  const SlurmSettings settings{.slurm = slurm, .more_options = {}, .name = {}, .point_s = 40};
  EXPECT_EQ(sizes_of(list_of(7), settings, 100), (std::vector<std::size_t>{3, 3, 1}));
  const SlurmSettings unknown{.slurm = slurm, .more_options = {}, .name = {}, .point_s = 0};
  EXPECT_EQ(sizes_of(list_of(2), unknown, 100), (std::vector<std::size_t>{1, 1}));
}

TEST(SlurmChunks, are_no_more_than_an_array_may_hold) {
  schema::Slurm slurm;
  slurm.set_points_per_task(1);
  const SlurmSettings settings{.slurm = slurm, .more_options = {}, .name = {}, .point_s = 0};
  EXPECT_EQ(sizes_of(list_of(10), settings, 3), (std::vector<std::size_t>{4, 4, 2}));
}

TEST(SlurmChunks, hold_one_point_each_on_a_second_try) {
  schema::Slurm slurm;
  slurm.set_points_per_task(4);
  const SlurmSettings settings{
      .slurm = slurm, .more_options = {}, .name = {}, .point_s = 1, .is_each_alone = true};
  EXPECT_EQ(sizes_of(list_of(3), settings, 100), (std::vector<std::size_t>{1, 1, 1}));
}

TEST(SlurmTime, is_the_limit_of_all_points_or_what_the_forecast_allows) {
  // 4 x 600 s and a minute, or 600 s, three times 4 x 20 s and a minute.
  EXPECT_EQ(task_minutes(list_of(4), 0), 41);
  EXPECT_EQ(task_minutes(list_of(4), 20), 15);
}

TEST(SlurmStates, tell_a_kill_for_memory_from_other_crashes) {
  const Failure crash{
      .address = "a", .cause = causes::crash, .words = "killed", .log = "point", .signal = 9};
  Failure task{.address = "a", .cause = causes::memory_limit, .words = "its task", .log = "task"};
  const Failure both = with_task(crash, task);
  EXPECT_STREQ(both.cause.c_str(), causes::memory_limit);
  EXPECT_EQ(both.words, "killed; its task");
  EXPECT_EQ(both.log, "point");
  EXPECT_FALSE(both.is_of_task) << "it is known which point it was";
  Failure segmentation_fault = crash;
  segmentation_fault.signal = 11;
  EXPECT_EQ(with_task(segmentation_fault, task).cause, causes::crash);
  task.cause = causes::cluster;
  EXPECT_EQ(with_task(crash, task).cause, causes::crash);
  task.cause = causes::memory_limit;
  EXPECT_EQ(
      with_task({.address = "a", .cause = causes::scenario, .words = {}, .log = {}}, task).cause,
      causes::scenario);
}

TEST(SlurmStates, have_a_reason_where_a_task_waits_for_more_than_its_turn) {
  const std::vector<TaskState> tasks = task_states(
      "JobId=1 ArrayTaskId=0 JobState=PENDING Reason=Priority Restarts=0\n"
      "JobId=2 ArrayTaskId=1 JobState=PENDING Reason=JobHeldUser Restarts=0\n"
      "JobId=3 ArrayTaskId=2 JobState=TIMEOUT Reason=TimeLimit Restarts=0\n");
  ASSERT_EQ(tasks.size(), 3u);
  EXPECT_EQ(tasks[0].reason, "");
  EXPECT_EQ(tasks[1].reason, "JobHeldUser");
  EXPECT_EQ(tasks[2].reason, "");
}

TEST(SlurmJobId, is_a_number_and_perhaps_the_name_of_a_cluster) {
  EXPECT_EQ(job_id("12\n"), "12");
  EXPECT_EQ(job_id("sbatch: a warning\n12;east\n"), "12;east");
  for (const char* answer : {"", "\n", "12x\n", ";east\n", "12;\n", "12\nsbatch: a warning\n"}) {
    EXPECT_THROW(std::ignore = job_id(answer), std::runtime_error) << answer;
  }
}

TEST(SlurmStates, are_read_from_scontrol) {
  const std::vector<TaskState> tasks = task_states(
      "JobId=12 ArrayJobId=12 ArrayTaskId=5-9 ArrayTaskThrottle=0 JobName=x JobState=PENDING "
      "Reason=Resources Dependency=(null) Requeue=1 Restarts=0 BatchFlag=1\n"
      "JobId=17 ArrayJobId=12 ArrayTaskId=4 JobName=x JobState=PENDING Reason=BeginTime Requeue=1 "
      "Restarts=1\n"
      "JobId=16 ArrayJobId=12 ArrayTaskId=3 JobName=x JobState=TIMEOUT Reason=TimeLimit "
      "Restarts=0\n"
      "JobId=18 ArrayJobId=12 ArrayTaskId=2 JobName=x JobState=PENDING Reason=Resources "
      "Restarts=1\n"
      "JobId=19 ArrayJobId=12 ArrayTaskId=1 JobName=x JobState=PENDING Reason=BeginTime "
      "Restarts=0\n\n");
  ASSERT_EQ(tasks.size(), 5u);
  EXPECT_FALSE(tasks[3].is_held_back);
  EXPECT_FALSE(tasks[4].is_held_back) << "waits for a time that its user chose";
  EXPECT_EQ(tasks[0].index, 5u);
  EXPECT_FALSE(tasks[0].is_held_back);
  EXPECT_EQ(tasks[1].job, "17");
  EXPECT_TRUE(tasks[1].is_held_back);
  EXPECT_EQ(tasks[2].state, "TIMEOUT");
  EXPECT_TRUE(has_ended(tasks[2].state));
  EXPECT_FALSE(has_ended(tasks[0].state));
  EXPECT_TRUE(has_ended("NODE_FAIL"));
  EXPECT_FALSE(has_ended("COMPLETING"));
}

/// A sweep that has handed over one job of two tasks with one point each.
class SlurmJobs : public testing::Test {
 protected:
  SlurmJobs() : before_(std::getenv("PATH")) {
    fs::create_directories(folder_ / "tools");
    setenv("PATH", ((folder_ / "tools").string() + ":" + before_).c_str(), 1);
    tool("scancel", "echo \"$@\" >> " + cancelled_.string());
    fs::create_directories(store_.jobs() / "1");
    std::ofstream(store_.jobs() / "1" / "job") << "7\n";
    for (std::size_t i = 0; i < list_.works.size(); ++i) {
      WorkList one = list_;
      one.works = {list_.works[i]};
      std::ofstream(store_.jobs() / "1" / (std::to_string(i) + ".list")) << to_text(one);
    }
  }
  ~SlurmJobs() override {
    setenv("PATH", before_.c_str(), 1);
    fs::remove_all(folder_);
  }

  /// The end of a line of scontrol about what this sweep handed over.
  [[nodiscard]] std::string of_us() const {
    return " Command=" + (store_.jobs() / "1" / "task.sh").string();
  }

  void tool(const char* name, const std::string& script) const {
    const fs::path file = folder_ / "tools" / name;
    std::ofstream(file) << "#!/bin/sh\n" << script << "\n";
    fs::permissions(file, fs::perms::owner_all);
  }

  const std::string before_;
  const fs::path folder_ =
      fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
  const fs::path cancelled_ = folder_ / "cancelled";
  const Store store_{folder_ / "sweep"};
  const WorkList list_ = list_of(2);
};

TEST_F(SlurmJobs, are_cancelled_only_when_all_that_was_asked_for_is_there) {
  tool("scontrol", "echo JobId=7 ArrayJobId=7 ArrayTaskId=0-1 JobState=RUNNING" + of_us());
  EXPECT_EQ(wait_for_jobs(store_, list_of(0), [](const WorkCount&) {}).complete, 0u);
  EXPECT_FALSE(fs::exists(cancelled_)) << "a job whose points nobody asked for yet";
  for (const Work& work : list_.works) fs::create_directories(store_.point(work.address));
  EXPECT_EQ(wait_for_jobs(store_, list_, [](const WorkCount&) {}).complete, 2u);
  EXPECT_TRUE(fs::exists(cancelled_));
}

TEST_F(SlurmJobs, are_remembered_when_slurm_has_forgotten_their_first_tasks) {
  const std::string asked = (folder_ / "asked").string();
  tool("scontrol", "if [ -e " + asked +
                       " ]\nthen state=COMPLETED\nelse state=RUNNING\n"
                       "echo JobId=8 ArrayJobId=7 ArrayTaskId=0 JobState=TIMEOUT" +
                       of_us() +
                       "\nfi\n"
                       "echo JobId=7 ArrayJobId=7 ArrayTaskId=1 JobState=$state" +
                       of_us() +
                       "\n"
                       "touch " +
                       asked);
  const WorkCount count = wait_for_jobs(store_, list_, [](const WorkCount&) {});
  std::map<std::string, std::string> told;
  for (const Failure& failure : count.failures) told[failure.address] = failure.cause;
  EXPECT_EQ(told["a0"], causes::time_limit);
  EXPECT_EQ(told["a1"], causes::cluster);
}

TEST_F(SlurmJobs, are_left_alone_while_they_have_points_of_another_plan) {
  tool("scontrol", "echo JobId=7 ArrayJobId=7 ArrayTaskId=0-1 JobState=RUNNING" + of_us());
  fs::create_directories(store_.point("a0"));
  EXPECT_EQ(wait_for_jobs(store_, list_of(1), [](const WorkCount&) {}).complete, 1u);
  EXPECT_FALSE(fs::exists(cancelled_));
}

TEST_F(SlurmJobs, of_others_under_a_number_given_again_are_not_waited_for) {
  tool("scontrol", "echo JobId=7 ArrayJobId=7 ArrayTaskId=0-1 JobState=RUNNING" + of_us() + "x");
  EXPECT_TRUE(jobs_alive(store_).empty());
  tool("scontrol", "echo JobId=7 ArrayJobId=7 ArrayTaskId=0-1 JobState=RUNNING" + of_us());
  EXPECT_TRUE(jobs_alive(store_).empty()) << "has been seen to end";
}

TEST_F(SlurmJobs, that_slurm_has_forgotten_have_ended_and_others_are_asked_for_again) {
  tool("scontrol", "echo slurm_load_jobs error: Unable to contact slurm controller; exit 1");
  EXPECT_EQ(jobs_alive(store_), std::vector<std::string>{"7"}) << "nobody knows";
  tool("scontrol", "echo slurm_load_jobs error: Invalid job id specified; exit 1");
  const WorkCount count = wait_for_jobs(store_, list_, [](const WorkCount&) {});
  ASSERT_EQ(count.failures.size(), 2u);
  EXPECT_EQ(count.failures[0].words, "no task has run it");
  EXPECT_TRUE(fs::exists(store_.jobs() / "1" / "ended"));
}

TEST_F(SlurmJobs, are_found_when_whoever_handed_them_over_died_before_the_answer) {
  fs::remove(store_.jobs() / "1" / "job");
  tool("scontrol",
       "[ \"$4\" ] && [ \"$4\" != 9 ] && exit 1\n"
       "echo JobId=5 ArrayJobId=5 ArrayTaskId=0 JobState=RUNNING Command=/other\n"
       "echo JobId=11 ArrayJobId=9 ArrayTaskId=0 JobState=RUNNING" +
           of_us());
  EXPECT_EQ(jobs_alive(store_), std::vector<std::string>{"9"});
}

TEST_F(SlurmJobs, of_another_cluster_are_asked_for_there) {
  std::ofstream(store_.jobs() / "1" / "job") << "7;east\n";
  tool("scontrol",
       "[ \"$1 $2 $6\" = '-M east 7' ] || exit 1\n"
       "echo JobId=7 ArrayTaskId=0-1 JobState=COMPLETED" +
           of_us());
  EXPECT_TRUE(jobs_alive(store_).empty());
}

TEST_F(SlurmJobs, that_are_held_are_told_of_once) {
  const std::string asked = (folder_ / "asked").string();
  tool("scontrol", "echo >> " + asked + "\n[ $(wc -l < " + asked +
                       ") -ge 3 ] && state=COMPLETED || state=PENDING\n"
                       "echo JobId=7 ArrayTaskId=0-1 JobState=$state Reason=JobHeldUser" +
                       of_us());
  std::vector<std::string> news;
  std::ignore = wait_for_jobs(store_, list_, [&](const WorkCount& count) {
    if (!count.news.empty()) news.push_back(count.news);
  });
  EXPECT_EQ(news, std::vector<std::string>{"job 7 waits: JobHeldUser"});
}

/// The words that sbatch got, the script of the task that it got, and what came of running that.
TEST_F(SlurmJobs, are_handed_over_under_any_folder_and_write_their_own_id) {
  const Store store(folder_ / "100%a it's");
  const fs::path words = folder_ / "words";
  tool("scontrol", "exit 0");
  tool("sbatch", "printf '%s\\n' \"$@\" > " + words.string() + "; echo 7");
  const schema::Slurm slurm;
  EXPECT_EQ(submit(store, list_, {.slurm = slurm, .more_options = {}, .name = {}}), "7");
  std::ifstream stream(words);
  std::string output;
  while (std::getline(stream, output) && !output.starts_with("--output=")) {
  }
  EXPECT_EQ(output, "--output=" + (folder_ / "100%%a it's" / "jobs" / "1" / "%a.log").string());
  const fs::path id = store.jobs() / "1" / "job";
  const auto run_task = [&] {
    const std::string script = "\"" + (store.jobs() / "1" / "task.sh").string() + "\"";
    std::ignore = std::system(
        ("SLURM_ARRAY_JOB_ID=8 SLURM_JOB_ID=9 SLURM_ARRAY_TASK_ID=0 sh " + script + " 2>&1")
            .c_str());
    std::string line;
    std::getline(std::ifstream(id) >> std::ws, line);
    return line;
  };
  EXPECT_EQ(run_task(), "7") << "whoever handed over knows it best";
  fs::remove(id);
  EXPECT_EQ(run_task(), "8");
}

}  // namespace
}  // namespace redcell::scenarios
