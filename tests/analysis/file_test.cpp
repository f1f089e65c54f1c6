// Goal: a result file is there whole or not at all.
// Method: write, overwrite, fail in each way the system offers, and look at what the folder holds.
#include "analysis/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

namespace fs = std::filesystem;

class ResultFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("redcell-file-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string path(const char* name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::string text(const char* name) const {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  [[nodiscard]] std::ptrdiff_t entry_count() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

 private:
  fs::path folder_;
};

TEST_F(ResultFile, holds_the_new_text_and_leaves_nothing_beside) {
  write_file_atomically(path("a.json"), "old, and longer");
  write_file_atomically(path("a.json"), std::string_view("new\0text", 8));
  EXPECT_EQ(text("a.json"), std::string("new\0text", 8));
  EXPECT_EQ(entry_count(), 1);
}

TEST_F(ResultFile, stays_as_it_was_when_writing_fails) {
  fs::create_directories(path("folder.json"));
  EXPECT_THROW(write_file_atomically(path("folder.json"), "x"), LogError);
  EXPECT_TRUE(fs::is_directory(path("folder.json")));
  EXPECT_EQ(entry_count(), 1) << "the temporary file is gone";
}

TEST_F(ResultFile, that_cannot_be_created_is_named) {
  try {
    write_file_atomically(path("missing/a.json"), "x");
    FAIL() << "wrote into a folder that is not there";
  } catch (const LogError& error) {
    EXPECT_NE(std::string(error.what()).find("missing/a.json"), std::string::npos);
  }
}

}  // namespace
}  // namespace redcell::analysis
