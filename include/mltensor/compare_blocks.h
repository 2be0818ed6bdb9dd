/* Comparisons on whole vectors of AVX-512: masks of 64 elements become 64 bytes at once, where the compiler packs
 * vectors of truths in several steps.  Included by functions.h for that target; see MLT_BLOCK_OF in loops.h.
 */

static inline __mmask64 mlt_mask_of_16(const __mmask16 *m) {
  return _mm512_kunpackd(_mm512_kunpackw(m[3], m[2]), _mm512_kunpackw(m[1], m[0]));
}
static inline __mmask64 mlt_mask_of_8(const __mmask8 *m) {
  const __mmask16 wide[4] = {_mm512_kunpackb(m[1], m[0]), _mm512_kunpackb(m[3], m[2]),
                             _mm512_kunpackb(m[5], m[4]), _mm512_kunpackb(m[7], m[6])};
  return mlt_mask_of_16(wide);
}

/* TEST(x, y) gives the mask of LANES elements; a step is 1, or 0 for a number that is repeated. */
#define MLT_COMPARE(name, suffix, T, LANES, LOAD, LOAD_FIRST, SET, TEST)                                           \
  static inline __attribute__((always_inline)) void mlt_##name##_steps_##suffix(                                   \
      const T *a, const T *b, bool *y, ptrdiff_t n, const int a_step, const int b_step) {                          \
    ptrdiff_t i = 0;                                                                                               \
    for (; i + 64 <= n; i += 64) {                                                                                 \
      __mmask##LANES m[64 / LANES];                                                                                \
      for (int k = 0; k < 64 / LANES; k++)                                                                         \
        m[k] = TEST(a_step ? LOAD(a + i + k * LANES) : SET(*a), b_step ? LOAD(b + i + k * LANES) : SET(*b));       \
      _mm512_storeu_si512(y + i, _mm512_maskz_set1_epi8(mlt_mask_of_##LANES(m), 1));                               \
    }                                                                                                              \
    for (; i < n; i += LANES) {                                                                                    \
      const __mmask##LANES first = (__mmask##LANES)(n - i < LANES ? (1u << (n - i)) - 1 : ~0u);                     \
      const __mmask##LANES m = TEST(a_step ? LOAD_FIRST(first, a + i) : SET(*a),                                   \
                                    b_step ? LOAD_FIRST(first, b + i) : SET(*b));                                  \
      _mm_mask_storeu_epi8(y + i, (__mmask16)first, _mm_maskz_set1_epi8((__mmask16)m, 1));                         \
    }                                                                                                              \
  }                                                                                                                \
  static void mlt_##name##_block_##suffix(const T *a, const T *b, bool *y, ptrdiff_t n, int a_step, int b_step) {  \
    if (a_step && b_step)                                                                                          \
      mlt_##name##_steps_##suffix(a, b, y, n, 1, 1);                                                               \
    else if (a_step)                                                                                               \
      mlt_##name##_steps_##suffix(a, b, y, n, 1, 0);                                                               \
    else if (b_step)                                                                                               \
      mlt_##name##_steps_##suffix(a, b, y, n, 0, 1);                                                               \
    else                                                                                                           \
      mlt_##name##_steps_##suffix(a, b, y, n, 0, 0);                                                               \
  }


