/* exp(x) / MLT_DECAY_UNIT for x <= 0, as softmax and logsumexp need it, once per instruction set (see target.h);
 * no include guard.
 *
 * In a unit so small that no result is subnormal, and without the care that exp takes of the last half unit, it
 * takes half the time: error below 0.9 units in the last place.  -inf gives 0, NaN passes.
 */
#ifndef MLT_DECAY_FN
#define MLT_DECAY_FN static inline __attribute__((always_inline))
#define MLT_DECAY_UNIT_f32 0x1p-24
#define MLT_DECAY_UNIT_f64 1.0
#endif

MLT_DECAY_FN float MLT_FN(decay_f32)(float x) {
  x = x < -104.7f ? -104.7f : x; /* there the factor below becomes zero */
  const float shifted = MLT_FMA32(x, 0x1.715476p0f, 0x1.8p23f), n = shifted - 0x1.8p23f;
  const float r = MLT_FMA32(n, -0x1.7f7d1cp-20f, MLT_FMA32(n, -0x1.62e4p-1f, x));
  const float q = MLT_FMA32(MLT_FMA32(MLT_FMA32(MLT_FMA32(0x1.6dbc42p-10f, r, 0x1.124148p-7f), r, 0x1.555454p-5f), r,
                                      0x1.555486p-3f), r, 0.5f);
  const float grown = MLT_FMA32(MLT_FMA32(q, r, 1.0f), r, 1.0f);
  uint32_t bits;
  __builtin_memcpy(&bits, &shifted, 4);
  bits = (bits + (127 + 24)) << 23;
  float factor;
  __builtin_memcpy(&factor, &bits, 4);
  return grown * factor;
}

/* The same for a long vector of lanes.h. */
MLT_DECAY_FN MLT_FN(long_f) MLT_FN(decay_long)(MLT_FN(long_f) x) {
#define MLT_ALL(number) MLT_FN(long_all)(number)
  x = MLT_FN(long_max)(MLT_ALL(-104.7f), x); /* NaN in x passes */
  const MLT_FN(long_f) shifted = MLT_LONG_FMA(x, MLT_ALL(0x1.715476p0f), MLT_ALL(0x1.8p23f));
  const MLT_FN(long_f) n = shifted - MLT_ALL(0x1.8p23f);
  const MLT_FN(long_f) r = MLT_LONG_FMA(n, MLT_ALL(-0x1.7f7d1cp-20f), MLT_LONG_FMA(n, MLT_ALL(-0x1.62e4p-1f), x));
  MLT_FN(long_f) q = MLT_LONG_FMA(MLT_ALL(0x1.6dbc42p-10f), r, MLT_ALL(0x1.124148p-7f));
  q = MLT_LONG_FMA(MLT_LONG_FMA(q, r, MLT_ALL(0x1.555454p-5f)), r, MLT_ALL(0x1.555486p-3f));
  q = MLT_LONG_FMA(q, r, MLT_ALL(0.5f));
  const MLT_FN(long_f) grown = MLT_LONG_FMA(MLT_LONG_FMA(q, r, MLT_ALL(1.0f)), r, MLT_ALL(1.0f));
#undef MLT_ALL
  MLT_FN(long_bits) bits = (MLT_FN(long_bits))shifted;
  bits = (bits + (127 + 24)) << 23;
  return grown * (MLT_FN(long_f))bits;
}

MLT_DECAY_FN double MLT_FN(decay_f64)(double x) { return MLT_FN(exp_f64)(x); }
