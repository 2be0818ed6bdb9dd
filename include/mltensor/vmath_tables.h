/* Tables of the AVX-512 kernels: 16 floats or 8 doubles, which lie in a register, or 16 doubles, which lie in two.
 * See vmath_vector.h and the headers that include it.
 */
#ifndef MLTENSOR_VMATH_TABLES_H
#define MLTENSOR_VMATH_TABLES_H

/* 2^(j/8), and the logarithm of what is too much in it. */
static const double mlt_exp_table_f64[8] = {
    0x1p+0, 0x1.172b83c7d517bp+0, 0x1.306fe0a31b715p+0, 0x1.4bfdad5362a27p+0, 0x1.6a09e667f3bcdp+0,
    0x1.8ace5422aa0dbp+0, 0x1.ae89f995ad3adp+0, 0x1.d5818dcfba487p+0,
};
static const double mlt_exp_excess_f64[8] = {
    0x0p+0, 0x1.01b15eaa59348p-55, -0x1.34d754db0abb6p-55, -0x1.690cebb7aafbp-56, 0x1.3b3efbf5e2229p-54,
    -0x1.db72fc1f0eab4p-55, -0x1.c1a7792cb3387p-55, -0x1.4a385a63d07a7p-56,
};
/* 2^(j/16), and the logarithm of what is too much in it. */
static const float mlt_exp_table_f32[16] = {
    0x1p+0f, 0x1.0b5586p+0f, 0x1.172b84p+0f, 0x1.2387a6p+0f, 0x1.306fep+0f, 0x1.3dea64p+0f, 0x1.4bfdaep+0f,
    0x1.5ab07ep+0f, 0x1.6a09e6p+0f, 0x1.7a1148p+0f, 0x1.8ace54p+0f, 0x1.9c4918p+0f, 0x1.ae89fap+0f, 0x1.c199bep+0f,
    0x1.d5818ep+0f, 0x1.ea4afap+0f,
};
static const float mlt_exp_excess_f32[16] = {
    0x0p+0f, -0x1.8d96d4p-25f, 0x1.9c0c22p-27f, -0x1.964902p-25f, -0x1.125002p-25f, -0x1.370be4p-25f,
    0x1.0a3552p-25f, 0x1.00d8acp-27f, -0x1.26055cp-26f, 0x1.05cb44p-25f, -0x1.67a1cap-28f, -0x1.a3b5e4p-28f,
    0x1.f9c306p-27f, 0x1.6961b4p-28f, 0x1.a5217cp-28f, -0x1.61428ep-28f,
};
/* 1/c of 5 or 6 bits behind the point, c in the middle of the piece of [1, 2) that the leading 4 bits of a mantissa
 * tell; 1 and 2 for the first and the last. */
static const float mlt_log_inverse_f32[16] = {
    0x1p+0f, 0x1.dp-1f, 0x1.cp-1f, 0x1.ap-1f, 0x1.9p-1f, 0x1.8p-1f, 0x1.7p-1f, 0x1.6p-1f, 0x1.5p-1f, 0x1.4p-1f,
    0x1.38p-1f, 0x1.28p-1f, 0x1.2p-1f, 0x1.18p-1f, 0x1.1p-1f, 0x1p-1f,
};
/* log(c) as a multiple of 2^-16 (float64: 2^-42), and the rest. */
static const float mlt_log_table_f32[16] = {
    0x0p+0f, 0x1.933p-4f, 0x1.1178p-3f, 0x1.a94p-3f, 0x1.f99p-3f, 0x1.2698p-2f, 0x1.522cp-2f, 0x1.7fbp-2f,
    0x1.af54p-2f, 0x1.e148p-2f, 0x1.fb34p-2f, 0x1.188ep-1f, 0x1.2696p-1f, 0x1.3502p-1f, 0x1.43dap-1f, 0x1.62e4p-1f,
};
static const float mlt_log_table_low_f32[16] = {
    0x0p+0f, 0x1.797566p-18f, 0x1.d044fcp-20f, -0x1.2c3752p-19f, 0x1.c6cb3cp-19f, -0x1.deecb2p-18f, -0x1.1f8c76p-18f,
    -0x1.7109fap-20f, -0x1.6adb74p-18f, 0x1.4344e4p-19f, 0x1.8af7a4p-18f, 0x1.c81e48p-18f, 0x1.089a6ep-20f,
    0x1.15b3b2p-18f, -0x1.a0db88p-26f, 0x1.7f7d1cp-20f,
};
/* 1/c of so few bits that r is exact, c near the middle of the piece of [1, 2) that the leading 4 bits of a mantissa
 * tell; 1 and 2 for the first and the last. */
static const double mlt_log_inverse_f64[16] = {
    0x1p+0, 0x1.dp-1, 0x1.cp-1, 0x1.ap-1, 0x1.9p-1, 0x1.8p-1, 0x1.7p-1, 0x1.6p-1, 0x1.5p-1, 0x1.4p-1, 0x1.38p-1,
    0x1.28p-1, 0x1.2p-1, 0x1.18p-1, 0x1.1p-1, 0x1p-1,
};
static const double mlt_log_table_f64[16] = {
    0x0p+0, 0x1.9335e5d594p-4, 0x1.1178e8227ep-3, 0x1.a93ed3c8aep-3, 0x1.f991c6cb3cp-3, 0x1.269621134ep-2,
    0x1.522ae0738ap-2, 0x1.7fafa3bd81p-2, 0x1.af5295248dp-2, 0x1.e148a1a272p-2, 0x1.fb358af7a5p-2, 0x1.188ee40f24p-1,
    0x1.269621134d8p-1, 0x1.35028ad9d9p-1, 0x1.43d9ff2f92p-1, 0x1.62e42fefa38p-1,
};
static const double mlt_log_table_low_f64[16] = {
    0x0p+0, 0x1.3115c3abd47dap-45, 0x1.1ef78ce2d07f2p-45, -0x1.8724350562169p-45, -0x1.90d04cd7cc834p-44,
    -0x1.1b61f10522625p-44, 0x1.ebe708164c759p-45, 0x1.46fb79bf6d4cbp-44, -0x1.17cc552774458p-45,
    0x1.b36537e3375b2p-44, -0x1.def40b87d36d9p-44, -0x1.accec41d52e6cp-44, 0x1.c93c1df5bb3b6p-44,
    -0x1.bd1f01ab60655p-44, 0x1.e267b0b7efae1p-44, 0x1.ef35793c7673p-45,
};
/* For cube roots: 1/c in the pieces of [1, 2) that the leading 4 bits tell, the roots of c, which are all but exact,
 * and of 1, 2 and 1/2. */
