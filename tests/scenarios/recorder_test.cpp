// Goal: the recorder writes a bin for every second of everyone who takes part, zeros included, in a
// fixed order. Method: events at chosen moments, records read back.
#include "scenarios/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace redcell::scenarios {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
const auto dl = base::Direction::downlink;
const auto ul = base::Direction::uplink;

base::Instant at(double s) { return base::Instant(static_cast<std::int64_t>(s * 1e9)); }

class RecorderTest : public testing::Test {
 protected:
  Recorder make(std::size_t terminal_count) {
    return Recorder(terminal_count, {{}},
                    [this](const analysis::KpiRecord& record) { records_.push_back(record); });
  }
  [[nodiscard]] std::vector<analysis::ThroughputBin> bins() const {
    std::vector<analysis::ThroughputBin> out;
    for (const auto& record : records_) {
      if (record.has_throughput_bin()) out.push_back(record.throughput_bin());
    }
    return out;
  }
  std::vector<analysis::KpiRecord> records_;
};

TEST_F(RecorderTest, writes_a_bin_for_every_second_with_zeros) {
  Recorder recorder = make(2);
  recorder.take_part({1}, dl);
  recorder.close_bins(at(0.5));
  recorder.acknowledged({0}, {1}, dl, 100);
  recorder.close_bins(at(3.25));
  recorder.acknowledged({0}, {1}, dl, 7);
  recorder.payload({1}, dl, 5);
  recorder.end(base::Duration(4 * second_ns));
  const auto all = bins();
  ASSERT_EQ(all.size(), 4U);
  const std::vector<std::int64_t> bytes{100, 0, 0, 7};
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].ue(), 1U);
    EXPECT_EQ(all[i].time_ns(), static_cast<std::int64_t>(i) * second_ns);
    EXPECT_EQ(all[i].duration_ns(), second_ns);
    EXPECT_EQ(all[i].mac_bytes_acked(), bytes[i]);
    EXPECT_EQ(all[i].payload_bytes(), i == 3 ? 5 : 0);
  }
  EXPECT_TRUE(records_.back().has_run_end());
  EXPECT_EQ(records_.back().run_end().simulated_ns(), 4 * second_ns);
}

TEST_F(RecorderTest, counts_an_event_on_the_boundary_in_the_second_that_begins) {
  Recorder recorder = make(1);
  recorder.take_part({0}, ul);
  recorder.close_bins(at(1));
  recorder.acknowledged({0}, {0}, ul, 10);
  recorder.end(base::Duration(2 * second_ns));
  ASSERT_EQ(bins().size(), 2U);
  EXPECT_EQ(bins()[0].mac_bytes_acked(), 0);
  EXPECT_EQ(bins()[1].mac_bytes_acked(), 10);
}

TEST_F(RecorderTest, marks_a_shorter_last_bin) {
  Recorder recorder = make(1);
  recorder.take_part({0}, dl);
  recorder.end(base::Duration(second_ns + second_ns / 4));
  ASSERT_EQ(bins().size(), 2U);
  EXPECT_EQ(bins()[1].time_ns(), second_ns);
  EXPECT_EQ(bins()[1].duration_ns(), second_ns / 4);
}

TEST_F(RecorderTest, orders_bins_by_time_terminal_and_direction) {
  Recorder recorder = make(3);
  recorder.take_part({2}, ul);
  recorder.take_part({0}, ul);
  recorder.take_part({0}, dl);
  recorder.end(base::Duration(2 * second_ns));
  std::vector<std::string> order;
  for (const auto& bin : bins()) {
    order.push_back(std::to_string(bin.time_ns() / second_ns) + "/" + std::to_string(bin.ue()) +
                    (bin.direction() == analysis::DOWNLINK ? "d" : "u"));
  }
  EXPECT_THAT(order, testing::ElementsAre("0/0d", "0/0u", "0/2u", "1/0d", "1/0u", "1/2u"));
}

TEST_F(RecorderTest, sums_blocks_and_counts_errors_of_first_transmissions_alone) {
  Recorder recorder = make(1);
  recorder.take_part({0}, dl);
  recorder.block({0}, dl,
                 {.is_first = true, .decoded = false, .mcs = 20, .rank = 2, .prb_count = 50});
  recorder.block({0}, dl,
                 {.is_first = false, .decoded = false, .mcs = 20, .rank = 2, .prb_count = 50});
  recorder.block({0}, dl,
                 {.is_first = true, .decoded = true, .mcs = 10, .rank = 1, .prb_count = 30});
  recorder.residual_loss({0}, dl);
  recorder.end(base::Duration(second_ns));
  ASSERT_EQ(records_.size(), 3U);
  ASSERT_TRUE(records_[1].has_link_bin());
  const analysis::LinkBin& link = records_[1].link_bin();
  EXPECT_EQ(link.blocks(), 3);
  EXPECT_EQ(link.first_blocks(), 2);
  EXPECT_EQ(link.first_errors(), 1);
  EXPECT_EQ(link.mcs_sum(), 30);
  EXPECT_EQ(link.rank_sum(), 3);
  EXPECT_EQ(link.prb_sum(), 130);
  EXPECT_EQ(link.residual_losses(), 1);
}

