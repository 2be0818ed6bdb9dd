"""Linear algebra by LAPACK: factorisations, solutions, eigenvalues and singular values of stacks of matrices."""

from cpython.object cimport PyObject
from libc.stdint cimport int16_t, int32_t, int64_t

from mltensor._core.dtypes cimport (
    BFLOAT16, FLOAT16, FLOAT64, INT64, complex_of, is_inexact,
    mlt_itemsize, objects, promotion, real_of)
from mltensor._core.elementwise cimport cast
from mltensor._core.storage cimport check_interrupt, kernel_capsule, mlt_runtime, runtime
from mltensor._core.tensor cimport MLT_MAX_DIMS, Tensor, empty, shape_tuple

from mltensor.errors import AllocationError, DTypeError, LinAlgError, ShapeError

cdef extern from "Python.h":
    PyObject* Py_None

cdef extern from "mltensor/thread.h" nogil:
    mlt_runtime* mlt_runtime_pointer

cdef extern from "mltensor/lapack.h" nogil:
    enum:
        MLT_LAPACK_CHOLESKY
        MLT_LAPACK_DETERMINANT
        MLT_LAPACK_INVERSE
        MLT_LAPACK_SOLVE
        MLT_LAPACK_TRIANGULAR
        MLT_LAPACK_QR
        MLT_LAPACK_SVD
        MLT_LAPACK_EIGH
        MLT_LAPACK_EIG
        MLT_LAPACK_LSTSQ
        MLT_LAPACK_PINV
        MLT_OPTION_UPPER
        MLT_OPTION_UNIT
        MLT_OPTION_VECTORS
        MLT_OPTION_FULL
        MLT_OPTION_RAW
        MLT_OPTION_HERMITIAN
        MLT_OPTION_OR_NAN
        MLT_LAPACK_NO_MEMORY
        MLT_LAPACK_NOT_FINITE
    ctypedef struct mlt_lapack:
        const char* a
        const char* b
        char* out[4]
        int64_t out_step[4]
        int64_t m
        int64_t n
        int64_t k
        int64_t a_row
        int64_t a_col
        int64_t b_row
        int64_t b_col
        int64_t batch
        int32_t batch_ndim
        int16_t dtype
        int16_t routine
        int32_t option
        double tolerance
        int64_t batch_shape[64]
        int64_t a_batch[64]
        int64_t b_batch[64]
        int64_t failed
        int64_t failed_why
    int mlt_lapack_run(mlt_lapack* p)
    int mlt_lapack_is_long(const mlt_lapack* p)
    void scipy_openblas_set_num_threads64_(int threads)

mlt_runtime_pointer = runtime()
# The threads are ours, each with matrices of its own; OpenBLAS computes on the thread that calls it.
scipy_openblas_set_num_threads64_(1)


# --- describing a problem ---------------------------------------------------------------------

cdef int floating(str name, Tensor a) except -1:
    """The dtype LAPACK computes in: integers become float64, as NumPy has it here."""
    cdef int dtype = a.view.dtype
    if not is_inexact(dtype):
        return FLOAT64
    if dtype == FLOAT16 or dtype == BFLOAT16:
        raise DTypeError(
            f"linalg.{name}: dtype {objects[dtype]} is unsupported in linalg; cast with .astype('float32') first")
    return dtype


cdef Tensor begin(mlt_lapack* p, str name, Tensor a, int routine, int option, bint square):
    """Describe the operand of a routine with one operand; gives the operand in the dtype of computation."""
    cdef int d, ndim = a.view.ndim
    cdef int dtype = floating(name, a)
    check_matrix(name, a, square)
    if a.view.dtype != dtype:
        a = cast(a, dtype)
    p.a = a.view.data
    p.b = NULL
    p.m = a.view.shape[ndim - 2]
    p.n = a.view.shape[ndim - 1]
    p.k = 0
    p.a_row = a.view.strides[ndim - 2]
    p.a_col = a.view.strides[ndim - 1]
    p.b_row = p.b_col = 0
    p.batch = 1
    p.batch_ndim = ndim - 2
    for d in range(ndim - 2):
        p.batch_shape[d] = a.view.shape[d]
        p.a_batch[d] = a.view.strides[d]
        p.b_batch[d] = 0
        p.batch *= p.batch_shape[d]
    p.dtype = dtype
    p.routine = routine
    p.option = option
    p.tolerance = 0
    for d in range(4):
        p.out[d] = NULL
        p.out_step[d] = 0
    return a


