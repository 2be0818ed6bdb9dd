"""The compiled layer: the modules of pyx/ and their declarations."""

import os

# libgomp reads once, when the first kernels load it, how long an idle thread spins before it sleeps. Its default of
# some milliseconds makes every join wait for a core that others use: on a busy machine a training step
# then takes ten times as long. A short spin costs a wake-up of some microseconds instead.
_SPIN = "GOMP_SPINCOUNT"
if _SPIN in os.environ or "OMP_WAIT_POLICY" in os.environ:
    from mltensor._core import elementwise as _elementwise
else:
    os.environ[_SPIN] = "1000"
    try:
        from mltensor._core import elementwise as _elementwise
    finally:
        del os.environ[_SPIN]

__all__ = []
