// The most that one core's multiply-adds can do, measured in the run that asks.
#pragma once

namespace redcell::bench {

/// Single precision, operations a second, a fused multiply-add counting two: the best of several
/// rounds of independent chains in registers, with the widest instruction set that the kernels use.
/// Some 50 ms.
[[nodiscard]] double measured_fma_peak();

}  // namespace redcell::bench
