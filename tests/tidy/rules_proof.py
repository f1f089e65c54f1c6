"""Rules on proof: tests assert something and say why they exist; schema fields are read."""

import re

from tree import Finding

_TEST = re.compile(r"\b(?:TEST(?:_F|_P)?|TYPED_TEST(?:_P)?)\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)")
_EMPTY_ASSERTION = re.compile(
    r"\b(?:EXPECT|ASSERT)_(?:TRUE\s*\(\s*true|FALSE\s*\(\s*false)\s*\)|"
    r"\b(?:EXPECT|ASSERT)_(?:EQ|GE|LE|NEAR|DOUBLE_EQ)\s*\(\s*([^,()]+?)\s*,\s*\1\s*[,)]"
)
_ASSERTION = re.compile(
    r"\b(?:EXPECT|ASSERT)_\w+\s*\(|\bstatic_assert\s*\(|\bADD_FAILURE(?:_AT)?\s*\(|\bFAIL\s*\("
)
_CALL = re.compile(r"\b([A-Za-z_]\w*)\s*(?:<[^<>;{}]*>)?\s*\(")
_SENTENCE = re.compile(r"[a-z0-9]+(?:_[a-zA-Z0-9]+)+$")

_FIELD = re.compile(
    r"(?:\b(?:optional|required|repeated)\s+)?(?:[\w.]+|map\s*<[^>]*>)\s+(\w+)\s*=\s*\d+\s*[;\[]"
)
_NO_FIELD = re.compile(r"\s*(?:option|syntax|package|import|reserved|extensions|returns)\b")
_EXTEND = re.compile(r"\bextend\s+[\w.]+\s*\{[^}]*\}")


def test_assertion(tree):
    tests = tree.tests()
    asserting = _asserting_helpers(tests)
    for file in tests:
        for function in file.functions:
            name = _TEST.search(function.head)
            if not name:
                continue
            title = f"{name[1]}.{name[2]}"
            if _EMPTY_ASSERTION.search(function.body):
                yield Finding(
                    file.path,
                    function.line,
                    "test-assertion",
                    f"{title} asserts what is always so",
                    "assertions that can fail",
                )
            elif not _asserts(function.body, asserting):
                yield Finding(
                    file.path,
                    function.line,
                    "test-assertion",
                    f"{title} asserts nothing",
                    "EXPECT_, ASSERT_, or a helper of the tests that does",
                )


def _asserts(body, helpers):
    return bool(_ASSERTION.search(body)) or any(call in helpers for call in _CALL.findall(body))


def _asserting_helpers(tests):
    """Names of functions below tests/ that assert, themselves or through others."""
    bodies = [
        (f.name, f.body) for file in tests for f in file.functions if not _TEST.search(f.head)
    ]
    helpers = set()
    while True:
        more = {name for name, body in bodies if name not in helpers and _asserts(body, helpers)}
        if not more:
            return helpers
        helpers |= more


def test_name(tree):
    for file in tree.tests():
        for line, match in file.find(_TEST):
            if match[2].startswith("DISABLED_"):
                yield Finding(
                    file.path, line, "test-name", f"{match[2]} never runs", "a test that runs"
                )
            elif not _SENTENCE.match(match[2]):
                yield Finding(
                    file.path,
                    line,
                    "test-name",
                    match[2],
                    "a sentence in small_letters_with_underscores",
                )


def test_opening(tree):
    for file in tree.tests():
        if not file.path.endswith("_test.cpp"):
            continue
        opening = re.match(r"(?:\s*//[^\n]*\n)*", file.text)[0].lower()
        missing = [word for word in ("goal", "method") if word not in opening]
        if missing:
            yield Finding(
                file.path,
                1,
                "test-opening",
                f"no {' and no '.join(missing)}",
                "a comment at the top that states goal and method",
            )


def unread_field(tree):
    """Every field is read by code that knows a schema: one that includes a .pb.h somehow.

    Those of a log must be written."""
    code = "\n".join(file.code for file in _schema_readers(tree))
    called = set(re.findall(r"(?:\.|->)\s*(\w+)\s*\(", code))
    extensions = set(re.findall(r"\b(?:Get|Has)Extension\s*\(\s*(?:\w+\s*::\s*)*(\w+)", code))
    for file in tree.files.values():
        if file.extension != ".proto" or not file.room:
            continue
        for line, name, is_extension in _fields(file):
            accessors = {name, f"has_{name}", f"{name}_size"}
            if file.path.endswith("_log.proto"):
                # A log is written by us and read by others, and by the signature field by field.
                accessors |= {f"set_{name}", f"mutable_{name}", f"add_{name}"}
            if not (name in extensions if is_extension else accessors & called):
                accessor = f"GetExtension({name})" if is_extension else f"{name}() or has_{name}()"
                yield Finding(
                    file.path,
                    line,
                    "unread-field",
                    f"nothing reads '{name}'",
                    f"fields that code reads, by {accessor}",
                )


def _fields(file):
    extended = [match.span() for match in _EXTEND.finditer(file.code)]
    for match in _FIELD.finditer(file.code):
        if not _NO_FIELD.match(match[0]):
            is_extension = any(begin <= match.start() < end for begin, end in extended)
            yield file.line_of(match.start(1)), match[1].lower(), is_extension


def _schema_readers(tree):
    rooms = tree.cpp()
    knowing = {
        file.path for file in rooms if any(path.endswith(".pb.h") for _, _, path in file.includes)
    }
    while True:
        more = {
            file.path
            for file in rooms
            if file.path not in knowing and any(path in knowing for _, _, path in file.includes)
        }
        if not more:
            return [file for file in rooms if file.path in knowing]
        knowing |= more


RULES = {
    "test-assertion": test_assertion,
    "test-name": test_name,
    "test-opening": test_opening,
    "unread-field": unread_field,
}