cdef int check_matrix(str name, Tensor a, bint square) except -1:
    cdef int ndim = a.view.ndim
    if ndim < 2:
        raise LinAlgError(
            f"linalg.{name}: a tensor of shape {shape_tuple(a)} has {ndim} dimension{'' if ndim == 1 else 's'}; a "
            "matrix, or a stack of matrices, has at least two")
    if square and a.view.shape[ndim - 1] != a.view.shape[ndim - 2]:
        raise LinAlgError(
            f"linalg.{name}: shape {shape_tuple(a)}: the last two dimensions must be equal, for a square matrix")
    return 0


cdef Tensor second(mlt_lapack* p, str name, Tensor a, Tensor b, int core):
    """Describe the second operand with `core` dimensions of its own; the stacks broadcast."""
    cdef int d, at
    cdef int ndim = max(p.batch_ndim, b.view.ndim - core), shift_a = ndim - p.batch_ndim
    cdef int shift_b = ndim - (b.view.ndim - core)
    cdef int64_t a_length, b_length
    cdef int64_t a_strides[64]
    p.batch = 1
    for d in range(p.batch_ndim):
        a_strides[d] = p.a_batch[d]
    for d in range(ndim):
        a_length = b_length = 1
        p.a_batch[d] = p.b_batch[d] = 0
        at = d - shift_a
        if at >= 0:
            a_length = a.view.shape[at]
            p.a_batch[d] = a_strides[at] if a_length != 1 else 0
        at = d - shift_b
        if at >= 0:
            b_length = b.view.shape[at]
            p.b_batch[d] = b.view.strides[at] if b_length != 1 else 0
        if a_length != b_length and a_length != 1 and b_length != 1:
            raise ShapeError(
                f"linalg.{name}: the stacks of shapes {shape_tuple(a)} and {shape_tuple(b)} do not broadcast: their "
                f"leading dimensions are {a_length} and {b_length} at one place; make them equal or one of them 1")
        p.batch_shape[d] = b_length if a_length == 1 else a_length
        p.batch *= p.batch_shape[d]
    p.batch_ndim = ndim
    p.b = b.view.data
    p.b_row = b.view.strides[b.view.ndim - core] if core > 0 else 0
    p.b_col = b.view.strides[b.view.ndim - 1] if core > 1 else 0
    return b


cdef Tensor result(mlt_lapack* p, int number, Tensor like, int dtype, int core, int64_t rows, int64_t columns):
    """A result of the shape of the stack and one, two or no dimensions more."""
    cdef int64_t shape[MLT_MAX_DIMS]
    cdef int d
    cdef Tensor made
    for d in range(p.batch_ndim):
        shape[d] = p.batch_shape[d]
    if core > 0:
        shape[p.batch_ndim] = rows
    if core > 1:
        shape[p.batch_ndim + 1] = columns
    made = empty(p.batch_ndim + core, shape, dtype, like.storage.device)
    p.out[number] = made.view.data
    p.out_step[number] = mlt_itemsize[dtype] * (rows if core > 0 else 1) * (columns if core > 1 else 1)
    return made


cdef int run(mlt_lapack* p, str name, Tensor a, str failure) except -1:
    """Run, without the GIL when it is long; LinAlgError names the first matrix that failed."""
    cdef int status
    if mlt_lapack_is_long(p):
        with nogil:
            status = mlt_lapack_run(p)
    else:
        status = mlt_lapack_run(p)
    if status:
        check_interrupt(status)
    if p.failed >= 0:
        fail(p, name, a, failure)
    return 0


cdef int fail(mlt_lapack* p, str name, Tensor a, str failure) except -1:
    cdef int d
    cdef int64_t rest = p.failed
    cdef list position = []
    if p.failed_why == MLT_LAPACK_NO_MEMORY:
        raise AllocationError(f"linalg.{name}: no memory for LAPACK's workspace for matrices of {p.m} by {p.n}")
    for d in range(p.batch_ndim - 1, -1, -1):
        position.append(rest % p.batch_shape[d])
        rest //= p.batch_shape[d]
    which = f"the matrix at {tuple(position[::-1])} of the stack" if position else "the matrix"
    if p.failed_why == MLT_LAPACK_NOT_FINITE:
        failure = "contains infinities or NaN; look at numpy.isfinite of it"
    raise LinAlgError(f"linalg.{name}: {which} of shape {shape_tuple(a)} {failure}")


