"""The cases as `asv <https://asv.readthedocs.io>`_ wants them: ``asv run --config benchmarks/asv.conf.json``."""