static const float mlt_cbrt_inverse_f32[16] = {
    0x1.f0e704p-1f, 0x1.d48696p-1f, 0x1.bb2122p-1f, 0x1.a4649p-1f, 0x1.8fe1fep-1f, 0x1.7d3c94p-1f, 0x1.6c46d2p-1f,
    0x1.5cbb24p-1f, 0x1.4e7782p-1f, 0x1.41641ap-1f, 0x1.353bb8p-1f, 0x1.2a04f4p-1f, 0x1.1f7f46p-1f, 0x1.15c47p-1f,
    0x1.0ca678p-1f, 0x1.0420bep-1f,
};
static const float mlt_cbrt_table_f32[16] = {
    0x1.02912p+0f, 0x1.07af5ep+0f, 0x1.0ca10ep+0f, 0x1.11632p+0f, 0x1.15fbc8p+0f, 0x1.1a719p+0f, 0x1.1ec2b8p+0f,
    0x1.22f5bap+0f, 0x1.2709e6p+0f, 0x1.2afcap+0f, 0x1.2edad8p+0f, 0x1.329b58p+0f, 0x1.364d78p+0f, 0x1.39e26p+0f,
    0x1.3d6544p+0f, 0x1.40d318p+0f,
};
static const float mlt_cbrt_power_f32[16] = {
    0x1p+0f, 0x1.428a3p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f,
    0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1.965feap-1f,
};
/* The same of log2(c) and log10(c). */
static const float mlt_log2_table_f32[16] = {
    0x0p+0f, 0x1.22d8p-3f, 0x1.8a88p-3f, 0x1.32cp-2f, 0x1.6cbp-2f, 0x1.a9p-2f, 0x1.e7ep-2f, 0x1.14c6p-1f,
    0x1.3722p-1f, 0x1.5b2cp-1f, 0x1.6dep-1f, 0x1.94c2p-1f, 0x1.a9p-1f, 0x1.bdcep-1f, 0x1.d338p-1f, 0x1p+0f,
};
static const float mlt_log2_table_low_f32[16] = {
    0x0p+0f, 0x1.6e155ap-18f, 0x1.80abfcp-19f, -0x1.1c8f12p-22f, 0x1.ed0cbap-19f, -0x1.a39fbep-20f, -0x1.40358ep-19f,
    -0x1.3e032ep-18f, 0x1.5db83ap-20f, 0x1.ed0cbap-20f, -0x1.eac382p-20f, 0x1.0e9258p-18f, -0x1.a39fbep-19f,
    0x1.3b992cp-18f, 0x1.20a6dep-21f, 0x0p+0f,
};
static const float mlt_log10_table_f32[16] = {
    0x0p+0f, 0x1.5e4p-5f, 0x1.db2p-5f, 0x1.716p-4f, 0x1.b72p-4f, 0x1.ffcp-4f, 0x1.25b8p-3f, 0x1.4d4p-3f, 0x1.76ap-3f,
    0x1.a208p-3f, 0x1.b888p-3f, 0x1.e76p-3f, 0x1.ffcp-3f, 0x1.0c64p-2f, 0x1.194cp-2f, 0x1.344p-2f,
};
static const float mlt_log10_table_low_f32[16] = {
    0x0p+0f, -0x1.a65206p-19f, -0x1.c25132p-18f, -0x1.798e4cp-19f, 0x1.cd1716p-20f, -0x1.ea21c4p-23f, 0x1.410ad8p-18f,
    0x1.fc13aep-18f, 0x1.172eep-17f, 0x1.a84fbcp-19f, 0x1.99f3e6p-17f, 0x1.24046cp-19f, -0x1.ea21c4p-22f,
    0x1.88eb56p-17f, -0x1.884212p-19f, 0x1.3509f8p-18f,
};
/* The same of log2(c) for powers, the pieces of [3/4, 3/2] around multiples of 1/16: by the last 4 bits of those. */
static const float mlt_pow_inverse_f32[16] = {
    0x1p+0f, 0x1.ep-1f, 0x1.c8p-1f, 0x1.bp-1f, 0x1.98p-1f, 0x1.88p-1f, 0x1.7p-1f, 0x1.6p-1f, 0x1.58p-1f, 0x1p+0f,
    0x1p+0f, 0x1p+0f, 0x1.5p+0f, 0x1.4p+0f, 0x1.2p+0f, 0x1.1p+0f,
};
static const float mlt_pow_table_f32[16] = {
    0x0p+0f, 0x1.7d6p-4f, 0x1.564p-3f, 0x1.f6p-3f, 0x1.4f7p-2f, 0x1.8a88p-2f, 0x1.e7ep-2f, 0x1.14c6p-1f, 0x1.25cp-1f,
    0x0p+0f, 0x0p+0f, 0x0p+0f, -0x1.91bcp-2f, -0x1.49a8p-2f, -0x1.5cp-3f, -0x1.664p-4f,
};
static const float mlt_pow_table_low_f32[16] = {
    0x0p+0f, 0x1.25b3eep-22f, -0x1.1eb002p-18f, -0x1.3ab7cep-18f, -0x1.134c4ep-20f, 0x1.80abfcp-18f,
    -0x1.40358ep-19f, -0x1.3e032ep-18f, 0x1.408c78p-18f, 0x0p+0f, 0x0p+0f, 0x0p+0f, 0x1.5db83ap-20f, 0x1.ed0cbap-20f,
    -0x1.a39fbep-19f, 0x1.20a6dep-21f,
};
/* What 2^(j/16) is short of in mlt_exp_table_f32, over it. */
static const float mlt_exp_missing_f32[16] = {
    0x0p+0f, 0x1.8d96d4p-25f, -0x1.9c0c22p-27f, 0x1.964904p-25f, 0x1.125002p-25f, 0x1.370be4p-25f, -0x1.0a355p-25f,
    -0x1.00d8acp-27f, 0x1.26055cp-26f, -0x1.05cb44p-25f, 0x1.67a1cap-28f, 0x1.a3b5e4p-28f, -0x1.f9c304p-27f,
    -0x1.6961b4p-28f, -0x1.a5217cp-28f, 0x1.61428ep-28f,
};
/* 1/c and log(c), c = 1 + j/15. */
static const double mlt_log_sum_inverse_f64[16] = {
    0x1p+0, 0x1.ep-1, 0x1.c3c3c3c3c3c3cp-1, 0x1.aaaaaaaaaaaabp-1, 0x1.9435e50d79436p-1, 0x1.8p-1,
    0x1.6db6db6db6db7p-1, 0x1.5d1745d1745d1p-1, 0x1.4de9bd37a6f4ep-1, 0x1.4p-1, 0x1.3333333333333p-1,
    0x1.2762762762762p-1, 0x1.1c71c71c71c72p-1, 0x1.1249249249249p-1, 0x1.08d3dcb08d3ddp-1, 0x1p-1,
};
static const double mlt_log_sum_table_f64[16] = {
    0x0p+0, 0x1.08598b59e3a07p-4, 0x1.005588ad375aep-3, 0x1.7565011e49675p-3, 0x1.e41fccb76b0d7p-3,
    0x1.269621134db92p-2, 0x1.588c2d913348fp-2, 0x1.882f1ef83ed45p-2, 0x1.b5b3e24235e88p-2, 0x1.e148a1a2726cep-2,
    0x1.058aefa811452p-1, 0x1.199fac68b4ab8p-1, 0x1.2cf25fad8f1c3p-1, 0x1.3f91275240811p-1, 0x1.5188a4a02d7fep-1,
    0x1.62e42fefa39efp-1,
};
/* Sine and cosine, but for a factor, of angles between 0 and pi/2, and the angles in two parts: by the leading bits of
 * tangents between 1/16 and 16, two pieces an octave. */
