"""Debian's Jena jars -> riot on the command line, as another reader of our RDF."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

JARS = Path("/usr/share/java")
#: What riot needs beside Jena's own jars; more than one SLF4J binding on the path ends in a stack overflow.
NEEDED = (
    "slf4j-api", "slf4j-simple", "titanium-json-ld", "jakarta.json-api", "jakarta.json", "jsonp", "dexx.collection",
    "thrift", "libthrift", "httpclient", "httpclient-cache", "httpcore", "gson", "guava", "failureaccess", "jsonld-java", "commons-cli",
    "commons-codec", "commons-compress", "commons-csv", "commons-io", "commons-lang3", "jackson-core", "jackson-databind",
    "jackson-annotations", "protobuf", "caffeine", "commons-logging", "jcl-over-slf4j",
)  # fmt: skip


class Riot:
    """riot of Jena; `folder` takes the messages of its XML parser."""

    def __init__(self, folder: Path) -> None:
        core = JARS / "jena-core.jar"
        # Debian's jar looks for these under xerces/ and has them elsewhere; without them every message is a crash
        with zipfile.ZipFile(core) as jar:
            for name in jar.namelist():
                if "/ext/xerces/" in name and name.endswith(".properties"):
                    copy = folder / "xerces" / name.split("/ext/xerces/")[1]
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_bytes(jar.read(name))
        jena = sorted(JARS.glob("jena-*[a-z2].jar"))
        others = [JARS / f"{name}.jar" for name in NEEDED if (JARS / f"{name}.jar").exists()]
        self._path = ":".join(str(part) for part in (folder, *jena, *others))

    def __call__(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """Run riot; standard output is the triples, standard error the warnings.

        JSON-LD goes to its older reader: Debian ships the interface that the newer one needs, but nothing that implements it.
        """
        if any(str(argument).endswith(".jsonld") for argument in arguments):
            arguments = ("--syntax=jsonld10", *arguments)
        command = ["java", "-Xmx512m", "-cp", self._path, "riotcmd.riot", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def riot_or_skip(folder: Path) -> Riot:
    """riot, or a skip that says how to get it."""
    if shutil.which("java") is None or not (JARS / "jena-arq.jar").exists():
        pytest.skip("needs Java and Debian's libapache-jena-java: scripts/system-packages")
    return Riot(folder)
