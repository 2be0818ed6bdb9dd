"""Timing one statement: warm-up, calibration, samples."""

import time
import timeit

# A peer whose first call took so many times as long as the quickest one's is not called again.
HOPELESS = 10
NOT_LONG = 0.1


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
        if library.name == "jax":
            self.compile(library.module_of_versions)
        self.timer = timeit.Timer(self.statement, globals=self.names)

    def compile(self, jax):
        """Let JAX compile the statement as a function of its arrays; the call then waits for the result."""
        self.names["jax"] = jax
        used = compile(self.statement, "", "eval").co_names
        arrays = ", ".join(name for name in used if isinstance(self.names.get(name), jax.Array))
        function = eval(f"lambda {arrays}: {self.statement}", self.names)
        self.names["compiled"] = jax.jit(function)
        jax.jit(function).lower(*(self.names[name] for name in arrays.split(", ") if name)).compile()
        self.statement = f"compiled({arrays}).block_until_ready()"

    def first(self):
        """What the statement evaluates to, None for several statements; and how long that took."""
        begin = time.perf_counter()
        value = None if "\n" in self.statement else eval(self.statement, self.names)
        return value, time.perf_counter() - begin

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


def hopeless(first):
    """Names of those whose first call took too long to be called again, given the seconds of all."""
    quickest = min(first.values(), default=0)
    return {name for name, took in first.items() if took > max(HOPELESS * quickest, NOT_LONG)}


def interleaved(workers, rounds, seconds, budget, pause=0.0):
    """Samples of all workers in turn, so that a slow spell of the machine falls on all of them.

    Parameters
    ----------
    workers : dict of str to worker
        Objects with `calibrate` and `sample`.
    rounds : int
        Samples per worker.
    seconds : float
        Length of a sample; a longer statement runs once.
    budget : float
        Seconds after which no further round begins, once there are three.
    pause : float
        Seconds of rest before a sample, which do not count: idle threads of the library before still spin.

    Returns
    -------
    dict of str to list of float
        Seconds per run.
    """
    loops = {name: worker.calibrate(seconds) for name, worker in workers.items()}
    samples = {name: [] for name in workers}
    end = time.perf_counter() + budget
    for number in range(rounds):
        if number >= 3 and time.perf_counter() > end:
            break
        for name in workers if number % 2 == 0 else reversed(workers):
            time.sleep(pause)
            samples[name].append(workers[name].sample(loops[name]))
        end += pause * len(workers)
    return samples
