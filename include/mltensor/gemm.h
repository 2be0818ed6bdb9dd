/* Matrix multiplication: which kernel, in which blocks, on how many threads.
 *
 * Our own register tiles do the work, in blocks that are packed to suit the caches; OpenBLAS, on
 * the calling thread, where we have no wide vectors to write tiles with and for complex vectors.
 *
 * Every element of a result is one chain of multiply-adds over the depth, however the result is cut
 * into blocks, so the bits are equal for any number of threads.  No block takes longer than some
 * tens of milliseconds, so that Ctrl-C is answered in time.
 */
#ifndef MLTENSOR_GEMM_H
#define MLTENSOR_GEMM_H

#include <stdlib.h>
#include <string.h>

#include "mltensor/gemm_blas.h"
#include "mltensor/gemm_memory.h"
#include "mltensor/gemm_shared.h"
#include "mltensor/gemm_types.h"
#include "mltensor/target.h"
#include "mltensor/thread.h"

#define MLT_TARGET_BASE
#include "mltensor/target_begin.h"
#include "mltensor/gemm_kernel.h"
#include "mltensor/target_end.h"
#if MLT_HAVE_X86_TARGETS
#define MLT_TARGET_AVX2
#include "mltensor/target_begin.h"
#include "mltensor/gemm_kernel.h"
#include "mltensor/target_end.h"
#define MLT_TARGET_AVX512
#include "mltensor/target_begin.h"
#include "mltensor/gemm_kernel.h"
#include "mltensor/target_end.h"
#endif

static const mlt_gemm_target *const mlt_gemm_targets[MLT_ISA_COUNT] = {
    &gemm_target_base,
#if MLT_HAVE_X86_TARGETS
    &gemm_target_avx2,
    &gemm_target_avx512,
#endif
};

/* Multiply-adds below which a problem stays on the calling thread. */
#define MLT_GEMM_PARALLEL 2000000.0
/* Multiply-adds below which a vector stays on the calling thread: memory is the limit. */
#define MLT_GEMM_PARALLEL_VECTOR 600000.0
/* Multiply-adds that a chunk should at least have, to be worth claiming. */
#define MLT_GEMM_CHUNK 131072
/* Blocks for each thread that a problem is cut into where it is big enough: a late thread then costs
 * little. */
#define MLT_GEMM_BLOCKS 4
/* Longest block of rows and columns, and its most multiply-adds: some milliseconds. */
#define MLT_GEMM_M_BLOCK 512
#define MLT_GEMM_N_BLOCK 1024
#define MLT_GEMM_BLOCK_WORK (1 << 29)
/* Parts of a long depth; their number decides about the bits of a sum, so it is not that of the
 * threads. */
#define MLT_GEMM_PARTS 16
/* Rows and columns of a block from which both operands are packed. */
#define MLT_GEMM_PACKED_ROWS 64
#define MLT_GEMM_PACKED_COLUMNS 192

/* How a problem is cut. */
typedef struct {
  const mlt_gemm *g;
  const mlt_gemm_target *target;
  int use_blas, dots, packed;
  int64_t m_block, n_block, m_blocks, n_blocks;
  int64_t k_begin, k_end;      /* the panel of the depth in work */
  char *parts;                 /* results of the parts of a split depth, part 0 being C itself */
  int64_t k_part;
} mlt_gemm_plan;

/* One block: rows from i, columns from j, the depth [k_begin, k_end) */
static void mlt_gemm_one(const mlt_gemm_plan *p, int64_t batch, int64_t i, int64_t j,
                         int64_t k_begin, int64_t k_end, char *c, char *scratch) {
  const mlt_gemm *g = p->g;
  const int64_t z = mlt_itemsize[g->dtype];
  mlt_gemm_block block;
  block.a = g->a + i * g->a_row + k_begin * g->a_col;
  block.b = g->b + k_begin * g->b_row + j * g->b_col;
  block.m = g->m - i < p->m_block ? g->m - i : p->m_block;
  block.n = g->n - j < p->n_block ? g->n - j : p->n_block;
  block.k = k_end - k_begin;
  block.a_row = g->a_row;
  block.a_col = g->a_col;
  block.b_row = g->b_row;
  block.b_col = g->b_col;
  block.c_row = g->c_row;
  block.initial_row = g->c_row;
  block.dots = p->dots;
  block.scratch = scratch;
  int64_t c_offset = i * g->c_row + j * z;
  if (g->batch > 1) {
    mlt_gemm_go_to(g, batch, &block.a, &block.b);
    c_offset += batch * g->c_batch;
  }
  block.c = c + c_offset;
  block.initial = NULL;
  if (c != g->c) {
    /* a part of a split depth starts from zero */
  } else if (k_begin > 0) {
    block.initial = block.c;
  } else if (g->initial) {
    block.initial = g->initial + i * g->initial_row + j * z;
    block.initial_row = g->initial_row;
  }
  if (p->use_blas)
    mlt_blas_block(&block, g->dtype);
  else
    p->target->kernels[g->dtype](&block);
  if (g->activation && k_end == g->k && !p->parts)
    p->target->activations[g->activation][g->dtype == MLT_FLOAT64](block.c, block.c_row, block.m,
                                                                   block.n);
}

