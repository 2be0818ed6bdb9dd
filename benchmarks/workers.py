"""Where a library runs: in this process, or in one of its own.

Thread pools disturb one another: one that has just worked keeps its cores spinning for some milliseconds,
and another library's short parallel region then waits for a core. With ``--isolate`` each library has a
process, and only one of them works at a time.
"""

import json
import subprocess
import sys

from .groups import find_case
from .libraries import Library, summary
from .limits import limits_of
from .timing import Timed


class LocalWorker:
    """A library in this process."""

    def __init__(self, name, options):
        self.library = Library(name, options.threads)
        self.options = options
        self.timed = None

    def prepare(self, group, case):
        """Set a case up and run it once; gives a number that tells results apart, and the seconds."""
        self.timed = None
        case = find_case(self.options, group, case)
        self.timed = Timed(case, self.library)
        value, seconds = self.timed.first()
        return summary(value) if case.checked else None, seconds

    def calibrate(self, seconds):
        return self.timed.calibrate(seconds)

    def sample(self, loops):
        return self.timed.sample(loops)

    def limits(self, sets, dtypes):
        """What the machine reaches in this library."""
        return limits_of(self.library, sets, dtypes)

    def version(self):
        return self.library.version

    def isa(self):
        """Instruction set that mltensor has chosen."""
        return str(self.library.xp.isa()) if self.library.name == "mltensor" else None

    def close(self):
        self.timed = None


class ProcessWorker:
    """A library in a process of its own, which does what lines of JSON tell it."""

    def __init__(self, name, options):
        command = [sys.executable, "-m", "benchmarks.workers", name, json.dumps(vars(options))]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, method, *arguments):
        self.process.stdin.write(json.dumps([method, arguments]) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the process of {self.process.args[3]} ended; its message is above")
        return json.loads(answer)

    def prepare(self, group, case):
        return self.ask("prepare", group, case)

    def calibrate(self, seconds):
        return self.ask("calibrate", seconds)

    def sample(self, loops):
        return self.ask("sample", loops)

    def limits(self, sets, dtypes):
        return self.ask("limits", sets, dtypes)

    def version(self):
        return self.ask("version")

    def isa(self):
        return self.ask("isa")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Options:
    """The options of the parent process, as attributes."""

    def __init__(self, values):
        self.__dict__.update(values)


def serve(name, options):
    """The loop of a process: a method and its arguments in, the answer out."""
    worker = LocalWorker(name, options)
    for line in sys.stdin:
        method, arguments = json.loads(line)
        print(json.dumps(getattr(worker, method)(*arguments)), flush=True)


if __name__ == "__main__":
    serve(sys.argv[1], Options(json.loads(sys.argv[2])))
