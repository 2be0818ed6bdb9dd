/* Tables of the AVX-512 kernels in double precision, beside those of vmath_tables.h: 8 doubles, which lie in a register,
 * or 16, which lie in two.
 */
#ifndef MLTENSOR_VMATH_TABLES_F64_H
#define MLTENSOR_VMATH_TABLES_F64_H
#include <stdint.h>

/* The bits of 2^(j/8) less j/8 in units of the exponent: the bits of n with its last three behind the point, added
 * there, make 2^n. */
static const uint64_t mlt_power_table_f64[8] = {
    0x3ff0000000000000, 0x3fef72b83c7d517b, 0x3fef06fe0a31b715, 0x3feebfdad5362a27, 0x3feea09e667f3bcd,
    0x3feeace5422aa0db, 0x3feee89f995ad3ad, 0x3fef5818dcfba487,
};
/* The logarithm of what is missing in 2^(j/8). */
static const double mlt_power_missing_f64[8] = {
    0x0p+0, -0x1.01b15eaa59348p-55, 0x1.34d754db0abb6p-55, 0x1.690cebb7aafbp-56, -0x1.3b3efbf5e2229p-54,
    0x1.db72fc1f0eab4p-55, 0x1.c1a7792cb3387p-55, 0x1.4a385a63d07a7p-56,
};
/* The same of 2^(j/8) with 52 bits, so that adding or taking away 1 is exact, and half the logarithm of what is too much
 * in it and of 2^(j/8) as a multiple of the rounded log(2). */
