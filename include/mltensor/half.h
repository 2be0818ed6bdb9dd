/* float16 and back, by bit operations that vectorise; rounds to nearest even. */
#ifndef MLTENSOR_HALF_H
#define MLTENSOR_HALF_H

#include <stdint.h>
#include <string.h>

typedef struct {
  uint16_t bits;
} mlt_half;

static inline __attribute__((always_inline)) float mlt_half_to_float(mlt_half h) {
  /* Moving exponent and fraction into a float's place leaves the bias wrong by 112; one exact
   * multiplication by 2**112 mends it, for subnormals too. */
  uint32_t magnitude = (uint32_t)(h.bits & 0x7fff) << 13;
  uint32_t sign = (uint32_t)(h.bits & 0x8000) << 16;
  float value;
  memcpy(&value, &magnitude, 4);
  value *= 0x1p112f;
  uint32_t bits;
  memcpy(&bits, &value, 4);
  bits = (h.bits & 0x7c00) == 0x7c00 ? (magnitude | 0x7f800000u) : bits;
  bits |= sign;
  memcpy(&value, &bits, 4);
  return value;
}

static inline __attribute__((always_inline)) mlt_half mlt_float_to_half(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  uint32_t sign = bits & 0x80000000u;
  bits ^= sign;
  /* Normal numbers: add half a unit of the last kept place, plus the kept bit for ties to even. */
  uint32_t normal = (bits + 0xc8000fffu + ((bits >> 13) & 1)) >> 13;
  /* Subnormal results: adding a number whose last place is 2**-24 rounds as wanted. */
  float shifted;
  memcpy(&shifted, &bits, 4);
  shifted += 0.5f;
  uint32_t subnormal;
  memcpy(&subnormal, &shifted, 4);
  subnormal -= 0x3f000000u;
  uint32_t special = bits > 0x7f800000u ? 0x7e00u : 0x7c00u;
  uint32_t result = bits < 0x38800000u ? subnormal : normal;
  result = bits >= 0x47800000u ? special : result;
  mlt_half h;
  h.bits = (uint16_t)(result | (sign >> 16));
  return h;
}

/* double to float rounded to odd: a second rounding, to half precision, is then right. */
static inline float mlt_double_to_float_odd(double value) {
  float nearest = (float)value;
  uint32_t bits;
  memcpy(&bits, &nearest, 4);
  double back = (double)nearest;
  if (back != value && value == value && !(bits & 1)) {
    int away = (back > value) == (value > 0);
    bits += away ? -1 : 1;
    memcpy(&nearest, &bits, 4);
  }
  return nearest;
}

static inline mlt_half mlt_double_to_half(double value) {
  return mlt_float_to_half(mlt_double_to_float_odd(value));
}

#endif
