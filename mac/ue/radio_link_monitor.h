// Radio link failure: in-sync and out-of-sync indications in, T310 out (TS 38.331 5.3.10.1-3).
#pragma once

#include <cstdint>
#include <optional>

#include "base/units.h"

namespace redcell::mac::ue {

/// One indication of layer 1 (TS 38.133 8.1): the hypothetical PDCCH would be lost in more than
/// 10 % (out of sync), in less than 2 % (in sync), or between.
enum class LinkQuality : std::uint8_t { in_sync, out_of_sync, neither };

struct RadioLinkConfig {
  int n310 = 10;  ///< >= 1.
  int n311 = 1;   ///< >= 1.
  base::Duration t310 = base::milliseconds(1000);
};

class RadioLinkMonitor {
 public:
  explicit RadioLinkMonitor(const RadioLinkConfig& config);

  /// Once per indication period. `neither` is no indication: it leaves both counts as they are.
  void indicate(base::Instant now, LinkQuality quality);

  /// Expiry of T310; nullopt while it does not run.
  [[nodiscard]] std::optional<base::Instant> deadline() const { return t310_; }
  /// True: radio link failure, now; T310 no longer runs. Called in vain it does nothing.
  [[nodiscard]] bool on_time(base::Instant now);

  /// Another cell, or none, is watched from now on.
  void reset();

 private:
  RadioLinkConfig config_;
  int out_of_sync_count_ = 0;  ///< In a row.
  int in_sync_count_ = 0;      ///< In a row, while T310 runs.
  std::optional<base::Instant> t310_;
};

}  // namespace redcell::mac::ue
