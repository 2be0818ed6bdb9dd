"""Factorisations of matrices: Cholesky, QR, singular values, eigenvalues; of ``mltensor.linalg``.

The gradients are those of M. B. Giles, "An extended collection of matrix derivative results for forward and
reverse mode automatic differentiation" (2008) and M. Seeger et al., "Auto-Differentiating Linear Algebra"
(2017), for complex matrices with PyTorch's conventions. A rule with several results gets them as they are; single
values arrive conjugated where they are complex, and `conjugated` undoes that.
"""

from collections import namedtuple

from .record import F, family

op = family("decompositions", namespace="linalg")

EigResult = namedtuple("EigResult", "eigenvalues eigenvectors")
EighResult = namedtuple("EighResult", "eigenvalues eigenvectors")
QRResult = namedtuple("QRResult", "Q R")
SVDResult = namedtuple("SVDResult", "U S Vh")


# --- matrices as formulas have them ---------------------------------------------------------

def conjugated(x):
    return F.conj(x) if x.dtype.kind == "c" else x


def adjoint(x):
    """The conjugate transpose."""
    return conjugated(F.matrix_transpose(x))


def column(x):
    return F.expand_dims(x, -1)


def row(x):
    return F.expand_dims(x, -2)


def diagonal(x):
    return F.diagonal(x, 0, -2, -1)


def on_diagonal(x, rows=None):
    """Matrices with the vectors of `x` on their diagonals."""
    rows = x.shape[-1] if rows is None else rows
    return F.diagonal_scatter(x, (*x.shape[:-1], rows, x.shape[-1]), 0, -2, -1)


def differences(values):
    """``E[i, j] = values[j] - values[i]``, with ones on the diagonal, to divide by."""
    return row(values) - column(values) + on_diagonal(F.ones_like(values))


def check_phase(name, parts, vectors):
    """A function of complex vectors has a gradient if their phase, which nothing determines, does not matter.

    `parts` are the imaginary parts on the diagonal of ``V^H gV``: what the phases would gain.
    """
    parts = F.absolute(parts.detach())
    if parts.size and float(F.max(parts)) > 1e-2 * max(1.0, float(F.max(F.absolute(vectors.detach())))):
        raise F.errors.GradientError(
            f"the gradient of linalg.{name}: the {'singular ' if name == 'svd' else 'eigen'}vectors of a complex "
            "matrix are determined up to a factor of modulus 1 only, and the function that was differentiated depends "
            "on it; use absolute values, or products in which the factors cancel")


# --- Cholesky ---------------------------------------------------------------------------------

def cholesky_gradient(g, y, upper):
    """``L^-H phi(L^H gL) L^-1`` with the Hermitian part of the lower triangle for phi (Giles 2008, section 4)."""
    factor = F.matrix_transpose(y) if upper else conjugated(y)
    g = adjoint(g) if upper else g
    inner = F.tril(F.matmul(adjoint(factor), g))
    inner = 0.5 * (inner + adjoint(F.tril(inner, -1)))
    left = F.linalg.solve_triangular(adjoint(factor), inner, upper=True)
    return adjoint(F.linalg.solve_triangular(adjoint(factor), adjoint(left), upper=True))


op("cholesky", kernel="cholesky", accepts="LAPACK", signature="a: Tensor, /, *, upper=False", vjp=cholesky_gradient,
   gpu="cholesky",
   doc="The triangular L of ``a = L L^H`` for Hermitian positive definite matrices, or with `upper` the U of\n"
       "``a = U^H U``. The lower (upper) triangle of `a` is read alone. A matrix that is not positive definite is a\n"
       "LinAlgError.\n\n>>> np.linalg.cholesky([[4.0, 2.0], [2.0, 5.0]]).tolist()\n[[2.0, 0.0], [1.0, 2.0]]")


# --- QR ---------------------------------------------------------------------------------------

