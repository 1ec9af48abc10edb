"""kg.toml < KG_* variables < flags -> one frozen Settings.

kg.toml lies in the working folder (or where `--config` or KG_CONFIG says); its keys are the field names below.
"""

__all__ = ["Settings", "read_settings"]

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from kg.errors import SettingError, did_you_mean

BASE_IRI = "https://w3id.org/dateline/id/"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run can be told.

    `output` is the folder that every command reads and writes; `workers` a number of processes (0: one per core);
    `text` how much article text the graph carries: none, evidence or full; `min_confidence` 0 to 0.99.
    """

    output: Path = Path("output")
    workers: int = 1
    base_iri: str = BASE_IRI
    pipeline: str = ""
    text: str = "evidence"
    min_confidence: float = 0.0
    draw: bool = True
    timeout_s: float = 0.0


def read_settings(config: Path | None = None, *, environ: Mapping[str, str] = os.environ, **flags: Any) -> Settings:
    """Settings from kg.toml, then KG_* variables, then those flags that are not None.

    Raises:
        SettingError: an unknown key, or a value of the wrong type, with the file or variable that has it.
    """
    path = config or Path(environ.get("KG_CONFIG", "kg.toml"))
    settings = Settings()
    if path.is_file():
        settings = _merge(settings, _read_toml(path), str(path))
    elif config is not None or "KG_CONFIG" in environ:
        raise SettingError(f"The settings file {path} does not exist.")
    names = {f"KG_{field.name.upper()}": field.name for field in fields(Settings)}
    named = {names[key]: value for key, value in environ.items() if key in names and value != ""}
    settings = _merge(settings, named, "the environment")
    return _merge(settings, {key: value for key, value in flags.items() if value is not None}, "the command line")


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as exc:
        raise SettingError(f"{path} cannot be read as TOML: {exc}") from exc


def _merge(settings: Settings, values: Mapping[str, Any], where: str) -> Settings:
    known = {field.name for field in fields(Settings)}
    changes: dict[str, Any] = {}
    for key, value in values.items():
        if key not in known:
            raise SettingError(f"{where} has an unknown key {key!r}.{did_you_mean(key, known)}")
        current = getattr(settings, key)
        try:
            changes[key] = _as(type(current) if key != "output" else Path, value)
        except (TypeError, ValueError) as exc:
            kind = type(current).__name__
            raise SettingError(f"{where}: {key} must be a {kind}, not {value!r}.") from exc
    merged = replace(settings, **changes)
    if merged.text not in ("none", "evidence", "full"):
        raise SettingError(f'{where}: text must be "none", "evidence" or "full", not {merged.text!r}.')
    if merged.workers < 0:
        raise SettingError(f"{where}: workers must be 0 (one per core) or more, not {merged.workers}.")
    if not 0 <= merged.min_confidence <= 1:
        raise SettingError(f"{where}: min_confidence must lie between 0 and 1, not {merged.min_confidence}.")
    return merged


def _as(kind: type[Any], value: Any) -> Any:
    if kind is bool and isinstance(value, str):
        lowered = value.lower()
        if lowered in ("1", "true", "yes", "on"):
            return True
        if lowered in ("0", "false", "no", "off"):
            return False
        raise ValueError(value)
    if kind in (int, float) and isinstance(value, bool):
        raise TypeError(value)
    if kind is str and not isinstance(value, str):
        raise TypeError(value)
    return kind(value)
