// Goal: words that find no room on standard error are lost, and the process goes on to its exit
// code. Method: standard error on a device that is always full.
#include "scenarios/complain.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "scenarios/progress_line.h"

namespace redcell::scenarios {
namespace {

TEST(Complain, loses_words_for_which_there_is_no_room) {
  EXPECT_EXIT(
      {
        if (dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), STDERR_FILENO) < 0) std::_Exit(1);
        complain("lost");
        ProgressLine line(false);
        line.show("lost");
        line.clear();
        std::_Exit(3);
      },
      testing::ExitedWithCode(3), "");
}

}  // namespace
}  // namespace redcell::scenarios
