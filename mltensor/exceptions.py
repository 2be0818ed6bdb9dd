"""The exceptions and warnings of ``numpy.exceptions``: errors of this library can be caught as these."""

from numpy.exceptions import *  # noqa: F403
from numpy.exceptions import __all__  # noqa: F401