static void mlt_gemm_task(void *context, int64_t begin, int64_t end) {
  const mlt_gemm_plan *p = (const mlt_gemm_plan *)context;
  const int64_t blocks = p->m_blocks * p->n_blocks;
  /* without memory the operands are read where they lie */
  char *scratch = p->packed ? mlt_gemm_take_scratch() : NULL;
  for (int64_t item = begin; item < end; item++) {
    int64_t batch = item / blocks, block = item % blocks;
    mlt_gemm_one(p, batch, block / p->n_blocks * p->m_block, block % p->n_blocks * p->n_block,
                 p->k_begin, p->k_end, p->g->c, scratch);
  }
  mlt_gemm_give_scratch(scratch);
}

/* --- a long depth over a small result: parts of the depth side by side, summed in order ------ */

static void mlt_gemm_part_task(void *context, int64_t begin, int64_t end) {
  const mlt_gemm_plan *p = (const mlt_gemm_plan *)context;
  const mlt_gemm *g = p->g;
  for (int64_t part = begin; part < end; part++) {
    int64_t k = part * p->k_part, k_end = k + p->k_part < g->k ? k + p->k_part : g->k;
    /* later parts lie one after the other, each as big as C */
    char *c = part == 0 ? g->c : p->parts + (part - 1) * g->m * g->c_row;
    mlt_gemm_one(p, 0, 0, 0, k, k_end, c, NULL);
  }
}

#define MLT_ADD_PART(type, OPERATOR)                                    \
  {                                                                     \
    type *to = (type *)c;                                               \
    const type *from = (const type *)part;                              \
    for (int64_t i = 0; i < count; i++) to[i] = (type)(to[i] OPERATOR from[i]); \
  }                                                                     \
  break;

static void mlt_gemm_add_part(char *c, const char *part, int64_t count, int dtype) {
  switch (dtype) {
    case MLT_BOOL:
      MLT_ADD_PART(uint8_t, |)
    case MLT_INT16:
    case MLT_UINT16:
      MLT_ADD_PART(uint16_t, +)
    case MLT_INT32:
    case MLT_UINT32:
      MLT_ADD_PART(uint32_t, +)
    case MLT_INT64:
    case MLT_UINT64:
      MLT_ADD_PART(uint64_t, +)
    case MLT_COMPLEX64:
      count *= 2; /* fall through */
    case MLT_FLOAT32:
      MLT_ADD_PART(float, +)
    case MLT_COMPLEX128:
      count *= 2; /* fall through */
    case MLT_FLOAT64:
      MLT_ADD_PART(double, +)
    default:
      break;
  }
}
#undef MLT_ADD_PART

static int mlt_gemm_split_depth(mlt_gemm_plan *p, int64_t parts) {
  const mlt_gemm *g = p->g;
  const int64_t size = g->m * g->c_row;
  p->parts = (char *)malloc((size_t)((parts - 1) * size));
  if (!p->parts) return 2;
  int status = mlt_parallel_long(parts, 1, mlt_gemm_part_task, p);
  if (!status) {
    for (int64_t part = 1; part < parts; part++)
      mlt_gemm_add_part(g->c, p->parts + (part - 1) * size, size / mlt_itemsize[g->dtype],
                        g->dtype);
    if (g->activation)
      p->target->activations[g->activation][g->dtype == MLT_FLOAT64](g->c, g->c_row, g->m, g->n);
  }
  free(p->parts);
  return status;
}

/* --- the plan ------------------------------------------------------------------------------ */

