// Goal: a run says whether the channel's self-test passed here, for its own program alone, and no
// machine is too bare to run. Method: a cache folder of the test's own; keys that differ in one
// part; folders that are missing, relative or cannot be written.
#include "scenarios/selftest/stamp.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/math.h"
#include "base/version.h"
#include "scenarios/selftest/channel_selftest.h"
#include "tests/scenarios/testing.h"

namespace redcell::scenarios {
namespace {

namespace fs = std::filesystem;

const StampKey key{.version = "1.2", .isa = "AVX2", .build = "0123abcd", .machine = "77"};

/// Sets or takes away a variable for a test.
class Variable {
 public:
  Variable(const char* name, const std::optional<std::string>& value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~Variable() { set(before_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void set(const std::optional<std::string>& value) {
    if (value) {
      setenv(name_, value->c_str(), 1);
    } else {
      unsetenv(name_);
    }
  }
  const char* name_;
  std::optional<std::string> before_;
};

class Stamp : public testing::Test {
 protected:
  Stamp()
      : folder_(fs::path(testing::TempDir()) /
                testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~Stamp() override { fs::remove_all(folder_); }
  fs::path folder_;
};

TEST_F(Stamp, says_what_the_self_test_said) {
  const Variable cache("XDG_CACHE_HOME", folder_.string());
  EXPECT_EQ(read_stamp(key), std::nullopt);
  EXPECT_TRUE(leave_stamp(key, true));
  EXPECT_EQ(read_stamp(key), "pass");
  EXPECT_TRUE(leave_stamp(key, false));
  EXPECT_EQ(read_stamp(key), "fail");
  EXPECT_TRUE(fs::exists(folder_ / "redcell"));
}

TEST_F(Stamp, speaks_for_one_version_build_and_instruction_set) {
  const Variable cache("XDG_CACHE_HOME", folder_.string());
  ASSERT_TRUE(leave_stamp(key, true));
  StampKey other = key;
  other.version = "1.3";
  EXPECT_EQ(read_stamp(other), std::nullopt);
  other = key;
  other.isa = "AVX-512";
  EXPECT_EQ(read_stamp(other), std::nullopt);
  other = key;
  other.machine = "78";
  EXPECT_EQ(read_stamp(other), std::nullopt);
  other = key;
  other.build = "0123abce";
  EXPECT_EQ(read_stamp(other), std::nullopt);
  // Another build takes the place of the first; other instruction sets have places of their own.
  ASSERT_TRUE(leave_stamp(other, false));
  EXPECT_EQ(read_stamp(other), "fail");
  EXPECT_EQ(read_stamp(key), std::nullopt);
}

TEST_F(Stamp, believes_no_other_words) {
  const Variable cache("XDG_CACHE_HOME", folder_.string());
  ASSERT_TRUE(leave_stamp(key, true));
  const fs::path file = fs::directory_iterator(folder_ / "redcell")->path();
  std::ofstream(file) << "0123abcd\nperhaps\n";
  EXPECT_EQ(read_stamp(key), std::nullopt);
  std::ofstream(file) << "0123abcd\n";
  EXPECT_EQ(read_stamp(key), std::nullopt);
}

TEST_F(Stamp, lies_in_the_home_folder_where_no_cache_is_named) {
  const Variable cache("XDG_CACHE_HOME", std::nullopt);
  const Variable home("HOME", folder_.string());
  EXPECT_EQ(stamp_folder(), folder_ / ".cache" / "redcell");
  EXPECT_TRUE(leave_stamp(key, true));
  EXPECT_EQ(read_stamp(key), "pass");
  // A cache folder that is relative does not count.
  const Variable relative("XDG_CACHE_HOME", "somewhere");
  EXPECT_EQ(stamp_folder(), folder_ / ".cache" / "redcell");
}

TEST_F(Stamp, is_not_there_where_nothing_can_be_kept) {
  {
    const Variable cache("XDG_CACHE_HOME", std::nullopt);
    const Variable home("HOME", std::nullopt);
    EXPECT_EQ(stamp_folder(), std::nullopt);
    EXPECT_FALSE(leave_stamp(key, true));
    EXPECT_EQ(read_stamp(key), std::nullopt);
    EXPECT_EQ(channel_selftest_facts().result, "not run here");
  }
  // A file where the folder should be: nobody, not even root, can write below it.
  std::ofstream(folder_ / "file") << "";
  const Variable cache("XDG_CACHE_HOME", (folder_ / "file").string());
  EXPECT_FALSE(leave_stamp(key, true));
  EXPECT_EQ(read_stamp(key), std::nullopt);
  EXPECT_EQ(channel_selftest_facts().result, "not run here");
}

TEST_F(Stamp, is_left_by_a_whole_self_test_alone) {
  const Variable cache("XDG_CACHE_HOME", folder_.string());
  EXPECT_TRUE(is_whole({}));
  ChannelSelftestOptions part;
  part.place = "UMa";
  EXPECT_FALSE(is_whole(part));
  part = {};
  part.carrier_ghz = 6.0;
  EXPECT_FALSE(is_whole(part));
  part = {};
  part.terminals_per_sector = 99;
  EXPECT_FALSE(is_whole(part));
  const std::optional<StampKey> running = running_key();
  (void)leave_stamp_of({}, std::nullopt, true);
  EXPECT_EQ(channel_selftest_facts().result, "not run here");
  (void)leave_stamp_of(part, running, true);
  EXPECT_EQ(channel_selftest_facts().result, "not run here");
  (void)leave_stamp_of({}, running, true);
  EXPECT_EQ(channel_selftest_facts().result, "pass");
  (void)leave_stamp_of({}, running, false);
  EXPECT_EQ(channel_selftest_facts().result, "fail");
  EXPECT_EQ(channel_selftest_facts().version, base::version);
  EXPECT_EQ(channel_selftest_facts().isa, base::isa_name());
}

TEST_F(Stamp, stands_in_the_summary_of_a_run_and_not_in_its_signature) {
  const Variable cache("XDG_CACHE_HOME", folder_.string());
  const schema::Scenario scenario =
      ready_text(one_cell(CellKind::n28_fdd, full_buffer("DOWNLINK")), {"duration_s=2"});
  const auto run = [&] {
    const Recorded recorded = simulate_recorded(scenario);
    return nlohmann::json::parse(
               analysis::summary_json(recorded.result.facts, recorded.result.summary))
        .at("run");
  };
  const nlohmann::json before = run();
  const std::optional<StampKey> running = running_key();
  ASSERT_TRUE(running.has_value());
  ASSERT_TRUE(leave_stamp(*running, true));
  const nlohmann::json after = run();
  EXPECT_EQ(before.at("selftest_channel").at("result"), "not run here");
  EXPECT_EQ(after.at("selftest_channel").at("result"), "pass");
  EXPECT_EQ(after.at("selftest_channel").at("version"), base::version);
  EXPECT_EQ(after.at("selftest_channel").at("target"), base::isa_name());
  EXPECT_EQ(before.at("signature"), after.at("signature"));
  EXPECT_EQ(before.at("world"), after.at("world"));
}

}  // namespace
}  // namespace redcell::scenarios
