/* Many short lines: one of each in a lane of vectors, which a network sorts side by side; re-included per target and
 * kind of element by sort_target.h, where the element is its key.
 *
 * Lines are bitonic merges of sixteen elements that are sorted in registers, in the form in which the smaller element
 * always goes to the smaller place: what lies behind the end would be larger than all and is left out. Keys that end
 * with their position are all different, so that the order is the stable one.
 *
 * MLT_SORT_BITS is the width of an element, 32 or 64; undefined at the end. */
#if MLT_SORT_BITS == 32
#define MLT_SORT_LANES MLT_NETWORK_LINES
#define MLT_SORT_TURN MLT_FN(mlt_turn_tile32)
#define MLT_SORT_LOW(x, y) MLT_LOW32(x, y)
#define MLT_SORT_HIGH(x, y) MLT_HIGH32(x, y)
#else
#define MLT_SORT_LANES (MLT_NETWORK_LINES / 2)
#define MLT_SORT_TURN MLT_FN(mlt_turn_tile64)
#define MLT_SORT_LOW(x, y) MLT_LOW64(x, y)
#define MLT_SORT_HIGH(x, y) MLT_HIGH64(x, y)
#endif

typedef MLT_SORT_TYPE MLT_SORT_FN(mlt_words) __attribute__((vector_size(MLT_SORT_VECTOR)));

enum { MLT_SORT_FN(mlt_slices) = MLT_SORT_LANES * sizeof(MLT_SORT_TYPE) / MLT_SORT_VECTOR };

/* A matrix, whose sides are multiples of 16, with its rows as columns. */
static void MLT_SORT_FN(mlt_turn)(MLT_SORT_TYPE *restrict to, int64_t to_step, const MLT_SORT_TYPE *restrict from,
                                  int64_t from_step, int64_t rows, int64_t columns) {
  enum { SIDE = 64 / sizeof(MLT_SORT_TYPE) };
  for (int64_t i = 0; i < rows; i += SIDE)
    for (int64_t j = 0; j < columns; j += SIDE)
      MLT_SORT_TURN(to + i * to_step + j, to_step, from + j * from_step + i, from_step);
}

static inline __attribute__((always_inline)) void MLT_SORT_FN(mlt_exchange)(MLT_SORT_FN(mlt_words) *x,
                                                                            MLT_SORT_FN(mlt_words) *y) {
  const MLT_SORT_FN(mlt_words) a = *x, b = *y;
  *x = MLT_SORT_LOW(a, b);
  *y = MLT_SORT_HIGH(a, b);
}

#define MLT_LEVEL(lower, other) \
  _Pragma("GCC unroll 16") for (int i = 0; i < 16; i++) if (!(i & (lower))) MLT_SORT_FN(mlt_exchange)(r + i, r + (other));
#define MLT_FLIP(run) MLT_LEVEL(run, i ^ (2 * (run) - 1))
#define MLT_APART(apart) MLT_LEVEL(apart, i + (apart))

/* Sixteen elements of all lanes: sorted, or the last steps of a merge. */
static inline __attribute__((always_inline)) void MLT_SORT_FN(mlt_sixteen)(MLT_SORT_TYPE *v, int merge) {
  for (int slice = 0; slice < (int)MLT_SORT_FN(mlt_slices); slice++) {
    MLT_SORT_FN(mlt_words) *at = (MLT_SORT_FN(mlt_words) *)v + slice, r[16];
    _Pragma("GCC unroll 16") for (int i = 0; i < 16; i++) r[i] = at[i * MLT_SORT_FN(mlt_slices)];
    if (merge) {
      MLT_APART(8)
      MLT_APART(4)
    } else {
      MLT_FLIP(1)
      MLT_FLIP(2)
      MLT_APART(1)
      MLT_FLIP(4)
      MLT_APART(2)
      MLT_APART(1)
      MLT_FLIP(8)
      MLT_APART(4)
    }
    MLT_APART(2)
    MLT_APART(1)
    _Pragma("GCC unroll 16") for (int i = 0; i < 16; i++) at[i * MLT_SORT_FN(mlt_slices)] = r[i];
  }
}

