/* Stable sorting of keys, alone or with their positions: insertion for a few,
 * merging for some, radix for many.
 *
 * The including file defines MLT_SORT_NAME, MLT_SORT_TYPE (what is moved),
 * MLT_SORT_KEY(element) and MLT_SORT_BITS. A stable order is unique, so which
 * algorithm runs never shows in the result.
 */
#define MLT_SORT_FN_(a, b) a##_##b
#define MLT_SORT_FN__(a, b) MLT_SORT_FN_(a, b)
#define MLT_SORT_FN(a) MLT_SORT_FN__(a, MLT_SORT_NAME)

static void MLT_SORT_FN(mlt_insertion)(MLT_SORT_TYPE *v, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    MLT_SORT_TYPE x = v[i];
    int64_t j = i;
    while (j > 0 && MLT_SORT_KEY(x) < MLT_SORT_KEY(v[j - 1])) {
      v[j] = v[j - 1];
      j--;
    }
    v[j] = x;
  }
}

/* Merges two sorted runs; equal elements of `a` come first. */
static void MLT_SORT_FN(mlt_merge)(const MLT_SORT_TYPE *a, int64_t na, const MLT_SORT_TYPE *b,
                                   int64_t nb, MLT_SORT_TYPE *out) {
  const MLT_SORT_TYPE *ea = a + na, *eb = b + nb;
  while (a < ea && b < eb) {
    /* No branch on the data: it would be mispredicted half of the time. */
    int second = MLT_SORT_KEY(*b) < MLT_SORT_KEY(*a);
    const MLT_SORT_TYPE *from = second ? b : a;
    *out++ = *from;
    a += !second;
    b += second;
  }
  memcpy(out, a, (size_t)(ea - a) * sizeof *a);
  memcpy(out + (ea - a), b, (size_t)(eb - b) * sizeof *b);
}

/* Sorts v with scratch of the same length; returns where the result lies. */
static MLT_SORT_TYPE *MLT_SORT_FN(mlt_merge_sort)(MLT_SORT_TYPE *v, MLT_SORT_TYPE *scratch,
                                                  int64_t n) {
  const int64_t run = 16;
  for (int64_t i = 0; i < n; i += run) MLT_SORT_FN(mlt_insertion)(v + i, n - i < run ? n - i : run);
  for (int64_t width = run; width < n; width *= 2) {
    for (int64_t i = 0; i < n; i += 2 * width) {
      int64_t na = n - i < width ? n - i : width;
      int64_t nb = n - i - na < width ? n - i - na : width;
      MLT_SORT_FN(mlt_merge)(v + i, na, v + i + na, nb, scratch + i);
    }
    MLT_SORT_TYPE *swap = v;
    v = scratch;
    scratch = swap;
  }
  return v;
}

/* Least digit first, digits of 8 bits; a digit that all elements share is skipped. */
static MLT_SORT_TYPE *MLT_SORT_FN(mlt_radix_sort)(MLT_SORT_TYPE *v, MLT_SORT_TYPE *scratch,
                                                  int64_t n) {
  enum { DIGITS = MLT_SORT_BITS / 8 };
  uint32_t counts[DIGITS][256];
  memset(counts, 0, sizeof counts);
  for (int64_t i = 0; i < n; i++)
    for (int d = 0; d < DIGITS; d++) counts[d][(MLT_SORT_KEY(v[i]) >> (8 * d)) & 255]++;
  for (int d = 0; d < DIGITS; d++) {
    uint32_t *count = counts[d], sum = 0;
    if (count[(MLT_SORT_KEY(v[0]) >> (8 * d)) & 255] == n) continue;
    for (int k = 0; k < 256; k++) {
      uint32_t here = count[k];
      count[k] = sum;
      sum += here;
    }
    for (int64_t i = 0; i < n; i++)
      scratch[count[(MLT_SORT_KEY(v[i]) >> (8 * d)) & 255]++] = v[i];
    MLT_SORT_TYPE *swap = v;
    v = scratch;
    scratch = swap;
  }
  return v;
}

/* Sorts n elements of v (at most 2**32 - 1); the result is left in v. */
static void MLT_SORT_FN(mlt_sort)(MLT_SORT_TYPE *v, MLT_SORT_TYPE *scratch, int64_t n) {
  int64_t i = 1;
  while (i < n && MLT_SORT_KEY(v[i]) >= MLT_SORT_KEY(v[i - 1])) i++;
  if (i >= n) return;
  MLT_SORT_TYPE *sorted;
  if (n <= 24) {
    MLT_SORT_FN(mlt_insertion)(v, n);
    return;
  }
  if (n <= 24 * MLT_SORT_BITS / 2)
    sorted = MLT_SORT_FN(mlt_merge_sort)(v, scratch, n);
  else
    sorted = MLT_SORT_FN(mlt_radix_sort)(v, scratch, n);
  if (sorted != v) memcpy(v, sorted, (size_t)n * sizeof *v);
}

