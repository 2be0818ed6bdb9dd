"""Files that are either the old ones or the new ones, whatever happens meanwhile."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_atomically(path, data):
    """Write bytes to a file so that no reader, and no crash, ever meets half of it.

    They go to a temporary file in the same folder, are forced to the disk, and take the name over.
    The permissions of a file that is replaced are kept.

    Parameters
    ----------
    path : str or os.PathLike
    data : bytes
    """
    path = Path(path)
    # Through a link, the file it points to is replaced, not the link.
    path = path.resolve() if path.is_symlink() else path
    try:
        mode = path.stat().st_mode & 0o7777
    except FileNotFoundError:
        mode = 0o666 & ~process_umask()
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise
    synchronise_folder(path.parent)


def process_umask():
    """The bits that new files do not get."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def synchronise_folder(folder):
    """Force a change of names to the disk, where the system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
