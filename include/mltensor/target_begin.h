/* Opens one target; see target.h.  Deliberately without an include guard. */
#include "mltensor/target.h"

#if defined(MLT_TARGET_AVX512)
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma,f16c,bmi,bmi2,prefer-vector-width=512")
#define MLT_SUFFIX _avx512
#define MLT_DTYPES MAIN
#define MLT_HAS_FMA 1
#define MLT_HAS_F16C 1
#elif defined(MLT_TARGET_AVX2)
#pragma GCC push_options
#pragma GCC target("avx2,fma,f16c,bmi,bmi2")
#define MLT_SUFFIX _avx2
#define MLT_DTYPES MAIN
#define MLT_HAS_FMA 1
#define MLT_HAS_F16C 1
#else
#define MLT_SUFFIX _base
#define MLT_DTYPES ALL
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define MLT_HAS_FMA 1
#else
#define MLT_HAS_FMA 0
#endif
#define MLT_HAS_F16C 0
#endif

#if MLT_HAS_FMA
#define MLT_FMA32(a, b, c) __builtin_fmaf((a), (b), (c))
#define MLT_FMA64(a, b, c) __builtin_fma((a), (b), (c))
#else
#define MLT_FMA32(a, b, c) ((a) * (b) + (c))
#define MLT_FMA64(a, b, c) ((a) * (b) + (c))
#endif
