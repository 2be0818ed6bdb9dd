/* Conversion between dtypes, plain copies and selection; re-included per target by cast.h.  Of the
 * widest vectors only what the others lack: conversion between floats and integers of 64 bits. */

#define MLT_CAST_LOOP(S, D)                                                                  \
  static void MLT_FN(cast_##S##_##D)(char *const *args, const int64_t *s, int64_t n) {       \
    typedef MLT_T_##S from_type;                                                             \
    typedef MLT_T_##D to_type;                                                               \
    if (s[0] == sizeof(from_type) && s[1] == sizeof(to_type)) {                              \
      const from_type *in = (const from_type *)args[0];                                      \
      to_type *out = (to_type *)args[1];                                                     \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                   \
          MLT_STORE_##D(out + i, MLT_CONVERT(S, D, MLT_LOAD_##S(in + i)));                   \
      return;                                                                                \
    }                                                                                        \
    for (int64_t i = 0; i < n; i++) {                                                        \
      const from_type *in = (const from_type *)(args[0] + i * s[0]);                         \
      to_type *out = (to_type *)(args[1] + i * s[1]);                                        \
      MLT_STORE_##D(out, MLT_CONVERT(S, D, MLT_LOAD_##S(in)));                               \
    }                                                                                        \
  }

/* Selection past the cache; see loops_streamed.h. */
#define MLT_SELECT_BLOCKS(type, x, y)                                                        \
  {                                                                                          \
    enum { block_size = MLT_STREAMED_BLOCK / sizeof(type) };                                 \
    for (int64_t start = 0; start < n; start += block_size) {                                \
      _Alignas(64) type block[block_size];                                                   \
      _Pragma("GCC ivdep") for (int64_t j = 0; j < block_size; j++) {                        \
        const int64_t i = start + j;                                                         \
        const type mask = (type)(-(type)(c[i] != 0));                                        \
        block[j] = (type)(((x) & mask) | ((y) & (type)~mask));                               \
      }                                                                                      \
      MLT_FN(stream_block)((type *)args[3] + start, block);                                  \
    }                                                                                        \
    return;                                                                                  \
  }
#define MLT_SELECT_STREAMED(name, type)                                                      \
  static void MLT_FN(select_streamed_##name)(char *const *args, const int64_t *s, int64_t n) { \
    const uint8_t *c = (const uint8_t *)args[0];                                             \
    const type *a = (const type *)args[1], *b = (const type *)args[2];                       \
    if (s[0]) {                                                                              \
      if (s[1] && s[2]) MLT_SELECT_BLOCKS(type, a[i], b[i])                                  \
      const type x = *a, y = *b;                                                             \
      if (s[1]) MLT_SELECT_BLOCKS(type, a[i], y)                                             \
      if (s[2]) MLT_SELECT_BLOCKS(type, x, b[i])                                             \
    }                                                                                        \
    select_##name##_avx2(args, s, n);                                                        \
  }

#if defined(MLT_TARGET_AVX512)
MLT_CASTS_LONG(MLT_CAST_LOOP)
MLT_SELECT_STREAMED(1, uint8_t)
MLT_SELECT_STREAMED(2, uint16_t)
MLT_SELECT_STREAMED(4, uint32_t)
MLT_SELECT_STREAMED(8, uint64_t)
#else

/* Selection by masks: with a condition in the loop the compiler reads only the operand it wants, and
 * each wrongly guessed branch costs more than a whole vector. */
#define MLT_SELECT_EACH(type, x, y)                                                          \
  {                                                                                          \
    const uint8_t *c = (const uint8_t *)args[0];                                             \
    type *out = (type *)args[3];                                                             \
    _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                   \
      const type mask = (type)(-(type)(c[i] != 0));                                          \
      out[i] = (type)(((x) & mask) | ((y) & (type)~mask));                                   \
    }                                                                                        \
    return;                                                                                  \
  }
