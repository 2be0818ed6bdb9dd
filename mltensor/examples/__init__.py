"""Programs that show the library at work: ``python -m mltensor.examples.digits``."""
