"""C++ text as the rules need it: without comments, without string contents, cut into functions."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(
    r'R"(?P<mark>[^\s()\\]{0,16})\((?P<raw>.*?)\)(?P=mark)"'
    r"|(?P<comment>//[^\n]*|/\*.*?\*/)"
    r'|(?P<string>"(?:\\.|[^"\\\n])*")'
    r"|\b\d[\w.']*"  # a number, whose ' separate digits
    r"|(?P<char>'(?:\\.|[^'\\\n])+')",
    re.DOTALL,
)
_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", re.MULTILINE)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.MULTILINE)
_SCOPE = re.compile(
    r"(?:(?:inline|static|constexpr|const|export)\s+)*(?:namespace|class|struct|union|extern)\b"
)
_LEADING = re.compile(r"\s*(?:(?:public|private|protected)\s*:)?\s*")
_NOT_A_NAME = {
    "alignas",
    "decltype",
    "explicit",
    "noexcept",
    "requires",
    "__attribute__",
    "__declspec",
}


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same text with comments blanked; lines and columns stay."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m["comment"] else m[0], text)


def code_only(text):
    """The same text with comments and the insides of strings and characters blanked."""

    def replace(match):
        whole = match[0]
        if match["comment"]:
            return _blank(whole)
        if match["string"] or match["char"] or match["raw"] is not None:
            return '"' + _blank(whole[1:-1]) + '"'
        return whole

    return _TOKEN.sub(replace, text)


def includes(text):
    """(line, '"' or '<', path) of each #include."""
    kept = without_comments(text)
    return [(line_of(kept, m.start()), m[1], m[2]) for m in _INCLUDE.finditer(kept)]


def line_of(text, position):
    return text.count("\n", 0, position) + 1


@dataclass(frozen=True)
class Function:
    """One function definition: its first line, its length in lines, and what it is made of."""

    line: int
    line_count: int
    name: str
    parameter_count: int
    head: str
    body: str


def functions(code):
    """All functions defined in `code` (as code_only gives it), at namespace or class scope."""
    code = _DIRECTIVE.sub(lambda m: _blank(m[0]), code)
    found = []
    head_start = position = depth = 0
    mark = re.compile(r"[{}();]")
    while match := mark.search(code, position):
        position = match.end()
        sign = match[0]
        if sign in "()":
            depth = max(0, depth + (1 if sign == "(" else -1))
        elif sign == ";" and depth == 0:
            head_start = position
        elif sign == "}":
            head_start, depth = position, 0
        elif sign == "{":
            head = code[head_start : match.start()]
            kind = "value" if depth else _kind(head)
            if kind == "scope":
                head_start = position
                continue
            position = _after_block(code, match.start())
            if kind == "function":
                found.append(_function(code, head_start, match.start(), position))
                head_start = position
    return found


def _after_block(code, start):
    level = 0
    for match in re.compile(r"[{}]").finditer(code, start):
        level += 1 if match[0] == "{" else -1
        if level == 0:
            return match.end()
    return len(code)


def _bare(head):
    """A head without template parameters, attributes and access specifiers."""
    head = head[_LEADING.match(head).end() :]
    head = re.sub(r"\[\[.*?\]\]", " ", head, flags=re.DOTALL)
    while match := re.match(r"\s*template\s*<", head):
        head = head[_after_angle(head, match.end() - 1) :]
    return head.strip()


def _after_angle(text, start):
    level = 0
    for match in re.compile(r"[<>]").finditer(text, start):
        level += 1 if match[0] == "<" else -1
        if level == 0:
            return match.end()
    return len(text)


def _kind(head):
    bare = _bare(head)
    if _SCOPE.match(bare):
        return "scope"
    if bare.startswith("enum") or "(" not in bare:
        return "value"
    initialisers = re.search(r"\)\s*(?:noexcept\s*)?:(?!:)(.*)$", bare, re.DOTALL)
    if initialisers and not re.search(r"[)}]\s*$", initialisers[1]):
        return "value"  # the braces of one member initialiser
    return "function"


def _function(code, head_start, body_start, end):
    head = code[head_start:body_start]
    bare = _bare(head)
    first = body_start - len(head[_LEADING.match(head).end() :])
    name, parameters = _name_and_parameters(bare)
    line = line_of(code, first)
    return Function(
        line, line_of(code, end) - line + 1, name, _count(parameters), bare, code[body_start:end]
    )


def _name_and_parameters(bare):
    lambda_ = re.match(r"[^(]*?(\w+)\s*=[^=]", bare)
    if lambda_ and "operator" not in lambda_[0]:
        return lambda_[1], ""
    bare = re.sub(r"operator\s*\(\s*\)", "operator_call", bare)
    for match in re.finditer(r"(operator\s*[^\s\w(]+|[\w~]+)\s*\(", bare):
        if match[1] not in _NOT_A_NAME:
            level = 0
            for position in range(match.end() - 1, len(bare)):
                level += {"(": 1, ")": -1}.get(bare[position], 0)
                if level == 0:
                    return match[1], bare[match.end() : position]
    return "", ""


def _count(parameters):
    parameters = re.sub(r"->|<=|>=|<<", "  ", parameters)
    if parameters.strip() in ("", "void"):
        return 0
    level = 0
    count = 1
    for sign in parameters:
        level += {"(": 1, "<": 1, "[": 1, "{": 1, ")": -1, ">": -1, "]": -1, "}": -1}.get(sign, 0)
        count += sign == "," and level == 0
    return count
