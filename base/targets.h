// Which instruction sets the kernels are compiled for. Include before "hwy/highway.h" in every
// kernel.
//
// Redcell runs on AVX2 with FMA or wider. Highway's baseline target cannot be left out of the
// build, but never runs: the program stops when isa_supported() is false. SSSE3 and SSE4 are left
// out.
#pragma once

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4)
