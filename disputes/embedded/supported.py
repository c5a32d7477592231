"""Says in one sentence why the system cannot be installed here; runs before anything is installed, on any Python 3."""

import platform
import sys

OLDEST_PYTHON = (3, 11)
OLDEST_GLIBC = (2, 28)

ELSEWHERE = (
    "This project installs ready-made programs (PostgreSQL and Valkey among them), which exist for Linux with glibc "
    "2.28 or newer and for macOS. Use such a system, or a container with Debian 12. "
)


def objection() -> str:
    """Why this machine cannot run the system, or an empty string."""
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(str(part) for part in OLDEST_PYTHON)
        found = platform.python_version()
        return "Python " + wanted + " or newer is needed; this is " + found + ". Name one: make run PYTHON=python3.13"
    if sys.platform == "darwin":
        return ""
    if sys.platform != "linux":
        return ELSEWHERE + "This is " + (platform.system() or sys.platform) + "."
    library, version = platform.libc_ver()
    if library != "glibc":
        return ELSEWHERE + "This Linux has another C library, probably musl."
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_GLIBC:
        return ELSEWHERE + "This one has glibc " + version + "."
    return ""


if __name__ == "__main__":
    sys.exit(objection() or 0)
