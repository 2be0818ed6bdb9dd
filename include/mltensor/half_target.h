/* Loops of float16 by way of float32, re-included per target that converts whole vectors: pieces are widened, the
 * loop of float32 runs over them, and its result is rounded once, as the baseline does element by element. */

#define MLT_HALF_PIECE 512

static void MLT_FN(widen_halves)(const char *from, int64_t step, float *to, int64_t n) {
  const mlt_half *halves = (const mlt_half *)from;
  int64_t i = 0;
  if (step == sizeof(mlt_half)) {
#if defined(MLT_TARGET_AVX512)
    for (; i + 16 <= n; i += 16)
      _mm512_storeu_ps(to + i, _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)(halves + i))));
#else
    for (; i + 8 <= n; i += 8)
      _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(halves + i))));
#endif
  }
  for (; i < n; i++) to[i] = _cvtsh_ss(((const mlt_half *)(from + i * step))->bits);
}

static void MLT_FN(narrow_halves)(const float *from, char *to, int64_t step, int64_t n) {
  mlt_half *halves = (mlt_half *)to;
  int64_t i = 0;
  if (step == sizeof(mlt_half)) {
#if defined(MLT_TARGET_AVX512)
    for (; i + 16 <= n; i += 16)
      _mm256_storeu_si256((__m256i *)(halves + i), _mm512_cvtps_ph(_mm512_loadu_ps(from + i), _MM_FROUND_NO_EXC));
#else
    for (; i + 8 <= n; i += 8)
      _mm_storeu_si128((__m128i *)(halves + i), _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_NO_EXC));
#endif
  }
  for (; i < n; i++) ((mlt_half *)(to + i * step))->bits = _cvtss_sh(from[i], _MM_FROUND_NO_EXC);
}

/* `loop` over halves: `inputs` of them, and a result that is one where `rounds`. */
static void MLT_FN(through_float)(char *const *args, const int64_t *s, int64_t n, int inputs, int rounds, mlt_loop loop) {
  _Alignas(64) float scratch[4][MLT_HALF_PIECE];
  char *pointers[4];
  int64_t steps[4];
  for (int k = 0; k < inputs; k++) {
    pointers[k] = (char *)scratch[k];
    steps[k] = s[k] ? sizeof(float) : 0;
    if (!s[k]) MLT_FN(widen_halves)(args[k], 0, scratch[k], 1);
  }
  steps[inputs] = rounds ? (int64_t)sizeof(float) : s[inputs];
  for (int64_t start = 0; start < n; start += MLT_HALF_PIECE) {
    const int64_t count = n - start < MLT_HALF_PIECE ? n - start : MLT_HALF_PIECE;
    char *to = args[inputs] + start * s[inputs];
    pointers[inputs] = rounds ? (char *)scratch[inputs] : to;
    for (int k = 0; k < inputs; k++)
      if (s[k]) MLT_FN(widen_halves)(args[k] + start * s[k], s[k], scratch[k], count);
    loop(pointers, steps, count);
    if (rounds) MLT_FN(narrow_halves)(scratch[inputs], to, s[inputs], count);
  }
}