def qr_gradient(g, y, mode):
    """Seeger et al. 2017, section 4.3; for wide matrices Roberts and Roberts, "QR and LQ Decomposition Matrix
    Backpropagation Algorithms" (2020)."""
    g_q, g_r = g
    q, r = y
    if mode == "raw":
        raise F.errors.GradientError("linalg.qr: mode='raw' has no gradient; use 'reduced'")
    rows, columns = q.shape[-2], r.shape[-1]
    if mode == "complete" and rows > columns:
        if g_q is not None:
            if bool(F.any(g_q[..., columns:] != 0)):
                raise F.errors.GradientError(
                    f"linalg.qr: with mode='complete' the last {rows - columns} columns of Q are not determined by the "
                    "matrix and have no gradient; use mode='reduced'")
            g_q = g_q[..., :columns]
        q, r = q[..., :columns], r[..., :columns, :]
        g_r = g_r if g_r is None else g_r[..., :columns, :]
    if rows >= columns:
        inner = 0 if g_r is None else F.matmul(g_r, adjoint(r))
        inner = F.triu(inner if g_q is None else inner - F.matmul(adjoint(q), g_q))
        inner = inner + adjoint(inner) - on_diagonal(conjugated(F.astype(F.real(diagonal(inner)), inner.dtype)))
        total = F.matmul(q, inner)
        total = total if g_q is None else total + g_q
        return adjoint(F.linalg.solve_triangular(r, adjoint(total), upper=True))
    inner = 0 if g_q is None else F.matmul(adjoint(q), g_q)
    inner = inner if g_r is None else inner - F.matmul(g_r, adjoint(r))
    inner = F.tril(inner - adjoint(inner))
    inner = inner - 0.5 * on_diagonal(diagonal(inner))
    inner = adjoint(F.linalg.solve_triangular(r[..., :rows], adjoint(inner), upper=True))
    inner = F.concat([inner, F.zeros_like(r[..., rows:])], axis=-1)
    return F.matmul(q, inner if g_r is None else inner + g_r)


def qr(a, mode="reduced"):
    if mode == "r":
        # R alone is cheaper; its gradient needs Q.
        return F.linalg.qr_factors(a, "reduced")[1] if a.requires_grad else F.linalg.qr_triangle(a)
    if mode not in ("reduced", "complete", "raw"):
        raise ValueError(f"linalg.qr: mode must be 'reduced', 'complete', 'r' or 'raw', not {mode!r}")
    q, r = F.linalg.qr_factors(a, mode)
    return (q, r) if mode == "raw" else QRResult(q, r)


op("qr_factors", kernel="qr_factors", accepts="LAPACK", signature="a: Tensor, mode='reduced'", vjp=qr_gradient,
   gpu="qr_factors", doc="Q and R for `qr`.")
op("qr_triangle", kernel="qr_triangle", accepts="LAPACK", signature="a: Tensor", gpu="qr_triangle",
   doc="R alone for `qr`.")
op("qr", via=qr, accepts="LAPACK", signature="a: Tensor, mode='reduced'",
   doc="Q with orthonormal columns and the upper triangular R of ``a = Q R``. For m by n matrices with k the smaller\n"
       "of the two, mode 'reduced' gives Q (m, k) and R (k, n), 'complete' (m, m) and (m, n), 'r' only R, 'raw'\n"
       "LAPACK's reflectors and their factors.\n\n"
       ">>> q, r = np.linalg.qr([[3.0, 1.0], [4.0, 2.0]])\n>>> np.allclose(q @ r, [[3.0, 1.0], [4.0, 2.0]])\nTrue")


# --- singular values --------------------------------------------------------------------------

def svd_gradient(g, y, a_shape, full_matrices):
    """Seeger et al. 2017, section 4.5, with the term of J. Townsend, "Differentiating the Singular Value
    Decomposition" (2016) outside of the singular spaces."""
    (g_u, g_s, g_vh), (u, s, vh) = g, y
    rows, columns = a_shape[-2:]
    k = s.shape[-1]
    if full_matrices and rows != columns:
        g_u, u = essential(g_u, u, k, False)
        g_vh, vh = essential(g_vh, vh, k, True)
    if g_u is None and g_vh is None:
        return F.matmul(u * row(g_s), vh)
    s_squared = s * s
    gaps = differences(s_squared)
    inner = 0
    own_u = own_vh = None
    if g_u is not None:
        own_u = F.matmul(adjoint(u), g_u)
        own_u = own_u - adjoint(own_u)
        inner = own_u * row(s)
    if g_vh is not None:
        own_vh = F.matmul(vh, adjoint(g_vh))
        own_vh = own_vh - adjoint(own_vh)
        inner = inner + column(s) * own_vh
    inner = inner / gaps
    # On the diagonal that left imaginary parts, which belong to the phases.
    inner = inner - on_diagonal(diagonal(inner))
    if u.dtype.kind == "c":
        phases = sum(F.imag(diagonal(own)) for own in (own_u, own_vh) if own is not None)
        check_phase("svd", phases, own_u if own_u is not None else own_vh)
        if own_u is not None and own_vh is not None:
            inner = inner + on_diagonal(diagonal(own_u) / (2 * s))
    if g_s is not None:
        inner = inner + on_diagonal(g_s)
    left = F.matmul(u, inner)
    if rows > k and g_u is not None:
        outside = g_u / row(s)
        left = left + outside - F.matmul(u, F.matmul(adjoint(u), outside))
    total = F.matmul(left, vh)
    if columns > k and g_vh is not None:
        outside = g_vh / column(s)
        total = total + F.matmul(u, outside - F.matmul(F.matmul(outside, adjoint(vh)), vh))
    return total


