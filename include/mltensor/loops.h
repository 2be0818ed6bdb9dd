/* The bodies of elementwise loops, one macro per number of operands.
 *
 * A loop has a branch for contiguous operands and one for each operand that is
 * a broadcast scalar (the compiler vectorises these), and one for any strides.
 * `ivdep` says that no iteration reads what another one wrote: an output is
 * either disjoint from an input or the very same elements.
 */
#ifndef MLTENSOR_LOOPS_H
#define MLTENSOR_LOOPS_H

#include "mltensor/half.h"
#include "mltensor/mltensor.h"
#include "mltensor/target.h"

/* --- dtypes: type in memory, type computed in, type of its real part, load and store --- */
#define MLT_T_BOOL bool
#define MLT_T_INT8 int8_t
#define MLT_T_INT16 int16_t
#define MLT_T_INT32 int32_t
#define MLT_T_INT64 int64_t
#define MLT_T_UINT8 uint8_t
#define MLT_T_UINT16 uint16_t
#define MLT_T_UINT32 uint32_t
#define MLT_T_UINT64 uint64_t
#define MLT_T_FLOAT16 mlt_half
#define MLT_T_FLOAT32 float
#define MLT_T_FLOAT64 double
#define MLT_T_COMPLEX64 float complex
#define MLT_T_COMPLEX128 double complex

/* A bool is computed as the byte it is, of which the compiler makes vectors. */
#define MLT_C_BOOL uint8_t
#define MLT_C_INT8 int8_t
#define MLT_C_INT16 int16_t
#define MLT_C_INT32 int32_t
#define MLT_C_INT64 int64_t
#define MLT_C_UINT8 uint8_t
#define MLT_C_UINT16 uint16_t
#define MLT_C_UINT32 uint32_t
#define MLT_C_UINT64 uint64_t
#define MLT_C_FLOAT16 float
#define MLT_C_FLOAT32 float
#define MLT_C_FLOAT64 double
#define MLT_C_COMPLEX64 float complex
#define MLT_C_COMPLEX128 double complex

#define MLT_REAL_COMPLEX64 FLOAT32
#define MLT_REAL_COMPLEX128 FLOAT64
#define MLT_REAL_BOOL BOOL
#define MLT_REAL_INT8 INT8
#define MLT_REAL_INT16 INT16
#define MLT_REAL_INT32 INT32
#define MLT_REAL_INT64 INT64
#define MLT_REAL_UINT8 UINT8
#define MLT_REAL_UINT16 UINT16
#define MLT_REAL_UINT32 UINT32
#define MLT_REAL_UINT64 UINT64
#define MLT_REAL_FLOAT16 FLOAT16
#define MLT_REAL_FLOAT32 FLOAT32
#define MLT_REAL_FLOAT64 FLOAT64

#define MLT_LOAD(D, p) MLT_CONCAT(MLT_LOAD_, D)(p)
#define MLT_STORE(D, p, v) MLT_CONCAT(MLT_STORE_, D)(p, v)
#define MLT_LOAD_PLAIN(p) (*(p))
#define MLT_STORE_PLAIN(p, v) (*(p) = (v))
#define MLT_LOAD_FLOAT16(p) mlt_half_to_float(*(p))
#define MLT_STORE_FLOAT16(p, v) (*(p) = mlt_float_to_half(v))
#define MLT_LOAD_BOOL(p) (*(const uint8_t *)(p) != 0)
#define MLT_LOAD_INT8 MLT_LOAD_PLAIN
#define MLT_LOAD_INT16 MLT_LOAD_PLAIN
#define MLT_LOAD_INT32 MLT_LOAD_PLAIN
#define MLT_LOAD_INT64 MLT_LOAD_PLAIN
#define MLT_LOAD_UINT8 MLT_LOAD_PLAIN
#define MLT_LOAD_UINT16 MLT_LOAD_PLAIN
#define MLT_LOAD_UINT32 MLT_LOAD_PLAIN
#define MLT_LOAD_UINT64 MLT_LOAD_PLAIN
#define MLT_LOAD_FLOAT32 MLT_LOAD_PLAIN
#define MLT_LOAD_FLOAT64 MLT_LOAD_PLAIN
#define MLT_LOAD_COMPLEX64 MLT_LOAD_PLAIN
#define MLT_LOAD_COMPLEX128 MLT_LOAD_PLAIN
#define MLT_STORE_BOOL(p, v) (*(uint8_t *)(p) = (v) != 0)
#define MLT_STORE_INT8 MLT_STORE_PLAIN
#define MLT_STORE_INT16 MLT_STORE_PLAIN
#define MLT_STORE_INT32 MLT_STORE_PLAIN
#define MLT_STORE_INT64 MLT_STORE_PLAIN
#define MLT_STORE_UINT8 MLT_STORE_PLAIN
#define MLT_STORE_UINT16 MLT_STORE_PLAIN
#define MLT_STORE_UINT32 MLT_STORE_PLAIN
#define MLT_STORE_UINT64 MLT_STORE_PLAIN
#define MLT_STORE_FLOAT32 MLT_STORE_PLAIN
#define MLT_STORE_FLOAT64 MLT_STORE_PLAIN
#define MLT_STORE_COMPLEX64 MLT_STORE_PLAIN
#define MLT_STORE_COMPLEX128 MLT_STORE_PLAIN

