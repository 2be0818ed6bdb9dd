/* Conversion between dtypes, plain copies and selection; re-included per target by cast.h. */

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

#define MLT_SELECT_LOOP(name, type)                                                          \
  static void MLT_FN(select_##name)(char *const *args, const int64_t *s, int64_t n) {        \
    const int64_t z = sizeof(type);                                                          \
    if (s[0] == 1 && s[1] == z && s[2] == z && s[3] == z) {                                  \
      const bool *c = (const bool *)args[0];                                                 \
      const type *a = (const type *)args[1], *b = (const type *)args[2];                     \
      type *out = (type *)args[3];                                                           \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                 \
        type x = a[i], y = b[i];                                                             \
        out[i] = c[i] ? x : y;                                                               \
      }                                                                                      \
      return;                                                                                \
    }                                                                                        \
    if (s[0] == 1 && s[1] == z && s[2] == 0 && s[3] == z) {                                  \
      const bool *c = (const bool *)args[0];                                                 \
      const type *a = (const type *)args[1], y = *(const type *)args[2];                     \
      type *out = (type *)args[3];                                                           \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                 \
        type x = a[i];                                                                       \
        out[i] = c[i] ? x : y;                                                               \
      }                                                                                      \
      return;                                                                                \
    }                                                                                        \
    if (s[0] == 1 && s[1] == 0 && s[2] == z && s[3] == z) {                                  \
      const bool *c = (const bool *)args[0];                                                 \
      const type x = *(const type *)args[1], *b = (const type *)args[2];                     \
      type *out = (type *)args[3];                                                           \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                 \
        type y = b[i];                                                                       \
        out[i] = c[i] ? x : y;                                                               \
      }                                                                                      \
      return;                                                                                \
    }                                                                                        \
    for (int64_t i = 0; i < n; i++)                                                          \
      *(type *)(args[3] + i * s[3]) = *(const bool *)(args[0] + i * s[0])                    \
                                          ? *(const type *)(args[1] + i * s[1])              \
                                          : *(const type *)(args[2] + i * s[2]);             \
  }

#define MLT_COPY_LOOP(name, type)                                                            \
  static void MLT_FN(copy_##name)(char *const *args, const int64_t *s, int64_t n) {          \
    const int64_t z = sizeof(type);                                                          \
    if (s[0] == z && s[1] == z) {                                                            \
      memcpy(args[1], args[0], (size_t)(n * z));                                             \
      return;                                                                                \
    }                                                                                        \
    if (s[0] == 0 && s[1] == z) {                                                            \
      const type value = *(const type *)args[0];                                             \
      type *out = (type *)args[1];                                                           \
      for (int64_t i = 0; i < n; i++) out[i] = value;                                        \
      return;                                                                                \
    }                                                                                        \
    for (int64_t i = 0; i < n; i++)                                                          \
      *(type *)(args[1] + i * s[1]) = *(const type *)(args[0] + i * s[0]);                   \
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
MLT_SELECT_LOOP(16, mlt_wide)

#define MLT_CASTS_FROM(S, M)                                                                 \
  M(S, BOOL) M(S, INT8) M(S, INT16) M(S, INT32) M(S, INT64) M(S, UINT8) M(S, UINT16)         \
  M(S, UINT32) M(S, UINT64) M(S, FLOAT16) M(S, FLOAT32) M(S, FLOAT64) M(S, COMPLEX64)        \
  M(S, COMPLEX128)
#define MLT_CASTS(M)                                                                         \
  MLT_CASTS_FROM(BOOL, M) MLT_CASTS_FROM(INT8, M) MLT_CASTS_FROM(INT16, M)                   \
  MLT_CASTS_FROM(INT32, M) MLT_CASTS_FROM(INT64, M) MLT_CASTS_FROM(UINT8, M)                 \
  MLT_CASTS_FROM(UINT16, M) MLT_CASTS_FROM(UINT32, M) MLT_CASTS_FROM(UINT64, M)              \
  MLT_CASTS_FROM(FLOAT16, M) MLT_CASTS_FROM(FLOAT32, M) MLT_CASTS_FROM(FLOAT64, M)           \
  MLT_CASTS_FROM(COMPLEX64, M) MLT_CASTS_FROM(COMPLEX128, M)
MLT_CASTS(MLT_CAST_LOOP)
