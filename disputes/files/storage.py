"""Where files are kept: addressed by the SHA-256 of their content, in a folder or in an S3 bucket.

The name that a person's device gave a file never becomes part of a path, and two files have the same address only when
they are the same byte for byte (SHA-1 would not do: pairs that share it are known).

One file may belong to several cases. So erasing by law takes two moves: the rows let go of it, then `purge_unused`
takes away what no row names any more. A file given again in the meantime has a new date and stays.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import unquote, urlsplit

UNUSED_FOR = timedelta(
    hours=1
)  # longer than any request lasts between storing a file and committing the row that names it
PURGE_BATCH = 500
UNFINISHED = "unfinished-"
ADDRESS = re.compile(r"[0-9a-f]{64}")


class StorageError(Exception):
    """The storage cannot be used as configured; the text is a sentence for the operator."""


class NotStored(Exception):
    """No file has this address: it was erased, or never came."""


class Damaged(Exception):
    """What is stored is no longer what was given: its content does not match its address."""


@dataclass(frozen=True)
class StoredFile:
    address: str
    stored_at: datetime


class Storage(Protocol):
    """What every storage can do. An address is the SHA-256 of the content in lower-case hexadecimal digits."""

    def put(self, data: bytes) -> str:
        """Keep the content and return its address once it is safely on disk. A second put changes only its date."""

    def read(self, address: str) -> bytes:
        """The whole content, checked against its address; NotStored or Damaged otherwise."""

    def open(self, address: str) -> BinaryIO:
        """The content as a stream for sending, unchecked; NotStored when there is none."""

    def exists(self, address: str) -> bool:
        """Whether the content is there."""

    def delete(self, address: str) -> bool:
        """Remove the content at once, whoever else may use it; false when it was not there."""

    def stored_before(self, age: timedelta) -> Iterator[StoredFile]:
        """Every file that was last put longer ago than this, by the storage's own clock."""

    def tidy(self, age: timedelta) -> None:
        """Remove what a put left behind that was killed longer ago than this."""


def storage_at(url: str) -> Storage:
    """The storage that a setting names: ``file:///folder`` or ``s3://bucket/prefix``."""
    parts = urlsplit(url)
    if parts.scheme == "file" and not parts.netloc and parts.path:
        return LocalStorage(Path(unquote(parts.path)))
    if parts.scheme == "s3" and parts.netloc:
        return S3Storage(parts.netloc, unquote(parts.path).strip("/"))
    raise StorageError(f"FILES_URL is {url!r}; it must be file:///folder or s3://bucket.")


def purge_unused(
    storage: Storage, in_use: Callable[[Collection[str]], Collection[str]], unused_for: timedelta = UNUSED_FOR
) -> int:
    """Erase the files that no row names; the number of files erased.

    `in_use` gets some addresses and returns those that a row still names. Files younger than `unused_for` stay, since
    their rows may not be committed yet.
    """
    storage.tidy(unused_for)
    erased = 0
    batch: list[str] = []
    for file in storage.stored_before(unused_for):
        batch.append(file.address)
        if len(batch) == PURGE_BATCH:
            erased += _erase(storage, batch, in_use)
            batch = []
    return erased + _erase(storage, batch, in_use)


def _erase(storage: Storage, addresses: list[str], in_use: Callable[[Collection[str]], Collection[str]]) -> int:
    unused = set(addresses) - set(in_use(addresses)) if addresses else set()
    return sum(storage.delete(address) for address in sorted(unused))


def address_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _checked(address: str) -> str:
    """Refuse anything but an address before it can become part of a path."""
    if not ADDRESS.fullmatch(address):
        raise NotStored(f"{address!r} is not the address of a file.")
    return address


def _verified(address: str, data: bytes) -> bytes:
    if address_of(data) != address:
        raise Damaged(f"The stored file {address} no longer matches its address.")
    return data


