/* Stable sorting of elements by unsigned keys in memory that the cache holds: by ranks for a few, digit by digit for
 * more; re-included per target and kind of element by sort_target.h.
 *
 * The including file defines MLT_SORT_NAME, MLT_SORT_TYPE (what is moved), MLT_SORT_WORD and MLT_SORT_SIGNED (the
 * type of its key) and MLT_SORT_KEY(element). A stable order is unique, so which way was taken never shows.
 *
 * Digits cover the leading bits of the keys' range alone, a few more than tell as many random elements apart. What
 * still lies together afterwards is put right by insertion, and where that is much, by the digits below.
 */

/* Elements up to which each one's rank is counted; a digit's most bits. */
#define MLT_SORT_FEW (sizeof(MLT_SORT_WORD) == 4 ? 48 : 32)
#define MLT_SORT_DIGIT 11

typedef MLT_SORT_SIGNED MLT_SORT_FN(mlt_lanes) __attribute__((vector_size(MLT_SORT_VECTOR)));

/* Sorts at most MLT_SORT_FEW elements into `out` by counting those that come before each: no branch on the data. */
static void MLT_SORT_FN(mlt_rank_sort)(const MLT_SORT_TYPE *v, MLT_SORT_TYPE *out, int n) {
  enum { LANES = MLT_SORT_VECTOR / sizeof(MLT_SORT_WORD) };
  typedef MLT_SORT_FN(mlt_lanes) lanes;
  const MLT_SORT_WORD sign = (MLT_SORT_WORD)1 << (8 * sizeof(MLT_SORT_WORD) - 1);
  MLT_SORT_SIGNED key[64] __attribute__((aligned(64))), rank[64] __attribute__((aligned(64)));
  for (int i = 0; i < n; i++) key[i] = (MLT_SORT_SIGNED)(MLT_SORT_KEY(v[i]) ^ sign);
  for (int i = n; i % LANES; i++) key[i] = 0; /* their ranks are not read */
  lanes lane;
  for (int i = 0; i < LANES; i++) lane[i] = i;
  for (int b = 0; b < n; b += LANES) {
    const lanes x = *(const lanes *)(key + b);
    const int own = b + LANES < n ? b + LANES : n;
    lanes before = {0};
    int j = 0;
    for (; j < b; j++) before -= key[j] <= x;
    for (; j < own; j++) before -= (key[j] < x) | ((key[j] == x) & (j - b < lane));
    for (; j < n; j++) before -= key[j] < x;
    *(lanes *)(rank + b) = before;
  }
  for (int i = 0; i < n; i++) out[rank[i]] = v[i];
}

/* Sorts by bits [from, to) of key - least, in digits of at most `width` bits, the least first; returns where the
 * result lies, v or spare. */
static MLT_SORT_TYPE *MLT_SORT_FN(mlt_digit_sort)(MLT_SORT_TYPE *v, MLT_SORT_TYPE *spare, int64_t n,
                                                  MLT_SORT_WORD least, int from, int to, int width) {
  const int passes = (to - from + width - 1) / width;
  width = (to - from + passes - 1) / passes;
  const MLT_SORT_WORD mask = ((MLT_SORT_WORD)1 << width) - 1;
  for (int d = 0; d < passes; d += 3) {
    /* Counted three digits at a time; their counts do not depend on the order. */
    int64_t counts[3][1 << MLT_SORT_DIGIT];
    const int together = passes - d < 3 ? passes - d : 3, first = from + d * width;
    for (int k = 0; k < together; k++) memset(counts[k], 0, sizeof(int64_t) << width);
#define MLT_SORT_COUNT(k) counts[k][(key >> (first + (k) * width)) & mask]++;
#define MLT_SORT_COUNTS(body)                          \
  for (int64_t i = 0; i < n; i++) {                    \
    const MLT_SORT_WORD key = MLT_SORT_KEY(v[i]) - least; \
    body                                               \
  }
    if (together == 1)
      MLT_SORT_COUNTS(MLT_SORT_COUNT(0))
    else if (together == 2)
      MLT_SORT_COUNTS(MLT_SORT_COUNT(0) MLT_SORT_COUNT(1))
    else
      MLT_SORT_COUNTS(MLT_SORT_COUNT(0) MLT_SORT_COUNT(1) MLT_SORT_COUNT(2))
#undef MLT_SORT_COUNTS
#undef MLT_SORT_COUNT
    for (int k = 0; k < together; k++) {
      const int shift = first + k * width;
      int64_t *count = counts[k], sum = 0;
      for (MLT_SORT_WORD j = 0; j <= mask; j++) {
        const int64_t here = count[j];
        count[j] = sum;
        sum += here;
      }
      for (int64_t i = 0; i < n; i++) {
        const MLT_SORT_TYPE e = v[i];
        spare[count[((MLT_SORT_KEY(e) - least) >> shift) & mask]++] = e;
      }
      MLT_SORT_TYPE *swap = v;
      v = spare;
      spare = swap;
    }
  }
  return v;
}

