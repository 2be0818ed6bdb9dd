/* A long line: its elements are dealt into buckets of ascending keys, each bucket is sorted in the cache and leaves it
 * as numbers or positions; re-included per target and kind of element by sort_target.h after sort_block.h.
 *
 * A sample says where the buckets begin, by way of a table over the leading bits of the keys. Chunks are counted and
 * dealt on all threads, each to places of its own, in order: the result is stable.
 */

typedef struct {
  mlt_sort_line *line;
  const MLT_SORT_TYPE *from; /* elements already read, or NULL: they are read from the line */
  MLT_SORT_TYPE *dealt, *spare;
  int64_t at, n; /* where in the sorted line the elements will lie, and how many they are */
  int64_t chunk; /* elements of one */
  int buckets, shift;
  MLT_SORT_WORD least, top; /* the table's step is 1 + (key - least) >> shift, at most 1 + top; 0 for what is smaller */
  uint16_t bucket[(1 << MLT_SORT_TABLE_BITS) + 2];
  int64_t starts[MLT_SORT_BUCKETS + 1];
  int64_t *places; /* per chunk and bucket: how many, then where the first goes */
} MLT_SORT_FN(mlt_deal);

static inline int64_t MLT_SORT_FN(mlt_sort_step)(const MLT_SORT_FN(mlt_deal) *d, MLT_SORT_WORD key) {
  MLT_SORT_WORD at = (MLT_SORT_WORD)(key - d->least) >> d->shift;
  at = at > d->top ? d->top : at;
  return key < d->least ? 0 : (int64_t)at + 1;
}

/* Runs body over the elements of chunks [begin, end) of a deal: `e` in `chunk`. */
#define MLT_SORT_EACH(body)                                                                   \
  for (int64_t chunk = begin; chunk < end; chunk++) {                                         \
    int64_t *place = d->places + chunk * d->buckets;                                          \
    const int64_t stop = (chunk + 1) * d->chunk < d->n ? (chunk + 1) * d->chunk : d->n;       \
    for (int64_t i = chunk * d->chunk; i < stop; i += 1024) {                                 \
      const int64_t count = stop - i < 1024 ? stop - i : 1024;                                \
      MLT_SORT_TYPE read[1024];                                                               \
      const MLT_SORT_TYPE *v = d->from ? d->from + i : read;                                  \
      if (!d->from) MLT_SORT_FN(mlt_sort_read)(d->line, read, i, count);                      \
      for (int64_t k = 0; k < count; k++) {                                                   \
        const MLT_SORT_TYPE e = v[k];                                                         \
        body                                                                                  \
      }                                                                                       \
    }                                                                                         \
  }

static void MLT_SORT_FN(mlt_deal_count)(void *context, int64_t begin, int64_t end) {
  MLT_SORT_FN(mlt_deal) *d = context;
  memset(d->places + begin * d->buckets, 0, (size_t)((end - begin) * d->buckets) * sizeof *d->places);
  MLT_SORT_EACH(place[d->bucket[MLT_SORT_FN(mlt_sort_step)(d, MLT_SORT_KEY(e))]]++;)
}

static void MLT_SORT_FN(mlt_deal_out)(void *context, int64_t begin, int64_t end) {
  MLT_SORT_FN(mlt_deal) *d = context;
  MLT_SORT_TYPE *dealt = d->dealt;
  MLT_SORT_EACH(dealt[place[d->bucket[MLT_SORT_FN(mlt_sort_step)(d, MLT_SORT_KEY(e))]]++] = e;)
}

/* New memory comes page by page as it is written to, and the first elements that are dealt would wait for all of it. */
static void MLT_SORT_FN(mlt_deal_touch)(void *context, int64_t begin, int64_t end) {
  MLT_SORT_FN(mlt_deal) *d = context;
  for (int64_t at = begin; at < end; at += 4096) *((volatile char *)d->dealt + at) = 0;
}

