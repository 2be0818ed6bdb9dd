"""Names of the namespace that few scripts use: the rooms they live in are loaded when they are first asked for."""

# The names that each room offers. A test compares them with its `__all__`.
ROOMS = {
    "mltensor._dtypes": ("min_scalar_type",),
    "mltensor._on_demand.bits": ("packbits", "unpackbits"),
    "mltensor._on_demand.dimensions": (
        "atleast_1d", "atleast_2d", "atleast_3d", "block", "fliplr", "flipud", "rollaxis", "rot90", "row_stack"),
    "mltensor._on_demand.error_state": (
        "errstate", "getbufsize", "geterr", "geterrcall", "setbufsize", "seterr", "seterrcall"),
    "mltensor._on_demand.histograms": (
        "digitize", "histogram", "histogram2d", "histogram_bin_edges", "histogramdd"),
    "mltensor._on_demand.index_grids": (
        "c_", "diag_indices", "diag_indices_from", "index_exp", "ix_", "mask_indices", "mgrid", "ogrid", "r_",
        "ravel_multi_index", "s_", "tril_indices", "tril_indices_from", "triu_indices", "triu_indices_from",
        "unravel_index"),
    "mltensor._on_demand.inquiries": (
        "asarray_chkfinite", "common_type", "iterable", "isfortran", "mintypecode", "require", "show_config",
        "show_runtime", "typename"),
    "mltensor._on_demand.insertion": ("append", "delete", "insert", "resize", "trim_zeros"),
    "mltensor._on_demand.iteration": ("broadcast", "ndenumerate", "ndindex", "nditer", "vectorize"),
    "mltensor._on_demand.layout": ("flatiter",),
    "mltensor._on_demand.polynomials": (
        "poly", "poly1d", "polyadd", "polyder", "polydiv", "polyfit", "polyint", "polymul", "polysub", "polyval",
        "roots"),
    "mltensor._on_demand.products": ("einsum_path", "matvec", "vecmat"),
    "mltensor._on_demand.python_functions": ("frompyfunc",),
    "mltensor._on_demand.samples": ("gradient",),
    "mltensor._on_demand.selection": (
        "apply_along_axis", "apply_over_axes", "choose", "copyto", "fill_diagonal", "piecewise", "place", "put",
        "putmask", "select"),
    "mltensor._on_demand.set_operations": (
        "array_equiv", "intersect1d", "lexsort", "setdiff1d", "setxor1d", "sort_complex", "union1d"),
    "mltensor._on_demand.text": (
        "array2string", "base_repr", "binary_repr", "format_float_positional", "format_float_scientific"),
    "mltensor._on_demand.ufuncs": ("ufunc",),
    "mltensor._on_demand.windows": ("bartlett", "blackman", "hamming", "hanning", "kaiser"),
    # NumPy's own: constants, dtypes and tables of them.
    "numpy": (
        "False_", "ScalarType", "True_", "character", "flexible", "little_endian", "sctypeDict", "typecodes"),
    "mltensor.io.arrays": (
        "fromfile", "fromstring", "genfromtxt", "load", "loadtxt", "save", "savetxt", "savez", "savez_compressed"),
}
ROOM_OF = {name: room for room, names in ROOMS.items() for name in names}
