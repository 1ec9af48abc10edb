"""Shared fixtures; where KG_NO_SKIPS is set (CI), a skipped test fails the run."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("KG_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The project's shared folder beside the checkout; tests that need it say so when it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not there: open data and gold are not part of the repository")
    return SHARED


@pytest.fixture(scope="session")
def nlp():
    """The shipped pipeline, loaded once."""
    from kg.nlp.pipeline import load_pipeline

    return load_pipeline()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    expected_to_fail = hasattr(report, "wasxfail")
    if report.skipped and not expected_to_fail and os.environ.get("KG_NO_SKIPS"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be skipped: {report.longrepr}"