static void MLT_SORT_FN(mlt_deal_sort)(void *context, int64_t begin, int64_t end) {
  MLT_SORT_FN(mlt_deal) *d = context;
  MLT_SORT_TYPE near[MLT_SORT_NEAR / sizeof(MLT_SORT_TYPE)];
  for (int64_t b = begin; b < end; b++) {
    const int64_t start = d->starts[b], n = d->starts[b + 1] - start;
    if (n > MLT_SORT_LONG || d->at + start >= d->line->s->keep) continue;
    MLT_SORT_TYPE *spare = n * sizeof *spare <= sizeof near ? near : d->spare + start;
    MLT_SORT_TYPE *v = MLT_SORT_FN(mlt_block_sort)(d->dealt + start, spare, n, d->line->low);
    MLT_SORT_FN(mlt_sort_write)(d->line, v, d->at + start, n);
  }
}

/* What is sorted already, in pieces. */
static void MLT_SORT_FN(mlt_deal_write)(void *context, int64_t begin, int64_t end) {
  MLT_SORT_FN(mlt_deal) *d = context;
  MLT_SORT_TYPE read[1024];
  for (int64_t i = begin; i < end; i += 1024) {
    const int64_t n = end - i < 1024 ? end - i : 1024;
    if (!d->from) MLT_SORT_FN(mlt_sort_read)(d->line, read, i, n);
    MLT_SORT_FN(mlt_sort_write)(d->line, d->from ? d->from + i : read, d->at + i, n);
  }
}

/* Whether the elements are in order, which those that are not show soon. */
static int MLT_SORT_FN(mlt_in_order)(const MLT_SORT_FN(mlt_deal) *d, int64_t *last_poll) {
  MLT_SORT_TYPE read[1024], before = {0};
  for (int64_t i = 0; i < d->n; i += 1024) {
    const int64_t n = d->n - i < 1024 ? d->n - i : 1024;
    const MLT_SORT_TYPE *v = d->from ? d->from + i : read;
    if (!d->from) MLT_SORT_FN(mlt_sort_read)(d->line, read, i, n);
    if (i && MLT_SORT_KEY(v[0]) < MLT_SORT_KEY(before)) return 0;
    for (int64_t k = 1; k < n; k++)
      if (MLT_SORT_KEY(v[k]) < MLT_SORT_KEY(v[k - 1])) return 0;
    before = v[n - 1];
    if (i % (1 << 20) == 0 && mlt_poll(last_poll)) return -1;
  }
  return 1;
}

/* Chooses the buckets of a deal after a sample of its elements. */
static void MLT_SORT_FN(mlt_choose_buckets)(MLT_SORT_FN(mlt_deal) *d) {
  const int64_t all = d->n >> 22 ? MLT_SORT_SAMPLE : MLT_SORT_SAMPLE / 4;
  MLT_SORT_TYPE *v = d->dealt, *spare = d->spare; /* not in use yet */
  for (int64_t i = 0; i < all; i++) {
    const int64_t at = (int64_t)(((__int128)d->n * i) / all);
    if (d->from)
      v[i] = d->from[at];
    else
      MLT_SORT_FN(mlt_sort_read)(d->line, v + i, at, 1);
  }
  v = MLT_SORT_FN(mlt_block_sort)(v, spare, all, d->line->low);
  /* A few outliers must not make the steps of the table wide. */
  d->least = MLT_SORT_KEY(v[all / 512]);
  const MLT_SORT_WORD range = MLT_SORT_KEY(v[all - 1 - all / 512]) - d->least;
  const int bits = range ? 64 - __builtin_clzll((uint64_t)range) : 0;
  d->shift = bits > MLT_SORT_TABLE_BITS ? bits - MLT_SORT_TABLE_BITS : 0;
  /* One step past the range: what is greater lies there with nothing else. */
  d->top = (range >> d->shift) + 1;
  int64_t wanted = d->n / MLT_SORT_BUCKET;
  wanted = wanted < 8 ? 8 : wanted > MLT_SORT_BUCKETS / 2 - 1 ? MLT_SORT_BUCKETS / 2 - 1 : wanted;
  /* Neighbouring steps share a bucket until it is full; a step that would fill one is alone in it. */
  const int64_t full = all / wanted;
  int64_t i = 0, bucket = 0, inside = 0;
  for (int64_t step = 0; step <= (int64_t)d->top + 1; step++) {
    int64_t here = i;
    while (i < all && MLT_SORT_FN(mlt_sort_step)(d, MLT_SORT_KEY(v[i])) <= step) i++;
    here = i - here;
    if (step && (inside >= full || here >= full)) {
      bucket++;
      inside = 0;
    }
    d->bucket[step] = (uint16_t)bucket;
    inside += here;
  }
  d->buckets = (int)bucket + 1;
}

