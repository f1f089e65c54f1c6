// HARQ: which process may send, must repeat, or has given up (TS 38.321 5.3.2, 5.4.2), and the
// receiver's soft buffers.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>

#include "mac/air.h"
#include "phy/link/block_error.h"

namespace redcell::mac {

struct HarqConfig {
  int process_count = harq_process_count_max;  ///< 1..16.
  int max_transmissions = 4;                   ///< Of one block, first included; >= 1.
  int configured_count = 0;  ///< Processes from 0 on that no DCI begins a block in.
};

enum class HarqOutcome { stale, acknowledged, to_repeat, given_up };

/// The scheduling side of one UE and direction. It lives in the gNB: the network decides every
/// transmission.
class HarqEntity {
 public:
  explicit HarqEntity(const HarqConfig& config);

  /// Lowest idle process for a block that a DCI begins; nullopt when all wait.
  [[nodiscard]] std::optional<int> idle_process() const {
    const std::uint32_t for_dcis = idle_ & ~((1U << config_.configured_count) - 1);
    if (for_dcis == 0) return std::nullopt;
    return std::countr_zero(for_dcis);
  }
  /// Of the processes to be repeated, the one whose block began first; nullopt when none.
  [[nodiscard]] std::optional<int> process_to_repeat() const;

  /// First transmission of a block. Pre: the process is idle.
  HarqId start(int process, const BlockFormat& format);
  /// A block that the UE has begun on a configured grant; what was under way in its process ends.
  void start_configured(const HarqId& harq, const BlockFormat& format);
  /// Next transmission of a block. Pre: the process waits to be repeated.
  HarqId repeat(int process);
  /// Applies an answer (or its absence, ack = false). Answers to another attempt than the last are
  /// stale.
  HarqOutcome on_feedback(HarqId harq, bool ack);

  [[nodiscard]] const BlockFormat& format(int process) const;
  [[nodiscard]] bool is_busy(int process) const { return at(process).state != State::idle; }
  /// Its newest block and attempt.
  [[nodiscard]] HarqId id(int process) const;
  [[nodiscard]] bool has_to_repeat() const { return to_repeat_count_ > 0; }

 private:
  enum class State : std::uint8_t { idle, in_flight, to_repeat };
  struct Process {
    State state = State::idle;
    int attempt = 0;
    std::uint32_t block = 0;
    std::uint64_t order = 0;
    BlockFormat format;
  };
  [[nodiscard]] Process& at(int process);
  [[nodiscard]] const Process& at(int process) const;
  [[nodiscard]] static std::uint32_t bit(int process) { return 1U << process; }

  HarqConfig config_;
  std::uint32_t idle_ = 0;  ///< A bit for each process.
  int to_repeat_count_ = 0;
  std::uint64_t next_order_ = 0;
  std::array<Process, harq_process_count_max> processes_{};
};

/// The receiving side: one soft buffer a process (incremental redundancy) and whether its block is
/// decoded.
class HarqReceiver {
 public:
  /// Turns a process to the block of a transmission; a new block finds an empty buffer.
  phy::SoftBlock& turn_to(const HarqId& harq);
  /// Pre: the process was turned to the block in question.
  void set_decoded(int process) { at(process).decoded = true; }
  [[nodiscard]] bool has_decoded(const HarqId& harq) const;

 private:
  struct Process {
    phy::SoftBlock soft;
    std::uint32_t block = 0;
    bool used = false;
    bool decoded = false;
  };
  [[nodiscard]] Process& at(int process) { return processes_[static_cast<std::size_t>(process)]; }

  std::array<Process, harq_process_count_max> processes_{};
};

}  // namespace redcell::mac
