/* Tables of the AVX-512 kernels in double precision, beside those of vmath_tables.h: 8 doubles, which lie in a
 * register, or 16, which lie in two.
 */
#ifndef MLTENSOR_VMATH_TABLES_F64_H
#define MLTENSOR_VMATH_TABLES_F64_H
#include <stdint.h>

/* The bits of 2^(j/16) less j/16 in units of the exponent: the bits of n with its last four behind the point, added
 * there, make 2^n. */
static const uint64_t mlt_pow_fraction_f64[16] = {
    0x3ff0000000000000, 0x3fefb5586cf9890f, 0x3fef72b83c7d517b, 0x3fef387a6e756238, 0x3fef06fe0a31b715,
    0x3feedea64c123422, 0x3feebfdad5362a27, 0x3feeab07dd485429, 0x3feea09e667f3bcd, 0x3feea11473eb0187,
    0x3feeace5422aa0db, 0x3feec49182a3f090, 0x3feee89f995ad3ad, 0x3fef199bdd85529c, 0x3fef5818dcfba487,
    0x3fefa4afa2a490da,
};
/* The logarithm of what is missing in the doubles nearest to 2^(j/8). */
static const double mlt_power_missing_f64[8] = {
    0x0p+0, -0x1.01b15eaa59348p-55, 0x1.34d754db0abb6p-55, 0x1.690cebb7aafbp-56, -0x1.3b3efbf5e2229p-54,
    0x1.db72fc1f0eab4p-55, 0x1.c1a7792cb3387p-55, 0x1.4a385a63d07a7p-56,
};
/* The same of 2^(j/8) with 52 bits, so that adding or taking away 1 is exact, and half the logarithm of what is too
 * much in it and of 2^(j/8) as a multiple of the rounded log(2). */
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
/* The cube roots of c and of 1, 2 and 4, and what they leave out, relative to them. */
static const double mlt_cbrt_table_f64[16] = {
    0x1p+0, 0x1.088a208c3fe28p+0, 0x1.0ba6ee5f9aad4p+0, 0x1.12589c21fb842p+0, 0x1.15f4d44462724p+0,
    0x1.19c3b38e975a8p+0, 0x1.1dca4b237a4f7p+0, 0x1.220e6dd67518p+0, 0x1.2696d789511e2p+0, 0x1.2b6b5edf6b54ap+0,
    0x1.2df4fd4cff7c3p+0, 0x1.334d6e9055a5fp+0, 0x1.361f35ca116ffp+0, 0x1.390c3a602dc6p+0, 0x1.3c1656500d20ap+0,
    0x1.428a2f98d728bp+0,
};
static const double mlt_cbrt_table_low_f64[16] = {
    0x0p+0, 0x1.f7faadea2a65p-55, 0x1.c80580440277dp-55, -0x1.c10e1892aef34p-54, 0x1.a493e2d17028ep-54,
    -0x1.4a35177ca15b6p-56, -0x1.5f7c2f2bb67ebp-56, 0x1.0cea5a3c8398cp-54, 0x1.8cad6050ffdefp-54,
    -0x1.2edf240db04e9p-54, 0x1.dec0a838efd9p-57, 0x1.838f63dcbdcddp-58, 0x1.fe0ea00013ccbp-55,
    -0x1.3a7b432a9ec86p-56, 0x1.a839dd89c4049p-57, -0x1.7b3273beb351cp-56,
};
static const double mlt_cbrt_power_f64[8] = {
    0x1p+0, 0x1.428a2f98d728bp+0, 0x1.965fea53d6e3dp+0, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
};
static const double mlt_cbrt_power_low_f64[8] = {
    0x0p+0, -0x1.7b3273beb351cp-56, -0x1.3bc3a711b3cf7p-54, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0, 0x0p+0,
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
/* Rows of centres, values there, which are all but exact, and coefficients: */
/* exp(a^2/2) P(-a) with the normal distribution P, by pieces of a + 3, of degree 20. */
static const double mlt_gelu_pieces_f64[22][8] = {
    {0x1.11eff06d37ff5p+5, 0x1.fe13c9b54269fp-2, 0x1.0010e4f42a157p+1, 0x1.001a9ceadd9b8p+2, 0x1.c04e3be5f5625p+2,
     0x1.5fc9902e5832p+3, 0x1.103bea46f56c3p+4, 0x1.8ff00ba9b7329p+4},
    {0x1.7d7152a3ea2f3p-7, 0x1.6670e91bb7c4dp-2, 0x1.5834e7fe87deep-3, 0x1.82907790b6ab7p-4, 0x1.c994311e486f2p-5,
     0x1.26e1b0c7fb3bbp-5, 0x1.7ed7ad2046231p-6, 0x1.0513354089479p-6},
    {-0x1.63dc4d55ddd5ap-12, -0x1.cbf053e10b493p-3, -0x1.00e2d06347f17p-4, -0x1.5cbac0db87c0cp-6,
     -0x1.f72f49cc2a221p-8, -0x1.a65a4977aa414p-9, -0x1.65913ad030935p-10, -0x1.4d2aadb243264p-11},
    {0x1.4bb691949f36fp-17, 0x1.e7c6bd21f5776p-4, 0x1.5d048ebcd6dcdp-6, 0x1.2d8bafded41e7p-8, 0x1.0fded7972a6a5p-10,
     0x1.2c21823ec0a57p-12, 0x1.4cd7785423eaep-14, 0x1.a87e97afb8f46p-16},
    {-0x1.34f17a60b1579p-22, -0x1.c3452a5c6033p-5, -0x1.b71ac44a4babep-8, -0x1.f5fcffa0b68fep-11,
     -0x1.20ed200e8d12fp-13, -0x1.a756c1dd070cbp-16, -0x1.34cc3c48579e5p-18, -0x1.0e00fc3179b5cp-20},
    {0x1.1f7e7c10b343fp-27, 0x1.7761e79f157fdp-6, 0x1.02d15ecc78e4ep-9, 0x1.9398c2e10f19ep-13, 0x1.2e3359d750973p-16,
     0x1.285bf23cd9a5ap-19, 0x1.1d8ca746ca95p-22, 0x1.56f0b29195afap-25},
    {-0x1.0b4f2fdb9f809p-32, -0x1.1e38b9f105f2fp-7, -0x1.205a1b17521e5p-11, -0x1.3a54191b2f7c6p-15,
     -0x1.374d0370d95d4p-19, -0x1.9bef5ce732a3ap-23, -0x1.073129c5961a3p-26, -0x1.b2e6b79375c74p-30},
    {0x1.f0aabcb56fa4ap-38, 0x1.95760477eb265p-9, 0x1.319ccea635f2cp-13, 0x1.db6a9853b86d2p-18, 0x1.3c043c93bcf8dp-22,
     0x1.1c43e1a5d6d46p-26, 0x1.e39b3c1c956cdp-31, 0x1.13557c00306cep-34},
    {-0x1.cd061211e51b4p-43, -0x1.0d67a7a3505f4p-10, -0x1.35ba8e2e52e02p-15, -0x1.5dd2b17b8fd9cp-20,
     -0x1.3c52753767783p-25, -0x1.859aefedc8f6cp-30, -0x1.bae2e76f4222p-35, -0x1.5c1676c619adbp-39},
    {0x1.ab94e58dc638bp-48, 0x1.525cda1a2d6f3p-12, 0x1.2d6a9e73f3fbcp-17, 0x1.f5ce241339f8bp-23,
     0x1.385e03982086bp-28, 0x1.092c9204d70bcp-33, 0x1.944fd3c826a6bp-39, 0x1.b763fda31541ap-44},
    {-0x1.8c3c4ed52e573p-53, -0x1.94085f2268204p-14, -0x1.1aa24fa2e51f3p-19, -0x1.5f5acedf218f7p-25,
     -0x1.3075164cef15p-31, -0x1.668ecc8389df7p-37, -0x1.6ff0aa90b2796p-43, -0x1.14e5b8112baeep-48},
    {0x1.6ee204cf66e04p-58, 0x1.cce09283992f4p-16, 0x1.0019d1c5e5396p-21, 0x1.e0fc2ebeecf18p-28,
     0x1.2506a73f22724p-34, 0x1.e1a6e0b143b5ap-41, 0x1.4dcce1827d12ep-47, 0x1.5c765a7f3968ap-53},
    {-0x1.536c69be9f5dbp-63, -0x1.f833e73075b7p-18, -0x1.c19a12b4f897cp-24, -0x1.42395b9986a59p-30,
     -0x1.169a3e6c241edp-37, -0x1.416bff2d12988p-44, -0x1.2de5822028f75p-51, -0x1.b5dc0cec0dabap-58},
    {0x1.39c2929f04fafp-68, 0x1.0964730c8f2d1p-19, 0x1.7f1fbc2b0a18ep-26, 0x1.a7038c6d71cf1p-33,
     0x1.05c698d321affp-40, 0x1.aa47dd0f7b6cap-48, 0x1.10356347e2ec7p-55, 0x1.12ae5c2db2986p-62},
    {-0x1.21cc1f8f5ca8cp-73, -0x1.0d9a2f139e962p-21, -0x1.3d859a885947ep-28, -0x1.105286f2f2c4cp-35,
     -0x1.e64b11aedaa6ap-44, -0x1.18eb20c19b4f7p-51, -0x1.e95cb495fc5d5p-60, -0x1.581c810ee33fp-67},
    {0x1.0b72130a30833p-78, 0x1.08ef7f9ff459bp-23, 0x1.005cafda22512p-30, 0x1.582ec37d9dbefp-38,
     0x1.beb8fa10c7c4ep-47, 0x1.6ffe3814acd39p-55, 0x1.b69635469c338p-64, 0x1.ae72df5557d67p-72},
    {-0x1.ed5033bd02616p-84, -0x1.f8c74764d8d48p-26, -0x1.94134f5bb9e8fp-33, -0x1.ab6a014a53eebp-41,
     -0x1.96ae50e754dc5p-50, -0x1.df47b8b46f0d9p-59, -0x1.88a8ce6491c91p-68, -0x1.0ce08cbd1756dp-76},
    {0x1.c684eb948da92p-89, 0x1.d3055bb6f337cp-28, 0x1.36e4199e22e2ap-35, 0x1.04ded1e07773cp-43,
     0x1.6dac3551f4146p-53, 0x1.36319513cd76cp-62, 0x1.5dd35bcd36fe6p-72, 0x1.4f570dc348c85p-81},
    {-0x1.9fd8b27d5eb1dp-94, -0x1.a3c017de7b6bp-30, -0x1.cdfbd290c1316p-38, -0x1.37abe24ee204dp-46,
     -0x1.3bb94be1009c5p-56, -0x1.8c1c9f5c1201ep-66, -0x1.2ca80806b6ca2p-76, -0x1.9eb5295f6a928p-86},
    {0x1.7e87514bba391p-99, 0x1.701f7e8034bedp-32, 0x1.54a9ec8c4695bp-40, 0x1.708fe069b996fp-49,
     0x1.16912a606087bp-59, 0x1.faefb8debb315p-70, 0x1.0a6a7498c4175p-80, 0x1.01dc12108853fp-90},
    {-0x1.8cb46a9d9adfap-104, -0x1.4cbf9fb59b84bp-34, -0x1.225c66c862dbap-42, -0x1.dd9c59f06f2bp-52,
     -0x1.3c55767eb5f46p-62, -0x1.709709859e757p-73, -0x1.36df033b0eabap-84, -0x1.6be5191430667p-95},
    {0x1.6c40f3ad32a74p-109, 0x1.156284681f5d8p-36, 0x1.98e916d1c925dp-45, 0x1.1143ccd016c53p-54,
     0x1.1050c6b62861fp-65, 0x1.d1bebdb433c33p-77, 0x1.11661aa12ef66p-88, 0x1.c3085bdb761b2p-100},
};
/* exp(a^2) erfc(a) by pieces of a + 2, of degree 20. */
static const double mlt_erfc_pieces_f64[22][8] = {
    {0x1.fdf5eb9c842a1p-2, 0x1.8059961b83456p+0, 0x1.7ffee6f6dad1fp+1, 0x1.3fea122e95d75p+2, 0x1.00165610d53bp+3,
     0x1.7fcc26adf2b21p+3, 0x1.203c94e56f03dp+4, 0x1.8ff793a424d72p+4},
    {0x1.3bc1c8b6d7e45p-1, 0x1.49131756b71a9p-2, 0x1.6e991c4fe5f37p-3, 0x1.c5902c6470b8bp-4, 0x1.1e902392fc7f9p-4,
     0x1.8007ec1c90b0fp-5, 0x1.002a283ef4ebbp-5, 0x1.717b87b3c1157p-6},
    {-0x1.073b1a760a21ep-1, -0x1.4eac79ba58c7bp-3, -0x1.bd6d203a33444p-5, -0x1.5db196fd54e11p-6,
     -0x1.1a285b6d77fdbp-7, -0x1.fccf7351b836ap-9, -0x1.c5a377cd6f177p-10, -0x1.d839018f4ba7ap-11},
    {0x1.7154e0b514ap-2, 0x1.375cb3c5203f9p-4, 0x1.0441c514c39dbp-6, 0x1.0902414a12f3dp-8, 0x1.13ca7463361f9p-10,
     0x1.4fee205cff12fp-12, 0x1.910f8da78160dp-14, 0x1.2d86a1259f7d5p-15},
    {-0x1.c8b56ceb805c3p-3, -0x1.0d2beaaba2834p-5, -0x1.259321ad917f1p-8, -0x1.8b1f65549ed04p-11,
     -0x1.0ba3d204a54f1p-13, -0x1.ba197665c3dcfp-16, -0x1.620a5a3d094c3p-18, -0x1.80c22360cdae4p-20},
    {0x1.ff37e4885904fp-4, 0x1.b532aadf1bcc2p-7, 0x1.40a067b8a710fp-10, 0x1.21f8e467c4f9cp-13, 0x1.01e909fc5660fp-16,
     0x1.21f33026e3d34p-19, 0x1.380fe533d3b67p-22, 0x1.ea93f10df3c7p-25},
    {-0x1.0787d17f6f0c6p-4, -0x1.503bbc5309b63p-8, -0x1.53e34c0560b5ep-12, -0x1.a34187e9d9a4p-16,
     -0x1.eda7dc0a7e798p-20, -0x1.7b14c06b54aedp-23, -0x1.12a6100ec43bep-26, -0x1.3880f3e94372p-29},
    {0x1.faa31fb03db4dp-6, 0x1.ecc8171d66cbfp-10, 0x1.5e78dc1a51884p-14, 0x1.2abed9755c0c6p-18, 0x1.d54320de2aa8fp-23,
     0x1.ee011a33936fdp-27, 0x1.e2b850dd5465cp-31, 0x1.8dd2d516a2dbep-34},
    {-0x1.ca2db95d8d2b8p-7, -0x1.59c3a25a2e13dp-11, -0x1.602afce1a2429p-16, -0x1.a3e08ba516e8dp-21,
     -0x1.bb20b04c48aa7p-26, -0x1.40d9a6c545bf3p-30, -0x1.a794e8b06a4aap-35, -0x1.fa0a33257475bp-39},
    {0x1.888c7e101224ep-8, 0x1.d271baf24dd17p-13, 0x1.59657efe15868p-18, 0x1.2323ef58b557bp-23, 0x1.9fbc6ca0f241ap-29,
     0x1.9f7378e76eb81p-34, 0x1.732374e063e15p-39, 0x1.4198318e59e4cp-43},
    {-0x1.40625f9b12d8bp-9, -0x1.2f7217f9c07e2p-14, -0x1.4b1b0b3a4fd3bp-20, -0x1.8e923f151efc1p-26,
     -0x1.838e17bc8dd84p-32, -0x1.0c1fd377d5323p-37, -0x1.44b58f8f901f8p-43, -0x1.986f601448709p-48},
    {0x1.f46f50aa62925p-11, 0x1.7dd81aaacf506p-16, 0x1.369fc04354437p-22, 0x1.0d70a6aec48fdp-28,
     0x1.670696f6577fep-35, 0x1.5900f6f663a7cp-41, 0x1.1babeb5de5109p-47, 0x1.032911e438c92p-52},
    {-0x1.776345047ca9bp-12, -0x1.d1d06eaf842dcp-18, -0x1.1d7fc12ad3064p-24, -0x1.67ebb6efbbd6ap-31,
     -0x1.4a8dd5f856326p-38, -0x1.ba8d82b1b2c52p-45, -0x1.eeeadf20a943cp-52, -0x1.48a120fb1f7e6p-57},
    {0x1.0f4ecc3f6b8a5p-13, 0x1.1401963d762f9p-19, 0x1.0156f1d07c3b4p-26, 0x1.db32a467bf901p-34,
     0x1.2e808fbb5be58p-41, 0x1.1af89264fe5e2p-48, 0x1.af1bf572b69aap-56, 0x1.a0657cf1125d9p-62},
    {-0x1.7ade21d7b2f2fp-15, -0x1.3e4d68dc3da81p-21, -0x1.c759fd34b2e9ep-29, -0x1.36292773bb3abp-36,
     -0x1.132b4b9a5d715p-44, -0x1.68c3dc1a37cb7p-52, -0x1.76f6961eb6931p-60, -0x1.0798ec5955649p-66},
    {0x1.002827ba1f46cp-16, 0x1.65caa668d8a0ep-23, 0x1.8bc6f07e5b5fap-31, 0x1.9073e31fe8a59p-39,
     0x1.f1b9107ed2f16p-48, 0x1.ca8fcc8c2efb9p-56, 0x1.45ad6c2df7af1p-64, 0x1.4d7ad9e0dd1a2p-71},
    {-0x1.502491939e20ap-18, -0x1.8892e7bbf8278p-25, -0x1.528901ec54fa7p-33, -0x1.ffa07b6c50e1fp-42,
     -0x1.c05f8e6dc6bb4p-51, -0x1.22a03b80c36acp-59, -0x1.1aecb994bc2edp-68, -0x1.a594510b1ab5cp-76},
    {0x1.acaf670b21b2ap-20, 0x1.a4ec61a293744p-27, 0x1.1c8dd88670aecp-35, 0x1.4362dc4803773p-44,
     0x1.90df221f3a774p-54, 0x1.6f367bdb6923dp-63, 0x1.ea0f0f3f1dab8p-73, 0x1.0a43092688acdp-80},
    {-0x1.08afd2dd594e9p-21, -0x1.b8546db023b89p-29, -0x1.cd61bb9ab30a2p-38, -0x1.9210143ef7ab3p-47,
     -0x1.5943a66b78033p-57, -0x1.cb42a87b167b2p-67, -0x1.9b5eb4e9cd0adp-77, -0x1.4f53c37ad8eb3p-85},
    {0x1.408d70b6bab95p-23, 0x1.c47c9e175ea62p-31, 0x1.787ab0f777c36p-40, 0x1.f2558e2b92debp-50, 0x1.318421390bfcp-60,
     0x1.20794dc2f7e29p-70, 0x1.63538841517c5p-81, 0x1.a6ed5a9d0d26ep-90},
    {-0x1.a5ee6ba91cb68p-25, -0x1.ecb6ac67e4b3ap-33, -0x1.76603c01a75dap-42, -0x1.5954c1a15861dp-52,
     -0x1.608e764b323c2p-63, -0x1.9b9d007fbb223p-74, -0x1.8f80e0246a3b9p-85, -0x1.1e797d944dac6p-94},
    {0x1.e52891e691406p-27, 0x1.e58fe32e511a1p-35, 0x1.26f60ff5fe8bp-44, 0x1.a2fda34e09d8p-55, 0x1.33a27be67d00ap-66,
     0x1.00dba2667bd4ap-77, 0x1.57d0277dac6dap-89, 0x1.68b8670468a15p-99},
};
#endif