/* Sorts n elements by the bits of their keys from `low` on; returns where the result lies, v or spare. Bits below
 * `low` are in order already. */
static MLT_SORT_TYPE *MLT_SORT_FN(mlt_block_sort)(MLT_SORT_TYPE *v, MLT_SORT_TYPE *spare, int64_t n, int low) {
  if (n <= (int64_t)MLT_SORT_FEW) {
    if (n < 2) return v;
    MLT_SORT_FN(mlt_rank_sort)(v, spare, (int)n);
    return spare;
  }
  MLT_SORT_WORD least = MLT_SORT_KEY(v[0]), most = least;
  int disorder = 0;
  for (int64_t begin = 0; begin < n; begin += 256) {
    const int64_t end = begin + 256 < n ? begin + 256 : n;
    if (!disorder)
      for (int64_t i = begin + (begin == 0); i < end; i++) disorder |= MLT_SORT_KEY(v[i]) < MLT_SORT_KEY(v[i - 1]);
    for (int64_t i = begin; i < end; i++) {
      const MLT_SORT_WORD key = MLT_SORT_KEY(v[i]);
      least = key < least ? key : least;
      most = key > most ? key : most;
    }
  }
  least = least >> low << low;
  const uint64_t range = most - least;
  if (!disorder || range >> low == 0) return v;
  const int high = 64 - __builtin_clzll(range), length = 64 - __builtin_clzll((uint64_t)n);
  /* Floats spread over exponents: bits beyond those of as many even steps. */
  const int more = low || sizeof(MLT_SORT_WORD) == 4 ? 5 : 8;
  const int widest = n < 1024 ? 8 : MLT_SORT_DIGIT, digits = (length + more + widest - 1) / widest;
  const int width = (length + more + digits - 1) / digits, wanted = digits * width;
  const int from = high - wanted > low ? high - wanted : low;
  MLT_SORT_TYPE *sorted = MLT_SORT_FN(mlt_digit_sort)(v, spare, n, least, from, high, width);
  if (from == low) return sorted;
  spare = sorted == v ? spare : v;
  v = sorted;
  int64_t moves = 4 * n + 64;
  for (int64_t i = 1; i < n; i++) {
    if (MLT_SORT_KEY(v[i]) >= MLT_SORT_KEY(v[i - 1])) continue;
    const MLT_SORT_TYPE x = v[i];
    int64_t j = i;
    do {
      v[j] = v[j - 1];
      j--;
    } while (j > 0 && MLT_SORT_KEY(x) < MLT_SORT_KEY(v[j - 1]));
    v[j] = x;
    moves -= i - j + 4;
    if (moves < 0) return MLT_SORT_FN(mlt_digit_sort)(v, spare, n, least, low, high, MLT_SORT_DIGIT);
  }
  return v;
}
