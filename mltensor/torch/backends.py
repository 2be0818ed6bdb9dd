"""``torch.backends``: switches that scripts set, without effect, and questions, answered with no."""

from types import SimpleNamespace


def unavailable():
    """False."""
    return False


cudnn = SimpleNamespace(benchmark=False, deterministic=True, enabled=False, is_available=unavailable)
cuda = SimpleNamespace(matmul=SimpleNamespace(allow_tf32=False), is_built=unavailable)
mps = SimpleNamespace(is_available=unavailable, is_built=unavailable)
mkldnn = SimpleNamespace(is_available=unavailable)