class LocalStorage:
    """A private folder: `ab/abcd…` for each file, written beside it first and renamed when complete."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, data: bytes) -> str:
        address = address_of(data)
        path = self._path(address)
        if not self._renewed(path, data):
            self._make(path.parent)
            self._write(path, data)
        _sync_folder(path.parent)
        return address

    def read(self, address: str) -> bytes:
        with self.open(address) as file:
            return _verified(address, file.read())

    def open(self, address: str) -> BinaryIO:
        try:
            return self._path(address).open("rb")
        except FileNotFoundError:
            raise NotStored(f"There is no file {address}.") from None

    def exists(self, address: str) -> bool:
        return self._path(address).is_file()

    def delete(self, address: str) -> bool:
        path = self._path(address)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        _sync_folder(path.parent)
        return True

    def stored_before(self, age: timedelta) -> Iterator[StoredFile]:
        limit = self._now() - age
        for path, stored_at in self._files("[0-9a-f][0-9a-f]/*"):
            if ADDRESS.fullmatch(path.name) and stored_at < limit:
                yield StoredFile(path.name, stored_at)

    def tidy(self, age: timedelta) -> None:
        limit = self._now() - age
        for path, left_at in self._files(f"[0-9a-f][0-9a-f]/{UNFINISHED}*"):
            if left_at < limit:
                path.unlink(missing_ok=True)

    def _files(self, pattern: str) -> Iterator[tuple[Path, datetime]]:
        for path in sorted(self.folder.glob(pattern)):
            with suppress(FileNotFoundError):  # deleted while we walk
                yield path, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def _path(self, address: str) -> Path:
        return self.folder / _checked(address)[:2] / address

    def _renewed(self, path: Path, data: bytes) -> bool:
        """Whether the content is there already; it then counts as stored now. A damaged file does not count."""
        with suppress(FileNotFoundError):
            if path.read_bytes() == data:
                os.utime(path)
                return True
        return False

    def _make(self, folder: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            return
        _sync_folder(self.folder)

    def _write(self, path: Path, data: bytes) -> None:
        descriptor, unfinished = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)  # readable by us alone
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        except BaseException:
            os.unlink(unfinished)
            raise

    def _now(self) -> datetime:
        """The file system's own clock, by which its dates are read; the product's clock may be moved in a demo."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=self.folder) as probe:
            return datetime.fromtimestamp(os.fstat(probe.fileno()).st_mtime, UTC)


def _sync_folder(folder: Path) -> None:
    """Make a new, renamed or removed name in this folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class S3Storage:
    """A bucket of S3-compatible storage, for installations with several web hosts.

    Needs the optional library boto3 (``pip install boto3``), which reads address, region and keys from its usual
    settings (``AWS_ENDPOINT_URL_S3``, ``AWS_DEFAULT_REGION``, ``AWS_ACCESS_KEY_ID``, ``AWS_SECRET_ACCESS_KEY``).
    """

    def __init__(self, bucket: str, prefix: str = "") -> None:
        try:
            import boto3  # optional: most installations keep files in a folder and never load it
            from botocore.exceptions import ClientError
        except ImportError:
            raise StorageError(
                "FILES_URL names an S3 bucket, but the library boto3 is not installed. Run: pip install boto3"
            ) from None
        self.bucket = bucket
        self.prefix = f"{prefix}/" if prefix else ""
        self._client: Any = boto3.client("s3")
        self._client_error: type[Exception] = ClientError

    def put(self, data: bytes) -> str:
        address = address_of(data)
        self._client.put_object(Bucket=self.bucket, Key=self._key(address), Body=data)
        return address

    def read(self, address: str) -> bytes:
        with self.open(address) as file:
            return _verified(address, file.read())

    def open(self, address: str) -> BinaryIO:
        try:
            body: BinaryIO = self._client.get_object(Bucket=self.bucket, Key=self._key(address))["Body"]
        except self._client_error as error:
            raise self._explained(error, address) from error
        return body

    def exists(self, address: str) -> bool:
        try:
            self._client.head_object(Bucket=self.bucket, Key=self._key(address))
        except self._client_error as error:
            if isinstance(self._explained(error, address), NotStored):
                return False
            raise
        return True

    def delete(self, address: str) -> bool:
        was_there = self.exists(address)
        self._client.delete_object(Bucket=self.bucket, Key=self._key(address))
        return was_there

    def stored_before(self, age: timedelta) -> Iterator[StoredFile]:
        for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix):
            limit = parsedate_to_datetime(page["ResponseMetadata"]["HTTPHeaders"]["date"]) - age
            for entry in page.get("Contents", ()):
                address = entry["Key"].rsplit("/", 1)[-1]
                if ADDRESS.fullmatch(address) and entry["LastModified"] < limit:
                    yield StoredFile(address, entry["LastModified"])

    def tidy(self, age: timedelta) -> None:
        """Nothing to do: an object appears only when its upload is complete."""

    def _key(self, address: str) -> str:
        return f"{self.prefix}{_checked(address)[:2]}/{address}"

    @staticmethod
    def _explained(error: Any, address: str) -> Exception:
        if error.response.get("Error", {}).get("Code") in ("404", "NoSuchKey", "NotFound"):
            return NotStored(f"There is no file {address}.")
        return StorageError(f"The bucket refused a request: {error}")
