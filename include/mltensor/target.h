/* Instruction sets by re-inclusion.
 *
 * A kernel header is included once per target.  Around each inclusion the
 * including file writes
 *
 *     #define MLT_TARGET_BASE            (or _AVX2, or _AVX512)
 *     #include "mltensor/target_begin.h"
 *     #include "kernel.h"
 *     #include "mltensor/target_end.h"
 *
 * Inside, MLT_FN(name) gives the function a suffix of its own (`name_avx2`),
 * MLT_FMA32/MLT_FMA64 are a fused multiply-add where the target has one in
 * hardware and a plain `a * b + c` elsewhere.  Files are compiled with
 * -ffp-contract=off: the compiler never fuses on its own, so what is fused is
 * what is written.
 *
 * On x86-64 with GCC the three targets are compiled; elsewhere the baseline
 * alone, which on ARM contains NEON.
 */
#ifndef MLTENSOR_TARGET_H
#define MLTENSOR_TARGET_H

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define MLT_HAVE_X86_TARGETS 1
#else
#define MLT_HAVE_X86_TARGETS 0
#endif

/* Index of a target in the tables of kernels. */
enum { MLT_ISA_BASE = 0, MLT_ISA_AVX2 = 1, MLT_ISA_AVX512 = 2, MLT_ISA_COUNT = 3 };

#define MLT_CONCAT_(a, b) a##b
#define MLT_CONCAT(a, b) MLT_CONCAT_(a, b)
#define MLT_FN(name) MLT_CONCAT(name, MLT_SUFFIX)

/* Best target of the running machine. */
static inline int mlt_detect_isa(void) {
#if MLT_HAVE_X86_TARGETS
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return MLT_ISA_AVX512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("f16c"))
    return MLT_ISA_AVX2;
#endif
  return MLT_ISA_BASE;
}

#endif
