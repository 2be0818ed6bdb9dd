/* Closes one target; see target.h.  Deliberately without an include guard. */
#undef MLT_FMA32
#undef MLT_FMA64
#undef MLT_HAS_FMA
#undef MLT_HAS_F16C
#undef MLT_SUFFIX
#undef MLT_DTYPES
#if defined(MLT_TARGET_AVX512) || defined(MLT_TARGET_AVX2)
#pragma GCC pop_options
#endif
#undef MLT_TARGET_AVX512
#undef MLT_TARGET_AVX2
#undef MLT_TARGET_BASE