cdef bint flag(PyObject* value) except -1:
    return bool(<object> value)


# --- factorisations ---------------------------------------------------------------------------

cdef object cholesky(PyObject** args):
    """``a, upper=False``"""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "cholesky", <Tensor> args[0], MLT_LAPACK_CHOLESKY,
                          MLT_OPTION_UPPER if flag(args[1]) else 0, True)
    cdef Tensor factor = result(&p, 0, a, p.dtype, 2, p.n, p.n)
    run(&p, "cholesky", a, "is not positive definite")
    return factor


cdef object qr_factors(PyObject** args):
    """``a, mode``: (Q, R) for 'reduced' and 'complete', (h, tau) for 'raw'."""
    cdef mlt_lapack p
    cdef int64_t kept
    cdef Tensor a, q, r
    mode = <object> args[1]
    a = begin(&p, "qr", <Tensor> args[0], MLT_LAPACK_QR, MLT_OPTION_VECTORS, False)
    kept = min(p.m, p.n)
    if mode == "raw":
        p.option = MLT_OPTION_RAW
        q = result(&p, 0, a, p.dtype, 2, p.n, p.m)
        r = result(&p, 1, a, p.dtype, 1, kept, 1)
    else:
        if mode == "complete":
            p.option |= MLT_OPTION_FULL
            kept = p.m
        q = result(&p, 0, a, p.dtype, 2, p.m, kept)
        r = result(&p, 1, a, p.dtype, 2, kept, p.n)
    run(&p, "qr", a, "was refused by LAPACK")
    return q, r


cdef object qr_triangle(PyObject** args):
    """``a``: R alone."""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "qr", <Tensor> args[0], MLT_LAPACK_QR, 0, False)
    cdef Tensor r = result(&p, 1, a, p.dtype, 2, min(p.m, p.n), p.n)
    run(&p, "qr", a, "was refused by LAPACK")
    return r


cdef object svd_factors(PyObject** args):
    """``a, full_matrices``: (U, S, Vh)."""
    cdef mlt_lapack p
    cdef bint full = flag(args[1])
    cdef Tensor a = begin(&p, "svd", <Tensor> args[0], MLT_LAPACK_SVD,
                          MLT_OPTION_VECTORS | (MLT_OPTION_FULL if full else 0), False)
    cdef int64_t least = min(p.m, p.n)
    cdef Tensor u = result(&p, 0, a, p.dtype, 2, p.m, p.m if full else least)
    cdef Tensor s = result(&p, 1, a, real_of[p.dtype], 1, least, 1)
    cdef Tensor vh = result(&p, 2, a, p.dtype, 2, p.n if full else least, p.n)
    run(&p, "svd", a, "has no SVD: the iteration did not converge")
    return u, s, vh


cdef object singular_values(PyObject** args):
    """``a``"""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "svd", <Tensor> args[0], MLT_LAPACK_SVD, 0, False)
    cdef Tensor s = result(&p, 1, a, real_of[p.dtype], 1, min(p.m, p.n), 1)
    run(&p, "svd", a, "has no SVD: the iteration did not converge")
    return s


# --- eigenvalues ------------------------------------------------------------------------------

cdef int triangle(str name, object uplo) except -1:
    given = uplo.upper() if isinstance(uplo, str) else uplo
    if given not in ("L", "U"):
        raise ValueError(f"linalg.{name}: UPLO must be 'L' or 'U', not {uplo!r}")
    return MLT_OPTION_UPPER if given == "U" else 0


cdef object eigh_factors(PyObject** args):
    """``a, UPLO``: (eigenvalues, eigenvectors)."""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "eigh", <Tensor> args[0], MLT_LAPACK_EIGH,
                          MLT_OPTION_VECTORS | triangle("eigh", <object> args[1]), True)
    cdef Tensor w = result(&p, 0, a, real_of[p.dtype], 1, p.n, 1)
    cdef Tensor v = result(&p, 1, a, p.dtype, 2, p.n, p.n)
    run(&p, "eigh", a, "has no eigenvalues that the iteration found: it did not converge")
    return w, v