TEST_F(RecorderTest, starts_every_second_from_zero) {
  Recorder recorder = make(1);
  recorder.take_part({0}, dl);
  recorder.block({0}, dl, {.is_first = true, .decoded = true, .mcs = 9, .rank = 1, .prb_count = 1});
  recorder.end(base::Duration(2 * second_ns));
  int link_bins = 0;
  for (const auto& record : records_) link_bins += record.has_link_bin() ? 1 : 0;
  EXPECT_EQ(link_bins, 1);
}

TEST_F(RecorderTest, gives_the_ledger_every_reason_that_occurred) {
  Recorder recorder = make(1);
  ByteLedger ledger{.in = 100, .delivered = 60, .queued = 10};
  ledger.dropped[static_cast<std::size_t>(mac::DropReason::queue_full)] = 20;
  ledger.dropped[static_cast<std::size_t>(mac::DropReason::rlc_gave_up)] = 10;
  EXPECT_EQ(ledger.dropped_total(), 30U);
  recorder.ledger({0}, ul, ledger);
  ASSERT_EQ(records_.size(), 1U);
  const analysis::Ledger& out = records_[0].ledger();
  EXPECT_EQ(out.bytes_in(), 100);
  EXPECT_EQ(out.bytes_delivered(), 60);
  EXPECT_EQ(out.bytes_queued(), 10);
  ASSERT_EQ(out.dropped_size(), 2);
  EXPECT_EQ(out.dropped(0).reason(), analysis::QUEUE_OVERFLOW);
  EXPECT_EQ(out.dropped(0).bytes(), 20);
  EXPECT_EQ(out.dropped(1).reason(), analysis::RLC_RETRANSMISSIONS);
  EXPECT_EQ(out.dropped(1).bytes(), 10);
}

TEST_F(RecorderTest, writes_a_packet_with_its_parts) {
  Recorder recorder = make(1);
  PacketMarks marks;
  marks.ue = {0};
  marks.direction = ul;
  marks.bytes = 60;
  marks.number = 42;
  recorder.packet(marks,
                  {.core = base::Duration(1),
                   .alignment = base::Duration(2),
                   .grant = base::Duration(3),
                   .queue = base::Duration(4),
                   .air = base::Duration(5),
                   .harq = base::Duration(6),
                   .rlc = base::Duration(7),
                   .reordering = base::Duration(8)},
                  at(1));
  ASSERT_EQ(records_.size(), 1U);
  const analysis::PacketLatency& p = records_[0].packet_latency();
  EXPECT_EQ(p.total_ns(), 36);
  EXPECT_EQ(p.core_ns() + 10 * p.alignment_ns() + 100 * p.grant_ns() + 1000 * p.queue_ns(), 4321);
  EXPECT_EQ(p.air_ns() + 10 * p.harq_ns() + 100 * p.rlc_ns() + 1000 * p.reordering_ns(), 8765);
  EXPECT_EQ(p.packet(), 42U);
  EXPECT_EQ(p.bytes(), 60);
  EXPECT_EQ(p.direction(), analysis::UPLINK);
  EXPECT_EQ(p.time_ns(), second_ns);
}