def essential(g, factor, k, rows):
    """The vectors that belong to singular values; the others are any basis of what remains."""
    index = (..., slice(0, k), slice(None)) if rows else (..., slice(0, k))
    rest = (..., slice(k, None), slice(None)) if rows else (..., slice(k, None))
    if g is not None:
        if bool(F.any(g[rest] != 0)):
            raise F.errors.GradientError(
                "linalg.svd: with full_matrices=True the singular vectors beyond the singular values are not "
                "determined by the matrix and have no gradient; use full_matrices=False")
        g = g[index]
    return g, factor[index]


def svd(a, full_matrices=True, compute_uv=True, hermitian=False):
    if not compute_uv:
        return svdvals(a, hermitian)
    if not hermitian:
        return SVDResult(*F.linalg.svd_factors(a, full_matrices))
    w, v = F.linalg.eigh_factors(a)
    order = F.argsort(F.absolute(w.detach()), axis=-1, descending=True)
    w = F.take_along_axis(w, order, axis=-1)
    v = F.take_along_axis(v, F.broadcast_to(row(order), v.shape), axis=-1)
    sign = F.where(w.detach() < 0, -1, 1).astype(w.dtype)
    return SVDResult(v, F.absolute(w), adjoint(v * row(sign)))


def svdvals(a, hermitian=False):
    if hermitian:
        return F.sort(F.absolute(F.linalg.eigvalsh(a)), axis=-1, descending=True)
    # The gradient needs the vectors; it is cheaper to have them at once than later.
    return F.linalg.svd_factors(a, False)[1] if a.requires_grad else F.linalg.singular_values(a)


op("svd_factors", kernel="svd_factors", accepts="LAPACK", signature="a: Tensor, full_matrices=True",
   vjp=svd_gradient, gpu="svd_factors", doc="U, S and Vh for `svd`.")
op("singular_values", kernel="singular_values", accepts="LAPACK", returns="REAL_OF", signature="a: Tensor",
   gpu="singular_values", doc="S alone for `svdvals`.")
op("svd", via=svd, accepts="LAPACK", signature="a: Tensor, full_matrices=True, compute_uv=True, hermitian=False",
   doc="U, S and Vh of ``a = U @ diag(S) @ Vh``, the singular values S in descending order. U and Vh are square, or\n"
       "without `full_matrices` have as many columns and rows as there are singular values; without `compute_uv`\n"
       "there is S alone. `hermitian` reads the lower triangle and computes eigenvalues.\n\n"
       ">>> u, s, vh = np.linalg.svd([[0.0, 2.0], [1.0, 0.0]])\n>>> s.tolist()\n[2.0, 1.0]")
op("svdvals", via=lambda x: svdvals(x), accepts="LAPACK", returns="REAL_OF", signature="x: Tensor, /",
   doc="Singular values in descending order.\n\n>>> np.linalg.svdvals([[0.0, 2.0], [1.0, 0.0]]).tolist()\n[2.0, 1.0]")


# --- eigenvalues ------------------------------------------------------------------------------