/* Length of the blocks that cut `length` into pieces of at most about `most`, a multiple of
 * `grain` unless there is one block. */
static inline int64_t mlt_gemm_cut(int64_t length, int64_t most, int64_t grain) {
  int64_t blocks = mlt_gemm_ceil(length, most);
  if (blocks == 1) return length;
  return mlt_gemm_ceil(mlt_gemm_ceil(length, blocks), grain) * grain;
}

/* Our own tiles win, except where we have no wide vectors to write them with. */
static inline int mlt_gemm_prefers_blas(const mlt_gemm *g, double work) {
#ifdef MLT_GEMM_FORCE /* a benchmark that compares the two */
  return MLT_GEMM_FORCE;
#endif
  const int base = mlt_runtime_pointer->isa == MLT_ISA_BASE;
  /* Our complex kernel packs all of the right operand, which takes some rows to pay. */
  if (g->dtype >= MLT_COMPLEX64) return base || g->m < 4 || g->n < 4;
  if (g->dtype < MLT_FLOAT32 || !base) return 0;
  if (g->m == 1 || g->n == 1) return 0;
  if (MLT_HAVE_X86_TARGETS) return work > 24.0 * 24.0 * 24.0;
  return g->m >= 64 && g->n >= 64 && work > 512.0 * 512.0 * 512.0;
}

/* True for the few rows with which packing a B that is contiguous along the depth does not pay. */
static inline int mlt_gemm_wants_dots(const mlt_gemm *g) {
  const int64_t z = mlt_itemsize[g->dtype];
  return (g->dtype == MLT_FLOAT32 || g->dtype == MLT_FLOAT64) && g->a_col == z && g->b_row == z &&
         g->b_col != z && g->m < MLT_GEMM_PACK_ROWS && g->k >= 8;
}

/* Columns that blocks are a multiple of: of the kernels' panels; a row that sweeps over the rows of
 * B wants them long. */
static inline int64_t mlt_gemm_grain(const mlt_gemm *g) {
  return g->m == 1 && g->b_col == mlt_itemsize[g->dtype] ? 256
         : mlt_runtime_pointer->isa == MLT_ISA_AVX512    ? 64
                                                         : 48;
}

/* Cuts the result into blocks. */
static void mlt_gemm_cut_blocks(mlt_gemm_plan *p, double work) {
  const mlt_gemm *g = p->g;
  const int64_t grain = mlt_gemm_grain(g);
  /* What BLAS gives may depend on the block, so there the threads do not count. */
  const int64_t threads = mlt_runtime_pointer->threads;
  /* Memory serves one thread sooner than the other, so a vector is cut finer. */
  const int vector = g->m == 1;
  const double least = vector ? MLT_GEMM_CHUNK : 2.0 * MLT_GEMM_CHUNK;
  const int64_t wanted = p->use_blas    ? MLT_GEMM_PARTS
                         : threads == 1 ? 1
                                        : (vector ? 4 : 1) * MLT_GEMM_BLOCKS * threads;
  int64_t m_most = MLT_GEMM_M_BLOCK, n_most = vector ? 8 * MLT_GEMM_N_BLOCK : MLT_GEMM_N_BLOCK;
  for (;;) {
    p->m_block = mlt_gemm_cut(g->m, m_most, 8);
    p->n_block = mlt_gemm_cut(g->n, n_most, grain);
    p->m_blocks = mlt_gemm_ceil(g->m, p->m_block);
    p->n_blocks = mlt_gemm_ceil(g->n, p->n_block);
    int64_t blocks = g->batch * p->m_blocks * p->n_blocks;
    if (blocks >= wanted || work / blocks < least) return;
    /* Blocks of few rows pack their columns for little use, so columns are cut first; but square
     * blocks read least. */
    if (p->n_block >= 4 * grain && p->n_block >= p->m_block)
      n_most = p->n_block / 2;
    else if (p->m_block >= 64)
      m_most = p->m_block / 2;
    else if (p->n_block >= 2 * grain)
      n_most = p->n_block / 2;
    else
      return;
  }
}

/* Nothing to sum: C is the initial value. */
static void mlt_gemm_empty_depth(const mlt_gemm *g, const mlt_gemm_target *target) {
  const int64_t bytes = g->n * mlt_itemsize[g->dtype];
  for (int64_t batch = 0; batch < g->batch; batch++) {
    char *c = g->c + batch * g->c_batch;
    for (int64_t i = 0; i < g->m; i++) {
      if (g->initial)
        memcpy(c + i * g->c_row, g->initial + i * g->initial_row, (size_t)bytes);
      else
        memset(c + i * g->c_row, 0, (size_t)bytes);
    }
    if (g->activation)
      target->activations[g->activation][g->dtype == MLT_FLOAT64](c, g->c_row, g->m, g->n);
  }
}

