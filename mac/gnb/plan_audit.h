// What a cell's plan may never be, held against lists of its own: a second account that shares
// nothing with the scheduler's. Plans in, what is broken out.
//
// - No PRB is given twice in a slot and direction, outside its BWP, where no data may lie, or where
//   another terminal has a configured grant: of type 1, or of type 2 from its DCI on until the
//   cell takes it for released.
// - Without a DCI blocks come in occasions of semi-persistent scheduling alone, just as its DCI has
//   said: PRBs, size, K1, HARQ process. No occasion meets another terminal's on the same PRBs.
//   None is in a HARQ process whose answer is due.
// - Nobody has two blocks in a slot's downlink.
// - A part that is closed has nobody, no block and no answer; nobody is sent into one that has not
//   been on the air for a burst of SS/PBCH blocks. No data lies on the PUCCH of one that is open.
//   A slot that something has been granted in keeps its parts.
// - Nobody is given anything in another part than the active one, in the gap of a switch, or with
//   more layers than the cell has.
// - A DCI that switches parts, or tells of a configured grant, is in the part its terminal is in;
//   the one leads to another part and comes when nothing is owed, the other to an occasion.
// - No CCE carries two DCIs.
// - Slices: no more than the maximum of a window's PRBs, and in no slot what is dedicated to
//   others (TS 28.541 4.3.36).
//
// Debug and sanitizer builds hold every slot of every cell against it (REDCELL_AUDIT), and so do
// the cells of all tests of this room.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mac/gnb/cell.h"

namespace redcell::mac::gnb {

class PlanAudit {
 public:
  explicit PlanAudit(const CellConfig& config);

  /// As the cell has announced them; before the slot that they are checked in.
  void set_open_parts(const OpenParts& open) { open_ = open; }
  /// Slots in order. connections: [index], null where none is. Empty: the plan is sound.
  [[nodiscard]] std::string check(base::Slot slot, const SlotPlan& plan,
                                  std::span<const std::unique_ptr<Connection>> connections);

 private:
  using Owners = std::array<bool, phy::carrier_prb_count_max>;
  /// PRBs of one slot and direction, and what slices have of them.
  struct Account {
    base::Slot slot{-1};
    std::uint32_t open_count = 0;  ///< When the first block was put there; 0: none was.
    Owners is_taken{};
    std::vector<std::int64_t> slice_prbs;
  };
  /// What a window of slots has given to slices.
  struct Window {
    std::int64_t number = -1;
    std::vector<std::int64_t> slice_prbs;
  };
  struct Direction {
    base::Direction direction = base::Direction::downlink;
    std::vector<RrmPolicyRatio> ratios;
    /// [open siblings - 1][slot of a period] That slices share; all open: the last.
    std::vector<std::vector<std::int64_t>> prbs;
    std::vector<Account> accounts;  ///< Ring.
    std::vector<Window> windows;    ///< Ring.
  };
  struct Block {
    const BlockFormat& format;
    base::UeId ue;
    base::Slot slot;  ///< In which it is on the air.
    base::Slot answer;
  };
  [[nodiscard]] std::string check_block(const Block& block, const Connection& c, Direction& side);
  /// A configured grant of type 2 as its DCIs have said it.
  struct Activated {
    base::UeId ue;
    std::uint32_t epoch = 0;
    ConfiguredGrant grant;
    base::Slot since{};  ///< From which the cell has kept it: another one is another grant.
  };
  /// Semi-persistent scheduling as its DCI has said it.
  struct Told {
    base::UeId ue;
    std::uint32_t epoch = 0;
    SemiPersistent occasions;
    BlockFormat format;
    base::SlotCount k1{0};
  };
  [[nodiscard]] std::string check_semi_persistent(base::Slot slot, const DlAssignment& a,
                                                  const Connection& c);
  [[nodiscard]] std::string check_first(base::Slot slot, const DlAssignment& a,
                                        const Connection& c);
  [[nodiscard]] std::string check_process(base::Slot slot, const DlAssignment& a);
  void forget_cleared(std::span<const std::unique_ptr<Connection>> connections);
  /// What a terminal is to send or answer, at the latest.
  struct Owed {
    std::uint32_t epoch = 0;
    base::Slot last{-1};
    base::Slot newest_block{-1};          ///< Of the downlink.
    std::map<int, base::Slot> answers{};  ///< [process] Of the downlink, the last due.
  };
  [[nodiscard]] std::string check_blocks(base::Slot slot, const SlotPlan& plan,
                                         std::span<const std::unique_ptr<Connection>> connections);
  [[nodiscard]] std::string check_switch(base::Slot slot, const BwpSwitchDci& dci,
                                         const Connection* c);
  [[nodiscard]] std::string check_activation(base::Slot slot, const ConfiguredGrantDci& dci,
                                             const Connection* c);
  [[nodiscard]] std::string check_configured(
      const Block& block, std::span<const std::unique_ptr<Connection>> connections) const;
  /// Grants given before the DCI leave the occasions from its first one on alone.
  [[nodiscard]] bool is_free(const ConfiguredGrant& grant) const;
  [[nodiscard]] phy::PrbRange carrier_prbs(const BlockFormat& format) const;
  void forget_released(std::span<const std::unique_ptr<Connection>> connections);
  void owe(const Connection& c, base::Slot last);
  [[nodiscard]] std::string take_prbs(const Block& block, Direction& side) const;
  [[nodiscard]] std::string check_parts(
      base::Slot slot, const SlotPlan& plan,
      std::span<const std::unique_ptr<Connection>> connections) const;
  [[nodiscard]] bool is_open(std::uint32_t bwp, base::Slot slot) const {
    return bwp >= config_.sibling_count || bwp < open_.at(slot);
  }
  /// Carrier PRBs of the PUCCH of a part that is open, or of one that is no sibling.
  [[nodiscard]] bool is_pucch(int prb, base::Slot slot) const;
  [[nodiscard]] std::int64_t shared_prbs(const Direction& side, std::int64_t slot) const;
  [[nodiscard]] std::string check_slices(const Block& block, std::size_t slice, Direction& side);
  [[nodiscard]] std::string check_control(const SlotPlan& plan) const;
  [[nodiscard]] std::int64_t prbs_of_window(const Direction& side, std::int64_t number) const;
  [[nodiscard]] std::int64_t dedicated(const Direction& side, std::size_t slice,
                                       base::Slot slot) const;
  static Account& account_of(Direction& side, base::Slot slot);

  CellConfig config_;
  OpenParts open_;
  std::array<Direction, 2> sides_;  ///< [direction]
  std::vector<Activated> activated_;
  std::vector<Told> told_;
  std::map<std::uint32_t, Owed> owed_;  ///< [UE]
};

}  // namespace redcell::mac::gnb
