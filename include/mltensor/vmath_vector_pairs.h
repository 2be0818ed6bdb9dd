/* Long functions on whole vectors, two vectors at a time; see vmath_vector.h. */
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
#endif
