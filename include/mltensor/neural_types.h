/* The rows of neural_rows.h for float and double, once per instruction set; no include guard. */
#include "mltensor/vmath_exponential.h"
#include "mltensor/decay.h"

#define MLT_REAL float
#define MLT_ROWS(name) MLT_FN(name##_f32)
#define MLT_FUSED MLT_FMA32
#define MLT_DECAY MLT_FN(decay_f32)
#define MLT_DECAY_UNIT MLT_DECAY_UNIT_f32
#include "mltensor/neural_rows.h"
#undef MLT_REAL
#undef MLT_ROWS
#undef MLT_FUSED
#undef MLT_DECAY
#undef MLT_DECAY_UNIT
#undef MLT_ROW_SUM

#define MLT_REAL double
#define MLT_ROWS(name) MLT_FN(name##_f64)
#define MLT_FUSED MLT_FMA64
#define MLT_DECAY MLT_FN(decay_f64)
#define MLT_DECAY_UNIT MLT_DECAY_UNIT_f64
#include "mltensor/neural_rows.h"
#undef MLT_REAL
#undef MLT_ROWS
#undef MLT_FUSED
#undef MLT_DECAY
#undef MLT_DECAY_UNIT
#undef MLT_ROW_SUM
