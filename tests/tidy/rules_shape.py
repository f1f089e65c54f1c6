"""Rules on the shape of files: sizes, openings, and what must not be left lying about."""

import ast
import os
import re

from tree import ROOMS, Finding

_COLUMNS_MAX = 100
_FILE_LINES_MAX = 500
_FUNCTION_LINES_MAX = 70
_PARAMETERS_MAX = 4

_CODE = (".cpp", ".h", ".proto", ".py", ".sh", ".cmake", ".in")
_LEFT_WORDS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
_LEFT_CODE = re.compile(r"\b(stu" r"b|place" r"holder)\b", re.IGNORECASE)
_MACHINE_PATH = re.compile(r"(?:^|[^A-Za-z0-9_.])(/(?:work|root|home)/)", re.MULTILINE)


def _is_code(file):
    name = os.path.basename(file.path)
    return file.extension in _CODE or name == "CMakeLists.txt" or file.text.startswith("#!")


def line_length(tree):
    for file in filter(_is_code, tree.files.values()):
        for number, line in enumerate(file.lines, 1):
            if len(line) > _COLUMNS_MAX:
                yield Finding(
                    file.path, number, "line-length", f"{len(line)} columns", f"{_COLUMNS_MAX}"
                )


def file_length(tree):
    for file in filter(_is_code, tree.files.values()):
        if len(file.lines) > _FILE_LINES_MAX:
            yield Finding(
                file.path,
                len(file.lines),
                "file-length",
                f"{len(file.lines)} lines",
                f"{_FILE_LINES_MAX}",
            )


def function_length(tree):
    allowed = f"{_FUNCTION_LINES_MAX}"
    for file in tree.files.values():
        for line, name, count in _function_sizes(file):
            if count > _FUNCTION_LINES_MAX:
                yield Finding(
                    file.path, line, "function-length", f"{name} has {count} lines", allowed
                )


def _function_sizes(file):
    if file.is_cpp:
        return [(f.line, f.name, f.line_count) for f in file.functions]
    if file.extension == ".py":
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        nodes = [node for node in ast.walk(ast.parse(file.text)) if isinstance(node, kinds)]
        return [(node.lineno, node.name, node.end_lineno - node.lineno + 1) for node in nodes]
    return []


# Functions whose signature a trace source of ns-3 dictates.
_NS3_CALLBACKS = {"ran_drops"}


def function_parameters(tree):
    for file in tree.files.values():
        for function in file.functions if file.is_cpp else ():
            count = function.parameter_count
            # A callback's parameters are ns-3's choice.
            if file.room == "net" and function.name in _NS3_CALLBACKS:
                continue
            if count > _PARAMETERS_MAX:
                yield Finding(
                    file.path,
                    function.line,
                    "function-parameters",
                    f"{function.name} has {count}",
                    f"{_PARAMETERS_MAX}, or a struct with named fields",
                )


def header_opening(tree):
    for file in tree.files.values():
        if file.extension != ".h":
            continue
        if not file.text.startswith(("//", "/*")):
            yield Finding(
                file.path,
                1,
                "header-opening",
                "no comment",
                "a first line that says what the header is for",
            )
        # Highway compiles NAME-inl.h once for each instruction set.
        per_target = file.path.endswith("-inl.h")
        if not per_target and not re.search(r"^#pragma once$", file.text, re.MULTILINE):
            yield Finding(
                file.path, 1, "header-opening", "no #pragma once", "#pragma once after the comment"
            )


def leftover(tree):
    for file in tree.files.values():
        patterns = [_LEFT_WORDS]
        if file.is_cpp or file.extension in (".proto", ".py"):
            patterns.append(_LEFT_CODE)
        for pattern in patterns:
            for match in pattern.finditer(file.text):
                yield Finding(
                    file.path,
                    file.line_of(match.start()),
                    "leftover",
                    f"'{match[0]}'",
                    "do it, or leave it out",
                )


def machine_path(tree):
    for file in tree.files.values():
        for match in _MACHINE_PATH.finditer(file.text):
            yield Finding(
                file.path,
                file.line_of(match.start(1)),
                "machine-path",
                f"'{match[1]}'",
                "paths below the checkout, or from the environment",
            )


def dead_header(tree):
    """A header that only its own source and tests include is code that the product does not use."""
    users = {}
    for file in tree.files.values():
        for _, _, path in file.includes if file.is_cpp else ():
            users.setdefault(path, []).append(file.path)
    for file in tree.files.values():
        if file.extension != ".h":
            continue
        stem = os.path.splitext(file.path)[0]
        others = [
            user for user in users.get(file.path, ()) if user not in (file.path, stem + ".cpp")
        ]
        if file.room:
            others = [
                user
                for user in others
                if not user.startswith("tests/") or user.startswith("tests/consumer/")
            ]
        if not others:
            yield Finding(
                file.path,
                1,
                "dead-header",
                "only its own source or tests include it",
                "a header that something of the product includes",
            )


def dead_source(tree):
    for file in tree.cpp():
        code = re.sub(r"^\s*#.*$", "", file.code, flags=re.MULTILINE)
        if file.extension == ".cpp" and not re.search(r"[;}]", code):
            yield Finding(file.path, 1, "dead-source", "no code", "a source that defines something")


def dead_table(tree):
    included = {path for file in tree.files.values() if file.is_cpp for _, _, path in file.includes}
    for file in tree.files.values():
        folder, name = os.path.split(file.path)
        if (
            file.extension != ".csv"
            or file.path.split("/")[0] not in ROOMS
            or os.path.basename(folder) != "tables"
        ):
            continue
        header = f"{folder}/{name[:-4]}.h"
        if header not in included:
            yield Finding(
                file.path,
                1,
                "dead-table",
                f'nothing includes "{header}"',
                "a table that some room reads",
            )


def room_list(tree):
    """CMake links what this checker allows to be included."""
    file = tree.files.get("CMakeLists.txt")
    rooms = {}
    for match in re.finditer(r"^redcell_room\(([^)]*)\)", file.text if file else "", re.MULTILINE):
        words = match[1].split()
        words = words[: words.index("LIBRARIES")] if "LIBRARIES" in words else words
        rooms[words[0]] = tuple(words[2:])
        if ROOMS.get(words[0]) != rooms[words[0]]:
            yield Finding(
                file.path,
                file.line_of(match.start()),
                "room-list",
                f"{words[0]} uses {rooms[words[0]]}",
                f"{ROOMS.get(words[0], 'no such room')}",
            )
    for room in ROOMS:
        if room not in rooms:
            yield Finding(
                "CMakeLists.txt",
                1,
                "room-list",
                f"no redcell_room({room})",
                "one line for each room",
            )


RULES = {
    "line-length": line_length,
    "file-length": file_length,
    "function-length": function_length,
    "function-parameters": function_parameters,
    "header-opening": header_opening,
    "leftover": leftover,
    "machine-path": machine_path,
    "dead-header": dead_header,
    "dead-source": dead_source,
    "dead-table": dead_table,
    "room-list": room_list,
}