/* --- categories: M(dtype, ...) for each dtype. ALL is what the baseline compiles, MAIN what the
 * other targets add: the dtypes people compute in. QUICK also has the complex numbers, for what takes no longer than
 * memory. --- */
#define MLT_INTS_ALL(M, ...)                                                           \
  M(INT8, __VA_ARGS__) M(INT16, __VA_ARGS__) M(INT32, __VA_ARGS__) M(INT64, __VA_ARGS__) \
  M(UINT8, __VA_ARGS__) M(UINT16, __VA_ARGS__) M(UINT32, __VA_ARGS__) M(UINT64, __VA_ARGS__)
#define MLT_INTS_MAIN(M, ...) \
  M(INT32, __VA_ARGS__) M(INT64, __VA_ARGS__) M(UINT8, __VA_ARGS__)
#define MLT_INTS_QUICK MLT_INTS_MAIN
#define MLT_FLOATS_ALL(M, ...) \
  M(FLOAT16, __VA_ARGS__) M(FLOAT32, __VA_ARGS__) M(FLOAT64, __VA_ARGS__)
#define MLT_FLOATS_MAIN(M, ...) M(FLOAT32, __VA_ARGS__) M(FLOAT64, __VA_ARGS__)
#define MLT_FLOATS_QUICK MLT_FLOATS_MAIN
#define MLT_COMPLEXES_ALL(M, ...) M(COMPLEX64, __VA_ARGS__) M(COMPLEX128, __VA_ARGS__)
#define MLT_COMPLEXES_MAIN(M, ...)
#define MLT_COMPLEXES_QUICK MLT_COMPLEXES_ALL

#define MLT_FOR_BOOL(S, M, ...) M(BOOL, __VA_ARGS__)
#define MLT_FOR_INTEGER(S, M, ...) MLT_INTS_##S(M, __VA_ARGS__)
#define MLT_FOR_STRICT_INTEGER MLT_FOR_INTEGER
#define MLT_FOR_BITWISE(S, M, ...) M(BOOL, __VA_ARGS__) MLT_INTS_##S(M, __VA_ARGS__)
#define MLT_FOR_REAL_FLOATING(S, M, ...) MLT_FLOATS_##S(M, __VA_ARGS__)
#define MLT_FOR_COMPLEX(S, M, ...) MLT_COMPLEXES_##S(M, __VA_ARGS__)
#define MLT_FOR_FLOATING(S, M, ...) MLT_FLOATS_##S(M, __VA_ARGS__) MLT_COMPLEXES_##S(M, __VA_ARGS__)
#define MLT_FOR_REAL(S, M, ...) MLT_INTS_##S(M, __VA_ARGS__) MLT_FLOATS_##S(M, __VA_ARGS__)
#define MLT_FOR_ORDERED(S, M, ...) M(BOOL, __VA_ARGS__) MLT_FOR_REAL(S, M, __VA_ARGS__)
#define MLT_FOR_NUMERIC(S, M, ...) \
  MLT_FOR_REAL(S, M, __VA_ARGS__) MLT_COMPLEXES_##S(M, __VA_ARGS__)
