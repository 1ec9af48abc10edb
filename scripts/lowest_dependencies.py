"""pyproject.toml -> a constraints file that pins every dependency to its lower bound, so that the bounds can be tested.

python scripts/lowest_dependencies.py > lowest.txt && pip install -c lowest.txt .
"""

import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).parent.parent / "pyproject.toml"


def lower_bounds() -> list[str]:
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    return [re.sub(r">=", "==", dependency, count=1) for dependency in project["dependencies"]]


if __name__ == "__main__":
    print("\n".join(lower_bounds()))
