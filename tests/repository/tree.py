"""The repository as its tests read it: files, modules, syntax trees, and who imports whom."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDERS = ("disputes", "workers", "migrations", "templates", "seeds", "tests", "docs", "benchmarks", ".ci")
NOT_OURS = {"__pycache__", "vendor", "build", "node_modules"}
TEXTS = {".py", ".html", ".txt", ".xml", ".svg", ".css", ".js", ".typ", ".yaml", ".yml", ".toml", ".csv", ".json", ".md",
         ".po", ".pot", ".sh", ".cfg", ".ini", ".mako", ".jinja", ".webmanifest", ""}  # fmt: skip


def files() -> Iterator[Path]:
    """Every file of the repository that we wrote, relative to its root."""
    for path in sorted(ROOT.iterdir()):
        if path.is_file():
            yield path.relative_to(ROOT)
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and not NOT_OURS & set(path.relative_to(ROOT).parts):
                yield path.relative_to(ROOT)


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file with its content."""
    for path in files():
        if path.suffix in TEXTS:
            yield path, (ROOT / path).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Import:
    """One imported module, where it stands."""

    module: str
    line: int
    inside: str  # the function that holds it; empty at the top of the file


@dataclass(frozen=True)
class Module:
    """One Python file of the product."""

    name: str
    path: Path
    tree: ast.Module

    def where(self, node: ast.AST) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 0)}"

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """Every call with what is called, as it is written: ``db.session.commit``."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node, ast.unparse(node.func)

    def imports(self) -> Iterator[Import]:
        yield from _imports(self.tree, "")


@cache
def product() -> dict[str, Module]:
    """The modules of the product by their names."""
    found = {}
    for path in sorted([*ROOT.glob("disputes/**/*.py"), *ROOT.glob("workers/**/*.py"), ROOT / "config.py"]):
        short = path.relative_to(ROOT)
        if NOT_OURS & set(short.parts):
            continue
        parts = short.with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found[name] = Module(name, short, ast.parse(path.read_text(encoding="utf-8"), str(short)))
    return found


def ours(imported: str) -> str | None:
    """The module of the product that an import names, be it the module itself or something in it."""
    parts = imported.split(".")
    while parts:
        if ".".join(parts) in product():
            return ".".join(parts)
        parts.pop()
    return None


def _imports(node: ast.AST, inside: str) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, inside)
        elif isinstance(child, ast.ImportFrom):
            for alias in child.names:
                yield Import(f"{'.' * child.level}{child.module or ''}.{alias.name}", child.lineno, inside)
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _imports(child, child.name)
        else:
            yield from _imports(child, inside)
