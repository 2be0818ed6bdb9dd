/* The longest functions on whole vectors: in three steps, or two vectors at a time; see vmath_vector.h. */
#ifndef MLTENSOR_VMATH_VECTOR_PAIRS_H
#define MLTENSOR_VMATH_VECTOR_PAIRS_H
#include "mltensor/vmath_vector.h"

/* As MLT_VECTOR_UNARY_HALVES, of functions that wait longest, for roots and quotients: the halves of two vectors stand
 * beside those of the two before. */
#define MLT_VECTOR_UNARY_PAIRS(name, suffix, type, S)                                                 \
  static inline void mlt_##name##_block_##suffix(const type* x, type* y, ptrdiff_t n) {                \
    enum { WIDTH = MLT_##S##_WIDTH };                                                                 \
    ptrdiff_t i = 0;                                                                                  \
    if (n >= 2 * WIDTH) {                                                                             \
      mlt_##name##_half_##S a = mlt_##name##_begin_##S(MLT_##S##_LOAD(x));                            \
      mlt_##name##_half_##S b = mlt_##name##_begin_##S(MLT_##S##_LOAD(x + WIDTH));                    \
      for (; i + 4 * WIDTH <= n; i += 2 * WIDTH) {                                                    \
        const mlt_##name##_half_##S c = mlt_##name##_begin_##S(MLT_##S##_LOAD(x + i + 2 * WIDTH));    \
        const mlt_##type##_vector u = mlt_##name##_end_##S(a);                                        \
        const mlt_##name##_half_##S d = mlt_##name##_begin_##S(MLT_##S##_LOAD(x + i + 3 * WIDTH));    \
        const mlt_##type##_vector v = mlt_##name##_end_##S(b);                                        \
        MLT_##S##_STORE(y + i, u), MLT_##S##_STORE(y + i + WIDTH, v);                                 \
        a = c, b = d;                                                                                 \
      }                                                                                               \
      MLT_##S##_STORE(y + i, mlt_##name##_end_##S(a));                                                \
      MLT_##S##_STORE(y + i + WIDTH, mlt_##name##_end_##S(b));                                        \
      i += 2 * WIDTH;                                                                                 \
    }                                                                                                 \
    for (; i + WIDTH <= n; i += WIDTH)                                                                \
      MLT_##S##_STORE(y + i, mlt_##name##_end_##S(mlt_##name##_begin_##S(MLT_##S##_LOAD(x + i))));    \
    const uint32_t mask = (UINT32_C(1) << (n - i)) - 1;                                               \
    if (mask)                                                                                         \
      MLT_##S##_STORE_FIRST(y + i, mask,                                                              \
                            mlt_##name##_end_##S(mlt_##name##_begin_##S(MLT_##S##_LOAD_FIRST(x + i, mask)))); \
  }
/* The same in three steps, of which mlt_<name>_middle_<S> makes of what begins what ends. */
#define MLT_VECTOR_UNARY_THIRDS(name, suffix, type, S)                                                \
  MLT_VECTOR_FN mlt_##type##_vector mlt_##name##_##S(mlt_##type##_vector x) {                         \
    return mlt_##name##_end_##S(mlt_##name##_middle_##S(mlt_##name##_begin_##S(x)));                  \
  }                                                                                                   \
  static inline void mlt_##name##_block_##suffix(const type* x, type* y, ptrdiff_t n) {                \
    enum { WIDTH = MLT_##S##_WIDTH };                                                                 \
    ptrdiff_t i = 0;                                                                                  \
    if (n >= 2 * WIDTH) {                                                                             \
      mlt_##name##_half_##S half = mlt_##name##_middle_##S(mlt_##name##_begin_##S(MLT_##S##_LOAD(x))); \
      mlt_##name##_third_##S third = mlt_##name##_begin_##S(MLT_##S##_LOAD(x + WIDTH));               \
      for (; i + 3 * WIDTH <= n; i += WIDTH) {                                                        \
        const mlt_##name##_third_##S next = mlt_##name##_begin_##S(MLT_##S##_LOAD(x + i + 2 * WIDTH)); \
        const mlt_##name##_half_##S next_half = mlt_##name##_middle_##S(third);                       \
        MLT_##S##_STORE(y + i, mlt_##name##_end_##S(half));                                           \
        third = next, half = next_half;                                                               \
      }                                                                                               \
      MLT_##S##_STORE(y + i, mlt_##name##_end_##S(half));                                             \
      MLT_##S##_STORE(y + i + WIDTH, mlt_##name##_end_##S(mlt_##name##_middle_##S(third)));           \
      i += 2 * WIDTH;                                                                                 \
    }                                                                                                 \
    for (; i + WIDTH <= n; i += WIDTH) MLT_##S##_STORE(y + i, mlt_##name##_##S(MLT_##S##_LOAD(x + i))); \
    const uint32_t mask = (UINT32_C(1) << (n - i)) - 1;                                               \
    if (mask) MLT_##S##_STORE_FIRST(y + i, mask, mlt_##name##_##S(MLT_##S##_LOAD_FIRST(x + i, mask))); \
  }
