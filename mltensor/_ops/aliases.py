"""Other names of the operations: NumPy's beside the standard's."""

ALIASES = {
    "abs": "absolute", "pow": "power", "true_divide": "divide", "mod": "remainder",
    "concatenate": "concat", "transpose": "permute_dims", "conjugate": "conj", "arcsin": "asin", "arccos": "acos",
    "arctan": "atan", "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "amax": "max",
    "amin": "min", "around": "round", "bitwise_not": "bitwise_invert", "invert": "bitwise_invert",
    "left_shift": "bitwise_left_shift", "right_shift": "bitwise_right_shift", "fix": "trunc", "fabs": "absolute",
    "deg2rad": "radians", "rad2deg": "degrees",
}

# Products that the standard has both at the top level and in its extension.
LINALG_ALIASES = ("matmul", "matrix_transpose", "tensordot", "vecdot")