/* Every comparison of what vectors of 16 or 8 hold, by the immediate of the instruction. */
#define MLT_COMPARISONS(suffix, T, LANES, LOAD, LOAD_FIRST, SET, FAMILY)                                           \
  MLT_COMPARE(equal, suffix, T, LANES, LOAD, LOAD_FIRST, SET, MLT_TEST_##FAMILY##_EQ)                              \
  MLT_COMPARE(not_equal, suffix, T, LANES, LOAD, LOAD_FIRST, SET, MLT_TEST_##FAMILY##_NE)                          \
  MLT_COMPARE(less, suffix, T, LANES, LOAD, LOAD_FIRST, SET, MLT_TEST_##FAMILY##_LT)                               \
  MLT_COMPARE(less_equal, suffix, T, LANES, LOAD, LOAD_FIRST, SET, MLT_TEST_##FAMILY##_LE)                         \
  MLT_COMPARE(greater, suffix, T, LANES, LOAD, LOAD_FIRST, SET, MLT_TEST_##FAMILY##_GT)                            \
  MLT_COMPARE(greater_equal, suffix, T, LANES, LOAD, LOAD_FIRST, SET, MLT_TEST_##FAMILY##_GE)

#define MLT_TEST_PS_EQ(x, y) _mm512_cmp_ps_mask(x, y, _CMP_EQ_OQ)
#define MLT_TEST_PS_NE(x, y) _mm512_cmp_ps_mask(x, y, _CMP_NEQ_UQ)
#define MLT_TEST_PS_LT(x, y) _mm512_cmp_ps_mask(x, y, _CMP_LT_OQ)
#define MLT_TEST_PS_LE(x, y) _mm512_cmp_ps_mask(x, y, _CMP_LE_OQ)
#define MLT_TEST_PS_GT(x, y) _mm512_cmp_ps_mask(x, y, _CMP_GT_OQ)
#define MLT_TEST_PS_GE(x, y) _mm512_cmp_ps_mask(x, y, _CMP_GE_OQ)
#define MLT_TEST_PD_EQ(x, y) _mm512_cmp_pd_mask(x, y, _CMP_EQ_OQ)
#define MLT_TEST_PD_NE(x, y) _mm512_cmp_pd_mask(x, y, _CMP_NEQ_UQ)
#define MLT_TEST_PD_LT(x, y) _mm512_cmp_pd_mask(x, y, _CMP_LT_OQ)
#define MLT_TEST_PD_LE(x, y) _mm512_cmp_pd_mask(x, y, _CMP_LE_OQ)
#define MLT_TEST_PD_GT(x, y) _mm512_cmp_pd_mask(x, y, _CMP_GT_OQ)
#define MLT_TEST_PD_GE(x, y) _mm512_cmp_pd_mask(x, y, _CMP_GE_OQ)
#define MLT_TEST_D_EQ(x, y) _mm512_cmpeq_epi32_mask(x, y)
#define MLT_TEST_D_NE(x, y) _mm512_cmpneq_epi32_mask(x, y)
#define MLT_TEST_D_LT(x, y) _mm512_cmplt_epi32_mask(x, y)
#define MLT_TEST_D_LE(x, y) _mm512_cmple_epi32_mask(x, y)
#define MLT_TEST_D_GT(x, y) _mm512_cmpgt_epi32_mask(x, y)
#define MLT_TEST_D_GE(x, y) _mm512_cmpge_epi32_mask(x, y)
#define MLT_TEST_Q_EQ(x, y) _mm512_cmpeq_epi64_mask(x, y)
#define MLT_TEST_Q_NE(x, y) _mm512_cmpneq_epi64_mask(x, y)
#define MLT_TEST_Q_LT(x, y) _mm512_cmplt_epi64_mask(x, y)
#define MLT_TEST_Q_LE(x, y) _mm512_cmple_epi64_mask(x, y)
#define MLT_TEST_Q_GT(x, y) _mm512_cmpgt_epi64_mask(x, y)
#define MLT_TEST_Q_GE(x, y) _mm512_cmpge_epi64_mask(x, y)

MLT_COMPARISONS(f32, float, 16, _mm512_loadu_ps, _mm512_maskz_loadu_ps, _mm512_set1_ps, PS)
MLT_COMPARISONS(f64, double, 8, _mm512_loadu_pd, _mm512_maskz_loadu_pd, _mm512_set1_pd, PD)
MLT_COMPARISONS(i32, int32_t, 16, _mm512_loadu_si512, _mm512_maskz_loadu_epi32, _mm512_set1_epi32, D)
MLT_COMPARISONS(i64, int64_t, 8, _mm512_loadu_si512, _mm512_maskz_loadu_epi64, _mm512_set1_epi64, Q)

#define MLT_BLOCK_equal_FLOAT32 ~, mlt_equal_block_f32, 1
#define MLT_BLOCK_not_equal_FLOAT32 ~, mlt_not_equal_block_f32, 1
#define MLT_BLOCK_less_FLOAT32 ~, mlt_less_block_f32, 1
#define MLT_BLOCK_less_equal_FLOAT32 ~, mlt_less_equal_block_f32, 1
#define MLT_BLOCK_greater_FLOAT32 ~, mlt_greater_block_f32, 1
#define MLT_BLOCK_greater_equal_FLOAT32 ~, mlt_greater_equal_block_f32, 1
#define MLT_BLOCK_equal_FLOAT64 ~, mlt_equal_block_f64, 1
#define MLT_BLOCK_not_equal_FLOAT64 ~, mlt_not_equal_block_f64, 1
#define MLT_BLOCK_less_FLOAT64 ~, mlt_less_block_f64, 1
#define MLT_BLOCK_less_equal_FLOAT64 ~, mlt_less_equal_block_f64, 1
#define MLT_BLOCK_greater_FLOAT64 ~, mlt_greater_block_f64, 1
#define MLT_BLOCK_greater_equal_FLOAT64 ~, mlt_greater_equal_block_f64, 1
#define MLT_BLOCK_equal_INT32 ~, mlt_equal_block_i32, 1
#define MLT_BLOCK_not_equal_INT32 ~, mlt_not_equal_block_i32, 1
#define MLT_BLOCK_less_INT32 ~, mlt_less_block_i32, 1
#define MLT_BLOCK_less_equal_INT32 ~, mlt_less_equal_block_i32, 1
#define MLT_BLOCK_greater_INT32 ~, mlt_greater_block_i32, 1
#define MLT_BLOCK_greater_equal_INT32 ~, mlt_greater_equal_block_i32, 1
#define MLT_BLOCK_equal_INT64 ~, mlt_equal_block_i64, 1
#define MLT_BLOCK_not_equal_INT64 ~, mlt_not_equal_block_i64, 1
#define MLT_BLOCK_less_INT64 ~, mlt_less_block_i64, 1
#define MLT_BLOCK_less_equal_INT64 ~, mlt_less_equal_block_i64, 1
#define MLT_BLOCK_greater_INT64 ~, mlt_greater_block_i64, 1
#define MLT_BLOCK_greater_equal_INT64 ~, mlt_greater_equal_block_i64, 1