def eigh_gradient(g, y):
    """``V (diag(gw) + skew(V^H gV) / E) V^H`` with differences of eigenvalues in E (Giles 2008, section 3.1)."""
    (g_w, g_v), (w, v) = g, y
    if g_v is None:
        return F.matmul(v * row(g_w), adjoint(v))
    own = F.matmul(adjoint(v), g_v)
    if v.dtype.kind == "c":
        check_phase("eigh", F.imag(diagonal(own)), own)
    # The matrix moves among Hermitian ones only, so that its gradient is Hermitian.
    inner = 0.5 * (own - adjoint(own)) / differences(w)
    inner = inner - on_diagonal(diagonal(inner))
    if g_w is not None:
        inner = inner + on_diagonal(g_w)
    return F.matmul(v, F.matmul(inner, adjoint(v)))


def eig_gradient(g, y):
    """``V^-H (diag(gw) + (V^H gV - V^H V diag(Re V^H gV)) / conj(E)) V^H``: Giles 2008, section 3.1, for vectors of
    length 1 (C. Boeddeker et al., "On the Computation of Complex-valued Gradients", 2017)."""
    (g_w, g_v), (w, v) = g, y
    v_h = adjoint(v)
    if g_v is None:
        return F.linalg.solve(v_h, column(g_w) * v_h)
    own = F.matmul(v_h, g_v)
    along = diagonal(own)
    check_phase("eig", F.imag(along), own)
    inner = own - F.matmul(v_h, v * row(F.real(along)))
    inner = inner / F.conj(differences(w))
    inner = inner - on_diagonal(diagonal(inner))
    if g_w is not None:
        inner = inner + on_diagonal(g_w)
    return F.linalg.solve(v_h, F.matmul(inner, v_h))


def eigh(a, UPLO="L"):
    return EighResult(*F.linalg.eigh_factors(a, UPLO))


def eigvalsh(a, UPLO="L"):
    return F.linalg.eigh_factors(a, UPLO)[0] if a.requires_grad else F.linalg.eigh_values(a, UPLO)


def eig(a):
    return EigResult(*F.linalg.eig_factors(a))


def eigvals(a):
    return F.linalg.eig_factors(a)[0] if a.requires_grad else F.linalg.eig_values(a)


op("eigh_factors", kernel="eigh_factors", accepts="LAPACK", signature="a: Tensor, UPLO='L'", vjp=eigh_gradient,
   gpu="eigh_factors", doc="Eigenvalues and eigenvectors for `eigh`.")
op("eigh_values", kernel="eigh_values", accepts="LAPACK", returns="REAL_OF", signature="a: Tensor, UPLO='L'",
   gpu="eigh_values", doc="Eigenvalues alone for `eigvalsh`.")
op("eigh", via=eigh, accepts="LAPACK", signature="a: Tensor, UPLO='L'",
   doc="Eigenvalues in ascending order and orthonormal eigenvectors, the columns of a matrix, of symmetric or\n"
       "Hermitian matrices. The lower triangle of `a` is read alone, or with ``UPLO='U'`` the upper one.\n\n"
       ">>> np.linalg.eigh([[2.0, 0.0], [0.0, 1.0]]).eigenvalues.tolist()\n[1.0, 2.0]")
op("eigvalsh", via=eigvalsh, accepts="LAPACK", returns="REAL_OF", signature="a: Tensor, UPLO='L'",
   doc="Eigenvalues of symmetric or Hermitian matrices in ascending order.\n\n"
       ">>> np.linalg.eigvalsh([[2.0, 0.0], [0.0, 1.0]]).tolist()\n[1.0, 2.0]")
op("eig_factors", kernel="eig_factors", accepts="LAPACK", signature="a: Tensor", vjp=eig_gradient,
   gpu="eig_factors", doc="Eigenvalues and eigenvectors for `eig`.")
op("eig_values", kernel="eig_values", accepts="LAPACK", signature="a: Tensor", gpu="eig_values",
   doc="Eigenvalues alone for `eigvals`.")
op("eig", via=eig, accepts="LAPACK", signature="a: Tensor",
   doc="Eigenvalues and eigenvectors of length 1, the columns of a matrix, of square matrices: complex always, as the\n"
       "Array API standard has it.\n\n"
       ">>> np.linalg.eig([[0.0, 1.0], [-1.0, 0.0]]).eigenvalues.tolist()\n[1j, -1j]")
op("eigvals", via=eigvals, accepts="LAPACK", signature="a: Tensor",
   doc="Eigenvalues of square matrices, complex always.\n\n"
       ">>> np.linalg.eigvals([[2.0, 0.0], [0.0, 1.0]]).tolist()\n[(2+0j), (1+0j)]")