/* y = A x as the row x' A', whose columns lie in C one after the other. */
static void mlt_gemm_column_to_row(mlt_gemm *g) {
  const char *a = g->a;
  const int64_t *a_batch = g->a_batch;
  int64_t a_row = g->a_row, a_col = g->a_col, m = g->m;
  g->a = g->b, g->a_row = g->b_col, g->a_col = g->b_row, g->a_batch = g->b_batch;
  g->b = a, g->b_row = a_col, g->b_col = a_row, g->b_batch = a_batch;
  g->m = 1, g->n = m, g->c_row = m * mlt_itemsize[g->dtype];
}

/* Multiply-adds of a problem. */
static inline double mlt_gemm_work(const mlt_gemm *g) {
  return (double)g->batch * (double)g->m * (double)g->n * (double)g->k;
}

/* True when the problem is worth several threads, and giving up the interpreter's lock. */
static inline int mlt_gemm_is_long(const mlt_gemm *g, double work) {
  return work >= (g->m == 1 || g->n == 1 ? MLT_GEMM_PARALLEL_VECTOR : MLT_GEMM_PARALLEL);
}

/* True when a product is large enough that all threads should share what they pack. */
static inline int mlt_gemm_wants_panels(const mlt_gemm_plan *p, double work) {
  const mlt_gemm *g = p->g;
  return !p->use_blas && !p->dots && g->m >= MLT_GEMM_PACKED_ROWS && g->n >= MLT_GEMM_PACKED_COLUMNS &&
         (g->batch == 1 ||
          (g->batch < MLT_GEMM_BLOCKS * mlt_runtime_pointer->threads && work >= g->batch * MLT_GEMM_PARALLEL));
}

static int mlt_gemm_run_long(mlt_gemm_plan *p, double work) {
  const mlt_gemm *g = p->g;
  if (g->batch == 1 && g->k >= 4096 && g->m < 64 &&
      g->n < (g->m == 1 ? 4 : 2) * mlt_gemm_grain(g)) {
    p->m_block = g->m;
    p->n_block = g->n;
    int64_t part = mlt_gemm_ceil(g->k, MLT_GEMM_PARTS);
    p->k_part = part < 1024 ? 1024 : part > 65536 ? 65536 : mlt_gemm_ceil(part, 256) * 256;
    return mlt_gemm_split_depth(p, mlt_gemm_ceil(g->k, p->k_part));
  }
  if (mlt_gemm_wants_panels(p, work)) {
    const int status = mlt_gemm_run_panels(g, p->target, work);
    if (status != 2) return status;
    /* without memory the operands are read where they lie */
  }
  mlt_gemm_cut_blocks(p, work);
  const int64_t items = g->batch * p->m_blocks * p->n_blocks;
  p->packed = p->m_block >= MLT_GEMM_PACKED_ROWS && p->n_block >= MLT_GEMM_PACKED_COLUMNS;
  /* A complex multiply-add is four real ones. */
  const int64_t most = MLT_GEMM_BLOCK_WORK / (p->m_block * p->n_block);
  const int64_t panel = mlt_gemm_even_cut(g->k, g->dtype >= MLT_COMPLEX64 ? most / 4 : most);
  int64_t last = mlt_now_ns();
  for (int64_t k = 0; k < g->k; k += panel) {
    p->k_begin = k;
    p->k_end = mlt_gemm_least(k + panel, g->k);
    int64_t each = mlt_gemm_least(g->m, p->m_block) * mlt_gemm_least(g->n, p->n_block) *
                   (p->k_end - k);
    int64_t chunk = each >= MLT_GEMM_CHUNK ? 1 : mlt_gemm_ceil(MLT_GEMM_CHUNK, each);
    const int brief = work < MLT_GEMM_LONG;
    if ((brief ? mlt_parallel : mlt_parallel_long)(items, chunk, mlt_gemm_task, p) || mlt_poll(&last)) return 1;
  }
  return 0;
}

