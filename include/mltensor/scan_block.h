/* Blocks of running sums and products in double, once per instruction set (see target.h); no include guard.
 *
 * One addition waits for the one before.  So eight strands of a block run side by side, each from its own first
 * element, and what came before is added to all elements of a strand at once: y = carry + (before + local).  The
 * last element of one block is exactly the carry of the next, so that sums of what is not negative never fall.
 */
#ifndef MLT_SCAN_STRANDS
#define MLT_SCAN_STRANDS 8
#define MLT_SCAN_STRAND_BLOCK 2048
#endif

/* Continues from `carry` over n <= MLT_SCAN_STRAND_BLOCK elements and returns the new one; without `result` it
 * returns what the block adds, starting from nothing.  NAN from the latter: the block must be taken in its order,
 * because parts of it by themselves leave the range that INSIDE tests. */
#define MLT_SCAN_BLOCK_LOOP(name, T, OPERATOR, INSIDE)                                                         \
  static double MLT_FN(name)(const char *source, char *result, int64_t n, double carry) {                     \
    const T *restrict x = (const T *)source;                                                                   \
    T *restrict y = (T *)result;                                                                               \
    double local[MLT_SCAN_STRAND_BLOCK] __attribute__((aligned(64)));                                          \
    const int64_t length = n / MLT_SCAN_STRANDS;                                                               \
    double running[MLT_SCAN_STRANDS];                                                                          \
    for (int s = 0; s < MLT_SCAN_STRANDS && length; s++)                                                       \
      local[s * length] = running[s] = (double)x[s * length];                                                  \
    for (int64_t i = 1; i < length; i++)                                                                       \
      for (int s = 0; s < MLT_SCAN_STRANDS; s++) {                                                             \
        running[s] = running[s] OPERATOR (double)x[s * length + i];                                            \
        local[s * length + i] = running[s];                                                                    \
      }                                                                                                        \
    int64_t i = length * MLT_SCAN_STRANDS;                                                                     \
    double before = 0.0;                                                                                       \
    if (length) {                                                                                              \
      before = running[0];                                                                                     \
      for (int s = 1; s < MLT_SCAN_STRANDS; s++) {                                                             \
        for (int64_t j = s * length; j < (s + 1) * length; j++) local[j] = before OPERATOR local[j];           \
        before = local[(s + 1) * length - 1];                                                                  \
      }                                                                                                        \
    } else {                                                                                                   \
      before = local[0] = (double)x[0];                                                                        \
      i = 1;                                                                                                   \
    }                                                                                                          \
    for (; i < n; i++) local[i] = before = before OPERATOR (double)x[i];                                       \
    const int inside = INSIDE(local, n);                                                                       \
    if (!y) return inside ? before : (double)NAN;                                                              \
    if (!inside) {                                                                                             \
      for (int64_t j = 0; j < n; j++) {                                                                        \
        carry = carry OPERATOR (double)x[j];                                                                   \
        y[j] = (T)carry;                                                                                       \
      }                                                                                                        \
      return carry;                                                                                            \
    }                                                                                                          \
    for (int64_t j = 0; j < n; j++) y[j] = (T)(carry OPERATOR local[j]);                                       \
    return carry OPERATOR local[n - 1];                                                                        \
  }

/* A sum that overflowed stays so; of a product every element is looked at. */
static inline int MLT_FN(scan_sums_inside)(const double *local, int64_t n) {
  return fabs(local[n - 1]) <= 1e300;
}
static inline int MLT_FN(scan_products_inside)(const double *restrict local, int64_t n) {
  const int64_t least = (int64_t)(1023 - 930) << 52, span = (int64_t)1860 << 52; /* 2^-930 to 2^930 */
  int64_t outside = 0;
  for (int64_t i = 0; i < n; i++) {
    int64_t bits;
    memcpy(&bits, local + i, 8);
    bits = (bits & INT64_MAX) - least;
    outside |= bits | (span - bits); /* negative where one of them is */
  }
  return outside >= 0;
}

MLT_SCAN_BLOCK_LOOP(scan_sum_block_FLOAT32, float, +, MLT_FN(scan_sums_inside))
MLT_SCAN_BLOCK_LOOP(scan_sum_block_FLOAT64, double, +, MLT_FN(scan_sums_inside))
MLT_SCAN_BLOCK_LOOP(scan_prod_block_FLOAT32, float, *, MLT_FN(scan_products_inside))
MLT_SCAN_BLOCK_LOOP(scan_prod_block_FLOAT64, double, *, MLT_FN(scan_products_inside))
#undef MLT_SCAN_BLOCK_LOOP
