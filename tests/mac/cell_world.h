// A cell with its resources, and the few words in which its tests speak to it.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "tests/mac/testing.h"

namespace redcell::mac::testing {

class CellWorld {
 public:
  explicit CellWorld(const phy::ResourceMapConfig& carrier,
                     const std::function<void(gnb::CellConfig&)>& change = {})
      : map_(carrier), config_(cell_config(map_)) {
    config_.outer_loop.enabled = false;
    if (change) change(config_);
    cell_ = std::make_unique<gnb::Cell>(config_);
  }

  /// A UE with this CQI, heard in the uplink at 40 dB from one PRB at full power, of which the open
  /// loop asks 20 dB less.
  std::uint32_t connect(int cqi, const BearerConfig& bearer = um_bearer()) {
    const auto ue = 100 + static_cast<std::uint32_t>(index_of_ue_.size());
    return connect(cqi, connection_config(ue), bearer);
  }
  /// UEs are numbered from 100 on, in the order in which they come.
  std::uint32_t connect(int cqi, const gnb::ConnectionConfig& connection,
                        const BearerConfig& bearer = um_bearer()) {
    const std::uint32_t index = cell_->connect(connection);
    EXPECT_EQ(connection.ue.value, 100 + index_of_ue_.size());
    index_of_ue_.push_back(index);
    cell_->attach(index, std::make_unique<RadioBearer>(bearer));
    gnb::Connection& c = cell_->connection(index);
    c.csi.cqi = base::CqiIndex(cqi);
    c.ul_quality.sinr_db_one_prb_full_power = 40;
    c.ul_quality.one_prb_power_below_max_db = -20;
    return index;
  }

  /// The UE is gone, with its bearer.
  void disconnect(std::uint32_t index) {
    if (cell_->connection(index).data) cell_->detach(index);
    cell_->disconnect(index);
  }

  /// Packets of 1000 bytes.
  void load(std::uint32_t index, int packet_count) {
    for (int i = 0; i < packet_count; ++i) {
      cell_->enqueue(index, sdu(next_packet_++, 1000), now_, drops_);
    }
  }

  /// A message of RRC of so many bytes.
  void send_message(std::uint32_t index, std::uint32_t bytes) {
    cell_->enqueue_signalling(index, sdu(next_packet_++, bytes), now_, drops_);
  }

  const gnb::SlotPlan& run(std::int64_t slot) {
    now_ = map_.config().numerology.slot_start(base::Slot(slot));
    cell_->schedule(base::Slot(slot), now_, plan_);
    return plan_;
  }

  HarqOutcome answer(const DlAssignment& a, bool ack) {
    return cell_->on_feedback(index_of(a.ue), {.harq = a.harq, .ack = ack});
  }
  HarqOutcome arrive(const UlGrant& grant, const gnb::PuschResult& result, const MacPdu& pdu = {}) {
    output_.clear();
    return cell_->on_pusch(index_of(grant.ue),
                           {.grant = grant, .pdu = pdu, .result = result, .now = now_}, output_);
  }

  std::uint32_t index_of(base::UeId ue) const { return index_of_ue_.at(ue.value - 100); }
  gnb::Cell& cell() { return *cell_; }
  gnb::Connection& connection(std::uint32_t index) { return cell_->connection(index); }
  const phy::ResourceMap& map() const { return map_; }
  const gnb::CellConfig& config() const { return config_; }
  const gnb::SlotPlan& plan() const { return plan_; }
  const BlockOutput& output() const { return output_; }
  base::Instant now() const { return now_; }

 private:
  phy::ResourceMap map_;
  gnb::CellConfig config_;
  std::unique_ptr<gnb::Cell> cell_;
  std::vector<std::uint32_t> index_of_ue_;  ///< [UE - 100]
  gnb::SlotPlan plan_;
  BlockOutput output_;
  std::vector<DroppedSdu> drops_;
  base::Instant now_{};
  std::uint32_t next_packet_ = 0;
};

}  // namespace redcell::mac::testing
