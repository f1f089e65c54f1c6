// A short name for all that a run recorded: equal records in equal order, equal signature.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "analysis/schema/kpi_log.pb.h"

namespace redcell::analysis {

/// FNV-1a, 64 bits, over the fields that are set, in declared order: number and value bits of each,
/// a count before repeated fields, a mark after each message. Serialised bytes play no part; fields
/// whose facts say outside_signature (version, build, instruction set, title, warm-up, cells, who
/// makes load only) do not count. Guards against accident, not against forgery.
class Signature {
 public:
  Signature();
  ~Signature();
  Signature(Signature&&) noexcept;
  Signature& operator=(Signature&&) noexcept;

  void add(const KpiRecord& record);
  [[nodiscard]] std::uint64_t value() const { return hash_; }
  [[nodiscard]] std::string hex() const;  ///< Sixteen lower-case hexadecimal digits.

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
  std::uint64_t hash_;
};

}  // namespace redcell::analysis