TEST_F(RecorderTest, gives_a_drive_row_what_was_measured_since_the_one_before) {
  Recorder recorder = make(2);
  recorder.cqi({1}, base::CqiIndex(7));
  recorder.cqi({1}, base::CqiIndex(10));
  recorder.cqi({0}, base::CqiIndex(15));
  recorder.block({1}, ul, {.is_first = true, .decoded = true, .mcs = 3, .prb_count = 12});
  recorder.block({1}, ul, {.is_first = false, .decoded = true, .mcs = 3, .prb_count = 8});
  DriveState state = {.ue = {1}, .position = {}, .serving = std::nullopt, .connected = true};
  state.neighbour_count = 2;
  state.neighbours[0] = {.cell = {4}, .rsrp_dbm = -90.25};
  state.neighbours[1] = {.cell = {2}, .rsrp_dbm = -97.0};
  recorder.drive_row(state, at(1));
  state.neighbour_count = 0;
  recorder.drive_row(state, at(2));
  ASSERT_EQ(records_.size(), 2U);
  const analysis::DriveRow& row = records_[0].drive_row();
  EXPECT_EQ(row.dl_cqi_sum(), 17);
  EXPECT_EQ(row.dl_cqi_reports(), 2);
  EXPECT_EQ(row.ul_blocks(), 2);
  EXPECT_EQ(row.ul_prb_sum(), 20);
  EXPECT_EQ(row.dl_blocks(), 0);
  ASSERT_EQ(row.neighbours_size(), 2);
  EXPECT_EQ(row.neighbours(0).cell(), 4U);
  EXPECT_EQ(row.neighbours(0).ss_rsrp_mdbm(), -90'250);
  EXPECT_EQ(records_[1].drive_row().dl_cqi_reports(), 0);
  EXPECT_EQ(records_[1].drive_row().neighbours_size(), 0);
}

TEST_F(RecorderTest, adds_up_dcis_of_a_second_by_part_and_level) {
  Recorder recorder(1, {{.dl_prb_slots = 10, .ul_prb_slots = 10}},
                    [this](const analysis::KpiRecord& record) { records_.push_back(record); });
  std::vector<mac::gnb::PdcchCount> parts(2);
  parts[0] = {.sent = {0, 3, 0, 0, 0}, .blocked = {0, 1, 0, 0, 0}};
  parts[1] = {.sent = {2, 0, 0, 0, 0}, .blocked = {0, 0, 0, 0, 1}};
  recorder.pdcch({0}, parts);
  recorder.pdcch({0}, parts);
  recorder.pdcch({0}, {});
  recorder.close_bins(at(1));
  recorder.end(base::Duration(2 * second_ns));
  ASSERT_EQ(records_.size(), 3U) << "two bins and the end";
  std::vector<std::vector<std::int64_t>> rows;
  for (const analysis::CellBin::Pdcch& row : records_[0].cell_bin().pdcch()) {
    rows.push_back({row.bwp(), row.aggregation_level(), row.dci_sent(), row.dci_blocked()});
  }
  const std::vector<std::vector<std::int64_t>> expected{{0, 2, 6, 2}, {1, 1, 4, 0}, {1, 16, 0, 2}};
  EXPECT_EQ(rows, expected);
  EXPECT_EQ(records_[1].cell_bin().pdcch_size(), 0);
}

// A quarter of the first second at 400 PRBs and the rest at 800; then it stays.
TEST_F(RecorderTest, says_what_a_cell_could_carry_while_that_changes) {
  Recorder recorder(1, {{.dl_prb_slots = 400, .ul_prb_slots = 40}},
                    [this](const analysis::KpiRecord& record) { records_.push_back(record); });
  recorder.capacity({0}, {.dl_prb_slots = 800, .ul_prb_slots = 80}, at(0.25));
  recorder.close_bins(at(2.5));
  recorder.capacity({0}, {.dl_prb_slots = 400, .ul_prb_slots = 40}, at(2.5));
  recorder.capacity({0}, {.dl_prb_slots = 0, .ul_prb_slots = 20}, at(2.75));
  recorder.capacity({0}, {.dl_prb_slots = 400, .ul_prb_slots = 40}, at(3));
  recorder.end(base::Duration(3 * second_ns));
  const std::vector<std::int64_t> dl_available{100 + 600, 800, 400 + 100};
  const std::vector<std::int64_t> ul_available{10 + 60, 80, 40 + 10 + 5};
  ASSERT_EQ(records_.size(), 4U) << "three bins and the end";
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(records_[i].cell_bin().dl_prb_slots_available(), dl_available[i]) << i;
    EXPECT_EQ(records_[i].cell_bin().ul_prb_slots_available(), ul_available[i]) << i;
  }
}

TEST_F(RecorderTest, adds_up_what_a_cell_had_and_what_held_its_terminals_up) {
  Recorder recorder(2, {{}, {.dl_prb_slots = 10, .ul_prb_slots = 10}},
                    [this](const analysis::KpiRecord& record) { records_.push_back(record); });
  recorder.acknowledged({1}, {0}, dl, 100);
  recorder.acknowledged({1}, {1}, dl, 20);
  recorder.acknowledged({1}, {1}, ul, 3);
  recorder.acknowledged({0}, {1}, ul, 1'000);
  std::vector<mac::gnb::BoundCounts> parts(2);
  parts[1][1] = {1, 2, 3, 4, 5, 6};
  recorder.bounds({1}, parts);
  recorder.bounds({1}, parts);
  recorder.close_bins(at(1));
  recorder.end(base::Duration(2 * second_ns));
  ASSERT_EQ(records_.size(), 3U) << "two bins and the end";
  const analysis::CellBin& bin = records_[0].cell_bin();
  EXPECT_EQ(bin.dl_mac_bytes_acked(), 120);
  EXPECT_EQ(bin.ul_mac_bytes_acked(), 3);
  ASSERT_EQ(bin.bound_size(), 1);
  const analysis::CellBin::Bound& row = bin.bound(0);
  EXPECT_EQ(row.bwp(), 1U);
  EXPECT_EQ(row.direction(), analysis::UPLINK);
  EXPECT_EQ(row.wanting(), 42);
  EXPECT_EQ(row.by_prbs(), 4);
  EXPECT_EQ(row.by_cces(), 6);
  EXPECT_EQ(row.by_terminals(), 8);
  EXPECT_EQ(row.by_slice(), 10);
  EXPECT_EQ(row.by_block(), 12);
  EXPECT_EQ(records_[1].cell_bin().bound_size() + records_[1].cell_bin().dl_mac_bytes_acked(), 0);
}

TEST_F(RecorderTest, does_nothing_without_a_sink) {
  Recorder recorder(1, {{}}, {});
  recorder.take_part({0}, dl);
  recorder.start({});
  recorder.acknowledged({0}, {0}, dl, 1);
  recorder.close_bins(at(5));
  recorder.end(base::Duration(6 * second_ns));
  EXPECT_TRUE(records_.empty());
}

}  // namespace
}  // namespace redcell::scenarios
