/* The rows of neural_rows.h for float and double, once per instruction set; no include guard. */
#include "mltensor/vmath_exponential.h"
#include "mltensor/lanes.h"
#include "mltensor/decay.h"
#include "mltensor/exponentials.h"
#include "mltensor/moments.h"

#define MLT_REAL float
#define MLT_ROWS(name) MLT_FN(name##_f32)
#define MLT_FUSED MLT_FMA32
#define MLT_DECAY MLT_FN(decay_f32)
#define MLT_DECAY_UNIT MLT_DECAY_UNIT_f32
#define MLT_VECTOR MLT_FN(f)
#define MLT_VECTOR_AT MLT_FN(f_at)
#define MLT_VECTOR_ALL MLT_FN(f_all)
#define MLT_VECTOR_LANES MLT_F_LANES
#define MLT_VECTOR_FUSED MLT_FMA_F
#include "mltensor/neural_rows.h"
#undef MLT_REAL
#undef MLT_ROWS
#undef MLT_FUSED
#undef MLT_DECAY
#undef MLT_DECAY_UNIT
#undef MLT_VECTOR
#undef MLT_VECTOR_AT
#undef MLT_VECTOR_ALL
#undef MLT_VECTOR_LANES
#undef MLT_VECTOR_FUSED
#undef MLT_ROW_SUM

#define MLT_REAL double
#define MLT_ROWS(name) MLT_FN(name##_f64)
#define MLT_FUSED MLT_FMA64
#define MLT_DECAY MLT_FN(decay_f64)
#define MLT_DECAY_UNIT MLT_DECAY_UNIT_f64
#define MLT_VECTOR MLT_FN(d)
#define MLT_VECTOR_AT MLT_FN(d_at)
#define MLT_VECTOR_ALL MLT_FN(d_all)
#define MLT_VECTOR_LANES MLT_D_LANES
#define MLT_VECTOR_FUSED MLT_FMA_D
#include "mltensor/neural_rows.h"
#undef MLT_REAL
#undef MLT_ROWS
#undef MLT_FUSED
#undef MLT_DECAY
#undef MLT_DECAY_UNIT
#undef MLT_VECTOR
#undef MLT_VECTOR_AT
#undef MLT_VECTOR_ALL
#undef MLT_VECTOR_LANES
#undef MLT_VECTOR_FUSED
#undef MLT_ROW_SUM
