// A cell whose terminals may have semi-persistent scheduling, and what it sends them with and
// without a DCI.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include "tests/mac/cell_world.h"

namespace redcell::mac::testing {

inline constexpr int slots_per_frame = 20;

/// Every 10 ms, 20 slots; ten PRBs hold 500 byte and more.
inline gnb::ConnectionConfig with_sps(std::uint32_t ue, int prb_count = 10,
                                      int periodicity_ms = 10) {
  gnb::ConnectionConfig config = connection_config(ue);
  config.semi_persistent = SemiPersistentConfig{.occasions = {.periodicity_ms = periodicity_ms,
                                                              .slots_per_frame = slots_per_frame,
                                                              .process_count = 2},
                                                .prb_count = prb_count,
                                                .mcs = base::McsIndex(15)};
  return config;
}

/// A cell whose terminals answer when they should, each answer as `answers` says.
struct SpsWorld : CellWorld {
  explicit SpsWorld(const phy::ResourceMapConfig& carrier = tdd_carrier(),
                    const std::function<void(gnb::CellConfig&)>& change = {})
      : CellWorld(carrier, change) {}

  const gnb::SlotPlan& step(std::int64_t slot) {
    std::erase_if(owed, [&](const DlAssignment& a) {
      if (a.feedback_slot >= base::Slot(slot)) return false;
      HarqFeedback said = answers(a);
      said.harq = a.harq;
      cell().on_feedback(index_of(a.ue), said);
      return true;
    });
    const gnb::SlotPlan& plan = run(slot);
    for (const DlAssignment& a : plan.downlink) {
      owed.push_back(a);
      if (a.aggregation_level > 0) {
        ++dcis[a.ue.value];
      } else {
        unasked[a.ue.value].push_back(slot);
      }
    }
    return plan;
  }
  void steps(std::int64_t from, std::int64_t end) {
    for (std::int64_t slot = from; slot < end; ++slot) step(slot);
  }
  void send(std::uint32_t index, std::uint32_t bytes) {
    std::vector<DroppedSdu> drops;
    cell().enqueue(index, sdu(next++, bytes), now(), drops);
  }

  std::function<HarqFeedback(const DlAssignment&)> answers = [](const DlAssignment&) {
    return HarqFeedback{.harq = {}, .ack = true};
  };
  std::vector<DlAssignment> owed;
  std::map<std::uint32_t, int> dcis;                           ///< [UE]
  std::map<std::uint32_t, std::vector<std::int64_t>> unasked;  ///< [UE] Slots.
  std::uint32_t next = 5'000;
};

}  // namespace redcell::mac::testing
