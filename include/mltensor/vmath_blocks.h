/* Which functions of the table take a whole block at a time; see MLT_BLOCK_OF in loops.h.
 *
 * Included once per target.  AVX-512, the last of them, adds what vmath_vector.h makes.
 */
#ifndef MLTENSOR_VMATH_BLOCKS_H
#define MLTENSOR_VMATH_BLOCKS_H
#define MLT_BLOCK_sin_FLOAT32 ~, MLT_FN(sin_block_f32), 1
#define MLT_BLOCK_sin_FLOAT64 ~, MLT_FN(sin_block_f64), 1
#define MLT_BLOCK_cos_FLOAT32 ~, MLT_FN(cos_block_f32), 1
#define MLT_BLOCK_cos_FLOAT64 ~, MLT_FN(cos_block_f64), 1
#define MLT_BLOCK_tan_FLOAT32 ~, MLT_FN(tan_block_f32), 1
#define MLT_BLOCK_tan_FLOAT64 ~, MLT_FN(tan_block_f64), 1
#endif

#if defined(MLT_TARGET_AVX512)
#include "mltensor/vmath_vector_hyperbolic.h"
#include "mltensor/vmath_vector_power_f32.h"
#include "mltensor/vmath_vector_hyperbolic_f64.h"
#include "mltensor/vmath_vector_normal_f64.h"
#include "mltensor/vmath_vector_power.h"
#include "mltensor/vmath_vector_special.h"
#include "mltensor/vmath_vector_trigonometric.h"
#include "mltensor/vmath_vector_trigonometric_f64.h"
#define MLT_BLOCK_exp_FLOAT32 ~, mlt_exp_block_f32, 1
#define MLT_BLOCK_exp_FLOAT64 ~, mlt_exp_block_f64, 1
#define MLT_BLOCK_log_FLOAT32 ~, mlt_log_block_f32, 1
#define MLT_BLOCK_log_FLOAT64 ~, mlt_log_block_f64, 1
#define MLT_BLOCK_power_FLOAT32 ~, mlt_pow_block_f32, 1
#define MLT_BLOCK_power_FLOAT64 ~, mlt_pow_block_f64, 1
#define MLT_BLOCK_tanh_FLOAT32 ~, mlt_tanh_block_f32, 1
#define MLT_BLOCK_tanh_FLOAT64 ~, mlt_tanh_block_f64, 1
#define MLT_BLOCK_sigmoid_FLOAT32 ~, mlt_sigmoid_block_f32, 1
#define MLT_BLOCK_sigmoid_FLOAT64 ~, mlt_sigmoid_block_f64, 1
#define MLT_BLOCK_erf_FLOAT32 ~, mlt_erf_block_f32, 1
#define MLT_BLOCK_erf_FLOAT64 ~, mlt_erf_block_f64, 1
#define MLT_BLOCK_gelu_FLOAT32 ~, mlt_gelu_block_f32, 1
#define MLT_BLOCK_gelu_FLOAT64 ~, mlt_gelu_block_f64, 1
#define MLT_BLOCK_exp2_FLOAT32 ~, mlt_exp2_block_f32, 1
#define MLT_BLOCK_expm1_FLOAT32 ~, mlt_expm1_block_f32, 1
#define MLT_BLOCK_log1p_FLOAT32 ~, mlt_log1p_block_f32, 1
#define MLT_BLOCK_log2_FLOAT32 ~, mlt_log2_block_f32, 1
#define MLT_BLOCK_log10_FLOAT32 ~, mlt_log10_block_f32, 1
#define MLT_BLOCK_sinh_FLOAT32 ~, mlt_sinh_block_f32, 1
#define MLT_BLOCK_cosh_FLOAT32 ~, mlt_cosh_block_f32, 1
#define MLT_BLOCK_asinh_FLOAT32 ~, mlt_asinh_block_f32, 1
#define MLT_BLOCK_acosh_FLOAT32 ~, mlt_acosh_block_f32, 1
#define MLT_BLOCK_atanh_FLOAT32 ~, mlt_atanh_block_f32, 1
#define MLT_BLOCK_gelu_gradient_FLOAT32 ~, mlt_gelu_gradient_block_f32, 1
#define MLT_BLOCK_gelu_gradient_FLOAT64 ~, mlt_gelu_gradient_block_f64, 1
#define MLT_BLOCK_cbrt_FLOAT32 ~, mlt_cbrt_block_f32, 1
#define MLT_BLOCK_logaddexp_FLOAT32 ~, mlt_logaddexp_block_f32, 1
#define MLT_BLOCK_softplus_FLOAT32 ~, mlt_softplus_block_f32, 1
#define MLT_BLOCK_silu_FLOAT32 ~, mlt_silu_block_f32, 1
#define MLT_BLOCK_silu_FLOAT64 ~, mlt_silu_block_f64, 1
#define MLT_BLOCK_silu_gradient_FLOAT32 ~, mlt_silu_gradient_block_f32, 1
#define MLT_BLOCK_silu_gradient_FLOAT64 ~, mlt_silu_gradient_block_f64, 1
#undef MLT_BLOCK_tan_FLOAT32
#define MLT_BLOCK_tan_FLOAT32 ~, mlt_tan_block_f32, 1
#define MLT_BLOCK_asin_FLOAT32 ~, mlt_asin_block_f32, 1
#define MLT_BLOCK_acos_FLOAT32 ~, mlt_acos_block_f32, 1
#define MLT_BLOCK_atan_FLOAT32 ~, mlt_atan_block_f32, 1
#define MLT_BLOCK_atan2_FLOAT32 ~, mlt_atan2_block_f32, 1
#define MLT_BLOCK_exp2_FLOAT64 ~, mlt_exp2_block_f64, 1
#define MLT_BLOCK_expm1_FLOAT64 ~, mlt_expm1_block_f64, 1
#define MLT_BLOCK_log1p_FLOAT64 ~, mlt_log1p_block_f64, 1
#define MLT_BLOCK_log2_FLOAT64 ~, mlt_log2_block_f64, 1
#define MLT_BLOCK_log10_FLOAT64 ~, mlt_log10_block_f64, 1
#define MLT_BLOCK_sinh_FLOAT64 ~, mlt_sinh_block_f64, 1
#define MLT_BLOCK_cosh_FLOAT64 ~, mlt_cosh_block_f64, 1
#define MLT_BLOCK_asinh_FLOAT64 ~, mlt_asinh_block_f64, 1
#define MLT_BLOCK_acosh_FLOAT64 ~, mlt_acosh_block_f64, 1
#define MLT_BLOCK_atanh_FLOAT64 ~, mlt_atanh_block_f64, 1
#define MLT_BLOCK_cbrt_FLOAT64 ~, mlt_cbrt_block_f64, 1
#define MLT_BLOCK_logaddexp_FLOAT64 ~, mlt_logaddexp_block_f64, 1
#define MLT_BLOCK_softplus_FLOAT64 ~, mlt_softplus_block_f64, 1
#undef MLT_BLOCK_tan_FLOAT64
#define MLT_BLOCK_tan_FLOAT64 ~, mlt_tan_block_f64, 1
#define MLT_BLOCK_asin_FLOAT64 ~, mlt_asin_block_f64, 1
#define MLT_BLOCK_acos_FLOAT64 ~, mlt_acos_block_f64, 1
#define MLT_BLOCK_atan_FLOAT64 ~, mlt_atan_block_f64, 1
#define MLT_BLOCK_atan2_FLOAT64 ~, mlt_atan2_block_f64, 1
#define MLT_BLOCK_erfc_FLOAT64 ~, mlt_erfc_block_f64, 1
#endif
