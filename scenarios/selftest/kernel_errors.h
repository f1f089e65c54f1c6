// How far the channel's kernels are from double precision on this machine, with each instruction
// set that it has.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace redcell::scenarios {

struct KernelError {
  std::string isa;       ///< "AVX2" or "AVX-512".
  std::string kernel;    ///< What was computed.
  double largest = 0.0;  ///< As a fraction of the sum of magnitudes.
  double allowed = 0.0;  ///< The kernel's contract.
};

struct KernelCheck {
  std::vector<KernelError> errors;
  bool has_same_bits = true;  ///< With every instruction set.
  [[nodiscard]] bool passed() const;
};

/// 64 links of UMa, which then change over to others (their bits alone), and 64 clustered delay
/// lines, with two by two antennas and 51 groups. Leaves the choice of instruction set as Highway
/// makes it.
[[nodiscard]] KernelCheck check_kernels(std::uint32_t seed);

}  // namespace redcell::scenarios
