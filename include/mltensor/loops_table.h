/* Turns the lines of a family into its table of function pointers; see loops_family.h. */
#ifndef MLTENSOR_LOOPS_TABLE_H
#define MLTENSOR_LOOPS_TABLE_H

#include "mltensor/mltensor.h"
#include "mltensor/target.h"

enum {
  MLT_RETURNS_SAME = 0,
  MLT_RETURNS_BOOL = 1,
  MLT_RETURNS_REAL_OF = 2,
  MLT_RETURNS_UINT8 = 3,
  MLT_RETURNS_INT32 = 4
};

typedef struct {
  const char *name; /* NULL ends the table */
  int arity;
  int returns;
  mlt_loop loops[MLT_ISA_COUNT][MLT_DTYPE_COUNT];    /* NULL: the dtype is not in the category */
  mlt_loop streamed[MLT_ISA_COUNT][MLT_DTYPE_COUNT]; /* the same past the cache; NULL: not for this one */
  mlt_loop integers[MLT_ISA_COUNT][MLT_DTYPE_COUNT]; /* those that read integers and compute doubles */
  mlt_loop integers_streamed[MLT_ISA_COUNT][MLT_DTYPE_COUNT];
} mlt_operation_loops;

#endif

/* The including translation unit has the loops and wants the lines expanded into entries. */
#ifdef MLT_FAMILY
#undef MLT_OPERATION1
#undef MLT_OPERATION2
#undef MLT_OPERATION3
#undef MLT_HALF_OPERATION1
#undef MLT_HALF_OPERATION2
#undef MLT_HALF_OPERATION3
#undef MLT_STREAMED_OPERATION1
#undef MLT_STREAMED_OPERATION2
#undef MLT_STREAMED_OPERATION3
#undef MLT_INTEGERS_OPERATION2
#define MLT_ENTRY_base(D, name) [MLT_##D] = name##_##D##_base,
#define MLT_ENTRY_avx2(D, name) [MLT_##D] = name##_##D##_avx2,
#define MLT_ENTRY_avx512(D, name) [MLT_##D] = name##_##D##_avx512,
#define MLT_STREAMED_avx2(D, name) [MLT_##D] = name##_streamed_##D##_avx2,
#define MLT_STREAMED_avx512(D, name) [MLT_##D] = name##_streamed_##D##_avx512,
#define MLT_INTEGERS_avx2(D, name) [MLT_##D] = name##_integers_##D##_avx2,
#define MLT_INTEGERS_avx512(D, name) [MLT_##D] = name##_integers_##D##_avx512,
#define MLT_INTEGERS_STREAMED_avx2(D, name) [MLT_##D] = name##_integers_streamed_##D##_avx2,
#define MLT_INTEGERS_STREAMED_avx512(D, name) [MLT_##D] = name##_integers_streamed_##D##_avx512,
#define MLT_NO_HALF(CATEGORY, ENTRY, name)
#define MLT_HALF(CATEGORY, ENTRY, name) MLT_HALF_OF_##CATEGORY(ENTRY, name)
#if MLT_HAVE_X86_TARGETS
#define MLT_TABLE(CATEGORY, S, HALF, name)                                                            \
  {{MLT_FOR_##CATEGORY(ALL, MLT_ENTRY_base, name)},                                                   \
   {MLT_FOR_##CATEGORY(S, MLT_ENTRY_avx2, name) HALF(CATEGORY, MLT_ENTRY_avx2, name)},                \
   {MLT_FOR_##CATEGORY(S, MLT_ENTRY_avx512, name) HALF(CATEGORY, MLT_ENTRY_avx512, name)}}
#define MLT_STREAMED_TABLE(CATEGORY, name)               \
  {{NULL},                                               \
   {MLT_FOR_##CATEGORY(QUICK, MLT_STREAMED_avx2, name)}, \
   {MLT_FOR_##CATEGORY(QUICK, MLT_STREAMED_avx512, name)}}
#define MLT_INTEGERS_TABLE(WHICH, name) \
  {{NULL}, {MLT_INTS_MAIN(WHICH##avx2, name)}, {MLT_INTS_MAIN(WHICH##avx512, name)}}
#else
#define MLT_TABLE(CATEGORY, S, HALF, name) {{MLT_FOR_##CATEGORY(ALL, MLT_ENTRY_base, name)}}
#define MLT_STREAMED_TABLE(CATEGORY, name) {{NULL}}
#define MLT_INTEGERS_TABLE(WHICH, name) {{NULL}}
#endif
#define MLT_ENTRY(arity, name, CATEGORY, HALF, RETURNS) \
  {#name, arity, MLT_RETURNS_##RETURNS, MLT_TABLE(CATEGORY, MAIN, HALF, name), {{NULL}}},
#define MLT_STREAMED_ENTRY(arity, name, CATEGORY, RETURNS)                           \
  {#name, arity, MLT_RETURNS_##RETURNS, MLT_TABLE(CATEGORY, QUICK, MLT_HALF, name), \
   MLT_STREAMED_TABLE(CATEGORY, name)},
#define MLT_INTEGERS_OPERATION2(name, CATEGORY, RETURNS, ...)                      \
  {#name, 2, MLT_RETURNS_##RETURNS, MLT_TABLE(CATEGORY, QUICK, MLT_HALF, name),    \
   MLT_STREAMED_TABLE(CATEGORY, name), MLT_INTEGERS_TABLE(MLT_INTEGERS_, name),    \
   MLT_INTEGERS_TABLE(MLT_INTEGERS_STREAMED_, name)},
#define MLT_OPERATION1(name, CATEGORY, RETURNS, ...) MLT_ENTRY(1, name, CATEGORY, MLT_NO_HALF, RETURNS)
#define MLT_OPERATION2(name, CATEGORY, RETURNS, ...) MLT_ENTRY(2, name, CATEGORY, MLT_NO_HALF, RETURNS)
#define MLT_OPERATION3(name, CATEGORY, RETURNS, ...) MLT_ENTRY(3, name, CATEGORY, MLT_NO_HALF, RETURNS)
#define MLT_HALF_OPERATION1(name, CATEGORY, RETURNS, ...) MLT_ENTRY(1, name, CATEGORY, MLT_HALF, RETURNS)
#define MLT_HALF_OPERATION2(name, CATEGORY, RETURNS, ...) MLT_ENTRY(2, name, CATEGORY, MLT_HALF, RETURNS)
#define MLT_HALF_OPERATION3(name, CATEGORY, RETURNS, ...) MLT_ENTRY(3, name, CATEGORY, MLT_HALF, RETURNS)
#define MLT_STREAMED_OPERATION1(name, CATEGORY, RETURNS, ...) MLT_STREAMED_ENTRY(1, name, CATEGORY, RETURNS)
#define MLT_STREAMED_OPERATION2(name, CATEGORY, RETURNS, ...) MLT_STREAMED_ENTRY(2, name, CATEGORY, RETURNS)
#define MLT_STREAMED_OPERATION3(name, CATEGORY, RETURNS, ...) MLT_STREAMED_ENTRY(3, name, CATEGORY, RETURNS)
#endif
