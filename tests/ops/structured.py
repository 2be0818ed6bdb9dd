"""Argument samples of the operations with structure: what their gradients are checked on.

A `Leaf` stands for a tensor that requires a gradient; everything else is passed on as it is. An
operation that has a gradient and no sample here fails the tests.
"""

import numpy


class Leaf:
    """A tensor of random numbers from (low, high) that requires a gradient.

    `through` is a function of the tensor that gives the argument: what makes it symmetric, say.
    """

    def __init__(self, *shape, low=-2.0, high=2.0, real=False, through=None):
        self.shape, self.low, self.high, self.real, self.through = shape, low, high, real, through

    def values(self, generator, dtype):
        """Numbers as a NumPy array; `real` leaves stay real where the others are complex."""
        values = generator.uniform(self.low, self.high, self.shape)
        if numpy.dtype(dtype).kind == "c" and not self.real:
            return (values + 1j * generator.uniform(self.low, self.high, self.shape)).astype(dtype)
        return values.astype("float64" if self.real else dtype)


class Sample:
    """Arguments of one call."""

    after = None

    def __init__(self, *args, **kwargs):
        self.args, self.kwargs = args, kwargs

    def then(self, after):
        """The same, of whose results a function is checked: one that does not depend on what is arbitrary in them."""
        self.after = after
        return self


def adjoint(x):
    return x.mT.conj() if x.dtype.kind == "c" else x.mT


def hermitian(x):
    return x + adjoint(x)


def positive_definite(x):
    return x @ adjoint(x) + numpy.eye(x.shape[-1])


def regular(x):
    """Far from singular, and with eigenvalues and singular values far from each other."""
    return x + numpy.diag(5.0 * numpy.arange(1, x.shape[-1] + 1))


def singular(x):
    """Rank two."""
    return x[..., :, :2] @ x[..., :2, :]


def eigenvectors(result):
    """Eigenvalues and what does not depend on the phase of the vectors."""
    return result[0], abs(result[1]), result[1] * result[1][..., :1, :].conj()


def singular_vectors(result):
    u, s, vh = result
    k = s.shape[-1]
    u, vh = u[..., :k], vh[..., :k, :]
    return abs(u), s, abs(vh), u @ vh, u * s[..., None, :].sqrt() @ vh


MASK = numpy.array([[True, False, True], [True, True, False]])
ORDER = numpy.array([2, 0, 1, 2])
ALONG = numpy.array([[1, 0, 1], [0, 0, 2]])
OPTIONS = ("mean", -100, 0.1, -1)
CLASSES = numpy.array([2, 0])
WEIGHTS = numpy.array([0.5, 1.0, 2.0])

QR = [((3, 2), "reduced"), ((2, 2, 2), "reduced"), ((2, 3), "reduced"), ((2, 4), "complete"), ((2, 2), "complete")]

REDUCTIONS = [
    Sample(Leaf(2, 3)),
    Sample(Leaf(2, 3), axis=1),
    Sample(Leaf(2, 3, 2), axis=(0, -1), keepdims=True),
    Sample(Leaf()),
    Sample(Leaf(4), axis=0),
]
MASKED = [Sample(Leaf(2, 3), axis=0, where=MASK)]
RUNNING = [Sample(Leaf(4)), Sample(Leaf(2, 3), axis=0), Sample(Leaf(2, 3), axis=-1)]
LINES = [
    Sample(Leaf(4)),
    Sample(Leaf(5, 2), 3, axis=0, norm="ortho"),
    Sample(Leaf(2, 3), n=6, norm="forward"),
    Sample(Leaf(3, 2), n=5),
    Sample(Leaf(2), n=1),
]
PLANES = [
    Sample(Leaf(2, 2, 3), s=(3, 4), axes=(0, 2)),
    Sample(Leaf(3, 2), s=(2,), norm="ortho"),
    Sample(Leaf(2, 3)),
    Sample(Leaf(1, 2, 2), s=(3, 2), norm="forward"),
]

