/* The bodies of elementwise loops that write past the cache, one macro per number of operands.
 *
 * With ordinary stores the processor first reads the lines that it is about to overwrite, and drops from
 * the cache what the operands still need.  These loops write whole lines: `n` is a multiple of the elements
 * of a block, the output lies on the beginning of a line, operands are contiguous or one number repeated.
 * A block is computed as a whole before its lines are written; the compiler keeps it in registers.
 */
#ifndef MLTENSOR_LOOPS_STREAMED_H
#define MLTENSOR_LOOPS_STREAMED_H

#include "mltensor/loops.h"
#include "mltensor/stream.h"

#define MLT_STREAMED_EACH(D, O, READ, ...)                                     \
  {                                                                            \
    enum { block_size = MLT_STREAMED_BLOCK / sizeof(out_type) };               \
    for (int64_t start = 0; start < n; start += block_size) {                  \
      _Alignas(64) out_type block[block_size];                                 \
      out_type *const out = block;                                             \
      _Pragma("GCC ivdep") for (int64_t j = 0; j < block_size; j++) {          \
        const int64_t i = start + j;                                           \
        (void)i; /* where no operand has elements */                           \
        MLT_EACH_(D, O, READ, (__VA_ARGS__), j)                                \
      }                                                                        \
      MLT_FN(stream_block)(to + start, block);                                 \
    }                                                                          \
    return;                                                                    \
  }