/* n elements of all lanes, a multiple of 16. */
static void MLT_SORT_FN(mlt_network_sort)(MLT_SORT_TYPE *v, int64_t n) {
  enum { SLICES = MLT_SORT_FN(mlt_slices) };
  MLT_SORT_FN(mlt_words) *r = (MLT_SORT_FN(mlt_words) *)v;
  for (int64_t at = 0; at < n; at += 16) MLT_SORT_FN(mlt_sixteen)(v + at * MLT_SORT_LANES, 0);
  for (int64_t run = 16; run < n; run *= 2) {
    for (int64_t at = 0; at + run < n; at += 2 * run)
      for (int64_t low = at + 2 * run > n ? at + 2 * run - n + at : at; low < at + run; low++) {
        const int64_t high = 2 * (at + run) - 1 - low;
        for (int slice = 0; slice < SLICES; slice++) 
          MLT_SORT_FN(mlt_exchange)(r + low * SLICES + slice, r + high * SLICES + slice);
      }
    for (int64_t apart = run / 2; apart >= 16; apart /= 2)
      for (int64_t at = 0; at + apart < n; at += 2 * apart) {
        const int64_t stop = at + apart < n - apart ? at + apart : n - apart;
        for (int64_t k = at * SLICES; k < stop * SLICES; k++) MLT_SORT_FN(mlt_exchange)(r + k, r + k + apart * SLICES);
      }
    for (int64_t at = 0; at < n; at += 16) MLT_SORT_FN(mlt_sixteen)(v + at * MLT_SORT_LANES, 1);
  }
}
#undef MLT_APART
#undef MLT_FLIP
#undef MLT_LEVEL

/* The elements of neighbouring lines that lie across memory: a whole vector is read and written for each place of the
 * lines. Returns whether some keys do not give their numbers back. */
static int MLT_SORT_FN(mlt_network_across)(const mlt_sort_lines *s, const mlt_sort_line *first, MLT_SORT_TYPE *v) {
  const int64_t itemsize = mlt_itemsize[s->dtype];
  mlt_sort_lines across = *s;
  across.keep = MLT_SORT_LANES;
  across.from_stride = across.value_stride = itemsize;
  across.position_stride = 1;
  mlt_sort_line place = {.s = &across, .low = first->low};
  for (int64_t i = 0; i < s->n; i++) {
    place.from = first->from + i * s->from_stride;
    MLT_SORT_FN(mlt_sort_read)(&place, v + i * MLT_SORT_LANES, 0, MLT_SORT_LANES);
    if (place.low) /* the position is the place, not the lane */
      for (int k = 0; k < MLT_SORT_LANES; k++) v[i * MLT_SORT_LANES + k] += (MLT_SORT_TYPE)(i - k);
  }
  for (int64_t i = s->n * MLT_SORT_LANES; i < mlt_network_room(s->n) * MLT_SORT_LANES; i++) v[i] = (MLT_SORT_TYPE)-1;
  MLT_SORT_FN(mlt_network_sort)(v, mlt_network_room(s->n));
  for (int64_t i = 0; i < s->keep; i++) {
    if (first->values) place.values = first->values + i * s->value_stride;
    if (first->positions) place.positions = first->positions + i * s->position_stride;
    MLT_SORT_FN(mlt_sort_write)(&place, v + i * MLT_SORT_LANES, 0, MLT_SORT_LANES);
  }
  return atomic_load(&place.lossy);
}

/* Lines [first, first + count), at most as many as there are lanes. Returns 1 when interrupted. */
static int MLT_SORT_FN(mlt_network_lines)(mlt_sort_lines *s, int64_t first, int count, char *scratch) {
  const int64_t n = s->n, room = mlt_network_room(n);
  MLT_SORT_TYPE *rows = (MLT_SORT_TYPE *)(((intptr_t)scratch + 63) & ~(intptr_t)63), *v = rows + room * MLT_SORT_LANES;
  mlt_sort_line lines[MLT_SORT_LANES];
  int status = 0, lossy = 0;
  for (int k = 0; k < count; k++) mlt_sort_line_at(s, first + k, lines + k);
  const int across = count == MLT_SORT_LANES && mlt_across(s, lines, count);
  if (across) {
    lossy = MLT_SORT_FN(mlt_network_across)(s, lines, v);
  } else {
    for (int k = 0; k < count; k++) {
      MLT_SORT_FN(mlt_sort_read)(lines + k, rows + k * room, 0, n);
      for (int64_t i = n; i < room; i++) rows[k * room + i] = (MLT_SORT_TYPE)-1;
    }
    MLT_SORT_FN(mlt_turn)(v, MLT_SORT_LANES, rows, room, room, MLT_SORT_LANES);
    MLT_SORT_FN(mlt_network_sort)(v, room);
    MLT_SORT_FN(mlt_turn)(rows, room, v, MLT_SORT_LANES, MLT_SORT_LANES, room);
    for (int k = 0; k < count; k++) MLT_SORT_FN(mlt_sort_write)(lines + k, rows + k * room, 0, n);
  }
  for (int k = 0; k < count && !status; k++)
    if (lossy | atomic_load(&lines[k].lossy)) status = MLT_SORT_AGAIN(s, lines + k, scratch);
  return status;
}

#undef MLT_SORT_BITS
#undef MLT_SORT_LANES
#undef MLT_SORT_TURN
#undef MLT_SORT_LOW
#undef MLT_SORT_HIGH