#define MLT_FOR_NOT_BOOL(S, M, ...) MLT_FOR_NUMERIC(S, M, __VA_ARGS__)
#define MLT_FOR_ANY(S, M, ...) M(BOOL, __VA_ARGS__) MLT_FOR_NUMERIC(S, M, __VA_ARGS__)

/* The categories with float16, which the other targets compute by way of float32; see half_target.h. */
#define MLT_HALF_OF_BOOL(M, ...)
#define MLT_HALF_OF_INTEGER(M, ...)
#define MLT_HALF_OF_STRICT_INTEGER(M, ...)
#define MLT_HALF_OF_BITWISE(M, ...)
#define MLT_HALF_OF_COMPLEX(M, ...)
#define MLT_HALF_OF_REAL_FLOATING(M, ...) M(FLOAT16, __VA_ARGS__)
#define MLT_HALF_OF_FLOATING MLT_HALF_OF_REAL_FLOATING
#define MLT_HALF_OF_REAL MLT_HALF_OF_REAL_FLOATING
#define MLT_HALF_OF_ORDERED MLT_HALF_OF_REAL_FLOATING
#define MLT_HALF_OF_NUMERIC MLT_HALF_OF_REAL_FLOATING
#define MLT_HALF_OF_NOT_BOOL MLT_HALF_OF_REAL_FLOATING
#define MLT_HALF_OF_ANY MLT_HALF_OF_REAL_FLOATING

#define MLT_OUT_SAME(D) D
#define MLT_OUT_BOOL(D) BOOL
#define MLT_OUT_REAL_OF(D) MLT_REAL_##D
#define MLT_OUT_UINT8(D) UINT8
#define MLT_OUT_INT32(D) INT32

/* --- loop bodies ------------------------------------------------------------------------- */
#define MLT_LOOP_HEAD(D, O) \
  typedef MLT_CONCAT(MLT_T_, D) in_type; \
  typedef MLT_CONCAT(MLT_C_, D) type;    \
  typedef MLT_CONCAT(MLT_T_, O) out_type; \
  typedef MLT_CONCAT(MLT_C_, O) out_compute; \
  (void)sizeof(in_type);

#define MLT_EACH_(D, O, READ, EXPR, INDEX)   \
  {                                          \
    READ;                                    \
    out_compute result_ = (out_compute)(EXPR); \
    MLT_STORE(O, out + (INDEX), result_);    \
  }

/* A function that is faster on a whole block than element by element (sin has to look for huge arguments first,
 * vmath_vector.h computes on vectors) says so with a macro MLT_BLOCK_<name>_<dtype> that expands to `~, f, 1`, where
 * f(x, y, n) does the work, or f(a, b, y, n, a_step, b_step) with steps of 1, or of 0 for a scalar that is repeated.
 * Operands with gaps are then gathered into blocks, so that an element's result does not depend on them. */
#define MLT_NO_BLOCK(x, y, ...) ((void)(x), (void)(y))
#define MLT_BLOCK_OF(...) MLT_BLOCK_OF_(__VA_ARGS__, MLT_NO_BLOCK, 0, ~)
#define MLT_BLOCK_OF_(first, second, ...) second
#define MLT_HAS_BLOCK(...) MLT_HAS_BLOCK_(__VA_ARGS__, MLT_NO_BLOCK, 0, ~)
#define MLT_HAS_BLOCK_(first, second, third, ...) third
#define MLT_BLOCK_PIECE 256 /* elements gathered at a time */

