"""State folders for real processes, and what is left of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import config as settings


@pytest.fixture(autouse=True)
def own_files_are_private() -> Iterator[None]:
    """As the console command sets it: whoever is to reach something must be let in expressly."""
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """A state folder with a short path that every account may pass; what lies in it goes away after the test."""
    folder = Path(tempfile.mkdtemp(prefix="disputes-state-"))
    folder.chmod(0o711)
    yield folder / "state"
    shutil.rmtree(folder)


@pytest.fixture
def embedded(state_dir: Path) -> settings.Config:
    """The settings of an embedded system in that folder."""
    return settings.load({"STATE_DIR": str(state_dir)})