/* True when an operand cannot be read where it lies. */
static inline int mlt_gemm_wants_copies(const mlt_gemm *g) {
  if (mlt_gemm_prefers_blas(g, (double)g->m * (double)g->n * (double)g->k))
    return !mlt_blas_takes(g);
  return g->dtype >= MLT_COMPLEX64 && g->a_col != mlt_itemsize[g->dtype] && g->k > 1;
}

/* --- few rows: the transpose ------------------------------------------------------------------ */

/* True for the few rows, filling vectors as columns, whose product is taken as C' = B' A': all of B would be packed
 * for them, but as left operand it is read where it lies, whichever way. */
static inline int mlt_gemm_wants_transpose(const mlt_gemm *g) {
  const int64_t z = mlt_itemsize[g->dtype];
  const int64_t lanes = (mlt_runtime_pointer->isa == MLT_ISA_AVX512 ? 64 : 32) / z;
  const int64_t filled = mlt_gemm_ceil(g->m, lanes) * lanes;
  return (g->dtype == MLT_FLOAT32 || g->dtype == MLT_FLOAT64) && mlt_runtime_pointer->isa != MLT_ISA_BASE &&
         g->batch == 1 && g->m >= 16 && g->m <= 64 && 8 * filled <= 9 * g->m && g->n >= 128 && g->k >= 64 &&
         g->n * g->m * z <= MLT_GEMM_SCRATCH - MLT_GEMM_LEFT_BEGIN && (g->b_col == z || g->b_row == z);
}

static int mlt_gemm_run(const mlt_gemm *problem);

/* C by way of C', which lies in `scratch`. */
static int mlt_gemm_run_transpose(const mlt_gemm *g, char *scratch) {
  const int64_t row = g->m * mlt_itemsize[g->dtype];
  const mlt_gemm_target *target = mlt_gemm_targets[mlt_runtime_pointer->isa];
  const int is_double = g->dtype == MLT_FLOAT64;
  mlt_gemm turned = *g;
  turned.a = g->b, turned.a_row = g->b_col, turned.a_col = g->b_row;
  turned.b = g->a, turned.b_row = g->a_col, turned.b_col = g->a_row;
  turned.c = scratch, turned.c_row = row;
  turned.m = g->n, turned.n = g->m;
  turned.activation = 0;
  if (g->initial) {
    target->transpose[is_double](g->initial, g->initial_row, scratch, row, g->n, g->m);
    turned.initial = scratch, turned.initial_row = row;
  }
  const int status = mlt_gemm_run(&turned);
  if (status) return status;
  target->transpose[is_double](scratch, row, g->c, g->c_row, g->m, g->n);
  if (g->activation) target->activations[g->activation][is_double](g->c, g->c_row, g->m, g->n);
  return 0;
}

/* Computes C.  Returns 0, 1 when interrupted, 2 when there is no memory.  A long problem should be
 * run without the interpreter's lock. */
static int mlt_gemm_run(const mlt_gemm *problem) {
  mlt_gemm g = *problem;
  mlt_gemm_plan p = {.g = &g, .target = mlt_gemm_targets[mlt_runtime_pointer->isa], .k_end = g.k};
  if (g.m == 0 || g.n == 0 || g.batch == 0) return 0;
  if (g.k == 0) {
    mlt_gemm_empty_depth(&g, p.target);
    return 0;
  }
  if (g.n == 1) g.b_col = g.k * g.b_row;
  if (g.n == 1 && g.m > 1 && g.c_row == mlt_itemsize[g.dtype] &&
      (!g.initial || g.initial == g.c))
    mlt_gemm_column_to_row(&g);
  if (mlt_gemm_wants_transpose(&g)) {
    char *scratch = mlt_gemm_take_scratch();
    const int status = scratch ? mlt_gemm_run_transpose(&g, scratch + MLT_GEMM_LEFT_BEGIN) : 2;
    mlt_gemm_give_scratch(scratch);
    return status;
  }
  double work = mlt_gemm_work(&g);
  p.dots = mlt_gemm_wants_dots(&g);
  p.use_blas = mlt_gemm_prefers_blas(&g, work / g.batch) && mlt_blas_takes(&g);
  if (mlt_gemm_is_long(&g, work)) return mlt_gemm_run_long(&p, work);
  p.m_block = g.m;
  p.n_block = g.n;
  p.m_blocks = p.n_blocks = 1;
  mlt_gemm_task(&p, 0, g.batch);
  return 0;
}

#endif
