"""Timing one statement: warm-up, calibration, samples."""

import time
import timeit

# A peer whose first call took so many times as long as the quickest one's is not called again.
HOPELESS = 10
NOT_LONG = 0.05


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
        return max(1, round(loops * seconds / max(took, 1e-9))), took / loops

    def sample(self, loops):
        """Seconds per run, the mean of `loops` runs in a row."""
        return self.timer.timeit(loops) / loops


def interleaved(workers, rounds, seconds, budget):
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

    Returns
    -------
    dict of str to list of float
        Seconds per run.
    """
    calibrated = {name: worker.calibrate(seconds) for name, worker in workers.items()}
    quickest = min(took for _, took in calibrated.values())
    samples = {name: [took] if took > max(HOPELESS * quickest, NOT_LONG) else []
               for name, (_, took) in calibrated.items()}
    running = [name for name, known in samples.items() if not known]
    end = time.perf_counter() + budget
    for number in range(rounds):
        if number >= 3 and time.perf_counter() > end:
            break
        for name in running if number % 2 == 0 else reversed(running):
            samples[name].append(workers[name].sample(calibrated[name][0]))
            time.sleep(0)
    return samples
