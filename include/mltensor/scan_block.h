/* Running sums and products, once per instruction set (see target.h); no include guard.
 *
 * One addition waits for the one before.  So a block first runs for itself, a vector at a time: inside a vector halves
 * grow together, the total of its lower half being added to all of its upper one, and the vectors before it are added
 * to all of it.  What came before the block is added last: y = carry + local.  The last element of one block is
 * exactly the carry of the next, so that sums of what is not negative never fall.
 */
#ifndef MLT_SCAN_STRAND_BLOCK
#define MLT_SCAN_STRAND_BLOCK 2048
#endif

/* Continues from `carry` over n <= MLT_SCAN_STRAND_BLOCK elements and returns the new one; without `result` it
 * returns what the block adds, starting from nothing.  NAN from the latter: the block must be taken in its order,
 * because parts of it by themselves leave the range. */
#define MLT_SCAN_BLOCK_LOOP(name, T, OPERATOR, IDENTITY, WIDENED, STORE, SEEN, INSIDE, JOIN)                       \
  static double MLT_FN(name)(const char *source, char *result, int64_t n, double carry) {                          \
    const T *restrict x = (const T *)source;                                                                       \
    T *restrict y = (T *)result;                                                                                   \
    const MLT_FN(d) identity = MLT_FN(d_all)(IDENTITY), before = MLT_FN(d_all)(carry);                             \
    MLT_FN(d) one = MLT_FN(d_all)(1.0);                                                                            \
    MLT_SCAN_HIDDEN(one)                                                                                           \
    MLT_FN(d) total = identity, least = identity, most = identity;                                                 \
    int64_t i = 0;                                                                                                 \
    for (; i + MLT_D_LANES <= n; i += MLT_D_LANES) {                                                               \
      MLT_FN(d) v = WIDENED(x + i);                                                                                \
      v = v OPERATOR MLT_FN(d_to_next)(v, identity);                                                               \
      MLT_SCAN_UPPER(v, JOIN)                                                                                      \
      const MLT_FN(d) local = JOIN(total, v);                                                                      \
      total = total OPERATOR MLT_FN(d_last)(v);                                                                    \
      SEEN(local)                                                                                                  \
      if (y) STORE(y + i, JOIN(before, local));                                                                    \
    }                                                                                                              \
    double sum = total[0];                                                                                         \
    for (; i < n; i++) {                                                                                           \
      sum = sum OPERATOR (double)x[i];                                                                             \
      const MLT_FN(d) local = MLT_FN(d_all)(sum);                                                                  \
      SEEN(local)                                                                                                  \
      if (y) y[i] = (T)(carry OPERATOR sum);                                                                       \
    }                                                                                                              \
    const int inside = INSIDE(sum, least, most);                                                                   \
    if (!y) return inside ? sum : (double)NAN;                                                                     \
    if (inside) return carry OPERATOR sum;                                                                         \
    for (i = 0; i < n; i++) {                                                                                      \
      carry = carry OPERATOR (double)x[i];                                                                         \
      y[i] = (T)carry;                                                                                             \
    }                                                                                                              \
    return carry;                                                                                                  \
  }

#if MLT_VECTOR_WIDTH == 32
#define MLT_SCAN_UPPER(v, JOIN) v = JOIN(v, MLT_FN(d_to_upper)(v, identity));
#else
#define MLT_SCAN_UPPER(v, JOIN)
#endif

/* The adders have most of the work, the multipliers none: part of the sums are 1 a + b, which is the same number. The
 * compiler must not see that. */
#define MLT_SCAN_PRODUCT(a, b) ((a) * (b))
#if MLT_HAVE_X86_TARGETS && MLT_VECTOR_WIDTH == 32
#define MLT_SCAN_HIDDEN(one) __asm__("" : "+x"(one));
#define MLT_SCAN_SUM(a, b) ((MLT_FN(d))_mm256_fmadd_pd((__m256d)(a), (__m256d)one, (__m256d)(b)))
#else
#define MLT_SCAN_HIDDEN(one) (void)one;
#define MLT_SCAN_SUM(a, b) ((a) + (b))
#endif

/* A sum that overflowed stays so; of a product every element is looked at: parts of it lie within the range of
 * doubles where all of them lie within its root. */
#define MLT_SCAN_UNSEEN(local) (void)local;
#define MLT_SCAN_MAGNITUDES(local)                                     \
  const MLT_FN(d) magnitude = MLT_FN(d_magnitude)(local);              \
  least = MLT_FN(d_min)(magnitude, least);                             \
  most = MLT_FN(d_max)(magnitude, most);
