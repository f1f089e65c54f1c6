// Goal: a shared loop runs every index exactly once, for any number of threads, round after round.
// Method: each index counts its own visits.
#include "scenarios/workers.h"

#include <gtest/gtest.h>

#include <vector>

namespace redcell::scenarios {
namespace {

TEST(Workers, run_each_index_once_in_every_round) {
  for (const int threads : {1, 2, 5}) {
    Workers workers(threads);
    ASSERT_EQ(workers.thread_count(), static_cast<std::size_t>(threads));
    std::vector<int> visits(7, 0);
    for (int round = 1; round <= 500; ++round) {
      workers.run(visits.size(), [&](std::size_t i) { ++visits[i]; });
      ASSERT_EQ(visits, std::vector<int>(7, round)) << threads << " threads";
    }
  }
}

}  // namespace
}  // namespace redcell::scenarios
