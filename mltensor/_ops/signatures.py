"""Signatures of operations as `inspect` shows them; imported when somebody asks."""

import inspect

from .record import parse_signature

KINDS = {"positional": inspect.Parameter.POSITIONAL_ONLY, "either": inspect.Parameter.POSITIONAL_OR_KEYWORD,
         "keyword": inspect.Parameter.KEYWORD_ONLY}


def python_signature(text):
    """The inspect.Signature of a record's signature.

    Parameters
    ----------
    text : str

    Returns
    -------
    inspect.Signature
    """
    return inspect.Signature([
        inspect.Parameter(name, KINDS[passing], default=inspect.Parameter.empty if default is ... else default)
        for name, _, default, passing in parse_signature(text)])