#define MLT_SCAN_SUM_INSIDE(sum, least, most) ((void)least, (void)most, fabs(sum) <= 1e300)
static inline __attribute__((always_inline)) int MLT_FN(scan_products_inside)(MLT_FN(d) least, MLT_FN(d) most) {
  int inside = 1;
  for (int j = 0; j < MLT_D_LANES; j++) inside &= (least[j] >= 0x1p-510) & (most[j] <= 0x1p510);
  return inside;
}
#define MLT_SCAN_PRODUCT_INSIDE(sum, least, most) MLT_FN(scan_products_inside)(least, most)
#define MLT_SCAN_STORE_D(p, v) *(MLT_FN(d_at) *)(p) = (v)

MLT_SCAN_BLOCK_LOOP(scan_sum_block_FLOAT32, float, +, -0.0, MLT_FN(widened), MLT_FN(store_narrowed),
                    MLT_SCAN_UNSEEN, MLT_SCAN_SUM_INSIDE, MLT_SCAN_SUM)
MLT_SCAN_BLOCK_LOOP(scan_sum_block_FLOAT64, double, +, -0.0, MLT_LOAD_D, MLT_SCAN_STORE_D, MLT_SCAN_UNSEEN,
                    MLT_SCAN_SUM_INSIDE, MLT_SCAN_SUM)
MLT_SCAN_BLOCK_LOOP(scan_prod_block_FLOAT32, float, *, 1.0, MLT_FN(widened), MLT_FN(store_narrowed),
                    MLT_SCAN_MAGNITUDES, MLT_SCAN_PRODUCT_INSIDE, MLT_SCAN_PRODUCT)
MLT_SCAN_BLOCK_LOOP(scan_prod_block_FLOAT64, double, *, 1.0, MLT_LOAD_D, MLT_SCAN_STORE_D, MLT_SCAN_MAGNITUDES,
                    MLT_SCAN_PRODUCT_INSIDE, MLT_SCAN_PRODUCT)
#undef MLT_SCAN_BLOCK_LOOP
#undef MLT_SCAN_UPPER
#undef MLT_SCAN_HIDDEN
#undef MLT_SCAN_SUM
#undef MLT_SCAN_PRODUCT
#undef MLT_SCAN_UNSEEN
#undef MLT_SCAN_MAGNITUDES
#undef MLT_SCAN_SUM_INSIDE
#undef MLT_SCAN_PRODUCT_INSIDE
#undef MLT_SCAN_STORE_D

/* Running sums of integers, of any number of them, after `carry`; returns the next one. */
static int64_t MLT_FN(scan_sum_whole)(const int64_t *restrict x, int64_t *restrict y, int64_t n, int64_t carry) {
  int64_t i = 0;
#if MLT_VECTOR_WIDTH == 32
  typedef int64_t vector __attribute__((vector_size(32)));
  typedef int64_t memory __attribute__((vector_size(32), aligned(8), may_alias));
  const vector none = {0};
  vector before = none + carry;
  for (; i + 4 <= n; i += 4) {
    vector v = *(const memory *)(x + i);
    v += __builtin_shuffle(none, v, (vector){0, 4, 5, 6});
    v += __builtin_shuffle(none, v, (vector){0, 1, 4, 5});
    *(memory *)(y + i) = before + v;
    before += __builtin_shuffle(v, (vector){3, 3, 3, 3});
  }
  carry = before[0];
#endif
  for (; i < n; i++) y[i] = carry += x[i];
  return carry;
}

/* Rows of `width` columns, `step` elements apart, each added to the running values before it. */
#define MLT_SCAN_COLUMNS(name, T, A, OPERATOR)                                                                     \
  static void MLT_FN(name)(const char *source, char *result, int64_t step, int64_t width, int64_t rows,            \
                           void *running) {                                                                        \
    A *restrict a = running;                                                                                       \
    const T *restrict x = (const T *)source;                                                                       \
    T *restrict y = (T *)result;                                                                                   \
    for (int64_t r = 0; r < rows; r++, x += step, y += step)                                                       \
      for (int64_t j = 0; j < width; j++) {                                                                        \
        a[j] = a[j] OPERATOR (A)x[j];                                                                              \
        y[j] = (T)a[j];                                                                                            \
      }                                                                                                            \
  }
MLT_SCAN_COLUMNS(scan_sum_columns_FLOAT32, float, double, +)
MLT_SCAN_COLUMNS(scan_prod_columns_FLOAT32, float, double, *)
MLT_SCAN_COLUMNS(scan_sum_columns_FLOAT64, double, double, +)
MLT_SCAN_COLUMNS(scan_prod_columns_FLOAT64, double, double, *)
MLT_SCAN_COLUMNS(scan_sum_columns_INT64, int64_t, int64_t, +)
MLT_SCAN_COLUMNS(scan_prod_columns_INT64, int64_t, int64_t, *)
#undef MLT_SCAN_COLUMNS
