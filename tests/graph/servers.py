"""Real stores for tests: Oxigraph's server and Virtuoso, on loopback, in a folder of their own, always ended."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

START_LIMIT_S = 60
_VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
FileExtend = 200
[Parameters]
ServerPort = 127.0.0.1:{sql_port}
ServerThreads = 10
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 10
ServerRoot = .
[SPARQL]
ResultSetMaxRows = 1000000
"""


@dataclass
class Server:
    """A running store; `process` can be killed to see what a load makes of that."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path
    sql_port: int = 0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def oxigraph_program() -> str:
    program = shutil.which("oxigraph") or str(Path(sys.executable).with_name("oxigraph"))
    if not Path(program).exists():
        pytest.skip("needs the program oxigraph: pip install oxigraph")
    return program


@contextmanager
def oxigraph(folder: Path, port: int | None = None) -> Iterator[Server]:
    port = port or free_port()
    command = [oxigraph_program(), "serve", "--location", str(folder / "oxigraph"), "--bind", f"127.0.0.1:{port}"]
    with _running(command, folder, f"http://127.0.0.1:{port}") as server:
        yield server


@contextmanager
def virtuoso(folder: Path) -> Iterator[Server]:
    program = shutil.which("virtuoso-t")
    if program is None:
        pytest.skip("needs Virtuoso: scripts/system-packages")
    port = free_port()
    home = folder / "virtuoso"
    home.mkdir()
    sql_port = free_port()
    (home / "virtuoso.ini").write_text(_VIRTUOSO_INI.format(port=port, sql_port=sql_port))
    with _running([program, "-f", "-c", "virtuoso.ini"], home, f"http://127.0.0.1:{port}") as server:
        server.sql_port = sql_port
        yield server


@contextmanager
def _running(command: list[str], folder: Path, url: str) -> Iterator[Server]:
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    try:
        _wait(process, url, folder / "server.log")
        yield Server(url, process, folder)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    end = time.monotonic() + START_LIMIT_S
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"{process.args} did not start:\n{log.read_text(errors='replace')[-2000:]}")
