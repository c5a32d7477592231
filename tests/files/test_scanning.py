"""Where a virus scanner is set, nothing passes it unscanned."""

import base64
import socketserver
import struct
import threading

import pytest

from disputes.files.decoding import Refused, accept
from disputes.files.refusals import RefusalReason
from disputes.files.scanning import ClamdScanner, NoScanner, ScannerSilent, Verdict, scanner_at

# The test string that every scanner knows, encoded so that no scanner takes offence at this file.
EICAR = base64.b64decode("WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo=")


class Daemon(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """A daemon that speaks clamd's protocol and knows one harmful file; its answer can be set."""

    daemon_threads = True
    answer: bytes | None = None


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert command == b"zINSTREAM\0"
        content = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(length)
        verdict = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        self.wfile.write(verdict if self.server.answer is None else self.server.answer)


@pytest.fixture
def daemon(tmp_path_factory):
    path = str(tmp_path_factory.mktemp("c") / "s")
    with Daemon(path, Conversation) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_harmless_file_is_clean(daemon):
    assert ClamdScanner(daemon.server_address).scan(b"a receipt") is Verdict.CLEAN


def test_a_harmful_file_is_found_wherever_it_lies_in_a_large_one(daemon):
    assert ClamdScanner(daemon.server_address).scan(bytes(200_000) + EICAR) is Verdict.INFECTED


def test_the_doctor_can_ask_whether_the_scanner_answers(daemon, tmp_path):
    assert ClamdScanner(f"unix://{daemon.server_address}").ping()
    assert not ClamdScanner(str(tmp_path / "nobody")).ping()


def test_a_harmful_file_is_refused(daemon, tmp_path):
    answer = accept(EICAR, "receipt.jpg", work_dir=tmp_path, scanner=ClamdScanner(daemon.server_address))
    assert answer == Refused(RefusalReason.INFECTED)


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"nonsense\0"])
def test_an_answer_that_is_no_verdict_lets_nothing_pass(daemon, tmp_path, answer):
    daemon.answer = answer
    scanner = ClamdScanner(daemon.server_address)
    with pytest.raises(ScannerSilent):
        scanner.scan(b"a receipt")
    assert accept(b"a receipt", "a.jpg", work_dir=tmp_path, scanner=scanner) == Refused(RefusalReason.SCANNER_SILENT)


def test_a_scanner_that_is_not_running_lets_nothing_pass(tmp_path):
    answer = accept(b"a receipt", "a.jpg", work_dir=tmp_path, scanner=ClamdScanner(str(tmp_path / "nobody")))
    assert answer == Refused(RefusalReason.SCANNER_SILENT)


def test_a_setting_chooses_the_scanner():
    assert isinstance(scanner_at(None), NoScanner)
    assert isinstance(scanner_at(""), NoScanner)
    assert scanner_at("/run/clamav/clamd.ctl").address == "/run/clamav/clamd.ctl"