#define MLT_STREAMED_UNARY(D, name, O, ...) MLT_STREAMED_UNARY_(D, name, O, __VA_ARGS__)
#define MLT_STREAMED_UNARY_(D, name, O, ...)                                                        \
  static void MLT_FN(name##_streamed_##D)(char *const *args, const int64_t *s, int64_t n) {         \
    MLT_LOOP_HEAD(D, O)                                                                             \
    const in_type *pa = (const in_type *)args[0];                                                   \
    out_type *to = (out_type *)args[1];                                                             \
    if (s[0]) MLT_STREAMED_EACH(D, O, type a = MLT_LOAD(D, pa + i), __VA_ARGS__)                    \
    MLT_FN(name##_##D)(args, s, n);                                                                 \
  }

#define MLT_STREAMED_BINARY(D, name, O, ...) MLT_STREAMED_BINARY_(D, name, O, __VA_ARGS__)
#define MLT_STREAMED_BINARY_(D, name, O, ...)                                                       \
  static void MLT_FN(name##_streamed_##D)(char *const *args, const int64_t *s, int64_t n) {         \
    MLT_LOOP_HEAD(D, O)                                                                             \
    const in_type *pa = (const in_type *)args[0];                                                   \
    const in_type *pb = (const in_type *)args[1];                                                   \
    out_type *to = (out_type *)args[2];                                                             \
    if (s[0] && s[1])                                                                               \
      MLT_STREAMED_EACH(D, O, type a = MLT_LOAD(D, pa + i); type b = MLT_LOAD(D, pb + i), __VA_ARGS__) \
    if (s[0]) {                                                                                     \
      const type b = MLT_LOAD(D, pb);                                                               \
      MLT_STREAMED_EACH(D, O, type a = MLT_LOAD(D, pa + i), __VA_ARGS__)                            \
    }                                                                                               \
    if (s[1]) {                                                                                     \
      const type a = MLT_LOAD(D, pa);                                                               \
      MLT_STREAMED_EACH(D, O, type b = MLT_LOAD(D, pb + i), __VA_ARGS__)                            \
    }                                                                                               \
    MLT_FN(name##_##D)(args, s, n);                                                                 \
  }

#define MLT_STREAMED_TERNARY(D, name, O, ...) MLT_STREAMED_TERNARY_(D, name, O, __VA_ARGS__)
#define MLT_STREAMED_TERNARY_(D, name, O, ...)                                                      \
  static void MLT_FN(name##_streamed_##D)(char *const *args, const int64_t *s, int64_t n) {         \
    MLT_LOOP_HEAD(D, O)                                                                             \
    const in_type *pa = (const in_type *)args[0];                                                   \
    const in_type *pb = (const in_type *)args[1];                                                   \
    const in_type *pc = (const in_type *)args[2];                                                   \
    out_type *to = (out_type *)args[3];                                                             \
    if (s[0] && s[1] && s[2])                                                                       \
      MLT_STREAMED_EACH(D, O, type a = MLT_LOAD(D, pa + i); type b = MLT_LOAD(D, pb + i);           \
                        type c = MLT_LOAD(D, pc + i), __VA_ARGS__)                                  \
    if (s[0] && !s[1] && !s[2]) {                                                                   \
      const type b = MLT_LOAD(D, pb);                                                               \
      const type c = MLT_LOAD(D, pc);                                                               \
      MLT_STREAMED_EACH(D, O, type a = MLT_LOAD(D, pa + i), __VA_ARGS__)                            \
    }                                                                                               \
    MLT_FN(name##_##D)(args, s, n);                                                                 \
  }

#define MLT_MAKE_STREAMED_UNARY(D, name, RETURNS, ...) MLT_STREAMED_UNARY(D, name, MLT_OUT_##RETURNS(D), __VA_ARGS__)
#define MLT_MAKE_STREAMED_BINARY(D, name, RETURNS, ...) \
  MLT_STREAMED_BINARY(D, name, MLT_OUT_##RETURNS(D), __VA_ARGS__)
#define MLT_MAKE_STREAMED_TERNARY(D, name, RETURNS, ...) \
  MLT_STREAMED_TERNARY(D, name, MLT_OUT_##RETURNS(D), __VA_ARGS__)

/* Lines of the table whose operations also have such loops, and loops of complex numbers for every target. The
 * baseline has none that stream: see stream_block. */
#define MLT_STREAMED_ALL(KIND, arity, name, CATEGORY, RETURNS, ...) \
  MLT_EXPAND_(MLT_FOR_##CATEGORY, ALL, MLT_MAKE_##KIND, name, RETURNS, __VA_ARGS__)
#define MLT_STREAMED_MAIN(KIND, arity, name, CATEGORY, RETURNS, ...)                         \
  MLT_EXPAND_(MLT_FOR_##CATEGORY, QUICK, MLT_MAKE_##KIND, name, RETURNS, __VA_ARGS__)        \
  MLT_HALF_LOOPS(MAIN, name, CATEGORY, arity, RETURNS)                                       \
  MLT_EXPAND_(MLT_FOR_##CATEGORY, QUICK, MLT_MAKE_STREAMED_##KIND, name, RETURNS, __VA_ARGS__)
#define MLT_STREAMED_LOOPS(S, ...) MLT_CONCAT(MLT_STREAMED_, S)(__VA_ARGS__)
#define MLT_STREAMED_OPERATION1(...) MLT_STREAMED_LOOPS(MLT_DTYPES, UNARY, 1, __VA_ARGS__)
#define MLT_STREAMED_OPERATION2(...) MLT_STREAMED_LOOPS(MLT_DTYPES, BINARY, 2, __VA_ARGS__)
#define MLT_STREAMED_OPERATION3(...) MLT_STREAMED_LOOPS(MLT_DTYPES, TERNARY, 3, __VA_ARGS__)

/* Loops of two operands that read integers and compute doubles, which are then not written and read in between. */
#define MLT_INTEGERS_READ(i) const double a = (double)pa[a_step * (i)]; const double b = (double)pb[b_step * (i)]
#define MLT_MAKE_INTEGERS(D, name, ...)                                                          \
  static inline __attribute__((always_inline)) void MLT_FN(name##_steps_##D)(                    \
      const MLT_T_##D *pa, const MLT_T_##D *pb, double *out, int64_t n, const int a_step, const int b_step) { \
    _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                       \
      MLT_INTEGERS_READ(i);                                                                      \
      out[i] = (__VA_ARGS__);                                                                    \
    }                                                                                            \
  }                                                                                              \
  static void MLT_FN(name##_integers_##D)(char *const *args, const int64_t *s, int64_t n) {      \
    const MLT_T_##D *pa = (const MLT_T_##D *)args[0], *pb = (const MLT_T_##D *)args[1];           \
    double *out = (double *)args[2];                                                             \
    const int64_t z = sizeof(MLT_T_##D);                                                         \
    if (s[0] == z && s[1] == z && s[2] == 8) {                                                   \
      MLT_FN(name##_steps_##D)(pa, pb, out, n, 1, 1);                                            \
    } else if (s[0] == z && s[1] == 0 && s[2] == 8) {                                            \
      MLT_FN(name##_steps_##D)(pa, pb, out, n, 1, 0);                                            \
    } else if (s[0] == 0 && s[1] == z && s[2] == 8) {                                            \
      MLT_FN(name##_steps_##D)(pa, pb, out, n, 0, 1);                                            \
    } else {                                                                                     \
      for (int64_t i = 0; i < n; i++)                                                            \
        MLT_FN(name##_steps_##D)((const MLT_T_##D *)(args[0] + i * s[0]),                        \
                                 (const MLT_T_##D *)(args[1] + i * s[1]),                        \
                                 (double *)(args[2] + i * s[2]), 1, 1, 1);                       \
    }                                                                                            \
  }                                                                                              \
  static void MLT_FN(name##_integers_streamed_##D)(char *const *args, const int64_t *s, int64_t n) { \
    typedef double out_type, out_compute;                                                        \
    const MLT_T_##D *pa = (const MLT_T_##D *)args[0], *pb = (const MLT_T_##D *)args[1];           \
    double *to = (double *)args[2];                                                              \
    enum { a_step = 1, b_step = 1 };                                                             \
    if (s[0] && s[1]) MLT_STREAMED_EACH(FLOAT64, FLOAT64, MLT_INTEGERS_READ(i), __VA_ARGS__)     \
    MLT_FN(name##_integers_##D)(args, s, n);                                                     \
  }
#define MLT_INTEGERS_LOOPS_ALL(name, ...)
#define MLT_INTEGERS_LOOPS_MAIN(name, ...) MLT_INTS_MAIN(MLT_MAKE_INTEGERS, name, __VA_ARGS__)
#define MLT_INTEGERS_LOOPS(S, ...) MLT_CONCAT(MLT_INTEGERS_LOOPS_, S)(__VA_ARGS__)
#define MLT_INTEGERS_OPERATION2(name, CATEGORY, RETURNS, ...)    \
  MLT_STREAMED_OPERATION2(name, CATEGORY, RETURNS, __VA_ARGS__)  \
  MLT_INTEGERS_LOOPS(MLT_DTYPES, name, __VA_ARGS__)

#endif
