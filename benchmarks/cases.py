"""What a case is: a statement to time and the names it uses, for each library."""

from collections.abc import Callable
from dataclasses import dataclass, field

LIBRARIES = ("mltensor", "numpy", "torch")


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
        What our time over a peer's is to be at most.
    """

    name: str
    statement: str
    setup: Callable
    others: dict = field(default_factory=dict)
    checked: bool = True
    targets: dict = field(default_factory=dict)

    def statement_of(self, library):
        """The statement in one library's spelling, or None."""
        return self.others.get(library, self.statement)
