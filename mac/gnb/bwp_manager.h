// Who should be in which bandwidth part: the load of RedCap's parts and of their terminals in,
// moves out. How a terminal is moved is decided elsewhere (cell.h).
//
// All of it is [ours]; the standard has no such entity. Parts are opened one after the other when
// the open ones together are loaded enough for some periods in a row, and the last is closed when
// the others would be loaded little enough without it. Among open parts terminals are moved from
// the heaviest to the lightest while that evens them, when a part has just been opened or they have
// been uneven for some periods in a row; a policy is what a terminal weighs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace redcell::mac::gnb {

enum class BwpPolicy : std::uint8_t {
  round_robin,   ///< One each: parts have equally many terminals.
  least_loaded,  ///< PRBs it has had.
  /// Bytes it has sent, and waiting ones as far as they are no more than what terminals of its part
  /// send on average; parts are opened by their queueing delay.
  delay_driven,
};

struct BwpManagerConfig {
  BwpPolicy policy = BwpPolicy::least_loaded;
  std::uint32_t part_count = 1;  ///< RedCap's, numbered from 0; 0 is always open.
  double open_use = 0.8;         ///< Share of PRBs.
  double close_use = 0.5;        ///< < open_use
  double open_delay_ms = 100;
  double open_blocking = 1;  ///< Share of DCIs beyond which a part is opened, whatever the policy.
  int patience = 3;          ///< Periods in a row.
};

/// One part over the last period, in the direction in which it was used most.
struct PartLoad {
  double use = 0;         ///< Share of the PRBs that data may take.
  double delay_ms = 0;    ///< Bytes that wait, at the rate at which they were served.
  std::int64_t dcis = 0;  ///< That were to be sent, of both directions.
  double blocked = 0;     ///< Share of them.
};

/// One terminal that may be moved.
struct PartMember {
  std::uint32_t connection = 0;
  std::uint32_t bwp = 0;  ///< Where it is or is going to.
  bool is_moving = false;
  std::int64_t prbs = 0;  ///< It has had in the period, both directions.
  std::int64_t sent_bytes = 0;
  std::int64_t waiting_bytes = 0;  ///< At the end of the period.
};

struct BwpMove {
  std::uint32_t connection = 0;
  std::uint32_t to = 0;
};

class BwpManager {
 public:
  explicit BwpManager(const BwpManagerConfig& config);

  /// Once a period. loads: [part]; members in any order that does not change with chance;
  /// ready_count: parts that terminals may be sent into, of which there may be fewer than are to be
  /// open: nothing more is opened or closed until they are. Writes moves, each of another member
  /// that is not moving. No allocation once warm.
  void decide(std::span<const PartLoad> loads, std::span<const PartMember> members,
              std::uint32_t ready_count, std::vector<BwpMove>& moves);
  /// Parts 0 .. open_count() - 1 are to be open.
  [[nodiscard]] std::uint32_t open_count() const { return open_count_; }

 private:
  void open_or_close(std::span<const PartLoad> loads);
  void weigh(std::span<const PartMember> members);
  [[nodiscard]] bool is_even() const;
  /// The heaviest member whose going leaves the difference smaller; members.size(): none.
  [[nodiscard]] std::size_t mover(std::span<const PartMember> members, std::uint32_t from,
                                  std::int64_t difference) const;
  void even_out(std::span<const PartMember> members, std::vector<BwpMove>& moves);

  BwpManagerConfig config_;
  std::uint32_t open_count_ = 1;
  /// [open parts - 1] DCIs that were to be sent when one more was opened because they were blocked;
  /// 0: it was not for that.
  std::vector<double> blocked_dcis_;
  std::uint32_t used_count_ = 1;  ///< Of them, those that terminals may be in.
  bool is_opening_ = false;       ///< The last is not ready yet.
  int periods_for_opening_ = 0;
  int periods_for_closing_ = 0;
  int uneven_periods_ = 0;                    ///< In a row.
  std::int64_t least_weight_ = 0;             ///< Who weighs less is not moved to even parts out.
  std::vector<std::int64_t> weights_;         ///< [part]
  std::vector<std::int64_t> mean_sent_;       ///< [part]
  std::vector<std::int64_t> member_weights_;  ///< [member]
  std::vector<std::uint32_t> places_;         ///< [member] Part.
};

}  // namespace redcell::mac::gnb
