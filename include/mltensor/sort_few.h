/* The first few of a line in order: what is not before the last of the best so far is left where it is; re-included per
 * target and kind of element with a position by sort_target.h after sort_block.h, with MLT_SORT_READ(out, from, stride,
 * n, dtype, direction), the type of its keys MLT_SORT_PART, and MLT_SORT_JOIN(key, position). Of equal ones the earlier
 * are taken, which come first. */
static int MLT_SORT_FN(mlt_sort_few)(mlt_sort_line *line, char *scratch) {
  enum { READ = 1024, TOGETHER = 64 };
  const mlt_sort_lines *s = line->s;
  const int64_t n = s->n, keep = s->keep, full = 4 * keep < TOGETHER ? TOGETHER : 4 * keep;
  const int64_t most = full < n - TOGETHER ? full : n - TOGETHER; /* candidates, before they are put in order */
  MLT_SORT_TYPE *best = (MLT_SORT_TYPE *)scratch, *spare = best + n;
  MLT_SORT_PART keys[READ], bound = 0;
  int64_t kept = 0, last_poll = mlt_now_ns();
  int bounded = 0;
  for (int64_t block = 0; block < n; block += READ) {
    const int64_t count = n - block < READ ? n - block : READ;
    if (s->scratch && block % (1 << 20) == 0 && block && mlt_poll(&last_poll)) return 1;
    MLT_SORT_READ(keys, MLT_FN(mlt_sort_from)(line, block), s->from_stride, count, s->dtype, s->direction);
    for (int64_t i = 0; i < count; i += TOGETHER) {
      const int64_t some = count - i < TOGETHER ? count - i : TOGETHER;
      const MLT_SORT_PART *v = keys + i;
      MLT_SORT_PART least = v[0];
      for (int64_t k = 1; k < some; k++) least = v[k] < least ? v[k] : least;
      if (bounded && least >= bound) continue;
      for (int64_t k = 0; k < some; k++) {
        best[kept] = MLT_SORT_JOIN(v[k], (uint64_t)(block + i + k));
        kept += !bounded | (v[k] < bound);
      }
      if (kept < most) continue;
      MLT_SORT_TYPE *sorted = MLT_SORT_FN(mlt_block_sort)(best, spare, kept, line->low);
      if (sorted != best) memcpy(best, sorted, (size_t)keep * sizeof *best);
      kept = keep;
      bound = (MLT_SORT_PART)(MLT_SORT_KEY(best[keep - 1]) >> line->low);
      bounded = 1;
    }
  }
  MLT_SORT_FN(mlt_sort_write)(line, MLT_SORT_FN(mlt_block_sort)(best, spare, kept, line->low), 0, keep);
  return 0;
}
