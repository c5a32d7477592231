"""Files are kept by their content, survive what they must, and are gone when the law says so."""

import hashlib
import os
from datetime import timedelta

import pytest

from disputes.files import storage as storage_module
from disputes.files.decoding import Accepted, keep
from disputes.files.kinds import FileKind
from disputes.files.storage import Damaged, LocalStorage, NotStored, S3Storage, StorageError, purge_unused, storage_at

LONG_AGO = 1_000_000_000


@pytest.fixture
def storage(tmp_path):
    return LocalStorage(tmp_path / "files")


@pytest.fixture(params=["folder", "bucket"])
def any_storage(request, tmp_path, monkeypatch):
    """Both storages keep the same promises; the bucket is tried where its optional libraries are installed."""
    if request.param == "folder":
        yield LocalStorage(tmp_path / "files")
        return
    moto, boto3 = pytest.importorskip("moto"), pytest.importorskip("boto3")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with moto.mock_aws():
        boto3.client("s3").create_bucket(Bucket="evidence")
        yield storage_at("s3://evidence/files")


def test_every_storage_gives_back_what_was_stored(any_storage):
    address = any_storage.put(b"a receipt")
    assert any_storage.put(b"a receipt") == address
    assert any_storage.exists(address)
    assert any_storage.read(address) == b"a receipt"
    with any_storage.open(address) as file:
        assert file.read() == b"a receipt"


def test_every_storage_forgets_what_is_erased(any_storage):
    address = any_storage.put(b"a receipt")
    assert any_storage.delete(address)
    assert not any_storage.delete(address)
    assert not any_storage.exists(address)
    for question in (any_storage.read, any_storage.open):
        with pytest.raises(NotStored):
            question(address)


def test_every_storage_can_be_purged(any_storage):
    used, unused = any_storage.put(b"in use"), any_storage.put(b"let go")
    assert purge_unused(any_storage, lambda addresses: [used], unused_for=timedelta(minutes=-1)) == 1
    assert any_storage.exists(used)
    assert not any_storage.exists(unused)
    assert purge_unused(any_storage, lambda addresses: []) == 0, "the rest is too young"


def aged(storage, address):
    """Make a stored file look as if it had lain there for years."""
    os.utime(storage._path(address), (LONG_AGO, LONG_AGO))
    return address


def test_a_file_is_found_again_under_the_hash_of_its_content(storage):
    address = storage.put(b"a receipt")
    assert address == hashlib.sha256(b"a receipt").hexdigest()
    assert storage.read(address) == b"a receipt"
    with storage.open(address) as file:
        assert file.read() == b"a receipt"


def test_storing_the_same_file_twice_keeps_one(storage):
    assert storage.put(b"a receipt") == storage.put(b"a receipt")
    assert len(list(storage.folder.glob("*/*"))) == 1


def test_nobody_else_on_the_machine_can_read_the_files(storage):
    path = storage._path(storage.put(b"a receipt"))
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "address", ["../../etc/passwd", "receipt.jpg", "", "A" * 64, "a" * 63, "a" * 64 + "\n", "/" * 64]
)
def test_only_an_address_ever_becomes_part_of_a_path(storage, address):
    for question in (storage.read, storage.open, storage.exists, storage.delete):
        with pytest.raises(NotStored):
            question(address)


def test_an_erased_file_is_gone_and_erasing_it_again_says_so(storage):
    address = storage.put(b"a receipt")
    assert storage.delete(address)
    assert not storage.exists(address)
    assert not storage.delete(address)
    with pytest.raises(NotStored):
        storage.read(address)


def test_a_file_that_was_changed_on_disk_is_noticed_and_mended_by_giving_it_again(storage):
    address = storage.put(b"a receipt")
    storage._path(address).write_bytes(b"a forgery")
    with pytest.raises(Damaged):
        storage.read(address)
    storage.put(b"a receipt")
    assert storage.read(address) == b"a receipt"


def test_a_write_that_fails_leaves_nothing_behind(storage, monkeypatch):
    def full(descriptor):
        raise OSError("no space left")

    monkeypatch.setattr(storage_module.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        storage.put(b"a receipt")
    assert not list(storage.folder.glob("*/*"))


def test_purging_erases_what_no_row_names_any_more(storage):
    used, unused = aged(storage, storage.put(b"in use")), aged(storage, storage.put(b"let go"))
    assert purge_unused(storage, lambda addresses: [used]) == 1
    assert storage.exists(used)
    assert not storage.exists(unused)


def test_purging_spares_a_file_whose_row_may_not_be_committed_yet(storage):
    fresh = storage.put(b"just given")
    assert purge_unused(storage, lambda addresses: []) == 0
    assert storage.exists(fresh)


def test_purging_spares_an_old_file_that_somebody_has_just_given_again(storage):
    address = aged(storage, storage.put(b"given twice"))
    storage.put(b"given twice")
    assert purge_unused(storage, lambda addresses: []) == 0
    assert storage.exists(address)


def test_purging_asks_in_batches(storage, monkeypatch):
    monkeypatch.setattr(storage_module, "PURGE_BATCH", 2)
    for number in range(5):
        aged(storage, storage.put(b"%d" % number))
    asked = []
    assert purge_unused(storage, lambda addresses: asked.append(len(addresses)) or []) == 5
    assert asked == [2, 2, 1]


def test_purging_removes_what_a_killed_process_left_half_written(storage):
    folder = storage._path(storage.put(b"a receipt")).parent
    old, new = folder / "unfinished-old", folder / "unfinished-new"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (LONG_AGO, LONG_AGO))
    purge_unused(storage, lambda addresses: addresses)
    assert not old.exists()
    assert new.exists()


def test_an_empty_storage_can_be_purged(storage):
    assert purge_unused(storage, lambda addresses: []) == 0
    assert list(storage.stored_before(timedelta())) == []


def test_the_original_and_its_copies_are_stored_together(storage):
    accepted = Accepted(FileKind.JPEG, "image/jpeg", hashlib.sha256(b"raw").hexdigest(), 3, b"safe", b"small", 1, 1)
    kept = keep(storage, b"raw", accepted)
    assert (storage.read(kept.sha256), storage.read(kept.safe_sha256)) == (b"raw", b"safe")
    assert storage.read(kept.thumbnail_sha256) == b"small"


def test_a_setting_names_the_storage(tmp_path):
    folder = tmp_path / "my files"
    assert storage_at(folder.as_uri()).folder == folder
    for wrong in ("", "/srv/files", "ftp://host/files", "file://host/files", "s3:///prefix"):
        with pytest.raises(StorageError, match="FILES_URL"):
            storage_at(wrong)


def test_an_s3_bucket_without_its_library_gives_one_clear_sentence():
    try:
        import boto3  # noqa: F401
    except ImportError:
        with pytest.raises(StorageError, match="pip install boto3"):
            S3Storage("evidence")
    else:
        pytest.skip("boto3 is installed here")