SAMPLES = {
    # statistics
    "sum": REDUCTIONS + MASKED + [Sample(Leaf(2, 3), initial=2.0)],
    "mean": REDUCTIONS + MASKED,
    "prod": REDUCTIONS + MASKED + [Sample(Leaf(3), initial=2.0)],
    "var": [*REDUCTIONS, Sample(Leaf(2, 3), axis=1, mean=Leaf(2, 1)), Sample(Leaf(2, 3), axis=1, correction=1),
            Sample(Leaf(2, 3), where=MASK)],
    "std": [Sample(Leaf(2, 3), axis=1, mean=Leaf(2, 1)), REDUCTIONS[0], REDUCTIONS[1], REDUCTIONS[2],
            Sample(Leaf(2, 3), axis=1, ddof=1)],
    "max": REDUCTIONS,
    "min": REDUCTIONS,
    "logsumexp": REDUCTIONS,
    "linalg.euclidean_norm": REDUCTIONS,
    "cumulative_sum": [*RUNNING, Sample(Leaf(2, 3), axis=1, include_initial=True)],
    "cumulative_prod": [*RUNNING, Sample(Leaf(2, 3), axis=1, include_initial=True)],
    "cumsum": [*RUNNING, Sample(Leaf(2, 3))],
    "cumprod": [*RUNNING, Sample(Leaf(2, 3))],
    "linear_recurrence": [Sample(Leaf(4), Leaf(4)), Sample(Leaf(3, 2), Leaf(3, 2), axis=0)],
    # reductions that pass over NaN: gradients of what is not NaN, see tests/unit/test_nan_reductions.py
    "sum_numbers": REDUCTIONS + MASKED,
    "prod_numbers": REDUCTIONS + MASKED,
    "max_numbers": REDUCTIONS + MASKED,
    "min_numbers": REDUCTIONS + MASKED,
    "mean_numbers": REDUCTIONS + MASKED,
    "var_numbers": [*REDUCTIONS[:3], *MASKED, Sample(Leaf(2, 3), 1, None, 1, True)],
    "nansum": REDUCTIONS + MASKED + [Sample(Leaf(2, 3), initial=2.0)],
    "nanprod": REDUCTIONS + MASKED,
    "nanmax": [*REDUCTIONS, Sample(Leaf(2, 3), initial=-9.0)],
    "nanmin": REDUCTIONS,
    "nanmean": REDUCTIONS + MASKED,
    "nanvar": [*REDUCTIONS[:3], *MASKED, Sample(Leaf(2, 3), axis=1, ddof=1)],
    "nanstd": [REDUCTIONS[0], REDUCTIONS[1], Sample(Leaf(2, 3), axis=1, correction=1)],
    "nancumsum": [*RUNNING, Sample(Leaf(2, 3))],
    "nancumprod": [*RUNNING, Sample(Leaf(2, 3))],
    # order statistics
    "sorted_elements": [Sample(Leaf(5), (1, 2)), Sample(Leaf(2, 4), (3,)), Sample(Leaf(2, 20), (0, 1, 19))],
    "median": [Sample(Leaf(5)), Sample(Leaf(2, 4), axis=1, keepdims=True), Sample(Leaf(2, 3, 2), axis=(0, 2))],
    "nanmedian": [Sample(Leaf(5)), Sample(Leaf(2, 4), axis=0)],
    "quantile": [
        Sample(Leaf(5), 0.3),
        Sample(Leaf(2, 4), [0.1, 0.8], axis=1, keepdims=True),
        Sample(Leaf(3, 2), [0.1, 0.8], axis=0, method="higher"),
        Sample(Leaf(5), 0.3, method="inverted_cdf", weights=[1, 2, 1, 0, 1]),
    ],
    "percentile": [Sample(Leaf(5), 30), Sample(Leaf(2, 4), [10, 80], axis=1, method="hazen")],
    "nanquantile": [Sample(Leaf(5), 0.3), Sample(Leaf(2, 4), [0.1, 0.8], axis=1, method="lower")],
    "nanpercentile": [Sample(Leaf(5), 30)],
    # averages
    "ptp": [Sample(Leaf(5)), Sample(Leaf(2, 3), axis=1, keepdims=True)],
    "average": [
        Sample(Leaf(2, 3), axis=0),
        Sample(Leaf(2, 3), 1, Leaf(3, low=0.5)),
        Sample(Leaf(2, 3), None, Leaf(2, 3, low=0.5), returned=True),
    ],
    "cov": [
        Sample(Leaf(2, 4)),
        Sample(Leaf(4), Leaf(4), bias=True),
        Sample(Leaf(4, 2), rowvar=False, fweights=[1, 2, 1, 1], aweights=[1.0, 0.5, 2.0, 1.0]),
    ],
    "corrcoef": [Sample(Leaf(2, 5)), Sample(Leaf(5), Leaf(5))],
    # samples of functions
    "ediff1d": [Sample(Leaf(4)), Sample(Leaf(2, 2), Leaf(2), Leaf(1))],
    "trapezoid": [
        Sample(Leaf(4)),
        Sample(Leaf(2, 3), Leaf(3)),
        Sample(Leaf(3, 2), Leaf(3, 2), axis=0),
        Sample(Leaf(3), dx=2),
    ],
    "unwrap": [Sample(Leaf(5, low=-9.0, high=9.0)), Sample(Leaf(3, 2), axis=0, period=2.5)],
    "interp": [
        Sample(Leaf(4, real=True), numpy.array([-1.5, 0.0, 0.7, 1.9]), Leaf(4)),
        Sample(Leaf(3, real=True), numpy.array([0.1, 0.5, 0.7]), Leaf(3), period=1.3),
        Sample(Leaf(3, real=True), numpy.array([-0.5, 0.5]), Leaf(2), left=-3.0, right=3.0),
    ],
    "cross": [Sample(Leaf(2, 3), Leaf(3)), Sample(Leaf(3, 2), Leaf(2, 2), axisa=0), Sample(Leaf(2), Leaf(2))],
    "sliding_dot": [
        Sample(Leaf(5), Leaf(3)),
        Sample(Leaf(3), Leaf(2), before=1, reverse=True),
        Sample(Leaf(2), Leaf(3), 1, 2),
    ],
    "convolve": [Sample(Leaf(5), Leaf(3)), Sample(Leaf(2), Leaf(3), "same"), Sample(Leaf(4), Leaf(2), "valid")],
    "correlate": [Sample(Leaf(5), Leaf(3)), Sample(Leaf(2), Leaf(4), "same"), Sample(Leaf(4), Leaf(2), "full")],
    "nan_to_num": [Sample(Leaf(4)), Sample(Leaf(2, 2), nan=1.0, posinf=2.0)],
    # linear algebra
    "matmul": [
        Sample(Leaf(2, 3), Leaf(3, 4)),
        Sample(Leaf(3), Leaf(3)),
        Sample(Leaf(3), Leaf(3, 2)),
        Sample(Leaf(2, 3), Leaf(3)),
        Sample(Leaf(2, 2, 3), Leaf(3, 2)),
        Sample(Leaf(2, 3), Leaf(2, 3, 2)),
        Sample(Leaf(2, 1, 2, 3), Leaf(2, 3, 1)),
        Sample(Leaf(2, 2, 3), Leaf(3)),
        Sample(Leaf(3), Leaf(2, 3, 2)),
        Sample(Leaf(0, 3), Leaf(3, 2)),
        Sample(Leaf(2, 3), Leaf(3, 2, real=True)),
    ],
    "affine": [
        Sample(Leaf(2, 3), Leaf(4, 3), Leaf(4)),
        Sample(Leaf(3), Leaf(2, 3)),
        Sample(Leaf(2, 2, 3), Leaf(2, 3), Leaf(2)),
    ],
    "activated_affine": [
        Sample(Leaf(2, 3), Leaf(2, 3), Leaf(2), activation=name) for name in ("relu", "sigmoid", "tanh", "gelu", "silu")
    ],
    "linear": [
        Sample(Leaf(2, 3), Leaf(4, 3), Leaf(4)),
        Sample(Leaf(3, real=True), Leaf(4, 3, real=True), activation="tanh"),
    ],
    "dot": [Sample(Leaf(3), Leaf(3)), Sample(Leaf(2, 3), Leaf(2, 3, 2)), Sample(Leaf(), Leaf(2))],
    "inner": [Sample(Leaf(2, 3), Leaf(2, 3)), Sample(Leaf(), Leaf(2))],
    "outer": [Sample(Leaf(2), Leaf(3))],
    "vecdot": [Sample(Leaf(2, 3), Leaf(3)), Sample(Leaf(3, 2), Leaf(3, 2), axis=0), Sample(Leaf(3), Leaf(3))],
    "vdot": [Sample(Leaf(2, 2), Leaf(4))],
    "tensordot": [
        Sample(Leaf(2, 3), Leaf(2, 3)),
        Sample(Leaf(2, 3), Leaf(3, 2), axes=1),
        Sample(Leaf(2, 3), Leaf(2, 2), axes=((0,), (1,))),
    ],
    "kron": [Sample(Leaf(2), Leaf(3)), Sample(Leaf(2, 2), Leaf(2))],
    "einsum": [
        Sample("ij,jk->ik", [Leaf(2, 3), Leaf(3, 2)]),
        Sample("ii->i", [Leaf(3, 3)]),
        Sample("ij->", [Leaf(2, 3)]),
        Sample("...i,...i->...", [Leaf(2, 3), Leaf(3)]),
        Sample("ij,jk,kl->il", [Leaf(2, 3), Leaf(3, 2), Leaf(2, 2)]),
        Sample("i,j", [Leaf(2), Leaf(3)]),
        Sample("bij,bjk->bki", [Leaf(2, 2, 3), Leaf(2, 3, 2)]),
    ],
    # Fourier transforms: cut, filled up, odd and even, all norms
    "fft.fft": [*LINES, Sample(Leaf(2, 3), norm="ortho")],
    "fft.ifft": [*LINES, Sample(Leaf(2, 3), norm="ortho")],
    "fft.rfft": LINES,
    "fft.irfft": LINES,
    "fft.hfft": LINES[:3],
    "fft.ihfft": LINES[:3],
    "fft.fftn": PLANES,
    "fft.ifftn": PLANES,
    "fft.rfftn": PLANES,
    "fft.irfftn": PLANES,
    "fft.fft2": PLANES[2:],
    "fft.ifft2": PLANES[2:],
    "fft.rfft2": PLANES[2:],
    "fft.irfft2": PLANES[2:],
    "fft.fftshift": [Sample(Leaf(3, 2)), Sample(Leaf(3, 2), axes=0)],
    "fft.ifftshift": [Sample(Leaf(3, 2)), Sample(Leaf(3, 2), axes=0)],
    # decompositions
    "linalg.cholesky": [
        Sample(Leaf(3, 3, through=positive_definite)),
        Sample(Leaf(2, 2, 2, through=positive_definite), upper=True),
    ],
    "linalg.qr_factors": [Sample(Leaf(*shape), mode) for shape, mode in QR],
    "linalg.qr": [
        Sample(Leaf(2, 3, 2)),
        Sample(Leaf(4, 2), "r"),
        Sample(Leaf(2, 4), "r"),
        Sample(Leaf(4, 2), "complete").then(lambda result: result[1]),
    ],
    "linalg.svd_factors": [Sample(Leaf(*shape), False).then(singular_vectors) for shape in ((3, 3), (2, 4, 2), (2, 3))],
    "linalg.svd": [
        Sample(Leaf(4, 2)).then(singular_vectors),
        Sample(Leaf(2, 3), compute_uv=False),
        Sample(Leaf(3, 3, through=hermitian), hermitian=True).then(singular_vectors),
    ],
    "linalg.svdvals": [Sample(Leaf(3, 2)), Sample(Leaf(2, 2, 3))],
    "linalg.eigh_factors": [Sample(Leaf(3, 3, through=hermitian)).then(eigenvectors)],
    "linalg.eigh": [Sample(Leaf(2, 2, 2, through=hermitian), UPLO="U").then(eigenvectors)],
    "linalg.eigvalsh": [Sample(Leaf(3, 3, through=hermitian))],
    "linalg.eig_factors": [Sample(Leaf(3, 3, through=regular)).then(eigenvectors)],
    "linalg.eig": [Sample(Leaf(2, 2, 2, through=regular)).then(eigenvectors)],
    "linalg.eigvals": [Sample(Leaf(3, 3, through=regular))],
    # equations
    "linalg.det": [
        Sample(Leaf(3, 3)),
        Sample(Leaf(2, 2, 2)),
        Sample(Leaf(1, 1)),
        Sample(Leaf(0, 0)),
    ],
    "linalg.slogdet_parts": [Sample(Leaf(2, 3, 3))],
    "linalg.slogdet": [Sample(Leaf(3, 3))],
    "linalg.inv": [Sample(Leaf(3, 3, through=regular)), Sample(Leaf(2, 2, 2, through=regular))],
    "linalg.inverse_or_nan": [Sample(Leaf(2, 2, through=regular))],
    "linalg.pseudo_inverse": [Sample(Leaf(2, 3, 2), 1e-10), Sample(Leaf(2, 3), 1e-10)],
    "linalg.pinv": [
        Sample(Leaf(3, 2)),
        Sample(Leaf(3, 3, through=singular), 1e-8),
        Sample(Leaf(3, 3, through=positive_definite), hermitian=True),
    ],
    "linalg.matrix_power": [Sample(Leaf(3, 3), 3), Sample(Leaf(2, 2, 2, through=regular), -2), Sample(Leaf(2, 2), 1)],
    "linalg.solve": [
        Sample(Leaf(3, 3, through=regular), Leaf(3)),
        Sample(Leaf(3, 3, through=regular), Leaf(3, 2)),
        Sample(Leaf(2, 2, 2, through=regular), Leaf(2)),
        Sample(Leaf(2, 2, through=regular), Leaf(2, 2, 1)),
        Sample(Leaf(2, 1, 2, 2, through=regular), Leaf(1, 2, 2, 1, real=True)),
    ],
    "linalg.solve_triangular": [
        Sample(Leaf(3, 3, through=regular), Leaf(3, 2), upper=True),
        Sample(Leaf(2, 2, 2, through=regular), Leaf(2, 1), upper=False),
        Sample(Leaf(2, 2), Leaf(2, 2, 1), upper=True, unitriangular=True),
    ],
    "linalg.least_squares": [Sample(Leaf(3, 2), Leaf(3, 1), 1e-10), Sample(Leaf(2, 3), Leaf(2, 2, 2), 1e-10)],
    "linalg.lstsq": [Sample(Leaf(4, 2), Leaf(4)), Sample(Leaf(2, 3), Leaf(2)), Sample(Leaf(4, 2), Leaf(4, 2))],
    "linalg.tensorsolve": [Sample(Leaf(2, 2, 4), Leaf(2, 2)), Sample(Leaf(2, 4, 2), Leaf(2, 2), axes=(1,))],
    "linalg.tensorinv": [Sample(Leaf(4, 2, 2), ind=1)],
    "linalg.multi_dot": [
        Sample([Leaf(2, 3), Leaf(3, 2), Leaf(2, 4)]),
        Sample([Leaf(2), Leaf(2, 3), Leaf(3, 2), Leaf(2)]),
    ],
    # norms
    "linalg.norm": [
        Sample(Leaf(2, 3)),
        Sample(Leaf(4), 3),
        Sample(Leaf(2, 3), "nuc"),
        Sample(Leaf(2, 3, 2), 2, (2, 0), True),
        Sample(Leaf(2, 3), 1),
        Sample(Leaf(3, 2), -numpy.inf, 0),
    ],
    "linalg.vector_norm": [
        Sample(Leaf(2, 3, 2), ord=order, axis=axis)
        for order, axis in ((2, None), (1, 0), (3, (0, 2)), (0.5, -1), (-1, 1), (numpy.inf, 1), (-numpy.inf, 0))
    ],
    "linalg.matrix_norm": [
        Sample(Leaf(2, 3, 2), ord=order) for order in ("fro", "nuc", 2, -2, 1, -1, numpy.inf, -numpy.inf)
    ],
    "linalg.cond": [Sample(Leaf(2, 3)), Sample(Leaf(2, 2, 2), "fro"), Sample(Leaf(3, 3), -2), Sample(Leaf(2, 2), 1)],
    # neural
    "softmax": [Sample(Leaf(2, 3)), Sample(Leaf(2, 3), axis=0)],
    "log_softmax": [Sample(Leaf(2, 3)), Sample(Leaf(2, 3), axis=0)],
    "softmax_backward": [Sample(Leaf(2, 3), Leaf(2, 3)), Sample(Leaf(2, 3), Leaf(2, 3), axis=0)],
    "log_softmax_backward": [Sample(Leaf(2, 3), Leaf(2, 3)), Sample(Leaf(2, 3), Leaf(2, 3), axis=0)],
    "softmax_cross_entropy": [
        Sample(Leaf(2, 3), CLASSES),
        Sample(Leaf(2, 3), CLASSES, WEIGHTS, reduction="sum"),
        Sample(Leaf(2, 3), CLASSES, reduction="none", label_smoothing=0.2),
        Sample(Leaf(2, 3), Leaf(2, 3, low=0.1, high=1.0)),
        Sample(Leaf(2, 3, 2), numpy.array([[0, 2], [1, -100]]), axis=1),
        Sample(Leaf(2, 3), CLASSES, Leaf(3, low=0.5), reduction="none"),
        Sample(Leaf(2, 3, 2), numpy.array([[0, 2], [1, -100]]), Leaf(3, low=0.5), label_smoothing=0.2, axis=1),
        Sample(Leaf(2, 3), Leaf(2, 3, low=0.1, high=1.0), Leaf(3, low=0.5), label_smoothing=0.1),
    ],
    "softmax_cross_entropy_backward": [
        Sample(Leaf(), Leaf(2, 3), CLASSES, options=OPTIONS),
        Sample(Leaf(2), Leaf(2, 3), Leaf(2, 3, low=0.1), options=("none", -100, 0.0, -1)),
    ],
    "layer_norm": [
        Sample(Leaf(2, 3), Leaf(3), Leaf(3)),
        Sample(Leaf(2, 3)),
        Sample(Leaf(2, 2, 3), Leaf(2, 3), normalized_ndim=2),
    ],
    "layer_norm_product": [Sample(Leaf(2, 3), Leaf(2, 3)), Sample(Leaf(2, 3), Leaf(2, 3), normalized_ndim=2)],
    "layer_norm_backward": [Sample(Leaf(2, 3), Leaf(2, 3), Leaf(3)), Sample(Leaf(2, 3), Leaf(2, 3))],
    "batch_norm": [Sample(Leaf(4, 2), Leaf(2), Leaf(2)), Sample(Leaf(4, 2), None, None, Leaf(2), Leaf(2, low=0.5))],
    # indexing
    "getitem": [
        Sample(Leaf(4, 3), key)
        for key in (
            1,
            (slice(1, 3), -1),
            (Ellipsis, None, slice(None, None, -1)),
            ORDER,
            (ORDER, slice(1, None)),
            (ORDER[:3], numpy.array([0, 0, 2])),
            numpy.arange(12).reshape(4, 3) % 2 == 0,
            (slice(None), ORDER),
        )
    ],
    "index_scatter": [Sample(Leaf(4, 3), (ORDER,), (3, 3)), Sample(Leaf(2), (slice(1, 3),), (4,))],
    "index_put": [
        Sample(Leaf(4, 3), Leaf(2, 3), (numpy.array([2, 0]),)),
        Sample(Leaf(2, 3), Leaf(), MASK),
        Sample(Leaf(4, 3), Leaf(1, 3), (slice(1, 3),)),
    ],
    "index_add": [Sample(Leaf(3, 2), Leaf(4, 2), (ORDER,)), Sample(Leaf(3), Leaf(), ([0, 0, 1],))],
    "take": [
        Sample(Leaf(3, 2), ORDER, axis=0),
        Sample(Leaf(2, 3), ORDER),
        Sample(Leaf(2, 3), [[-1, 4]], axis=1, mode="wrap"),
    ],
    "index_select": [Sample(Leaf(3, 2), 0, ORDER)],
    "embedding": [Sample(Leaf(3, 2), ORDER.reshape(2, 2))],
    "compress": [Sample([True, False, True], Leaf(3, 2), axis=0)],
    "extract": [Sample(MASK, Leaf(2, 3))],
    "take_along_axis": [Sample(Leaf(3, 3), ALONG, axis=0), Sample(Leaf(2, 3), ALONG % 2, axis=1)],
    "gather": [Sample(Leaf(3, 3), 0, ALONG), Sample(Leaf(2, 3), 1, ALONG)],
    "along_scatter": [Sample(Leaf(2, 3), 0, ALONG, (3, 3))],
    "scatter_add": [Sample(Leaf(3, 3), 0, ALONG, Leaf(2, 3)), Sample(Leaf(2, 3), 1, ALONG, Leaf(2, 3))],
    "scatter": [Sample(Leaf(3, 3), 0, numpy.array([[1, 0, 1], [0, 2, 2]]), Leaf(2, 3))],
    "bincount": [Sample(numpy.array([0, 2, 2, 1]), Leaf(4), 5)],
    "tril": [Sample(Leaf(3, 3)), Sample(Leaf(2, 2, 3), k=1)],
    "triu": [Sample(Leaf(3, 3), k=-1)],
    # joining
    "concat": [
        Sample([Leaf(2, 2), Leaf(2, 3)], axis=1),
        Sample([Leaf(2), Leaf(1)]),
        Sample([Leaf(2, 1), Leaf(2)], axis=None),
        Sample([Leaf(2), Leaf(2, real=True)]),
    ],
    "concatenate": [Sample([Leaf(2, 2), Leaf(1, 2)])],
    "stack": [Sample([Leaf(2, 3), Leaf(2, 3)], axis=1), Sample([Leaf(), Leaf()])],
    "vstack": [Sample([Leaf(2), Leaf(2)])],
    "hstack": [Sample([Leaf(2, 1), Leaf(2, 2)])],
    "dstack": [Sample([Leaf(2), Leaf(2)])],
    "column_stack": [Sample([Leaf(2), Leaf(2, 2)])],
    "split": [Sample(Leaf(4, 2), 2), Sample(Leaf(2, 4), [1, 3], axis=1)],
    "array_split": [Sample(Leaf(5), 2)],
    "vsplit": [Sample(Leaf(4, 2), 2)],
    "hsplit": [Sample(Leaf(2, 4), 2)],
    "dsplit": [Sample(Leaf(1, 2, 4), 2)],
    "unstack": [Sample(Leaf(2, 3)), Sample(Leaf(2, 3), axis=1)],
    "roll": [Sample(Leaf(5), 2), Sample(Leaf(2, 3), (1, -1), axis=(0, 1)), Sample(Leaf(2, 3), 1)],
    "repeat": [Sample(Leaf(3), 2), Sample(Leaf(2, 3), [1, 0, 2], axis=1)],
    "repeat_sum": [Sample(Leaf(3), [1, 2], 0, (2,))],
    "tile": [Sample(Leaf(3), 2), Sample(Leaf(2, 1), (2, 3)), Sample(Leaf(2), (2, 2))],
    "pad": [
        Sample(Leaf(2, 3), ((1, 0), (2, 1))),
        Sample(Leaf(4), 2, mode="edge"),
        Sample(Leaf(4), 2, mode="reflect"),
        Sample(Leaf(3), (1, 2), constant_values=5.0),
    ],
    "pad_constant": [Sample(Leaf(2), ((1, 2),), ((0, 0),))],
    "pad_axis": [Sample(Leaf(4), 0, 2, 1, "reflect")],
    "pad_axis_sum": [Sample(Leaf(7), 0, 2, 1, "reflect", 4)],
    # sorting
    "sort": [Sample(Leaf(5)), Sample(Leaf(3, 2), axis=0, descending=True), Sample(Leaf(2, 3), axis=None)],
    "topk": [Sample(Leaf(5), 3), Sample(Leaf(2, 4), 2, largest=False)],
    "partition": [Sample(Leaf(5), 2)],
    "unique": [Sample(Leaf(4)), Sample(Leaf(2, 3), axis=1, return_counts=True)],
    "unique_values": [Sample(Leaf(2, 2))],
    "unique_counts": [Sample(Leaf(2, 2))],
    "unique_inverse": [Sample(Leaf(2, 2))],
    "unique_all": [Sample(Leaf(2, 2))],
    # manipulation
    "reshape": [Sample(Leaf(2, 3), (3, -1)), Sample(Leaf(2, 3), (6,), order="F"), Sample(Leaf(), (1, 1))],
    "permute_dims": [Sample(Leaf(2, 3)), Sample(Leaf(2, 3, 1), (2, 0, 1))],
    "matrix_transpose": [Sample(Leaf(2, 2, 3))],
    "broadcast_to": [Sample(Leaf(3, 1), (2, 3, 2)), Sample(Leaf(), (3,))],
    "squeeze": [Sample(Leaf(1, 3, 1)), Sample(Leaf(1, 3, 1), 0)],
    "expand_dims": [Sample(Leaf(2), 1), Sample(Leaf(2), (0, 2))],
    "flip": [Sample(Leaf(2, 3)), Sample(Leaf(2, 3), axis=1)],
    "diagonal": [Sample(Leaf(3, 3)), Sample(Leaf(2, 3, 2), 1, 1, 2), Sample(Leaf(3, 2), -1)],
    "diagonal_scatter": [Sample(Leaf(2), (2, 3), 1)],
    "as_strided": [Sample(Leaf(6), (2, 3), (8, 8), 8)],
    "as_strided_scatter": [Sample(Leaf(2, 2), (6,), (2, 2), (8, 8), 16)],
    "as_strided_assign": [Sample(Leaf(6), Leaf(2, 2), (2, 2), (24, 8), 8)],
    "cast": [Sample(Leaf(3), "complex128")],
    "astype": [Sample(Leaf(3), "complex128"), Sample(Leaf(2), "float64", copy=False)],
    "transfer": [Sample(Leaf(3), "cpu:1")],
    "to_device": [Sample(Leaf(3), "cpu:1"), Sample(Leaf(3), "cpu")],
    "contiguous": [Sample(Leaf(3))],
    "copy": [Sample(Leaf(2, 3))],
    "moveaxis": [Sample(Leaf(2, 3, 1), 0, 2), Sample(Leaf(2, 3, 1), (0, 1), (1, 2))],
    "swapaxes": [Sample(Leaf(2, 3), 0, 1)],
    "ravel": [Sample(Leaf(2, 3)), Sample(Leaf(2, 3), order="F")],
    "sum_to": [Sample(Leaf(2, 3, 2), (3, 1))],
    "where": [
        Sample(MASK, Leaf(2, 3), Leaf(3)),
        Sample(MASK, Leaf(), Leaf(2, 1)),
        Sample(MASK, Leaf(3, real=True), Leaf(3)),
    ],
    # clipping, arithmetic
    "clip": [
        Sample(Leaf(6), -1.0, 1.0),
        Sample(Leaf(2, 3), Leaf(3, high=-1.0), Leaf(2, 1, low=1.0)),
        Sample(Leaf(4), max=0.5),
    ],
    "round": [Sample(Leaf(3)), Sample(Leaf(2, 2), 1), Sample(Leaf(3), decimals=-1)],
    "float_power": [
        Sample(Leaf(3, low=0.5), Leaf(3)), Sample(Leaf(2, 3, low=0.5), Leaf(3)), Sample(Leaf(3, low=0.5), 2),
        Sample(2.0, Leaf(3))],
    # differences, sets
    "diff": [
        Sample(Leaf(5)),
        Sample(Leaf(2, 4), 2, 0),
        Sample(Leaf(4, 2), axis=0, prepend=Leaf(), append=Leaf(2, 2)),
        Sample(Leaf(3), n=4),
    ],
    "isin": [Sample(Leaf(4), Leaf(3)), Sample(Leaf(2, 2), Leaf(), invert=True)],
    "trace": [Sample(Leaf(3, 3)), Sample(Leaf(2, 3), 1)],
}

# Compositions whose results are integers.
INTEGER_RESULTS = {"argpartition", "flatnonzero", "linalg.matrix_rank", "nanargmax", "nanargmin"}
# Strides in bytes are written for float64; limits and casts to a real dtype are for real numbers.
REAL_ONLY = {"as_strided", "as_strided_scatter", "as_strided_assign", "clip", "astype"}