static const uint64_t mlt_tanh_table_f64[8] = {
    0x3ff0000000000000, 0x3fef72b83c7d517a, 0x3fef06fe0a31b716, 0x3feebfdad5362a28, 0x3feea09e667f3bcc,
    0x3feeace5422aa0dc, 0x3feee89f995ad3ae, 0x3fef5818dcfba488,
};
static const double mlt_tanh_excess_f64[8] = {
    0x0p+0, -0x1.8e660e96559b5p-54, 0x1.6eb2737c874c1p-54, 0x1.71ba2d581fce8p-54, -0x1.635b946392569p-55,
    0x1.ed19682b4dafep-55, 0x1.d041df6189c73p-55, 0x1.1cae8d62ffa8dp-54,
};
/* -log2(1 + j/16) as a multiple of 2^-40, and the rest. */
static const double mlt_pow_table_f64[16] = {
    0x0p+0, -0x1.663f6fac9p-4, -0x1.5c01a39fcp-3, -0x1.fbc16b9028p-3, -0x1.49a784bcdp-2, -0x1.91bba891fp-2,
    -0x1.d6753e033p-2, -0x1.0c10500d64p-1, -0x1.2b803473f8p-1, -0x1.49a784bcd2p-1, -0x1.66a008e478p-1,
    -0x1.82809d5be8p-1, -0x1.9d5d9fd502p-1, -0x1.b74948f554p-1, -0x1.d053f6d26p-1, -0x1.e88c6b3626p-1,
};
static const double mlt_pow_table_low_f64[16] = {
    0x0p+0, -0x1.3167ccc538261p-44, 0x1.4bc302ffa76fbp-42, 0x1.7f5dc57266758p-43, -0x1.b8afe492bf6ffp-42,
    -0x1.708b4b2b5056cp-42, 0x1.5f101c141e67p-42, 0x1.5669df6a2b592p-43, 0x1.4bc302ffa76fbp-43,
    0x1.1d406db502403p-43, -0x1.1979a5db68722p-42, 0x1.f1a4847f7b278p-42, 0x1.e9933354dbf17p-42,
    0x1.a4b69691d7994p-42, -0x1.12ce6312ebb82p-42, -0x1.4e55443478fep-42,
};
/* log2(c) and log10(c) as multiples of 2^-42, and the rests; c as for log. */
static const double mlt_log2_table_f64[16] = {
    0x0p+0, 0x1.22dadc2ab4p-3, 0x1.8a8980abfcp-3, 0x1.32bfee370fp-2, 0x1.6cb0f6865dp-2, 0x1.a8ff971811p-2,
    0x1.e7df5fe539p-2, 0x1.14c560fe688p-1, 0x1.37222bb7078p-1, 0x1.5b2c3da197p-1, 0x1.6ddfc2a79p-1,
    0x1.94c287492c8p-1, 0x1.a8ff9718108p-1, 0x1.bdce9dcc96p-1, 0x1.d338120a6ep-1, 0x1p+0,
};
static const double mlt_log2_table_low_f64[16] = {
    0x0p+0, -0x1.6d25a5b8a19b2p-44, -0x1.66cccab240e9p-46, -0x1.979a5db68721dp-46, -0x1.c57f2495fb7fap-44,
    -0x1.6879fa00b120ap-44, -0x1.532c412ba94dbp-44, 0x1.7c407050799bfp-44, -0x1.c22d2cad415aep-44,
    0x1.1d406db502403p-44, -0x1.ce60916e52e91p-44, -0x1.927dfc23d978p-44, 0x1.2f0c0bfe9dbecp-44,
    0x1.871a7610e40bdp-45, -0x1.3167ccc538261p-44, 0x0p+0,
};
static const double mlt_log10_table_f64[16] = {
    0x0p+0, 0x1.5e3966b7e8p-5, 0x1.db11ed7668p-5, 0x1.715d0ce368p-4, 0x1.b721cd1714p-4, 0x1.ffbfc2bbc8p-4,
    0x1.25ba8215bp-3, 0x1.4d43f8275ap-3, 0x1.76a45cbb7ep-3, 0x1.a209a84fbcp-3, 0x1.b88e67cf98p-3, 0x1.e76124046cp-3,
    0x1.ffbfc2bbc8p-3, 0x1.0c6711d6acp-2, 0x1.194b3bdef7p-2, 0x1.34413509f7p-2,
};
static const double mlt_log10_table_low_f64[16] = {
    0x0p+0, 0x1.2951bb9cd2fb7p-45, 0x1.5fa196e1e0ddap-44, -0x1.41149840eaa65p-46, 0x1.7e295f660b9dap-44,
    -0x1.ff229f20ed3d2p-46, -0x1.007bf2d8bf07ap-44, 0x1.20ca9a2bcc728p-45, 0x1.bfb1de334b1cbp-45,
    0x1.fef311f12b358p-44, -0x1.a01b9bb0ebf1bp-45, -0x1.81a1e23fe0fb6p-44, -0x1.ff229f20ed3d2p-45,
    -0x1.42d6ae59e7d9cp-45, -0x1.1881d6fbdee94p-44, 0x1.3fde623e2566bp-43,
};
/* The cube roots of c, their rests, and those of 1, 2 and 4. */
static const double mlt_cbrt_table_f64[16] = {
    0x1p+0, 0x1.088a208c3fe28p+0, 0x1.0ba6ee5f9aad4p+0, 0x1.12589c21fb842p+0, 0x1.15f4d44462724p+0,
    0x1.19c3b38e975a8p+0, 0x1.1dca4b237a4f7p+0, 0x1.220e6dd67518p+0, 0x1.2696d789511e2p+0, 0x1.2b6b5edf6b54ap+0,
    0x1.2df4fd4cff7c3p+0, 0x1.334d6e9055a5fp+0, 0x1.361f35ca116ffp+0, 0x1.390c3a602dc6p+0, 0x1.3c1656500d20ap+0,
    0x1.428a2f98d728bp+0,
};
static const double mlt_cbrt_table_low_f64[16] = {
    0x0p+0, 0x1.046538475646p-54, 0x1.dcc718f7857e5p-55, -0x1.e13c8505a4a7ap-54, 0x1.c8a63e1b9ed52p-54,
    -0x1.6b70b4d3bd257p-56, -0x1.8862ffaafa639p-56, 0x1.30b0a26a8bb5cp-54, 0x1.c878d82dd7aep-54,
    -0x1.623da69e513d4p-54, 0x1.1a59578fd6c19p-56, 0x1.d13a2e44e03dcp-58, 0x1.34f1f2588cb24p-54,
    -0x1.808fba9c55ce2p-56, 0x1.05e638bb98078p-56, -0x1.ddc22548ea41ep-56,
};
static const double mlt_cbrt_power_f64[8] = {
    0x1p+0, 0x1.428a2f98d728bp+0, 0x1.965fea53d6e3dp+0, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
};
static const double mlt_cbrt_power_low_f64[8] = {
    0x0p+0, -0x1.ddc22548ea41ep-56, -0x1.f53e999952f09p-54, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
};
/* atan(j/8) as a multiple of 2^-42, and the rest. */
static const double mlt_angle_table_f64[16] = {
    0x0p+0, 0x1.fd5ba9aac4p-4, 0x1.f5b75f92c8p-3, 0x1.6f61941e4ep-2, 0x1.dac670561cp-2, 0x1.1e00babdfp-1,
    0x1.4978fa326ap-1, 0x1.700a7c57848p-1, 0x1.921fb54443p-1, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
};
static const double mlt_angle_table_low_f64[16] = {
    0x0p+0, -0x1.09239a6ed0cecp-44, 0x1.bac55b71e7bd8p-48, -0x1.0f718eab9bdbap-46, -0x1.2c25d480ddd0ap-44,
    -0x1.4c0c946f943d3p-45, -0x1.1edb7ccaf01abp-45, -0x1.cc31869a4b55cp-45, -0x1.73dcb3b399d74p-44, 0x0p+0, 0x0p+0,
    0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
};
#endif
