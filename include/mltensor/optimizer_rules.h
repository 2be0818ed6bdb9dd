/* The rules of the optimisers, for float and double.  Deliberately without an include
 * guard: optimizer.h includes this once per instruction set.
 *
 * Formulas are those of the torch.optim documentation, in its order of operations.
 */

#define MLT_LOAD_GRADIENT(type)                       \
  type g = (type)group->sign * gradient[i];           \
  if (decays) g = g + decay * p[i];

#define MLT_SGD_RULE(type)                                                                      \
  static inline __attribute__((always_inline)) void MLT_FN(sgd_loop_##type)(                    \
      const mlt_group *group, const mlt_span *span, int64_t offset, int64_t n, const int decays, \
      const int variant, const int first) {                                                     \
    type *restrict p = (type *)span->parameter + offset;                                        \
    const type *restrict gradient = (const type *)span->gradient + offset;                      \
    type *restrict buffer = variant ? (type *)span->state[0] + offset : 0;                      \
    const type rate = (type)span->rate, decay = (type)group->decay;                             \
    const type momentum = (type)group->beta1, rest = (type)group->beta2;                        \
    _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                      \
      MLT_LOAD_GRADIENT(type)                                                                   \
      if (variant) {                                                                            \
        type b = first ? g : momentum * buffer[i] + rest * g;                                   \
        buffer[i] = b;                                                                          \
        g = variant & MLT_NESTEROV ? g + momentum * b : b;                                      \
      }                                                                                         \
      p[i] = p[i] - rate * g;                                                                   \
    }                                                                                           \
  }                                                                                             \
  static void MLT_FN(sgd_##type)(const mlt_group *group, const mlt_span *span, int64_t offset,  \
                                 int64_t n) {                                                   \
    const int nesterov = MLT_MOMENTUM | MLT_NESTEROV;                                           \
    switch (group->variant << 2 | (span->first != 0) << 1 | (group->decay != 0)) {              \
      case 0: case 2: MLT_FN(sgd_loop_##type)(group, span, offset, n, 0, 0, 0); break;          \
      case 1: case 3: MLT_FN(sgd_loop_##type)(group, span, offset, n, 1, 0, 0); break;          \
      case MLT_MOMENTUM << 2:                                                                   \
        MLT_FN(sgd_loop_##type)(group, span, offset, n, 0, MLT_MOMENTUM, 0); break;             \
      case MLT_MOMENTUM << 2 | 1:                                                               \
        MLT_FN(sgd_loop_##type)(group, span, offset, n, 1, MLT_MOMENTUM, 0); break;             \
      case (MLT_MOMENTUM | MLT_NESTEROV) << 2:                                                  \
        MLT_FN(sgd_loop_##type)(group, span, offset, n, 0, nesterov, 0); break;                 \
      case (MLT_MOMENTUM | MLT_NESTEROV) << 2 | 1:                                              \
        MLT_FN(sgd_loop_##type)(group, span, offset, n, 1, nesterov, 0); break;                 \
      default: /* the first step of a buffer */                                                 \
        MLT_FN(sgd_loop_##type)(group, span, offset, n, group->decay != 0, group->variant, 1);  \
    }                                                                                           \
  }

#define MLT_ADAM_RULE(type, root)                                                               \
  static inline __attribute__((always_inline)) void MLT_FN(adam_loop_##type)(                   \
      const mlt_group *group, const mlt_span *span, int64_t offset, int64_t n, const int decays, \
      const int amsgrad) {                                                                      \
    type *restrict p = (type *)span->parameter + offset;                                        \
    const type *restrict gradient = (const type *)span->gradient + offset;                      \
    type *restrict mean = (type *)span->state[0] + offset;                                      \
    type *restrict square = (type *)span->state[1] + offset;                                    \
    type *restrict largest = amsgrad ? (type *)span->state[2] + offset : 0;                     \
    const type rate = (type)span->rate, root_scale = (type)span->root_scale;                    \
    const type decay = (type)group->decay, shrink = (type)group->shrink;                        \
    /* From the nearer end: g + 0 * (mean - g) is g, mean + 1 * (g - mean) is rounded. */       \
    const int fresh = group->beta1_rest >= 0.5;                                                 \
    const type part = (type)(fresh ? group->beta1 : group->beta1_rest);                         \
    const type beta2 = (type)group->beta2;                                                      \
    const type beta2_rest = (type)group->beta2_rest, epsilon = (type)group->epsilon;            \
    _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                      \
      MLT_LOAD_GRADIENT(type)                                                                   \
      type m = fresh ? g + part * (mean[i] - g) : mean[i] + part * (g - mean[i]);               \
      type v = beta2 * square[i] + beta2_rest * (g * g);                                        \
      mean[i] = m;                                                                              \
      square[i] = v;                                                                            \
      if (amsgrad) {                                                                            \
        v = largest[i] > v ? largest[i] : v;                                                    \
        largest[i] = v;                                                                         \
      }                                                                                         \
      p[i] = p[i] * shrink - rate * m / (root(v) * root_scale + epsilon);                       \
    }                                                                                           \
  }                                                                                             \
  static void MLT_FN(adam_##type)(const mlt_group *group, const mlt_span *span, int64_t offset, \
                                  int64_t n) {                                                  \
    switch (group->variant << 1 | (group->decay != 0)) {                                        \
      case 0: MLT_FN(adam_loop_##type)(group, span, offset, n, 0, 0); break;                    \
      case 1: MLT_FN(adam_loop_##type)(group, span, offset, n, 1, 0); break;                    \
      case 2: MLT_FN(adam_loop_##type)(group, span, offset, n, 0, 1); break;                    \
      default: MLT_FN(adam_loop_##type)(group, span, offset, n, 1, 1);                          \
    }                                                                                           \
  }

#define MLT_RMSPROP_RULE(type, root)                                                            \
  static inline __attribute__((always_inline)) void MLT_FN(rmsprop_loop_##type)(                \
      const mlt_group *group, const mlt_span *span, int64_t offset, int64_t n, const int decays, \
      const int centered, const int momentum) {                                                 \
    type *restrict p = (type *)span->parameter + offset;                                        \
    const type *restrict gradient = (const type *)span->gradient + offset;                      \
    type *restrict square = (type *)span->state[0] + offset;                                    \
    type *restrict mean = centered ? (type *)span->state[1] + offset : 0;                       \
    type *restrict buffer = momentum ? (type *)span->state[2] + offset : 0;                     \
    const type rate = (type)span->rate, decay = (type)group->decay;                             \
    const type alpha = (type)group->beta2, alpha_rest = (type)group->beta2_rest;                \
    const type inertia = (type)group->beta1, epsilon = (type)group->epsilon;                    \
    _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++) {                                      \
      MLT_LOAD_GRADIENT(type)                                                                   \
      type v = alpha * square[i] + alpha_rest * (g * g);                                        \
      square[i] = v;                                                                            \
      if (centered) {                                                                           \
        type m = mean[i] + alpha_rest * (g - mean[i]);                                          \
        mean[i] = m;                                                                            \
        v = v - m * m;                                                                          \
      }                                                                                         \
      type change = g / (root(v) + epsilon);                                                    \
      if (momentum) {                                                                           \
        change = inertia * buffer[i] + change;                                                  \
        buffer[i] = change;                                                                     \
      }                                                                                         \
      p[i] = p[i] - rate * change;                                                              \
    }                                                                                           \
  }                                                                                             \
  static void MLT_FN(rmsprop_##type)(const mlt_group *group, const mlt_span *span,              \
                                     int64_t offset, int64_t n) {                               \
    const int decays = group->decay != 0;                                                       \
    switch (group->variant) {                                                                   \
      case 0: MLT_FN(rmsprop_loop_##type)(group, span, offset, n, decays, 0, 0); break;         \
      case MLT_CENTERED: MLT_FN(rmsprop_loop_##type)(group, span, offset, n, decays, 1, 0); break; \
      case MLT_MOMENTUM: MLT_FN(rmsprop_loop_##type)(group, span, offset, n, decays, 0, 1); break; \
      default: MLT_FN(rmsprop_loop_##type)(group, span, offset, n, decays, 1, 1);               \
    }                                                                                           \
  }

static double MLT_FN(squares_of_floats)(const void *row, int64_t n) { return MLT_FN(row_squares_f32)(row, n); }
static double MLT_FN(squares_of_doubles)(const void *row, int64_t n) { return MLT_FN(row_squares_f64)(row, n); }

MLT_SGD_RULE(float)
MLT_SGD_RULE(double)
MLT_ADAM_RULE(float, __builtin_sqrtf)
MLT_ADAM_RULE(double, __builtin_sqrt)
MLT_RMSPROP_RULE(float, __builtin_sqrtf)
MLT_RMSPROP_RULE(double, __builtin_sqrt)

#undef MLT_SGD_RULE
#undef MLT_ADAM_RULE
#undef MLT_RMSPROP_RULE
#undef MLT_LOAD_GRADIENT
