"""Files that are either the old ones or the new ones, whatever happens meanwhile."""

import contextlib
import os
import stat
import tempfile
from pathlib import Path


def write_atomically(path, data):
    """Write bytes to a file so that no reader, and no crash, ever meets half of it; see :func:`replacement`.

    Parameters
    ----------
    path : str or os.PathLike
    data : bytes
    """
    with replacement(path) as temporary, open(temporary, "wb") as file:
        file.write(data)


@contextlib.contextmanager
def replacement(path):
    """A file to write instead of another, whose name it takes over when the block ends without an error.

    It is a temporary one in the same folder with the same endings, and is forced to the disk first. The permissions of
    a file that is replaced are kept. What is no ordinary file, such as a pipe, is given as it is.

    Parameters
    ----------
    path : str or os.PathLike

    Yields
    ------
    pathlib.Path
    """
    path = Path(os.fsdecode(path))
    # Through a link, the file it points to is replaced, not the link.
    path = path.resolve() if path.is_symlink() else path
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        permissions = 0o666 & ~process_umask()
    else:
        permissions = stat.S_IMODE(mode)
        if not stat.S_ISREG(mode):
            yield path
            return
    descriptor, temporary = tempfile.mkstemp(
        prefix=f".{path.name}.", suffix=f".part{''.join(path.suffixes)}", dir=path.parent)
    os.close(descriptor)
    try:
        yield Path(temporary)
        synchronise(temporary)
        os.chmod(temporary, permissions)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    with contextlib.suppress(OSError):
        synchronise(path.parent)


def process_umask():
    """The bits that new files do not get."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def synchronise(path):
    """Force a file to the disk; of a folder the names in it, where the system can."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