cdef object eigh_values(PyObject** args):
    """``a, UPLO``"""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "eigvalsh", <Tensor> args[0], MLT_LAPACK_EIGH,
                          triangle("eigvalsh", <object> args[1]), True)
    cdef Tensor w = result(&p, 0, a, real_of[p.dtype], 1, p.n, 1)
    run(&p, "eigvalsh", a, "has no eigenvalues that the iteration found: it did not converge")
    return w


cdef object eig_factors(PyObject** args):
    """``a``: (eigenvalues, eigenvectors), complex always."""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "eig", <Tensor> args[0], MLT_LAPACK_EIG, MLT_OPTION_VECTORS, True)
    cdef Tensor w = result(&p, 0, a, complex_of[p.dtype], 1, p.n, 1)
    cdef Tensor v = result(&p, 1, a, complex_of[p.dtype], 2, p.n, p.n)
    run(&p, "eig", a, "has no eigenvalues that the iteration found: it did not converge")
    return w, v


cdef object eig_values(PyObject** args):
    """``a``"""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "eigvals", <Tensor> args[0], MLT_LAPACK_EIG, 0, True)
    cdef Tensor w = result(&p, 0, a, complex_of[p.dtype], 1, p.n, 1)
    run(&p, "eigvals", a, "has no eigenvalues that the iteration found: it did not converge")
    return w


# --- determinants, inverses, equations ----------------------------------------------------------

cdef object det(PyObject** args):
    """``a``"""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "det", <Tensor> args[0], MLT_LAPACK_DETERMINANT, 0, True)
    cdef Tensor y = result(&p, 2, a, p.dtype, 0, 1, 1)
    run(&p, "det", a, "was refused by LAPACK")
    return y


cdef object slogdet_parts(PyObject** args):
    """``a``: (sign, logabsdet)."""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "slogdet", <Tensor> args[0], MLT_LAPACK_DETERMINANT, 0, True)
    cdef Tensor sign = result(&p, 0, a, p.dtype, 0, 1, 1)
    cdef Tensor logarithm = result(&p, 1, a, real_of[p.dtype], 0, 1, 1)
    run(&p, "slogdet", a, "was refused by LAPACK")
    return sign, logarithm


cdef object inv(PyObject** args):
    """``a``"""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "inv", <Tensor> args[0], MLT_LAPACK_INVERSE, 0, True)
    cdef Tensor y = result(&p, 0, a, p.dtype, 2, p.n, p.n)
    run(&p, "inv", a, "is singular; pinv gives the pseudo-inverse")
    return y


cdef object inverse_or_nan(PyObject** args):
    """``a``: NaN for singular matrices."""
    cdef mlt_lapack p
    cdef Tensor a = begin(&p, "inv", <Tensor> args[0], MLT_LAPACK_INVERSE, MLT_OPTION_OR_NAN, True)
    cdef Tensor y = result(&p, 0, a, p.dtype, 2, p.n, p.n)
    run(&p, "inv", a, "was refused by LAPACK")
    return y


cdef object equations(str name, PyObject** args, int routine, int option, bint vectors, str failure):
    """A X = B for a square A; a B of one dimension is one vector for every matrix of the stack."""
    cdef mlt_lapack p
    cdef Tensor a = <Tensor> args[0]
    cdef Tensor b = <Tensor> args[1]
    cdef Tensor y
    cdef int core, dtype = promotion[floating(name, a)][floating(name, b)]
    check_matrix(name, a, True)
    core = 1 if vectors and b.view.ndim == 1 else 2
    if core == 2:
        check_matrix(name, b, False)
    a = begin(&p, name, a if a.view.dtype == dtype else cast(a, dtype), routine, option, True)
    b = second(&p, name, a, b if b.view.dtype == dtype else cast(b, dtype), core)
    if b.view.shape[b.view.ndim - core] != p.n:
        raise ShapeError(
            f"linalg.{name}: shapes {shape_tuple(a)} and {shape_tuple(b)} do not fit: a matrix of {p.n} by {p.n} needs "
            f"right-hand sides of {p.n} rows, not {b.view.shape[b.view.ndim - core]}"
            + ("; only a tensor of one dimension is a vector, give a stack of vectors as b[..., None]"
               if vectors and core == 2 else ""))
    p.k = b.view.shape[b.view.ndim - 1] if core == 2 else 1
    y = result(&p, 0, a, dtype, core, p.n, p.k)
    run(&p, name, a, failure)
    return y


