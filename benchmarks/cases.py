"""What a case is: a statement to time and the names it uses, for each library."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

LIBRARIES = ("mltensor", "numpy", "torch", "jax")


@dataclass(frozen=True)
class Case:
    """One row of the table.

    Parameters
    ----------
    name : str
        Title of the row.
    statement : str
        Python code that is timed. ``xp`` is the library.
    setup : callable
        Takes a `Library`, gives the dictionary of the names that the statement uses.
    others : dict of str to (str or None)
        Statements of libraries that spell it differently; None where a library has no such thing.
    checked : bool
        Whether the statement's value must agree between the libraries.
    targets : dict of str to float
        What our time over a peer's is to be at most; "best" is the fastest peer, "floor" the machine's limit.
    work : str
        The kind of work, under which rows are summed up; the group's name without one.
    reads, writes : int
        Bytes that must move at least, for the floor.
    flops : int
        Multiplications and additions that must be done at least.
    dtype : str
        In which they are done.
    effort : float
        Share of the usual number of samples and of their length.
    """

    name: str
    statement: str
    setup: Callable
    others: dict = field(default_factory=dict)
    checked: bool = True
    targets: dict = field(default_factory=dict)
    work: str = ""
    reads: int = 0
    writes: int = 0
    flops: int = 0
    dtype: str = "float32"
    effort: float = 1.0

    def statement_of(self, library):
        """The statement in one library's spelling, or None."""
        return self.others.get(library, self.statement)


def from_arrays(name, statement, arrays, **fields):
    """A case over arrays, of which each library makes those that its statement names.

    Parameters
    ----------
    name, statement : str
    arrays : dict of str to callable
        Functions without arguments that give a NumPy array; or anything else, which the statement sees as it is.
    **fields
        Other fields of the case.
    """

    def setup(library):
        words = set(re.findall(r"\b[a-z_]\w*", case.statement_of(library.name)))
        return {"xp": library.xp, **{word: library.tensor(arrays[word]()) if callable(arrays[word]) else arrays[word]
                                     for word in words & set(arrays)}}

    case = Case(name, statement, setup, **fields)
    return case


def count_text(size):
    """A number of elements as in titles: 1e6."""
    digits = f"{size:.0e}".replace("e+0", "e")
    return digits if float(digits) == size else str(size)