#define MLT_UNARY(D, name, O, ...) MLT_UNARY_(D, name, O, __VA_ARGS__)
#define MLT_UNARY_(D, name, O, ...)                                                              \
  static void MLT_FN(name##_##D)(char *const *args, const int64_t *s, int64_t n) {               \
    MLT_LOOP_HEAD(D, O)                                                                          \
    if (s[0] == sizeof(in_type) && s[1] == sizeof(out_type)) {                                   \
      const in_type *pa = (const in_type *)args[0];                                              \
      out_type *out = (out_type *)args[1];                                                       \
      if (MLT_HAS_BLOCK(MLT_BLOCK_##name##_##D)) {                                               \
        MLT_BLOCK_OF(MLT_BLOCK_##name##_##D)(pa, out, n);                                        \
        return;                                                                                  \
      }                                                                                          \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                       \
          MLT_EACH_(D, O, type a = MLT_LOAD(D, pa + i), (__VA_ARGS__), i)                        \
      return;                                                                                    \
    }                                                                                            \
    if (MLT_HAS_BLOCK(MLT_BLOCK_##name##_##D)) {                                                 \
      in_type from[MLT_BLOCK_PIECE];                                                             \
      out_type to[MLT_BLOCK_PIECE];                                                              \
      for (int64_t start = 0; start < n; start += MLT_BLOCK_PIECE) {                             \
        const int64_t count = n - start < MLT_BLOCK_PIECE ? n - start : MLT_BLOCK_PIECE;         \
        const char *pa = args[0] + start * s[0];                                                 \
        char *out = args[1] + start * s[1];                                                      \
        for (int64_t i = 0; i < count; i++) from[i] = *(const in_type *)(pa + i * s[0]);         \
        (void)from; /* where there is no block */                                                \
        MLT_BLOCK_OF(MLT_BLOCK_##name##_##D)(from, to, count);                                   \
        for (int64_t i = 0; i < count; i++) *(out_type *)(out + i * s[1]) = to[i];               \
      }                                                                                          \
      return;                                                                                    \
    }                                                                                            \
    for (int64_t i = 0; i < n; i++) {                                                            \
      const in_type *pa = (const in_type *)(args[0] + i * s[0]);                                 \
      out_type *out = (out_type *)(args[1] + i * s[1]);                                          \
      MLT_EACH_(D, O, type a = MLT_LOAD(D, pa), (__VA_ARGS__), 0)                                \
    }                                                                                            \
  }

#define MLT_BINARY(D, name, O, ...) MLT_BINARY_(D, name, O, __VA_ARGS__)
#define MLT_BINARY_(D, name, O, ...)                                                             \
  static void MLT_FN(name##_##D)(char *const *args, const int64_t *s, int64_t n) {               \
    MLT_LOOP_HEAD(D, O)                                                                          \
    const int64_t z = sizeof(in_type);                                                           \
    if (s[2] == sizeof(out_type)) {                                                              \
      const in_type *pa = (const in_type *)args[0];                                              \
      const in_type *pb = (const in_type *)args[1];                                              \
      out_type *out = (out_type *)args[2];                                                       \
      if (MLT_HAS_BLOCK(MLT_BLOCK_##name##_##D) && (s[0] == z || !s[0]) && (s[1] == z || !s[1])) { \
        MLT_BLOCK_OF(MLT_BLOCK_##name##_##D)(pa, pb, out, n, s[0] == z, s[1] == z);              \
        return;                                                                                  \
      }                                                                                          \
      if (s[0] == z && s[1] == z) {                                                              \
        _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                     \
            MLT_EACH_(D, O, type a = MLT_LOAD(D, pa + i); type b = MLT_LOAD(D, pb + i),          \
                      (__VA_ARGS__), i)                                                          \
        return;                                                                                  \
      }                                                                                          \
      if (s[0] == z && s[1] == 0) {                                                              \
        const type b = MLT_LOAD(D, pb);                                                          \
        _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                     \
            MLT_EACH_(D, O, type a = MLT_LOAD(D, pa + i), (__VA_ARGS__), i)                      \
        return;                                                                                  \
      }                                                                                          \
      if (s[0] == 0 && s[1] == z) {                                                              \
        const type a = MLT_LOAD(D, pa);                                                          \
        _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                     \
            MLT_EACH_(D, O, type b = MLT_LOAD(D, pb + i), (__VA_ARGS__), i)                      \
        return;                                                                                  \
      }                                                                                          \
      if (s[0] == 0 && s[1] == 0) { /* one result, again and again */                            \
        MLT_EACH_(D, O, type a = MLT_LOAD(D, pa); type b = MLT_LOAD(D, pb), (__VA_ARGS__), 0)    \
        const out_type result = *out;                                                            \
        for (int64_t i = 1; i < n; i++) out[i] = result;                                         \
        return;                                                                                  \
      }                                                                                          \
    }                                                                                            \
    if (MLT_HAS_BLOCK(MLT_BLOCK_##name##_##D)) {                                                 \
      in_type from_a[MLT_BLOCK_PIECE], from_b[MLT_BLOCK_PIECE];                                  \
      out_type to[MLT_BLOCK_PIECE];                                                              \
      for (int64_t start = 0; start < n; start += MLT_BLOCK_PIECE) {                             \
        const int64_t count = n - start < MLT_BLOCK_PIECE ? n - start : MLT_BLOCK_PIECE;         \
        const char *pa = args[0] + start * s[0], *pb = args[1] + start * s[1];                   \
        char *out = args[2] + start * s[2];                                                      \
        for (int64_t i = 0; i < count; i++) from_a[i] = *(const in_type *)(pa + i * s[0]);       \
        for (int64_t i = 0; i < count; i++) from_b[i] = *(const in_type *)(pb + i * s[1]);       \
        (void)from_a, (void)from_b; /* where there is no block */                                \
        MLT_BLOCK_OF(MLT_BLOCK_##name##_##D)(from_a, from_b, to, count, 1, 1);                   \
        for (int64_t i = 0; i < count; i++) *(out_type *)(out + i * s[2]) = to[i];               \
      }                                                                                          \
      return;                                                                                    \
    }                                                                                            \
    for (int64_t i = 0; i < n; i++) {                                                            \
      const in_type *pa = (const in_type *)(args[0] + i * s[0]);                                 \
      const in_type *pb = (const in_type *)(args[1] + i * s[1]);                                 \
      out_type *out = (out_type *)(args[2] + i * s[2]);                                          \
      MLT_EACH_(D, O, type a = MLT_LOAD(D, pa); type b = MLT_LOAD(D, pb), (__VA_ARGS__), 0)      \
    }                                                                                            \
  }

#define MLT_TERNARY(D, name, O, ...) MLT_TERNARY_(D, name, O, __VA_ARGS__)
#define MLT_TERNARY_(D, name, O, ...)                                                            \
  static void MLT_FN(name##_##D)(char *const *args, const int64_t *s, int64_t n) {               \
    MLT_LOOP_HEAD(D, O)                                                                          \
    const int64_t z = sizeof(in_type);                                                           \
    if (s[0] == z && s[1] == z && s[2] == z && s[3] == sizeof(out_type)) {                       \
      const in_type *pa = (const in_type *)args[0];                                              \
      const in_type *pb = (const in_type *)args[1];                                              \
      const in_type *pc = (const in_type *)args[2];                                              \
      out_type *out = (out_type *)args[3];                                                       \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                       \
          MLT_EACH_(D, O, type a = MLT_LOAD(D, pa + i); type b = MLT_LOAD(D, pb + i);            \
                    type c = MLT_LOAD(D, pc + i), (__VA_ARGS__), i)                              \
      return;                                                                                    \
    }                                                                                            \
    if (s[0] == z && s[1] == 0 && s[2] == 0 && s[3] == sizeof(out_type)) {                       \
      const in_type *pa = (const in_type *)args[0];                                              \
      const type b = MLT_LOAD(D, (const in_type *)args[1]);                                      \
      const type c = MLT_LOAD(D, (const in_type *)args[2]);                                      \
      out_type *out = (out_type *)args[3];                                                       \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                       \
          MLT_EACH_(D, O, type a = MLT_LOAD(D, pa + i), (__VA_ARGS__), i)                        \
      return;                                                                                    \
    }                                                                                            \
    in_type from[3][MLT_BLOCK_PIECE]; /* what repeats or has gaps, without them */               \
    out_type to[MLT_BLOCK_PIECE];                                                                \
    for (int64_t start = 0; start < n; start += MLT_BLOCK_PIECE) {                               \
      const int64_t count = n - start < MLT_BLOCK_PIECE ? n - start : MLT_BLOCK_PIECE;           \
      const in_type *piece[3];                                                                   \
      for (int k = 0; k < 3; k++) {                                                              \
        const char *p = args[k] + start * s[k];                                                  \
        piece[k] = s[k] == z ? (const in_type *)p : from[k];                                     \
        if (s[k] != z && (s[k] || start == 0))                                                   \
          for (int64_t i = 0; i < count; i++) from[k][i] = *(const in_type *)(p + i * s[k]);     \
      }                                                                                          \
      const in_type *pa = piece[0], *pb = piece[1], *pc = piece[2];                              \
      out_type *out = s[3] == sizeof(out_type) ? (out_type *)(args[3] + start * s[3]) : to;      \
      _Pragma("GCC ivdep") for (int64_t i = 0; i < count; i++)                                   \
          MLT_EACH_(D, O, type a = MLT_LOAD(D, pa + i); type b = MLT_LOAD(D, pb + i);            \
                    type c = MLT_LOAD(D, pc + i), (__VA_ARGS__), i)                              \
      if (out == to)                                                                             \
        for (int64_t i = 0; i < count; i++) *(out_type *)(args[3] + (start + i) * s[3]) = to[i]; \
    }                                                                                            \
  }

/* A line of the table becomes a loop per dtype of its category. */
#define MLT_MAKE_UNARY(D, name, RETURNS, ...) MLT_UNARY(D, name, MLT_OUT_##RETURNS(D), __VA_ARGS__)
#define MLT_MAKE_BINARY(D, name, RETURNS, ...) MLT_BINARY(D, name, MLT_OUT_##RETURNS(D), __VA_ARGS__)
#define MLT_MAKE_TERNARY(D, name, RETURNS, ...) MLT_TERNARY(D, name, MLT_OUT_##RETURNS(D), __VA_ARGS__)
#define MLT_OPERATION1(name, CATEGORY, RETURNS, ...) \
  MLT_EXPAND_(MLT_FOR_##CATEGORY, MLT_DTYPES, MLT_MAKE_UNARY, name, RETURNS, __VA_ARGS__)
#define MLT_OPERATION2(name, CATEGORY, RETURNS, ...) \
  MLT_EXPAND_(MLT_FOR_##CATEGORY, MLT_DTYPES, MLT_MAKE_BINARY, name, RETURNS, __VA_ARGS__)
#define MLT_OPERATION3(name, CATEGORY, RETURNS, ...) \
  MLT_EXPAND_(MLT_FOR_##CATEGORY, MLT_DTYPES, MLT_MAKE_TERNARY, name, RETURNS, __VA_ARGS__)
#define MLT_EXPAND_(FOR, S, ...) FOR(S, __VA_ARGS__)

/* The same with float16 for every target, by way of float32. */
#define MLT_ROUNDS_SAME 1
#define MLT_ROUNDS_REAL_OF 1
#define MLT_ROUNDS_BOOL 0
#define MLT_ROUNDS_UINT8 0
#define MLT_ROUNDS_INT32 0
#define MLT_MAKE_HALF(D, name, arity, RETURNS)                                                            \
  static void MLT_FN(name##_##D)(char *const *args, const int64_t *s, int64_t n) {                         \
    MLT_FN(through_float)(args, s, n, arity, MLT_ROUNDS_##RETURNS, MLT_FN(name##_FLOAT32));               \
  }
#define MLT_HALF_ALL(name, CATEGORY, arity, RETURNS)
#define MLT_HALF_MAIN(name, CATEGORY, arity, RETURNS) MLT_HALF_OF_##CATEGORY(MLT_MAKE_HALF, name, arity, RETURNS)
#define MLT_HALF_LOOPS(S, ...) MLT_CONCAT(MLT_HALF_, S)(__VA_ARGS__)
#define MLT_HALF_OPERATION1(name, CATEGORY, RETURNS, ...) \
  MLT_OPERATION1(name, CATEGORY, RETURNS, __VA_ARGS__) MLT_HALF_LOOPS(MLT_DTYPES, name, CATEGORY, 1, RETURNS)
#define MLT_HALF_OPERATION2(name, CATEGORY, RETURNS, ...) \
  MLT_OPERATION2(name, CATEGORY, RETURNS, __VA_ARGS__) MLT_HALF_LOOPS(MLT_DTYPES, name, CATEGORY, 2, RETURNS)
#define MLT_HALF_OPERATION3(name, CATEGORY, RETURNS, ...) \
  MLT_OPERATION3(name, CATEGORY, RETURNS, __VA_ARGS__) MLT_HALF_LOOPS(MLT_DTYPES, name, CATEGORY, 3, RETURNS)

#endif