/* Sorts n elements of a line, those at `from` or those that are read from the line, and writes them from `at` on.
 * `dealt` and `spare` have room for n. Returns 1 when interrupted, -1 without memory. */
static int MLT_SORT_FN(mlt_long_sort)(mlt_sort_line *line, const MLT_SORT_TYPE *from, MLT_SORT_TYPE *dealt,
                                      MLT_SORT_TYPE *spare, int64_t at, int64_t n, int depth) {
  int64_t last_poll = mlt_now_ns();
  MLT_SORT_FN(mlt_deal) *d = malloc(sizeof *d);
  if (!d) return -1;
  *d = (MLT_SORT_FN(mlt_deal)){.line = line, .from = from, .dealt = dealt, .spare = spare, .at = at, .n = n};
  int status = MLT_SORT_FN(mlt_in_order)(d, &last_poll);
  if (status) {
    status = status < 0 || mlt_parallel(n, 65536, MLT_SORT_FN(mlt_deal_write), d);
    free(d);
    return status;
  }
  MLT_SORT_FN(mlt_choose_buckets)(d);
  d->chunk = n / 64 > 32768 ? n / 64 : 32768;
  const int64_t chunks = (n + d->chunk - 1) / d->chunk;
  d->places = malloc((size_t)(chunks * d->buckets) * sizeof *d->places);
  status = d->places ? mlt_parallel(chunks, 1, MLT_SORT_FN(mlt_deal_count), d) : -1;
  if (!status) {
    int64_t sum = 0;
    for (int b = 0; b < d->buckets; b++) {
      d->starts[b] = sum;
      for (int64_t c = 0; c < chunks; c++) {
        const int64_t here = d->places[c * d->buckets + b];
        d->places[c * d->buckets + b] = sum;
        sum += here;
      }
    }
    d->starts[d->buckets] = sum;
    status = mlt_parallel(n * (int64_t)sizeof *dealt, 4 << 20, MLT_SORT_FN(mlt_deal_touch), d) ||
             mlt_parallel(chunks, 1, MLT_SORT_FN(mlt_deal_out), d) ||
             mlt_parallel(d->buckets, 1, MLT_SORT_FN(mlt_deal_sort), d);
  }
  free(d->places);
  /* What the sample did not tell apart: equal keys, or a distribution with sharp peaks. */
  for (int b = 0; b < d->buckets && !status; b++) {
    const int64_t start = d->starts[b], size = d->starts[b + 1] - start;
    if (size <= MLT_SORT_LONG || at + start >= line->s->keep) continue;
    if (depth < 8) {
      /* The sources of the next round are the places that this one dealt to. */
      MLT_SORT_TYPE *more = malloc((size_t)size * sizeof *more);
      status = more ? MLT_SORT_FN(mlt_long_sort)(line, dealt + start, spare + start, more, at + start, size, depth + 1)
                    : -1;
      free(more);
    } else {
      MLT_SORT_TYPE *v = MLT_SORT_FN(mlt_block_sort)(dealt + start, spare + start, size, line->low);
      MLT_SORT_FN(mlt_sort_write)(line, v, at + start, size);
    }
  }
  free(d);
  return status;
}
#undef MLT_SORT_EACH

/* One line, short or long. `scratch` has room for it twice. Returns 1 when interrupted, -1 without memory. */
static int MLT_SORT_FN(mlt_sort_one)(mlt_sort_line *line, char *scratch) {
  const int64_t n = line->s->n;
  MLT_SORT_TYPE *v = (MLT_SORT_TYPE *)scratch, *spare = v + n;
  if (n > MLT_SORT_SHORT) return MLT_SORT_FN(mlt_long_sort)(line, NULL, v, spare, 0, n, 0);
  MLT_SORT_FN(mlt_sort_read)(line, v, 0, n);
  MLT_SORT_FN(mlt_sort_write)(line, MLT_SORT_FN(mlt_block_sort)(v, spare, n, line->low), 0, n);
  return 0;
}

#undef MLT_SORT_FEW
#undef MLT_SORT_DIGIT
#undef MLT_SORT_NAME
#undef MLT_SORT_TYPE
#undef MLT_SORT_WORD
#undef MLT_SORT_SIGNED
#undef MLT_SORT_KEY
