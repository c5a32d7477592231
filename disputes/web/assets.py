"""Static files under names that carry a hash of their content, so that browsers may keep them for a year."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flask import Flask, Response, abort, current_app, has_request_context, request, url_for

VERSION_LENGTH = 10
KEPT_FOR_SECONDS = 365 * 24 * 3600
KEPT_WITHOUT_VERSION_SECONDS = 300
NOT_SERVED = ("build",)  # scripts that make the files, not files for browsers
COMPRESSIBLE = ("text/", "image/svg+xml")
VERSIONED_NAME = re.compile(rf"^(?P<stem>.+)\.(?P<version>[0-9a-f]{{{VERSION_LENGTH}}})(?P<suffix>\.[a-z0-9]+)$")

# The machine's own table of types differs from host to host, so the few that we serve are named here.
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class Asset:
    """One static file as browsers get it; compressed once, since gunicorn itself compresses nothing."""

    name: str
    body: bytes

    @cached_property
    def version(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:VERSION_LENGTH]

    @cached_property
    def compressed(self) -> bytes | None:
        if not self.type.startswith(COMPRESSIBLE):
            return None
        return gzip.compress(self.body, 9, mtime=0)

    @property
    def type(self) -> str:
        suffix = Path(self.name).suffix
        return TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")

    @cached_property
    def versioned_name(self) -> str:
        path = Path(self.name)
        return str(path.with_name(f"{path.stem}.{self.version}{path.suffix}"))


class Assets:
    """All static files by name. Read at start; in debug mode again whenever a file changed."""

    def __init__(self, folder: Path, watch: bool = False):
        self.folder = folder
        self.watch = watch
        self.addresses: dict[tuple[str, str], str] = {}
        self._read: dict[str, tuple[int, Asset]] = {}
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            if path.is_file() and parts[0] not in NOT_SERVED and not any(part.startswith(".") for part in parts):
                self._remember("/".join(parts), path)

    @property
    def manifest(self) -> dict[str, str]:
        """Every name with the name under which it is served."""
        return {name: asset.versioned_name for name, (_, asset) in self._read.items()}

    def get(self, name: str) -> Asset | None:
        """The file of this name; None when there is none. Nothing outside the folder can be asked for."""
        known = self._read.get(name)
        if known and self.watch:
            path = self.folder / name
            if path.stat().st_mtime_ns != known[0]:
                return self._remember(name, path)
        return known[1] if known else None

    def _remember(self, name: str, path: Path) -> Asset:
        asset = Asset(name, path.read_bytes())
        self._read[name] = (path.stat().st_mtime_ns, asset)
        return asset


def init_app(app: Flask, folder: Path | None = None) -> None:
    """Serve the static folder under hashed names and give templates `asset_url`."""
    folder = folder or Path(__file__).resolve().parent.parent / "static"
    app.extensions["assets"] = Assets(folder, watch=app.debug)
    app.jinja_env.globals["asset_url"] = asset_url
    if "static" in app.view_functions:
        app.view_functions["static"] = serve
    else:
        app.add_url_rule("/static/<path:filename>", "static", serve)


def asset_url(name: str) -> str:
    """The address of a static file, as in `asset_url('css/app.css')`. An unknown name is a mistake in a template."""
    assets = _assets()
    root = request.script_root if has_request_context() else ""
    # A page draws the same few files a hundred times; asking the router each time would cost more than the page.
    known = None if assets.watch else assets.addresses.get((name, root))
    if known is not None:
        return known
    asset = assets.get(name)
    if asset is None:
        raise LookupError(f"there is no static file named {name}")
    address = assets.addresses[name, root] = url_for("static", filename=asset.versioned_name)
    return address


def own(name: str) -> Asset:
    """One static file as it is, for a view that serves it under an address of its own."""
    asset = _assets().get(name)
    if asset is None:
        raise LookupError(f"there is no static file named {name}")
    return asset


def serve(filename: str) -> Response:
    """Send a static file. A name with another version (an old page, a newer server) gets today's, kept briefly."""
    parts = VERSIONED_NAME.match(filename)
    name = parts["stem"] + parts["suffix"] if parts else filename
    asset = _assets().get(name)
    if asset is None:
        abort(404)
    compressed = asset.compressed if "gzip" in request.accept_encodings else None
    response = Response(compressed or asset.body, content_type=_content_type(asset))
    if compressed:
        response.content_encoding = "gzip"
    if asset.compressed:
        response.vary.add("Accept-Encoding")
    response.cache_control.public = True
    if parts and parts["version"] == asset.version:
        response.cache_control.max_age = KEPT_FOR_SECONDS
        response.cache_control.immutable = True
    else:
        response.cache_control.max_age = KEPT_WITHOUT_VERSION_SECONDS
    response.set_etag(f"{asset.version}-gz" if compressed else asset.version)
    return response.make_conditional(request)


def _assets() -> Assets:
    return current_app.extensions["assets"]


def _content_type(asset: Asset) -> str:
    return f"{asset.type}; charset=utf-8" if asset.type.startswith("text/") else asset.type