/* The same for two vectors at a time. */
#define MLT_VECTOR_UNARY_PAIRS_OF_THIRDS(name, suffix, type, S)                                       \
  MLT_VECTOR_FN mlt_##type##_vector mlt_##name##_##S(mlt_##type##_vector x) {                         \
    return mlt_##name##_end_##S(mlt_##name##_middle_##S(mlt_##name##_begin_##S(x)));                  \
  }                                                                                                   \
  static inline void mlt_##name##_block_##suffix(const type* x, type* y, ptrdiff_t n) {                \
    enum { WIDTH = MLT_##S##_WIDTH };                                                                 \
    ptrdiff_t i = 0;                                                                                  \
    if (n >= 4 * WIDTH) {                                                                             \
      mlt_##name##_half_##S a = mlt_##name##_middle_##S(mlt_##name##_begin_##S(MLT_##S##_LOAD(x)));   \
      mlt_##name##_half_##S b = mlt_##name##_middle_##S(mlt_##name##_begin_##S(MLT_##S##_LOAD(x + WIDTH))); \
      mlt_##name##_third_##S c = mlt_##name##_begin_##S(MLT_##S##_LOAD(x + 2 * WIDTH));               \
      mlt_##name##_third_##S d = mlt_##name##_begin_##S(MLT_##S##_LOAD(x + 3 * WIDTH));               \
      for (; i + 6 * WIDTH <= n; i += 2 * WIDTH) {                                                    \
        const mlt_##name##_third_##S e = mlt_##name##_begin_##S(MLT_##S##_LOAD(x + i + 4 * WIDTH));   \
        const mlt_##name##_half_##S a_next = mlt_##name##_middle_##S(c);                              \
        const mlt_##type##_vector u = mlt_##name##_end_##S(a);                                        \
        const mlt_##name##_third_##S f = mlt_##name##_begin_##S(MLT_##S##_LOAD(x + i + 5 * WIDTH));   \
        const mlt_##name##_half_##S b_next = mlt_##name##_middle_##S(d);                              \
        const mlt_##type##_vector v = mlt_##name##_end_##S(b);                                        \
        MLT_##S##_STORE(y + i, u), MLT_##S##_STORE(y + i + WIDTH, v);                                 \
        a = a_next, b = b_next, c = e, d = f;                                                         \
      }                                                                                               \
      const mlt_##name##_half_##S a_last = mlt_##name##_middle_##S(c), b_last = mlt_##name##_middle_##S(d); \
      MLT_##S##_STORE(y + i, mlt_##name##_end_##S(a));                                                \
      MLT_##S##_STORE(y + i + WIDTH, mlt_##name##_end_##S(b));                                        \
      MLT_##S##_STORE(y + i + 2 * WIDTH, mlt_##name##_end_##S(a_last));                               \
      MLT_##S##_STORE(y + i + 3 * WIDTH, mlt_##name##_end_##S(b_last));                               \
      i += 4 * WIDTH;                                                                                 \
    }                                                                                                 \
    for (; i + WIDTH <= n; i += WIDTH) MLT_##S##_STORE(y + i, mlt_##name##_##S(MLT_##S##_LOAD(x + i))); \
    const uint32_t mask = (UINT32_C(1) << (n - i)) - 1;                                               \
    if (mask) MLT_##S##_STORE_FIRST(y + i, mask, mlt_##name##_##S(MLT_##S##_LOAD_FIRST(x + i, mask))); \
  }
#endif