static const float mlt_atan_sine_f32[16] = {
    0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x0p+0f, 0x1.bfe456p-4f, 0x1.3fb1fap-3f, 0x1.bf9536p-3f,
    0x1.3edd6ap-2f, 0x1.be8902p-2f, 0x1.3c6ef4p-1f, 0x1.bc0e24p-1f, 0x1p+0f, 0x1p+0f,
};
static const float mlt_atan_cosine_f32[16] = {
    0x1.a8279ap-2f, 0x1.2a3084p-2f, 0x1.a9f536p-3f, 0x1.2a8a3p-3f, 0x1.aa7bcap-4f, 0x0p+0f, 0x1p+0f, 0x1p+0f,
    0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1p+0f, 0x1.a3bd56p-1f, 0x1.29200ap-1f,
};
static const float mlt_atan_angle_f32[16] = {
    0x1.2d97c8p+0f, 0x1.49952p+0f, 0x1.5da0a8p+0f, 0x1.6d114p+0f, 0x1.779078p+0f, 0x1.921fb6p+0f, 0x0p+0f,
    0x1.be1e96p-4f, 0x1.3d22c4p-3f, 0x1.b8a78ap-3f, 0x1.351ea2p-2f, 0x1.a51402p-2f, 0x1.1b6e1ap-1f, 0x1.6dcc58p-1f,
    0x1.c4a83ap-1f, 0x1.0b833cp+0f,
};
static const float mlt_atan_angle_low_f32[16] = {
    -0x1.0aa4aep-27f, -0x1.1d76acp-27f, -0x1.d271aep-28f, 0x1.9c9ec8p-26f, 0x1.7dc24ap-25f, -0x1.777a5cp-25f,
    0x0p+0f, -0x1.97bdb6p-30f, 0x1.0bd09ep-30f, 0x1.e9fbd6p-29f, 0x1.94cfc8p-28f, 0x1.1d99e4p-27f, -0x1.acef16p-27f,
    -0x1.32d468p-26f, -0x1.359442p-26f, -0x1.e48864p-26f,
};
/* For tan: by the last 4 bits of n, sine and cosine of n pi/16 but for a factor, and n less the n they are of. */
static const float mlt_tan_sine_f32[16] = {
    0x0p+0f, 0x0p+0f, 0x1.9740b8p-2f, 0x1.409e74p-1f, 0x1.dp-1f, 0x1.dfd716p-1f, 0x1.eb98fep-1f, 0x1p+0f, 0x1p+0f,
    -0x1p+0f, -0x1.eb98fep-1f, -0x1.dfd716p-1f, -0x1.dp-1f, -0x1.409e74p-1f, -0x1.9740b8p-2f, 0x0p+0f,
};
static const float mlt_tan_cosine_f32[16] = {
    0x1p+0f, 0x1p+0f, 0x1.eb98fep-1f, 0x1.dfd716p-1f, 0x1.dp-1f, 0x1.409e74p-1f, 0x1.9740b8p-2f, 0x0p+0f, 0x0p+0f,
    0x0p+0f, 0x1.9740b8p-2f, 0x1.409e74p-1f, 0x1.dp-1f, 0x1.dfd716p-1f, 0x1.eb98fep-1f, 0x1p+0f,
};
static const float mlt_tan_beside_f32[16] = {
    0x0p+0f, 0x1p+0f, 0x0p+0f, 0x0p+0f, 0x0p+0f, 0x0p+0f, 0x0p+0f, -0x1p+0f, 0x0p+0f, 0x1p+0f, 0x0p+0f, 0x0p+0f,
    0x0p+0f, 0x0p+0f, 0x0p+0f, -0x1p+0f,
};
/* tanh(a) by pieces of a + 1. */
static const float mlt_tanh_pieces_f32[8][16] = {
    {0x1.3ff6c8p+0f, 0x1.c003cp+0f, 0x1.1ffd6cp+1f, 0x1.60023p+1f, 0x1.bffa88p+1f, 0x1.2000dcp+2f, 0x1.6005fp+2f,
     0x1.9fef7p+2f, 0x1.ff15ap+2f, 0x1.2051ecp+3f, 0x0p+0f, 0x0p+0f, 0x0p+0f, 0x1.803cdcp-2f, 0x1.3ffe48p-1f,
     0x1.bfff6p-1f},
    {0x1.b24d1p-1f, 0x1.e1fcd4p-1f, 0x1.f4bf64p-1f, 0x1.fbd52ep-1f, 0x1.ff1118p-1f, 0x1.ffdfa8p-1f, 0x1.fffbap-1f,
     0x1.ffff68p-1f, 0x1.fffff8p-1f, 0x1p+0f, 0x0p+0f, 0x0p+0f, 0x0p+0f, 0x1.6f2a48p-2f, 0x1.1bf34ep-1f,
     0x1.6866p-1f},
    {0x1.1f3696p-2f, 0x1.d21fb8p-4f, 0x1.641e9p-5f, 0x1.099ea8p-6f, 0x1.dd62ecp-9f, 0x1.02b94ap-11f,
     0x1.18007cp-14f, 0x1.2ffedap-17f, 0x1.f17e1p-22f, 0x0p+0f, 0x0p+0f, 0x0p+0f, 0x1p+0f, 0x1.be2cb8p-1f,
     0x1.628616p-1f, 0x1.02507cp-1f},
    {-0x1.e7410ep-3f, -0x1.b6ccfap-4f, -0x1.5c4aecp-5f, -0x1.077534p-6f, -0x1.dc82bep-9f, -0x1.02a846p-11f,
     -0x1.17fea6p-14f, -0x1.2fd2b8p-17f, -0x1.b70e38p-22f, 0x0p+0f, 0x0p+0f, 0x0p+0f, -0x1.343d66p-20f,
     -0x1.3ff5e8p-2f, -0x1.893b26p-2f, -0x1.6ba81cp-2f},
    {0x1.bbbc06p-4f, 0x1.01bb8p-4f, 0x1.bbdee2p-6f, 0x1.5988d2p-7f, 0x1.3c36e2p-9f, 0x1.58571cp-12f,
     0x1.74e4a4p-15f, 0x1.94e3p-18f, 0x1.48e8c4p-22f, 0x0p+0f, 0x0p+0f, 0x0p+0f, -0x1.55445p-2f, -0x1.6d7486p-3f,
     -0x1.246accp-6f, 0x1.4f106cp-4f},
    {-0x1.9bf992p-7f, -0x1.81650ep-6f, -0x1.93de68p-7f, -0x1.4e2f1cp-8f, -0x1.3a07f8p-10f, -0x1.581cap-13f,
     -0x1.74cc5p-16f, -0x1.9a6552p-19f, -0x1.19630ap-22f, 0x0p+0f, 0x0p+0f, 0x0p+0f, -0x1.3ba50ep-10f,
     0x1.5857d4p-3f, 0x1.1a65b4p-3f, 0x1.f212dcp-5f},
    {-0x1.42e65p-6f, 0x1.c85c84p-9f, 0x1.049a9ap-8f, 0x1.f5f95ap-10f, 0x1.012e92p-11f, 0x1.1e75b4p-14f,
     0x1.37265ep-17f, 0x1.51e388p-20f, 0x1.2b17aep-24f, 0x0p+0f, 0x0p+0f, 0x0p+0f, 0x1.253a3cp-3f, 0x1.35c66ep-6f,
     -0x1.bc19f8p-5f, -0x1.df3f7cp-5f},
    {0x1.ef228p-7f, 0x1.11a994p-9f, -0x1.76068ep-11f, -0x1.1e83ecp-11f, -0x1.498baep-13f, -0x1.7a017ap-16f,
     -0x1.9f320cp-19f, -0x1.5cfdc6p-22f, 0x1.502c14p-25f, 0x0p+0f, 0x0p+0f, 0x0p+0f, -0x1.30226cp-5f,
     -0x1.1b8744p-4f, -0x1.83ca6ap-6f, 0x1.a52882p-7f},
};
/* erf(a) by the nearest of 16 points, of which 63 are 16 apart. */
static const float mlt_erf_pieces_f32[8][16] = {
    {0x0p+0f, 0x1.0412ap-2f, 0x1.041474p-1f, 0x1.861a7p-1f, 0x1.0411fep+0f, 0x1.4518a2p+0f, 0x1.861906p+0f,
     0x1.c71e28p+0f, 0x1.04131ap+1f, 0x1.24936cp+1f, 0x1.451528p+1f, 0x1.65993ep+1f, 0x1.86298p+1f, 0x1.a69a6ap+1f,
     0x1.c733ep+1f, 0x1.e74b48p+1f},
    {0x0p+0f, 0x1.1f4566p-2f, 0x1.0e1124p-1f, 0x1.700028p-1f, 0x1.b2c9ep-1f, 0x1.dae054p-1f, 0x1.f00b9ep-1f,
     0x1.f9e44p-1f, 0x1.fdebd2p-1f, 0x1.ff5f2ep-1f, 0x1.ffd4fp-1f, 0x1.fff5ccp-1f, 0x1.fffddep-1f, 0x1.ffff9ap-1f,
     0x1.fffffp-1f, 0x1.fffffep-1f},
    {0x1.20dd76p+0f, 0x1.0ed1fap+0f, 0x1.be5656p-1f, 0x1.434d16p-1f, 0x1.9ba96cp-2f, 0x1.ccb208p-3f, 0x1.c5493p-4f,
     0x1.87f0a6p-5f, 0x1.29d28ep-6f, 0x1.8e03cp-8f, 0x1.d375ccp-10f, 0x1.e26336p-12f, 0x1.b4873p-14f,
     0x1.5d4442p-16f, 0x1.e3ea8ap-19f, 0x1.27a2d4p-21f},
    {-0x1.836b94p-16f, -0x1.1320f2p-2f, -0x1.c57356p-2f, -0x1.eca8d2p-2f, -0x1.a235p-2f, -0x1.24852ap-2f,
     -0x1.595ce6p-3f, -0x1.5c655ap-4f, -0x1.2e900ep-5f, -0x1.c6e238p-7f, -0x1.28cf7cp-8f, -0x1.50e8b8p-10f,
     -0x1.4cc21cp-12f, -0x1.b0e454p-15f, -0x1.f866ccp-16f, -0x1.2ab708p-16f},
    {-0x1.7fa9c8p-2f, -0x1.3a819ap-2f, -0x1.20014ep-3f, 0x1.159904p-5f, 0x1.2408b8p-3f, 0x1.55bab2p-3f,
     0x1.134d82p-3f, 0x1.5b99cap-4f, 0x1.68351ap-5f, 0x1.3969fep-6f, 0x1.cf92p-8f, 0x1.25a594p-9f, 0x1.3fcf08p-11f,
     0x1.2eb25p-13f, 0x1.3aa8ccp-15f, 0x1.b89cp-17f},
    {-0x1.07135cp-5f, 0x1.0744ep-3f, 0x1.776e78p-3f, 0x1.2dfdcp-3f, 0x1.04eed4p-4f, -0x1.5fa168p-7f,
     -0x1.7a8bc2p-5f, -0x1.81cb38p-5f, -0x1.091864p-5f, -0x1.1a25fep-6f, -0x1.e88ba8p-8f, -0x1.628e9cp-9f,
     -0x1.a72f0ep-11f, -0x1.8f6bc4p-9f, 0x1.6d9906p-9f, 0x1.637d66p-9f},
    {0x1.9c0beap-2f, 0x1.423464p-4f, 0x1.55a1e2p-8f, -0x1.bc5b96p-5f, -0x1.18393p-4f, -0x1.6c5448p-5f,
     -0x1.941a44p-7f, 0x1.022436p-7f, 0x1.aa898cp-7f, 0x1.48080cp-7f, 0x1.67328p-8f, 0x1.351294p-9f,
     0x1.b08efcp-11f, 0x1.fe7752p-13f, -0x1.d0bc6ap-12f, -0x1.03d9ep-11f},
    {-0x1.d5c512p-1f, -0x1.4910bep-5f, -0x1.92eba8p-5f, -0x1.9c98cp-6f, 0x1.911ccp-8f, 0x1.643d5ap-6f,
     0x1.2fe422p-6f, 0x1.0e55a4p-7f, -0x1.1f0036p-13f, -0x1.d65fe2p-9f, -0x1.b93276p-9f, -0x1.5a4f42p-10f,
     -0x1.53ca48p-10f, 0x1.dea47ap-4f, -0x1.e0cd7ap-4f, -0x1.e59d26p-4f},
};
/* a exp(a^2/2) P(-a) with the normal distribution P, by pieces of a + 1. */
static const float mlt_gelu_pieces_f32[8][16] = {
    {0x1.3ff6p+0f, 0x1.c005fp+0f, 0x1.1fffbp+1f, 0x1.5ffd3p+1f, 0x1.bfed68p+1f, 0x1.200078p+2f, 0x1.5fffd8p+2f,
     0x1.a01158p+2f, 0x1.ffe188p+2f, 0x1.3feee4p+3f, 0x1.7ffe7p+3f, 0x1.b99c7ap+3f, 0x0p+0f, 0x1.7fe0eep-2f,
     0x1.3ffbc8p-1f, 0x1.bffe48p-1f},
    {0x1.275bd6p-2f, 0x1.4bf0bp-2f, 0x1.620384p-2f, 0x1.701e7p-2f, 0x1.7d2234p-2f, 0x1.86c634p-2f, 0x1.8c2b86p-2f,
     0x1.8f7794p-2f, 0x1.9268cp-2f, 0x1.948c04p-2f, 0x1.95bcaep-2f, 0x1.9667a2p-2f, 0x0p+0f, 0x1.2377a8p-3f,
     0x1.9de1f8p-3f, 0x1.f5585p-3f},
    {0x1.7b8aaap-4f, 0x1.bd3b9ep-5f, 0x1.15ab08p-5f, 0x1.6c64ap-6f, 0x1.a2c8c4p-7f, 0x1.bfb914p-8f, 0x1.07e43cp-8f,
     0x1.4e7e7ep-9f, 0x1.766514p-10f, 0x1.8b2f52p-11f, 0x1.d100eep-12f, 0x1.34ac14p-12f, 0x1p-1f, 0x1.223bc8p-2f,
     0x1.9a4a3ap-3f, 0x1.28c02ep-3f},
    {-0x1.aee57p-5f, -0x1.be0792p-6f, -0x1.ee99cp-7f, -0x1.22afa4p-7f, -0x1.1f063p-8f, -0x1.004b9ap-9f,
     -0x1.02000ep-10f, -0x1.1c5dp-11f, -0x1.0961aep-12f, -0x1.c8dd5ep-14f, -0x1.c4d758p-15f, -0x1.0702c2p-15f,
     -0x1.988446p-2f, -0x1.a0c366p-3f, -0x1.12f12ep-3f, -0x1.73b986p-4f},
    {0x1.9005a6p-6f, 0x1.720ed4p-7f, 0x1.70c26p-8f, 0x1.87bfb8p-9f, 0x1.4fd854p-10f, 0x1.fa2aa8p-12f,
     0x1.b63d5p-13f, 0x1.a620e2p-14f, 0x1.4a0d6ep-15f, 0x1.d152d8p-17f, 0x1.857ea6p-18f, 0x1.8c79ccp-19f,
     0x1.fffa1ep-3f, 0x1.dc501ep-4f, 0x1.27bc62p-4f, 0x1.78a78cp-5f},
    {-0x1.448304p-7f, -0x1.0edcb2p-8f, -0x1.e9156p-10f, -0x1.d923bcp-11f, -0x1.6343b4p-12f, -0x1.c7cb4ep-14f,
     -0x1.5580cep-15f, -0x1.20aa26p-16f, -0x1.7c420cp-18f, -0x1.b8a832p-20f, -0x1.37c6d2p-21f, -0x1.1941b2p-22f,
     -0x1.0feb04p-3f, -0x1.d257fap-5f, -0x1.1229eap-5f, -0x1.4ad65cp-6f},
    {0x1.e17304p-9f, 0x1.6c5f3ap-10f, 0x1.2c5054p-11f, 0x1.090192p-12f, 0x1.64d104p-14f, 0x1.867b3cp-16f,
     0x1.fb790ep-18f, 0x1.796384p-19f, 0x1.abee18p-21f, 0x1.954e56p-23f, 0x1.e4697cp-25f, 0x1.799af8p-26f,
     0x1.f200d4p-5f, 0x1.96b8bep-6f, 0x1.c7bc78p-7f, 0x1.076536p-7f},
    {-0x1.44e678p-10f, -0x1.c2f482p-12f, -0x1.5aae9ap-13f, -0x1.0bc182p-14f, -0x1.49861cp-16f, -0x1.3732a6p-18f,
     -0x1.631fa4p-20f, -0x1.e429bcp-22f, -0x1.bf1172p-24f, -0x1.5de294p-26f, -0x1.817a46p-28f, 0x1.112e34p-32f,
     -0x1.485ee4p-6f, -0x1.4e770ap-7f, -0x1.5d5f6cp-8f, -0x1.7ac36p-9f},
};
/* exp(a^2/2) P(-a) - a / sqrt(2 pi), by pieces of a + 1. */
static const float mlt_gelu_slope_pieces_f32[8][16] = {
    {0x1.4p+0f, 0x1.cp+0f, 0x1.2p+1f, 0x1.6p+1f, 0x1.cp+1f, 0x1.2p+2f, 0x1.6p+2f, 0x1.ap+2f, 0x1p+3f, 0x1.4p+3f,
     0x1.8p+3f, 0x1.b9999ap+3f, 0x1p-3f, 0x1.8p-2f, 0x1.4p-1f, 0x1.cp-1f},
    {-0x1.1258fap-2f, -0x1.069d1ap-1f, -0x1.7ce966p-1f, -0x1.eec798p-1f, -0x1.4a3a5ap+0f, -0x1.b5df3p+0f,
     -0x1.0fd9fcp+1f, -0x1.443cecp+1f, -0x1.923aaep+1f, -0x1.f996dap+1f, -0x1.304642p+2f, -0x1.5e8156p+2f,
     0x1.9d9ea2p-2f, 0x1.d70acep-3f, 0x1.2f2cb4p-4f, -0x1.1bde6ep-4f},
    {-0x1.04d48ep-1f, -0x1.e51942p-2f, -0x1.cf050cp-2f, -0x1.c0e9b6p-2f, -0x1.b3e48cp-2f, -0x1.aa428p-2f,
     -0x1.a4dd1ep-2f, -0x1.a191c8p-2f, -0x1.9e9f34p-2f, -0x1.9c7c38p-2f, -0x1.9b4bf2p-2f, -0x1.9aa10cp-2f,
     -0x1.7b796p-1f, -0x1.4fa202p-1f, -0x1.310afcp-1f, -0x1.1b2ep-1f},
    {0x1.7b7db4p-5f, 0x1.bd4d5cp-6f, 0x1.15a7e4p-6f, 0x1.6c5624p-7f, 0x1.a2b7f6p-8f, 0x1.bf86a2p-9f, 0x1.07eb72p-9f,
     0x1.4efcaep-10f, 0x1.766b9ep-11f, 0x1.8b114p-12f, 0x1.cdac88p-13f, 0x1.31aa2ep-13f, 0x1.a4de3cp-3f,
     0x1.222dfap-3f, 0x1.9a46b2p-4f, 0x1.28bd78p-4f},
    {-0x1.1f3188p-6f, -0x1.295b1ep-7f, -0x1.49c436p-8f, -0x1.839536p-9f, -0x1.7e7aa8p-10f, -0x1.55aeb4p-11f,
     -0x1.57f8d4p-12f, -0x1.7b4ba4p-13f, -0x1.618fdp-14f, -0x1.30aa94p-15f, -0x1.2e82e6p-16f, -0x1.5d3ep-17f,
     -0x1.b02e0ap-4f, -0x1.15c9c6p-4f, -0x1.6e9d16p-5f, -0x1.ef921ap-6f},
    {0x1.8c0e16p-8f, 0x1.6ab5d6p-9f, 0x1.75d3b2p-10f, 0x1.97e7fp-11f, 0x1.43357ap-12f, 0x1.1740a4p-13f,
     0x1.a72ec6p-15f, 0x1.ee47b4p-17f, 0x1.26dd68p-17f, 0x1.b1e4fep-19f, 0x1.35159p-18f, 0x1.609d86p-18f,
     0x1.90226ap-5f, 0x1.e0d7d4p-6f, 0x1.25b8eep-6f, 0x1.7e7e0ep-7f},
    {-0x1.060cfcp-9f, -0x1.b95106p-11f, -0x1.825eacp-12f, -0x1.7569e6p-13f, -0x1.20a85cp-14f, -0x1.7484a2p-16f,
     -0x1.156178p-17f, -0x1.df24aep-19f, -0x1.331858p-20f, -0x1.453408p-22f, -0x1.826182p-24f, -0x1.b38eb2p-24f,
     -0x1.44bdecp-6f, -0x1.74ed5ep-7f, -0x1.a7b95ap-8f, -0x1.12b56ep-8f},
    {0x1.2dddc6p-10f, 0x1.87fb62p-11f, -0x1.5577bap-14f, -0x1.f81b6ap-13f, 0x1.5a2982p-15f, -0x1.9d56a6p-16f,
     0x1.67dbdap-18f, 0x1.988beap-16f, 0x1.85a8fap-21f, 0x1.5e9526p-23f, -0x1.e16796p-20f, -0x1.0e559ep-18f,
     -0x1.4d763ep-6f, -0x1.97b75p-8f, 0x1.bb9876p-8f, -0x1.5396c2p-8f},
};
/* erf(a) by pieces of a + 1/2, of degree 14. */
static const double mlt_erf_pieces_f64[16][16] = {
    {0x1.c011b1d92b7dp+0, 0x1.200014f8b588ep+1, 0x1.600a915379f8ep+1, 0x1.9fed288ce706cp+1, 0x1.fff3387160978p+1,
     0x1.3ffc504816f0ap+2, 0x1.6d8db8bac7538p+2, 0x0p+0, 0x0p+0, 0x1.8007357e670dp-3, 0x1.3ffdb4cc25078p-2,
     0x1.c01f212d772c8p-2, 0x1.401a60d45629cp-1, 0x1.c02c12ad81a6cp-1, 0x1.200346dc5d63p+0, 0x1.6005e5f30e7fp+0},
    {0x1.f92ee565d96dfp-1, 0x1.ff4047f992b32p-1, 0x1.fff2d606f7bacp-1, 0x1.ffff6f0ef71e7p-1, 0x1.ffffff7b2404dp-1,
     0x1.fffffffffc9c8p-1, 0x1.ffffffffffffap-1, 0x0p+0, 0x0p+0, 0x1.ac4dbdf91a4e8p-3, 0x1.5da79b24d2eadp-2,
     0x1.db251e4af5247p-2, 0x1.3f2d90ef4469ep-1, 0x1.9189681b4ea43p-1, 0x1.c6dce8748e30cp-1, 0x1.e5788ea3217ccp-1},
    {0x1.afeca3c10c77cp-5, 0x1.d412e1837c565p-8, 0x1.32d55763c3862p-11, 0x1.eb8b4cb34dbd6p-16,
     0x1.118b6aea71f8cp-23, 0x1.144e4cfa7e1a8p-36, 0x1.138c526e0a09ap-47, 0x0p+0, 0x1.20dd750429b6dp+0,
     0x1.16e278caabc35p+0, 0x1.05fd9cb144ebbp+0, 0x1.dd09cb40548c7p-1, 0x1.86d03c4cdd3a8p-1, 0x1.0c82ea124e611p-1,
     0x1.45e038fd56ff2p-2, 0x1.5ccf7b1eae37ep-3},
    {-0x1.79fdfcacdde9dp-4, -0x1.074ab20611dddp-6, -0x1.a5f202ad7a7edp-10, -0x1.8f4f17947cf9cp-14,
     -0x1.1184971089afap-21, -0x1.595de645408d8p-34, -0x1.5e8b3661d22c4p-45, 0x0p+0, 0x1.0c1aa213083f9p-46,
     -0x1.a25b8fa7e5eb9p-3, -0x1.477aaaebfe3f3p-2, -0x1.a18592d9965efp-2, -0x1.e8ac905872fp-2,
     -0x1.d61353b775393p-2, -0x1.6ea06bf17ffd7p-2, -0x1.dfa552a85cfap-3},
    {0x1.71124bce332cfp-4, 0x1.63ee950051d8bp-6, 0x1.694257d3e349dp-9, 0x1.9c06f3efa6b1ep-13, 0x1.6141e0d8fff2fp-20,
     0x1.1a0911be26ecep-32, 0x1.79ecd309793adp-43, 0x0p+0, -0x1.812746b04a776p-2, -0x1.59b26a69e1a4dp-2,
     -0x1.1919152c9f8bep-2, -0x1.886e3793cdcdap-3, -0x1.c6e66f7bedcbcp-5, 0x1.7d3be54e611eap-4,
     0x1.4cb6bdbcfca5ap-3, 0x1.436f161b5ed47p-3},
    {-0x1.89faded3606e6p-5, -0x1.38a8f41c18767p-6, -0x1.aa7721fcf1662p-9, -0x1.2d6fe546764bap-12,
     -0x1.4a6e027913941p-19, -0x1.52236c750c19cp-31, -0x1.b9c61f5e0cb36p-40, 0x0p+0, 0x1.3bdca9a7ff4b5p-31,
     0x1.988d0c09a2668p-4, 0x1.3228fcb4bbb5p-3, 0x1.6c371fbfee19p-3, 0x1.69554ee815aa2p-3, 0x1.cbe9d2c5f6a62p-4,
     0x1.ca10364322f09p-6, -0x1.f3f296992dc84p-6},
    {0x1.b315cb87d20c6p-8, 0x1.5d3aba2d5b332p-7, 0x1.68ca06d685f4cp-9, 0x1.49feac38d7d29p-12, 0x1.dba5aacd55eddp-19,
     0x1.3cfae1c7fd839p-30, 0x1.fa51cc999a6ebp-43, 0x0p+0, 0x1.ce2f15f9a21fbp-4, 0x1.803158506b9ecp-4,
     0x1.04c799c1268efp-4, 0x1.afcb1e33b6281p-6, -0x1.c1f586a0ffafbp-6, -0x1.1366d7b5e0e98p-4,
     -0x1.f6534f4af14d8p-5, -0x1.f54093827746dp-6},
    {0x1.25536d0fff0eap-7, -0x1.7cae72134c586p-9, -0x1.b21380a8ef6fbp-10, -0x1.150c43be0ec8ep-12,
     -0x1.11028ea3f0c76p-18, -0x1.e32f91f7aa93fp-30, 0x1.f00b43f71ea2cp-34, 0x0p+0, 0x1.127e2e4358a78p-19,
     -0x1.09ebe4a3e1b33p-5, -0x1.7ce5fe52a5338p-5, -0x1.a3fd64c517b67p-5, -0x1.52894a1634334p-5,
     -0x1.524c2c086bc4p-7, 0x1.fd38a005f04bdp-7, 0x1.6b13344b876f2p-6},
    {-0x1.8cf67ceaa2ba5p-8, -0x1.5f80641699f82p-11, 0x1.52974a624f394p-11, 0x1.65493f78408b1p-13,
     0x1.feb7c921b7f11p-19, 0x1.334ada2021f88p-29, 0x1.1f958fdac8beep-34, 0x0p+0, -0x1.b9384d122507dp-6,
     -0x1.516742102c819p-6, -0x1.68ae0ba3a2159p-7, 0x1.1b5b90a33222ap-13, 0x1.c827d29b83957p-7,
     0x1.30973e6313428p-6, 0x1.3ab83c75e7492p-7, -0x1.74cd71691d017p-10},
    {0x1.7fe5461cb8c93p-11, 0x1.060255fc3b6b4p-10, -0x1.763532195f8f1p-14, -0x1.57048c622437ep-14,
     -0x1.89a934bae7a7cp-19, -0x1.4c5f76c5a7ae8p-29, -0x1.9f59c97301deap-28, 0x0p+0, 0x1.64805de3b8bb6p-10,
     0x1.038db5ea59db4p-7, 0x1.62cd61cd189f4p-7, 0x1.67768f69897d3p-7, 0x1.b5c0afb6c592ep-8, -0x1.e68aeca60d781p-10,
     -0x1.8b46a54fc293dp-8, -0x1.172b0fe4dfab8p-8},
    {0x1.d42f07a5e2507p-11, -0x1.83531d8c122f4p-12, -0x1.29fce47cb2a03p-14, 0x1.b2fcb55a4a43dp-16,
     0x1.f50efa37b0435p-20, 0x1.3665f421b18fp-29, -0x1.5554b51f3e635p-29, 0x0p+0, -0x1.e94f1bc0cefbp-7,
     0x1.df0426634852fp-9, 0x1.470c3e50b99adp-10, -0x1.0455ff1e8a5c4p-10, -0x1.dc5bfd7e4f4ffp-9,
     -0x1.aa7ae986cce5fp-9, -0x1.79228e07d366cp-12, 0x1.9db0234f69da2p-10},
    {-0x1.d046bf05034e6p-12, -0x1.80c299024442cp-17, 0x1.cce2e1141d61dp-15, -0x1.360766820d01ap-19,
     -0x1.04e137c197444p-20, -0x1.f5d6166f17473p-30, 0x1.6eb059d36b9d5p-23, 0x0p+0, 0x1.a8d2944444d3dp-3,
     -0x1.79315a13f1416p-10, -0x1.d064863ff6f1p-9, -0x1.62d96957a4f49p-10, -0x1.7fbd9a578710dp-11,
     0x1.d84c61dad6559p-11, 0x1.2e820752190d8p-10, 0x1.54254401f1311p-12},
    {-0x1.632c626e721e4p-18, 0x1.11453f2579306p-14, -0x1.09e220e8ebb2ap-16, -0x1.826631392a14bp-19,
     0x1.b10732333becbp-22, 0x1.59a0dbfba7fb1p-30, 0x1.9344e4886bf2p-25, 0x0p+0, -0x1.74669d160a5c2p+0,
     0x1.9f2a8d2cac5fcp-9, 0x1.b37eab1af95c2p-6, -0x1.314a836967ff7p-6, 0x1.5713d5837c6ccp-11,
     0x1.956e78ba5356cp-12, -0x1.6e7599c671c3ep-13, -0x1.5e34fba5d2b9cp-12},
    {0x1.1fdf45ae177f9p-14, -0x1.7c446018ca28ap-16, -0x1.20180c04ddc8ap-20, 0x1.fe0b96730b212p-20,
     -0x1.03d95d4216be8p-23, -0x1.aecf80bd2c9dcp-31, -0x1.4a36f25d06665p-19, 0x0p+0, 0x1.a79f86e0af6c1p+2,
     -0x1.cfe26e923fdep-7, 0x1.1b4af200ede48p-2, -0x1.843a03643bd54p-4, -0x1.888db86eef84p-17,
     -0x1.029b5320f5794p-12, -0x1.70b00dfa6a1f2p-13, -0x1.4256590e8983p-16},
    {-0x1.1cff495827d54p-16, -0x1.9aafff36de105p-20, 0x1.6820913bc91d1p-19, -0x1.1dff961f0aae1p-21,
     0x1.a525b532f4715p-27, 0x1.1993d25245fe1p-31, -0x1.6b748137d656p-22, 0x0p+0, -0x1.1a6266e5ccefcp+4,
     -0x1.19e5d66ff8fb8p-2, -0x1.f98c5c107d433p+0, 0x1.676b07b60eedep+0, 0x1.64d788c2257bap-12,
     0x1.4ef5fe2133d3dp-16, 0x1.c3e9a22da40fbp-18, -0x1.b712eb1bcf05cp-15},
    {-0x1.3e5159abcecfdp-18, 0x1.bb11017a9fe16p-19, -0x1.c45f7536fd3a8p-21, 0x1.2b4c71f94904fp-25,
     0x1.0c00ae4bd5f44p-27, -0x1.00abf8aaad66ap-32, 0x1.dc33b70c436a7p-17, 0x0p+0, 0x1.4ea5c4840b10ap+4,
     0x1.82bfad459863ap-1, -0x1.3bb5dc75d0129p+4, 0x1.c4867e3c2c519p+2, 0x1.060e58bb8d457p-10,
     0x1.f2c871ca7d21fp-11, 0x1.374f25d8ed0dbp-11, 0x1.a3c866c499361p-11},
};
#endif
