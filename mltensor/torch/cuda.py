"""``torch.cuda`` where there is no GPU: it says so."""

import contextlib

from mltensor.random import manual_seed

manual_seed_all = manual_seed


def is_available():
    """False: this face computes on the CPU."""
    return False


def device_count():
    """Zero."""
    return 0


def current_device():
    """There is none."""
    raise RuntimeError("there is no GPU; torch.cuda.is_available() says so beforehand")


get_device_name = set_device = current_device


def empty_cache():
    """Nothing to give back."""


def synchronize(device=None):
    """Nothing to wait for."""


def is_bf16_supported():
    """False."""
    return False


def memory_allocated(device=None):
    """Zero bytes."""
    return 0


max_memory_allocated = memory_reserved = memory_allocated


def device(index):
    """A context that changes nothing."""
    return contextlib.nullcontext()
