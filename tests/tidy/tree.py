"""The checkout as the rules see it: text files by path, with their C++ views, and findings."""

import os
from functools import cached_property
from typing import NamedTuple

import cpp_text

# The rooms in the order data flows, and what each may include besides itself.
ROOMS = {
    "base": (),
    "phy": ("base",),
    "mac": ("base", "phy"),
    "terminals": ("base", "phy", "mac"),
    "net": ("base", "phy", "mac", "terminals"),
    "analysis": ("base",),
    "scenarios": ("base", "phy", "mac", "terminals", "net", "analysis"),
}
# Rooms whose results must have the same bits on every machine, and which know neither files nor
# printing.
PURE_ROOMS = ("base", "phy", "mac", "terminals")

_NOT_OURS = {".git", "build", "runs", "__pycache__"}
_TEXT = {
    ".cpp",
    ".h",
    ".proto",
    ".py",
    ".sh",
    ".cmake",
    ".txt",
    ".in",
    ".md",
    ".json",
    ".txtpb",
    ".csv",
    ".js",
    ".html",
    ".yml",
    "",
}


class Finding(NamedTuple):
    path: str
    line: int
    rule: str
    found: str
    allowed: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.found}; allowed: {self.allowed}"


class File:
    """One text file, `path` being relative to the root."""

    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.room = path.split("/")[0] if path.split("/")[0] in ROOMS else None
        self.extension = os.path.splitext(path)[1]
        self.is_cpp = self.extension in (".cpp", ".h")

    @cached_property
    def lines(self):
        return self.text.splitlines()

    @cached_property
    def code(self):
        return cpp_text.code_only(self.text)

    @cached_property
    def includes(self):
        return cpp_text.includes(self.text)

    @cached_property
    def functions(self):
        return cpp_text.functions(self.code)

    def line_of(self, position):
        return cpp_text.line_of(self.text, position)

    def find(self, pattern):
        """(line, match) of each place in the code, comments and strings left out."""
        return [(self.line_of(match.start()), match) for match in pattern.finditer(self.code)]


class Tree:
    """All text files of a checkout."""

    def __init__(self, root):
        self.files = {}
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if name not in _NOT_OURS)
            for name in sorted(names):
                if os.path.splitext(name)[1] not in _TEXT:
                    continue
                full = os.path.join(folder, name)
                path = os.path.relpath(full, root)
                try:
                    with open(full, encoding="utf-8") as file:
                        self.files[path] = File(path, file.read())
                except UnicodeDecodeError:
                    continue  # not text

    def cpp(self, *rooms):
        """The C++ files of the named rooms (all rooms when none is named); tests are no room."""
        return [
            f for f in self.files.values() if f.is_cpp and f.room and (not rooms or f.room in rooms)
        ]

    def tests(self):
        return [f for f in self.files.values() if f.is_cpp and f.path.startswith("tests/")]
