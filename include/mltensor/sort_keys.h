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
  static inline uint64_t mlt_key_##name(const char *p) { return *(const type *)p; }        \
  static inline void mlt_value_##name(char *p, uint64_t key) { *(type *)p = (type)key; }   \
  static inline int mlt_special_##name(const char *p) { (void)p; return 0; }
#define MLT_SIGNED_KEY(name, type, bits)                                                   \
  static inline uint64_t mlt_key_##name(const char *p) {                                   \
    return (bits)((bits)(*(const type *)p) ^ (bits)((bits)1 << (8 * sizeof(type) - 1)));   \
  }                                                                                        \
  static inline void mlt_value_##name(char *p, uint64_t key) {                             \
    *(type *)p = (type)((bits)key ^ (bits)((bits)1 << (8 * sizeof(type) - 1)));            \
  }                                                                                        \
  static inline int mlt_special_##name(const char *p) { (void)p; return 0; }
/* Negative floats in reverse below the positive ones; special: NaN (2) and -0.0 (1). */
#define MLT_FLOAT_KEY(name, bits, INFINITE)                                                \
  static inline uint64_t mlt_key_##name(const char *p) {                                   \
    const bits sign = (bits)((bits)1 << (8 * sizeof(bits) - 1));                           \
    bits b;                                                                                \
    memcpy(&b, p, sizeof b);                                                               \
    if ((bits)(b & ~sign) > (bits)(INFINITE)) return (bits) ~(bits)0;                      \
    if (b == sign) b = 0;                                                                  \
    return (bits)(b & sign ? ~b : b | sign);                                               \
  }                                                                                        \
  static inline void mlt_value_##name(char *p, uint64_t key) {                             \
    const bits sign = (bits)((bits)1 << (8 * sizeof(bits) - 1));                           \
    bits k = (bits)key;                                                                    \
    bits b = (bits)(k & sign ? k & ~sign : ~k);                                            \
    memcpy(p, &b, sizeof b);                                                               \
  }                                                                                        \
  static inline int mlt_special_##name(const char *p) {                                    \
    const bits sign = (bits)((bits)1 << (8 * sizeof(bits) - 1));                           \
    bits b;                                                                                \
    memcpy(&b, p, sizeof b);                                                               \
    return b == sign ? 1 : (bits)(b & ~sign) > (bits)(INFINITE) ? 2 : 0;                   \
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
MLT_FLOAT_KEY(FLOAT16, uint16_t, 0x7c00u)
MLT_FLOAT_KEY(FLOAT32, uint32_t, 0x7f800000u)
MLT_FLOAT_KEY(FLOAT64, uint64_t, 0x7ff0000000000000ull)

/* Every real dtype with the mask of its key's bits. */
#define MLT_KEYED(M)                                                                            \
  M(BOOL, 0xffu) M(UINT8, 0xffu) M(UINT16, 0xffffu) M(UINT32, 0xffffffffu) M(UINT64, ~0ull)     \
  M(INT8, 0xffu) M(INT16, 0xffffu) M(INT32, 0xffffffffu) M(INT64, ~0ull) M(FLOAT16, 0xffffu)    \
  M(FLOAT32, 0xffffffffu) M(FLOAT64, ~0ull)

/* The key as the direction wants it. */
static inline uint64_t mlt_directed(uint64_t key, uint64_t all, int direction, int is_float) {
  if (direction == MLT_ASCENDING) return key;
  if (direction == MLT_DESCENDING && is_float && key == all) return key;
  return ~key & all;
}

/* Reads a line of n elements as keys of 32 or 64 bits; returns whether there are NaN or -0.0. */
#define MLT_READ_KEYS(D, ALL, type)                                                             \
  case MLT_##D:                                                                                 \
    for (int64_t i = 0; i < n; i++) {                                                           \
      const char *p = from + i * stride;                                                        \
      special |= mlt_special_##D(p);                                                            \
      out[i * step] = (type)mlt_directed(mlt_key_##D(p), ALL, direction, MLT_##D >= MLT_FLOAT16); \
    }                                                                                           \
    break;
#define MLT_READ_KEYS32(D, ALL) MLT_READ_KEYS(D, ALL, uint32_t)
#define MLT_READ_KEYS64(D, ALL) MLT_READ_KEYS(D, ALL, uint64_t)

static int mlt_read_keys32(uint32_t *out, int64_t step, const char *from, int64_t stride, int64_t n,
                           int dtype, int direction) {
  int special = 0;
  switch (dtype) { MLT_KEYED(MLT_READ_KEYS32) }
  return special;
}

static int mlt_read_keys64(uint64_t *out, int64_t step, const char *from, int64_t stride, int64_t n,
                           int dtype, int direction) {
  int special = 0;
  switch (dtype) { MLT_KEYED(MLT_READ_KEYS64) }
  return special;
}

/* Writes sorted keys back as numbers; NaN and -0.0 come out in one form each. */
#define MLT_WRITE_VALUES(D, ALL)                                                         \
  case MLT_##D:                                                                          \
    for (int64_t i = 0; i < n; i++) {                                                    \
      uint64_t key = mlt_directed(keys[i], ALL, direction, MLT_##D >= MLT_FLOAT16);      \
      mlt_value_##D(to + i * stride, key);                                               \
    }                                                                                    \
    break;

static void mlt_write_values32(char *to, int64_t stride, const uint32_t *keys, int64_t n, int dtype,
                               int direction) {
  switch (dtype) { MLT_KEYED(MLT_WRITE_VALUES) }
}

static void mlt_write_values64(char *to, int64_t stride, const uint64_t *keys, int64_t n, int dtype,
                               int direction) {
  switch (dtype) { MLT_KEYED(MLT_WRITE_VALUES) }
}

/* 0: an ordinary number, 1: -0.0, 2: NaN. */
#define MLT_SPECIAL_CASE(D, ALL) \
  case MLT_##D:                  \
    return mlt_special_##D(p);
static inline int mlt_special(const char *p, int dtype) {
  switch (dtype) { MLT_KEYED(MLT_SPECIAL_CASE) }
  return 0;
}

#define MLT_KEY_CASE(D, ALL) \
  case MLT_##D:              \
    return mlt_key_##D(p);
static inline uint64_t mlt_key(const char *p, int dtype) {
  switch (dtype) { MLT_KEYED(MLT_KEY_CASE) }
  return 0;
}

#endif
