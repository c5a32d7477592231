"""The way through the child program: accept the limits, load one decoder, answer."""

from __future__ import annotations

import importlib
import json
import resource
import signal
import sys
import warnings
from typing import Any, BinaryIO

from disputes.files.decoder.refused import Refused
from disputes.files.decoder.tails import refuse_archive

DECODERS = {"pdf": "pdfs", "heic": "heics"}  # every other kind is for `pictures`


def main() -> None:
    order = json.loads(sys.argv[1])
    bind(order["seconds"], order["memory"], order["output"])
    facts: dict[str, Any]
    copies: list[bytes]
    try:
        facts, copies = decode(sys.stdin.buffer, order)
    except Refused as refused:
        facts, copies = {"refused": str(refused)}, []
    except MemoryError:
        facts, copies = {"refused": "too_demanding"}, []
    except Exception:  # a decoder says in a hundred ways that it cannot read on
        facts, copies = {"refused": "damaged"}, []
    facts["lengths"] = [len(copy) for copy in copies]
    sys.stdout.buffer.write(json.dumps(facts).encode() + b"\n" + b"".join(copies))
    sys.stdout.buffer.flush()


def bind(seconds: int, memory: int, output: int) -> None:
    """Accept the limits for good: with the hard limit lowered too, nothing that runs here later can raise them."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    try:
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ValueError, OSError):
        if sys.platform == "linux":
            raise
        # macOS has no limit on a process's memory; there the limits on pixels and time have to do.
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)  # ends us even when the parent that would have is gone
    warnings.simplefilter("ignore")


def decode(file: BinaryIO, order: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Facts and copies of the file. Its decoder is loaded only now, under the limits."""
    refuse_archive(file)
    decoder = importlib.import_module(f"disputes.files.decoder.{DECODERS.get(order['kind'], 'pictures')}")
    facts, copies = decoder.copies(file, order)
    return facts, copies
