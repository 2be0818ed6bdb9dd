/* Numbers as unsigned integers of the same order.
 *
 * Sorting, searching and finding duplicates compare keys alone: one algorithm
 * then serves every dtype, and NaN, signed zeros and both directions are rules
 * of the key. Equal numbers have equal keys (-0.0 and 0.0 do), NaN has the
 * largest key in both directions, or the smallest where it shall count as the
 * greatest number of a descending order.
 */
#ifndef MLTENSOR_SORT_KEYS_H
#define MLTENSOR_SORT_KEYS_H

#include <stdint.h>
#include <string.h>

#include "mltensor/half.h"
#include "mltensor/mltensor.h"

enum { MLT_ASCENDING = 0, MLT_DESCENDING = 1, MLT_DESCENDING_NAN_FIRST = 2 };

#define MLT_UNSIGNED_KEY(name, type)                                                       \
  static inline type mlt_key_##name(const char *p) { return *(const type *)p; }            \
  static inline void mlt_value_##name(char *p, type key) { *(type *)p = key; }             \
  static inline int mlt_special_##name(const char *p) { (void)p; return 0; }               \
  static inline int mlt_lossy_##name(const char *p) { (void)p; return 0; }
#define MLT_SIGNED_KEY(name, type, bits)                                                   \
  static inline bits mlt_key_##name(const char *p) {                                       \
    return (bits)(*(const bits *)p ^ (bits)((bits)1 << (8 * sizeof(type) - 1)));           \
  }                                                                                        \
  static inline void mlt_value_##name(char *p, bits key) {                                 \
    *(bits *)p = (bits)(key ^ (bits)((bits)1 << (8 * sizeof(type) - 1)));                  \
  }                                                                                        \
  static inline int mlt_special_##name(const char *p) { (void)p; return 0; }               \
  static inline int mlt_lossy_##name(const char *p) { (void)p; return 0; }
/* Negative floats in reverse below the positive ones; special: NaN (2) and -0.0 (1). A key gives -0.0 back as 0.0
 * and every NaN as QUIET; those that are lost so are lossy. */
#define MLT_FLOAT_KEY(name, bits, INFINITE, QUIET)                                         \
  static inline bits mlt_key_##name(const char *p) {                                       \
    const bits sign = (bits)((bits)1 << (8 * sizeof(bits) - 1));                           \
    const bits b = *(const bits *)p, negative = (bits)-(bits)(b >> (8 * sizeof(bits) - 1)); \
    const bits nan = (bits)-(bits)((bits)(b & (bits)~sign) > (bits)(INFINITE));            \
    return (bits)((bits)((b ^ (negative | sign)) + (b == sign)) | nan);                    \
  }                                                                                        \
  static inline void mlt_value_##name(char *p, bits key) {                                 \
    const bits sign = (bits)((bits)1 << (8 * sizeof(bits) - 1)), all = (bits)~(bits)0;     \
    const bits negative = (bits)((bits)(key >> (8 * sizeof(bits) - 1)) - 1);               \
    const bits nan = (bits)-(bits)(key == all);                                            \
    *(bits *)p = (bits)(key ^ (sign | negative) ^ (nan & (bits)((all ^ sign) ^ (QUIET)))); \
  }                                                                                        \
  static inline int mlt_special_##name(const char *p) {                                    \
    const bits sign = (bits)((bits)1 << (8 * sizeof(bits) - 1));                           \
    bits b = *(const bits *)p;                                                             \
    return b == sign ? 1 : (bits)(b & (bits)~sign) > (bits)(INFINITE) ? 2 : 0;             \
  }                                                                                        \
  /* Not 0; as wide as the number, so that vectors of them need not change their width. */  \
  static inline bits mlt_lossy_##name(const char *p) {                                     \
    const bits sign = (bits)((bits)1 << (8 * sizeof(bits) - 1));                           \
    const bits b = *(const bits *)p, nan = (bits)-(bits)((bits)(b & (bits)~sign) > (bits)(INFINITE)); \
    return (bits)((bits)-(bits)(b == sign) | (nan & (bits)-(bits)(b != (bits)(QUIET))));   \
  }

MLT_UNSIGNED_KEY(BOOL, uint8_t)
MLT_UNSIGNED_KEY(UINT8, uint8_t)
MLT_UNSIGNED_KEY(UINT16, uint16_t)
MLT_UNSIGNED_KEY(UINT32, uint32_t)
MLT_UNSIGNED_KEY(UINT64, uint64_t)
MLT_SIGNED_KEY(INT8, int8_t, uint8_t)
MLT_SIGNED_KEY(INT16, int16_t, uint16_t)
MLT_SIGNED_KEY(INT32, int32_t, uint32_t)
MLT_SIGNED_KEY(INT64, int64_t, uint64_t)
MLT_FLOAT_KEY(FLOAT16, uint16_t, 0x7c00u, 0x7e00u)
MLT_FLOAT_KEY(FLOAT32, uint32_t, 0x7f800000u, 0x7fc00000u)
MLT_FLOAT_KEY(FLOAT64, uint64_t, 0x7ff0000000000000ull, 0x7ff8000000000000ull)

/* Every real dtype with the mask of its key's bits. */
#define MLT_NARROW_KEYED(M)                                                                     \
  M(BOOL, 0xffu) M(UINT8, 0xffu) M(UINT16, 0xffffu) M(UINT32, 0xffffffffu) M(INT8, 0xffu)       \
  M(INT16, 0xffffu) M(INT32, 0xffffffffu) M(FLOAT16, 0xffffu) M(FLOAT32, 0xffffffffu)
#define MLT_WIDE_KEYED(M) M(UINT64, ~0ull) M(INT64, ~0ull) M(FLOAT64, ~0ull)
#define MLT_KEYED(M) MLT_NARROW_KEYED(M) MLT_WIDE_KEYED(M)

/* 0: an ordinary number, 1: -0.0, 2: NaN. */
#define MLT_SPECIAL_CASE(D, ALL) \
  case MLT_##D:                  \
    return mlt_special_##D(p);
static inline int mlt_special(const char *p, int dtype) {
  switch (dtype) { MLT_KEYED(MLT_SPECIAL_CASE) }
  return 0;
}

#endif
