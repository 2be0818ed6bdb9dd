/* Arguments of sin, cos and tan beyond those that a few parts of pi/2 take to a quarter turn, after Payne and Hanek:
 * of 2/pi only those bits count that together with the argument's exponent are worth less than four quarter turns and
 * not too little.
 *
 * Included once per target by vmath_trigonometric.h.
 */
#ifndef MLTENSOR_VMATH_HUGE_H
#define MLTENSOR_VMATH_HUGE_H
__extension__ typedef unsigned __int128 mlt_trig_wide;

/* The bits of 2/pi behind the point, after 64 zeros. */
static const uint64_t mlt_trig_two_over_pi[21] = {
    0, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
    0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4,
    0x9c845f8bbdf9283b, 0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b, 0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d,
};

/* a = m 2^p times 2/pi, the lowest of 192 bits worth 2^-190 quarter turns. */
typedef struct {
  uint64_t high, middle, low;
} mlt_trig_turns;
static inline mlt_trig_turns mlt_trig_turns_of(uint64_t m, int p) {
  const uint64_t *at = mlt_trig_two_over_pi + ((p + 62) >> 6);
  const int shift = (p + 62) & 63;
  uint64_t k[3];
  for (int i = 0; i < 3; i++) k[i] = shift ? at[i] << shift | at[i + 1] >> (64 - shift) : at[i];
  const mlt_trig_wide low = (mlt_trig_wide)m * k[2], middle = (mlt_trig_wide)m * k[1] + (low >> 64);
  const mlt_trig_turns turns = {m * k[0] + (uint64_t)(middle >> 64), (uint64_t)middle, (uint64_t)low};
  return turns;
}
#endif

/* The same as trig_reduce_f64 for 2^26 <= x, finite: no double is nearer than 2^-62 to a multiple of pi/2. */
static mlt_trig_reduced MLT_FN(trig_reduce_huge)(double x) {
  const uint64_t bits = MLT_FN(vmath_bits)(x);
  const mlt_trig_turns turns =
      mlt_trig_turns_of((bits & 0xfffffffffffff) | 0x10000000000000, (int)(bits >> 52) - 1075);
  const uint64_t quadrant = (turns.high + ((uint64_t)1 << 61)) >> 62, high = turns.high - (quadrant << 62);
  const uint64_t sign = 0 - (high >> 63);
  /* The size of the rest, from its first bit on. */
  mlt_trig_wide rest = (mlt_trig_wide)(high ^ sign) << 64 | (turns.middle ^ sign);
  const uint64_t low = turns.low ^ sign, first = (uint64_t)(rest >> 64);
  const int zeros = first ? __builtin_clzll(first) : 64 + __builtin_clzll((uint64_t)rest | 1);
  rest = rest << zeros | (zeros < 64 ? (mlt_trig_wide)(low >> (64 - zeros)) : (mlt_trig_wide)low << (zeros - 64));
  const double unit = MLT_FN(vmath_from_bits)((uint64_t)(1023 - 51 - zeros) << 52);
  const double turn = (double)(int64_t)(uint64_t)(rest >> 75) * unit;
  const double turn_low = (double)(int64_t)(uint64_t)(rest >> 12 & 0x7fffffffffffffff) * (unit * 0x1p-63);
  const double product = turn * MLT_TRIG_PI_2;
  const double product_low = MLT_FN(vmath_product_low)(turn, MLT_TRIG_PI_2, product) +
                             (turn * MLT_TRIG_PI_2_LOW + turn_low * MLT_TRIG_PI_2);
  const double sum = product + product_low, rounded = (product - sum) + product_low;
  const mlt_trig_reduced result = {sign ? -sum : sum, sign ? -rounded : rounded, quadrant};
  return result;
}
