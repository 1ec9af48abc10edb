"""Files that are either the old or the new, and folders that one process writes at a time.

The only module with calls that differ between POSIX and Windows.
"""

__all__ = ["FolderLock", "atomic_write", "disk_errors", "sync_folder"]

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from kg.errors import InputError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextmanager
def atomic_write(path: Path, mode: str = "w") -> Iterator[IO[Any]]:
    """A file that appears under its name only when it is whole; on an error the old one stays.

    Raises:
        InputError: the folder cannot be written or the disk is full; what was there before is untouched.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    encoding = None if "b" in mode else "utf-8"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open(mode, encoding=encoding, newline=None if "b" in mode else "\n") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as exc:
        temporary.unlink(missing_ok=True)
        raise InputError(
            f"Cannot write {path}: {exc.strerror}. What was there before is untouched; make room or choose another "
            "folder with -o, then run the same command again: it goes on where it stopped."
        ) from exc
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn a disk that is full, gone or read-only into one clear error, wherever in a run it shows.

    Raises:
        InputError: names the folder and what to do; nothing that was finished is lost.
    """
    try:
        yield
    except OSError as exc:
        raise InputError(
            f"Cannot write in {folder}: {exc.strerror or exc}. Make room or choose another folder with -o, then run the "
            "same command again: it goes on where it stopped."
        ) from exc


def sync_folder(folder: Path) -> None:
    """Make renames in the folder outlast a power cut, where the system can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class FolderLock:
    """Holds a folder for one writer; the system lets go of it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Prepare the lock of `folder`; nothing is held before `with`."""
        self.path = folder / ".lock"
        self._file: IO[str] | None = None

    def __enter__(self) -> "FolderLock":
        """Take the lock, or raise InputError naming the folder when another process holds it."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("a+", encoding="utf-8")
        except OSError as exc:
            raise InputError(
                f"Cannot write in {self.path.parent}: {exc.strerror}. Choose another folder with -o."
            ) from exc
        try:
            if sys.platform == "win32":
                msvcrt.locking(self._file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            self._file.close()
            raise InputError(
                f"Another kg is writing in {self.path.parent}. Wait for it to end, or choose another folder with -o."
            ) from exc
        # nobody else writes here now, so what a killed run left half written can go
        for pattern in (".*.tmp", "records/.*.tmp"):
            for leftover in self.path.parent.glob(pattern):
                leftover.unlink(missing_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the folder go."""
        if self._file is not None:
            self._file.close()
