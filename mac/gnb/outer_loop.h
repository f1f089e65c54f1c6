// Outer-loop link adaptation: HARQ feedback in, a correction of the reported channel quality out.
#pragma once

namespace redcell::mac::gnb {

struct OuterLoopConfig {
  bool enabled = true;
  double target_bler = 0.1;  ///< In (0, 1).
  double step_db = 0.5;  ///< Down after an error; up by step * bler / (1 - bler) after a success.
};

/// Holds the first-transmission block error rate at its target: the mean of the steps vanishes
/// exactly there.
class OuterLoop {
 public:
  explicit OuterLoop(const OuterLoopConfig& config) : config_(config) {}

  [[nodiscard]] double offset_db() const { return offset_db_; }
  /// Answer to a first transmission. at_limit: the scheme was already the highest (a success
  /// teaches nothing) or the lowest (an error teaches nothing); the loop does not wind up.
  void on_first_transmission(bool ack, bool at_highest, bool at_lowest);

 private:
  OuterLoopConfig config_;
  double offset_db_ = 0;
};

/// Bound of the correction [ours]: beyond it the report itself is wrong.
inline constexpr double outer_loop_offset_max_db = 25;

}  // namespace redcell::mac::gnb
