"""Whatever a file does to its decoder, the child process stays within its limits and the next file gets its turn."""

import os
import subprocess
import sys

import pytest
from PIL import Image

from disputes.files.decoding import ROOT, Accepted, Limits, Refused, accept, run
from disputes.files.refusals import RefusalReason
from disputes.files.slots import NoSlotFree, slot

from .made import png

ONE_SECOND = Limits(seconds=1)


def run_program(tmp_path, source, limits=ONE_SECOND):
    program = tmp_path / "program.py"
    program.write_text(source)
    with slot(tmp_path, 1, 0) as own:
        return run((sys.executable, "-I", str(program)), b"given", own, tmp_path, limits)


def test_a_child_that_never_ends_is_killed_at_its_time_limit(tmp_path):
    assert run_program(tmp_path, "while True: pass") == Refused(RefusalReason.TOO_DEMANDING)


def test_what_the_child_started_is_killed_with_it(tmp_path):
    """The grandchild holds the slot too; so the slot is free again only when the grandchild is gone."""
    source = (
        "import subprocess, sys, os\n"
        "subprocess.Popen([sys.executable, '-c', 'import signal; signal.pause()'], close_fds=False)\n"
        "import signal; signal.pause()"
    )
    assert run_program(tmp_path, source) == Refused(RefusalReason.TOO_DEMANDING)
    with slot(tmp_path, 1, patience=5):
        pass


def test_a_picture_that_needs_more_memory_than_there_is_is_refused(tmp_path):
    large = png(Image.new("RGBA", (5000, 5000)))
    assert isinstance(accept(large, "large.png", work_dir=tmp_path), Accepted)
    little = Limits(memory=90_000_000)
    assert accept(large, "large.png", work_dir=tmp_path, limits=little) == Refused(RefusalReason.TOO_DEMANDING)


def test_a_child_whose_decoder_breaks_is_a_damaged_file_and_no_fault_of_ours(tmp_path):
    crash = "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"
    assert run_program(tmp_path, crash, Limits()) == Refused(RefusalReason.DAMAGED)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "no JSON\\n",
        "[]\\n",
        "{}\\n",
        '{"lengths": []}\\n',
        '{"lengths": [-1]}\\n',
        '{"lengths": [1000000000]}\\n',
        '{"lengths": [10]}\\nshort',
        '{"lengths": "x"}\\n',
        '{"refused": "no such reason"}\\n',
        '"refused"\\n',
        "[" * 5000,
    ],
)
def test_an_answer_that_makes_no_sense_is_not_believed(tmp_path, answer):
    assert run_program(tmp_path, f"print('''{answer}''', end='')", Limits()) == Refused(RefusalReason.DAMAGED)


def test_a_child_learns_no_secret_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    source = 'import json, os\nprint(json.dumps({"environment": dict(os.environ), "lengths": [1]}))\nprint("x")'
    facts, _ = run_program(tmp_path, source, Limits())
    assert not {"SECRET_KEY", "DATABASE_URL", "HOME"} & set(facts["environment"])


def test_the_child_program_loads_nothing_of_the_product_but_itself(tmp_path):
    source = (
        "import json, sys\n"
        f"sys.path.append({str(ROOT)!r})\n"
        "import disputes.files.decoder.program, disputes.files.decoder.pdfs, disputes.files.decoder.heics\n"
        "ours = [name for name in sys.modules if name.startswith('disputes') and '.decoder' not in name]\n"
        "libraries = [name for name in ('flask', 'sqlalchemy', 'flask_babel', 'celery') if name in sys.modules]\n"
        'print(json.dumps({"ours": ours, "libraries": libraries, "lengths": [1]}))\nprint("x")'
    )
    facts, _ = run_program(tmp_path, source, Limits())
    assert sorted(facts["ours"]) == ["disputes", "disputes.files"]
    assert facts["libraries"] == []


def test_a_child_has_no_open_file_but_its_own(tmp_path):
    with open(tmp_path / "ours", "wb") as ours:
        os.set_inheritable(ours.fileno(), True)
        source = (
            "import json, os\n"
            "names = [os.readlink(f'/dev/fd/{n}') for n in sorted(os.listdir('/dev/fd')) if os.path.lexists(f'/dev/fd/{n}')]\n"
            'print(json.dumps({"names": names, "lengths": [1]}))\nprint("x")'
        )
        facts, _ = run_program(tmp_path, source, Limits())
    assert not [name for name in facts["names"] if name.endswith("ours")]


def test_no_more_than_two_files_are_decoded_at_once(tmp_path):
    picture = png(Image.new("RGB", (3, 2)))
    with slot(tmp_path, 2, 0):
        assert isinstance(accept(picture, "a.png", work_dir=tmp_path, patience=0), Accepted)
        with slot(tmp_path, 2, 0):
            assert accept(picture, "a.png", work_dir=tmp_path, patience=0) == Refused(RefusalReason.BUSY)
    assert isinstance(accept(picture, "a.png", work_dir=tmp_path, patience=0), Accepted)


def test_a_slot_counts_across_processes_and_is_given_back_by_the_dead(tmp_path):
    """Even when the web process that asked is killed, the child it started keeps its slot until it ends itself."""
    with slot(tmp_path, 1, 0) as lock:
        child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock,))
    try:
        with pytest.raises(NoSlotFree), slot(tmp_path, 1, 0):
            pass
    finally:
        child.kill()
        child.communicate()
    with slot(tmp_path, 1, 0):
        pass


def test_nothing_of_a_file_stays_in_the_work_folder(tmp_path):
    accept(png(Image.new("RGB", (3, 2))), "a.png", work_dir=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} <= {"slot-0", "slot-1"}