#define MLT_SELECT_LOOP(name, type)                                                          \
  static void MLT_FN(select_##name)(char *const *args, const int64_t *s, int64_t n) {        \
    const int64_t z = sizeof(type);                                                          \
    const type *a = (const type *)args[1], *b = (const type *)args[2];                       \
    if (s[0] == 1 && s[3] == z) {                                                            \
      if (s[1] == z && s[2] == z) MLT_SELECT_EACH(type, a[i], b[i])                          \
      const type x = *a, y = *b;                                                             \
      if (s[1] == z && s[2] == 0) MLT_SELECT_EACH(type, a[i], y)                             \
      if (s[1] == 0 && s[2] == z) MLT_SELECT_EACH(type, x, b[i])                             \
      if (s[1] == 0 && s[2] == 0) MLT_SELECT_EACH(type, x, y)                                \
    }                                                                                        \
    MLT_SELECT_STRIDED(type)                                                                 \
  }
#define MLT_SELECT_STRIDED(type)                                                             \
  for (int64_t i = 0; i < n; i++) {                                                          \
    const type *from = (const type *)(*(const uint8_t *)(args[0] + i * s[0])                 \
                                          ? args[1] + i * s[1] : args[2] + i * s[2]);        \
    *(type *)(args[3] + i * s[3]) = *from;                                                   \
  }

/* 16 bytes: two words at a time, which share a mask. */
static void MLT_FN(select_16)(char *const *args, const int64_t *s, int64_t n) {
  if (s[0] == 1 && s[3] == 16 && (s[1] == 16 || s[1] == 0) && (s[2] == 16 || s[2] == 0)) {
    const uint8_t *c = (const uint8_t *)args[0];
    const uint64_t *a = (const uint64_t *)args[1], *b = (const uint64_t *)args[2];
    uint64_t *out = (uint64_t *)args[3];
    const int64_t step_a = s[1] / 8, step_b = s[2] / 8;
    _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {
      const uint64_t mask = -(uint64_t)(c[i] != 0);
      const uint64_t low = (a[i * step_a] & mask) | (b[i * step_b] & ~mask);
      const uint64_t high = (a[i * step_a + 1] & mask) | (b[i * step_b + 1] & ~mask);
      out[2 * i] = low;
      out[2 * i + 1] = high;
    }
    return;
  }
  MLT_SELECT_STRIDED(mlt_wide)
}

#define MLT_COPY_LOOP(name, type)                                                            \
  static void MLT_FN(copy_##name)(char *const *args, const int64_t *s, int64_t n) {          \
    const int64_t z = sizeof(type);                                                          \
    if (s[0] == z && s[1] == z) {                                                            \
      mlt_copy_bytes(args[1], args[0], n * z);                                               \
      return;                                                                                \
    }                                                                                        \
    if (s[0] == 2 * z && s[1] == z) {                                                        \
      const type *in = (const type *)args[0];                                                \
      type *out = (type *)args[1];                                                           \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) out[i] = in[2 * i];               \
      return;                                                                                \
    }                                                                                        \
    if (s[0] == -z && s[1] == z) {                                                           \
      const type *in = (const type *)args[0];                                                \
      type *out = (type *)args[1];                                                           \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) out[i] = in[-i];                  \
      return;                                                                                \
    }                                                                                        \
    if (s[0] == 0 && s[1] == z) {                                                            \
      const type value = *(const type *)args[0];                                             \
      type *out = (type *)args[1];                                                           \
      for (int64_t i = 0; i < n; i++) out[i] = value;                                        \
      return;                                                                                \
    }                                                                                        \
    const char *in = args[0];                                                                \
    char *out = args[1];                                                                     \
    const int64_t in_step = s[0], out_step = s[1];                                           \
    _Pragma("GCC unroll 8") for (int64_t i = 0; i < n; i++, in += in_step, out += out_step)  \
      *(type *)out = *(const type *)in;                                                      \
  }

MLT_COPY_LOOP(1, uint8_t)
MLT_COPY_LOOP(2, uint16_t)
MLT_COPY_LOOP(4, uint32_t)
MLT_COPY_LOOP(8, uint64_t)
MLT_COPY_LOOP(16, mlt_wide)
MLT_SELECT_LOOP(1, uint8_t)
MLT_SELECT_LOOP(2, uint16_t)
MLT_SELECT_LOOP(4, uint32_t)
MLT_SELECT_LOOP(8, uint64_t)

#if defined(MLT_TARGET_AVX2)
MLT_SELECT_STREAMED(1, uint8_t)
MLT_SELECT_STREAMED(2, uint16_t)
MLT_SELECT_STREAMED(4, uint32_t)
MLT_SELECT_STREAMED(8, uint64_t)
#endif

MLT_CASTS(MLT_CAST_LOOP)

#endif
