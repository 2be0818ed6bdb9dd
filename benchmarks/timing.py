"""Timing one statement: warm-up, calibration, samples."""

import time
import timeit


class Timed:
    """A case made ready in one library.

    Parameters
    ----------
    case : Case
    library : Library
    """

    def __init__(self, case, library):
        self.names = case.setup(library)
        self.statement = case.statement_of(library.name)
        self.timer = timeit.Timer(self.statement, globals=self.names)

    def value(self):
        """What the statement evaluates to; None for several statements."""
        return None if "\n" in self.statement else eval(self.statement, self.names)

    def calibrate(self, seconds):
        """Warm up and find how many runs of the statement take about `seconds`."""
        loops = 1
        while True:
            took = self.timer.timeit(loops)
            if took >= seconds / 4 or loops >= 1 << 24:
                break
            loops *= 4 if took < seconds / 64 else 2
        return max(1, round(loops * seconds / max(took, 1e-9)))

    def sample(self, loops):
        """Seconds per run, the mean of `loops` runs in a row."""
        return self.timer.timeit(loops) / loops


def interleaved(workers, rounds, seconds):
    """Samples of all workers in turn, so that a slow spell of the machine falls on all of them.

    Parameters
    ----------
    workers : dict of str to worker
        Objects with `calibrate` and `sample`.
    rounds : int
        Samples per worker.
    seconds : float
        Length of a sample; a longer statement runs once.

    Returns
    -------
    dict of str to list of float
        Seconds per run.
    """
    loops = {name: worker.calibrate(seconds) for name, worker in workers.items()}
    samples = {name: [] for name in workers}
    for number in range(rounds):
        order = list(workers) if number % 2 == 0 else list(reversed(workers))
        for name in order:
            samples[name].append(workers[name].sample(loops[name]))
            time.sleep(0)
    return samples