cdef object solve(PyObject** args):
    """``x1, x2``"""
    return equations("solve", args, MLT_LAPACK_SOLVE, 0, True, "is singular; lstsq gives a solution of least squares")


cdef object solve_triangular(PyObject** args):
    """``x1, x2, upper, unitriangular``"""
    return equations("solve_triangular", args, MLT_LAPACK_TRIANGULAR,
                     (MLT_OPTION_UPPER if flag(args[2]) else 0) | (MLT_OPTION_UNIT if flag(args[3]) else 0), False,
                     "was refused by BLAS")


cdef object least_squares(PyObject** args):
    """``a, b, rcond``: (solution, residuals, rank, singular values); b has two dimensions more than the stack."""
    cdef mlt_lapack p
    cdef Tensor a = <Tensor> args[0]
    cdef Tensor b = <Tensor> args[1]
    cdef Tensor x, residuals, rank, s
    cdef int dtype = promotion[floating("lstsq", a)][floating("lstsq", b)]
    cdef int real = real_of[dtype]
    check_matrix("lstsq", a, False)
    check_matrix("lstsq", b, False)
    a = begin(&p, "lstsq", a if a.view.dtype == dtype else cast(a, dtype), MLT_LAPACK_LSTSQ, 0, False)
    b = second(&p, "lstsq", a, b if b.view.dtype == dtype else cast(b, dtype), 2)
    if b.view.shape[b.view.ndim - 2] != p.m:
        raise LinAlgError(
            f"linalg.lstsq: shapes {shape_tuple(a)} and {shape_tuple(b)} do not fit: {p.m} equations need right-hand "
            f"sides of {p.m} rows, not {b.view.shape[b.view.ndim - 2]}")
    p.k = b.view.shape[b.view.ndim - 1]
    p.tolerance = <object> args[2]
    x = result(&p, 0, a, dtype, 2, p.n, p.k)
    residuals = result(&p, 1, a, real, 1, p.k, 1)
    rank = result(&p, 2, a, INT64, 0, 1, 1)
    s = result(&p, 3, a, real, 1, min(p.m, p.n), 1)
    run(&p, "lstsq", a, "has no SVD: the iteration did not converge")
    return x, residuals, rank, s


cdef object pseudo_inverse(PyObject** args):
    """``a, rtol, hermitian``: rtol a float64 tensor that broadcasts with the stack."""
    cdef mlt_lapack p
    cdef bint hermitian = flag(args[2])
    cdef Tensor a = begin(&p, "pinv", <Tensor> args[0], MLT_LAPACK_PINV,
                          MLT_OPTION_HERMITIAN if hermitian else 0, hermitian)
    cdef Tensor rtol = cast(<Tensor> args[1], FLOAT64)
    cdef Tensor y
    second(&p, "pinv", a, rtol, 0)
    y = result(&p, 0, a, p.dtype, 2, p.n, p.m)
    run(&p, "pinv", a, "has no SVD: the iteration did not converge")
    return y


KERNELS = {
    "cholesky": kernel_capsule(cholesky),
    "qr_factors": kernel_capsule(qr_factors),
    "qr_triangle": kernel_capsule(qr_triangle),
    "svd_factors": kernel_capsule(svd_factors),
    "singular_values": kernel_capsule(singular_values),
    "eigh_factors": kernel_capsule(eigh_factors),
    "eigh_values": kernel_capsule(eigh_values),
    "eig_factors": kernel_capsule(eig_factors),
    "eig_values": kernel_capsule(eig_values),
    "det": kernel_capsule(det),
    "slogdet_parts": kernel_capsule(slogdet_parts),
    "inv": kernel_capsule(inv),
    "inverse_or_nan": kernel_capsule(inverse_or_nan),
    "solve": kernel_capsule(solve),
    "solve_triangular": kernel_capsule(solve_triangular),
    "least_squares": kernel_capsule(least_squares),
    "pseudo_inverse": kernel_capsule(pseudo_inverse),
}