/* --- one long line on all threads: chunks are sorted, then merged pairwise -------------------- */

/* How many of the first k merged elements come from `a`. */
static int64_t MLT_SORT_FN(mlt_merge_path)(const MLT_SORT_TYPE *a, int64_t na,
                                           const MLT_SORT_TYPE *b, int64_t nb, int64_t k) {
  int64_t low = k > nb ? k - nb : 0, high = k < na ? k : na;
  while (low < high) {
    int64_t i = (low + high) / 2;
    if (MLT_SORT_KEY(b[k - i - 1]) < MLT_SORT_KEY(a[i]))
      high = i;
    else
      low = i + 1;
  }
  return low;
}

typedef struct {
  MLT_SORT_TYPE *v, *scratch;
  int64_t n, width;
} MLT_SORT_FN(mlt_long);

static void MLT_SORT_FN(mlt_long_chunks)(void *context, int64_t begin, int64_t end) {
  MLT_SORT_FN(mlt_long) *s = context;
  for (int64_t c = begin; c < end; c++) {
    int64_t at = c * MLT_SORT_CHUNK, n = s->n - at < MLT_SORT_CHUNK ? s->n - at : MLT_SORT_CHUNK;
    MLT_SORT_FN(mlt_sort)(s->v + at, s->scratch + at, n);
  }
}

/* Output pieces of MLT_SORT_CHUNK elements; widths are multiples of it. */
static void MLT_SORT_FN(mlt_long_merge)(void *context, int64_t begin, int64_t end) {
  MLT_SORT_FN(mlt_long) *s = context;
  for (int64_t c = begin; c < end; c++) {
    int64_t at = c * MLT_SORT_CHUNK, n = s->n - at < MLT_SORT_CHUNK ? s->n - at : MLT_SORT_CHUNK;
    int64_t pair = at / (2 * s->width) * 2 * s->width;
    const MLT_SORT_TYPE *a = s->v + pair;
    int64_t na = s->n - pair < s->width ? s->n - pair : s->width;
    const MLT_SORT_TYPE *b = a + na;
    int64_t nb = s->n - pair - na < s->width ? s->n - pair - na : s->width;
    int64_t k = at - pair;
    int64_t ia = MLT_SORT_FN(mlt_merge_path)(a, na, b, nb, k);
    int64_t ja = MLT_SORT_FN(mlt_merge_path)(a, na, b, nb, k + n);
    MLT_SORT_FN(mlt_merge)(a + ia, ja - ia, b + (k - ia), n - (ja - ia), s->scratch + at);
  }
}

/* Elements from where the merging left them to where they belong. */
static void MLT_SORT_FN(mlt_long_copy)(void *context, int64_t begin, int64_t end) {
  MLT_SORT_FN(mlt_long) *s = context;
  memcpy(s->scratch + begin, s->v + begin, (size_t)(end - begin) * sizeof *s->v);
}

/* Sorts v in place with scratch of the same length; 1 when interrupted. */
static int MLT_SORT_FN(mlt_sort_long)(MLT_SORT_TYPE *v, MLT_SORT_TYPE *scratch, int64_t n) {
  MLT_SORT_FN(mlt_long) s = {v, scratch, n, MLT_SORT_CHUNK};
  int64_t chunks = (n + MLT_SORT_CHUNK - 1) / MLT_SORT_CHUNK;
  if (mlt_parallel(chunks, 1, MLT_SORT_FN(mlt_long_chunks), &s)) return 1;
  for (; s.width < n; s.width *= 2) {
    if (mlt_parallel(chunks, 1, MLT_SORT_FN(mlt_long_merge), &s)) return 1;
    MLT_SORT_TYPE *swap = s.v;
    s.v = s.scratch;
    s.scratch = swap;
  }
  return s.v != v && mlt_parallel(n, MLT_SORT_CHUNK, MLT_SORT_FN(mlt_long_copy), &s);
}

#undef MLT_SORT_FN
#undef MLT_SORT_FN_
#undef MLT_SORT_FN__
#undef MLT_SORT_NAME
#undef MLT_SORT_TYPE
#undef MLT_SORT_KEY
#undef MLT_SORT_BITS
