/* The structures of DLPack 1.1, written from its specification: how libraries hand each other
 * strided memory.  https://dmlc.github.io/dlpack/latest/c_api.html
 *
 * Strides count elements, not bytes.
 */
#ifndef MLTENSOR_DLPACK_H
#define MLTENSOR_DLPACK_H

#include <stdint.h>

#define MLT_DLPACK_MAJOR 1
#define MLT_DLPACK_MINOR 1

#define MLT_DLPACK_READ_ONLY ((uint64_t)1)
#define MLT_DLPACK_IS_COPIED ((uint64_t)2)

enum { MLT_DL_CPU = 1, MLT_DL_CUDA = 2, MLT_DL_CUDA_HOST = 3, MLT_DL_ROCM_HOST = 11 };
enum {
  MLT_DL_INT = 0,
  MLT_DL_UINT = 1,
  MLT_DL_FLOAT = 2,
  MLT_DL_BFLOAT = 4,
  MLT_DL_COMPLEX = 5,
  MLT_DL_BOOL = 6
};

typedef struct {
  uint32_t major;
  uint32_t minor;
} mlt_dl_version;

typedef struct {
  int32_t device_type;
  int32_t device_id;
} mlt_dl_device;

typedef struct {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
} mlt_dl_dtype;

typedef struct {
  void *data;
  mlt_dl_device device;
  int32_t ndim;
  mlt_dl_dtype dtype;
  int64_t *shape;
  int64_t *strides; /* NULL: C-contiguous */
  uint64_t byte_offset;
} mlt_dl_tensor;

/* What an unversioned capsule, "dltensor", points at. */
typedef struct mlt_dl_managed {
  mlt_dl_tensor tensor;
  void *manager;
  void (*deleter)(struct mlt_dl_managed *self);
} mlt_dl_managed;

/* What a versioned capsule, "dltensor_versioned", points at. */
typedef struct mlt_dl_managed_versioned {
  mlt_dl_version version;
  void *manager;
  void (*deleter)(struct mlt_dl_managed_versioned *self);
  uint64_t flags;
  mlt_dl_tensor tensor;
} mlt_dl_managed_versioned;

#endif
