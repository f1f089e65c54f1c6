"""Rules on borders: who includes whom, who prints, and what would make bits differ."""

import re

from tree import PURE_ROOMS, ROOMS, Finding

# Outside libraries that a room's purpose excludes, by the first part of the include.
_OUTSIDE = {
    "ns3": ("net",),
    "google": ("analysis", "scenarios"),
    "boost": ("analysis", "scenarios"),
    "fmt": ("analysis", "scenarios"),
    "CLI": ("scenarios",),
    "fstream": ("analysis", "scenarios"),
    "filesystem": ("analysis", "scenarios"),
}
_MATHS = (
    "exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|sin|cos|tan|sincos|asin|acos|atan|atan2|"
    "sinh|cosh|tanh|asinh|acosh|atanh|erf|erfc|tgamma|lgamma|cbrt|hypot|polar|arg|fmod"
)
_LIBM = re.compile(rf"(?:\bstd::|(?<![\w:.>~])::|__builtin_)(?:{_MATHS})[fl]?\s*\(")
_LIBM_UNNAMED = re.compile(rf"(?<![\w:.>~])(?:{_MATHS})[fl]?\s*\(")
_RANDOM = re.compile(
    r"#[ \t]*include[ \t]*<random>|\bs?rand(?:48)?\s*\(|\b[de]rand48\s*\(|"
    r"\bstd::(?:random_)?shuffle\b|"
    r"\brandom_device\b|\bstd::(?:mt19937|minstd|ranlux)\w*|\bstd::default_random_engine\b"
)
_RANDOM_IN_TESTS = re.compile(
    r"\bs?rand\s*\(|\brandom_device\b|\bstd::(?:random_)?shuffle\b|\w+_distribution\s*<"
)
_UNORDERED = re.compile(
    r"\bunordered_(?:multi)?(?:map|set)\b|"
    r"\b(?:std::)?(?:map|set|multimap|multiset)<\s*(?:const\s+)?"
    r"[\w:]+\s*\*"
)
_LANE_ORDER = re.compile(
    r"\b(?:SumOfLanes|SumsOf\w+|ReduceSum|ApproximateReciprocal\w*|std::reduce|std::execution)\b"
)
_PRINTING = re.compile(
    r"#[ \t]*include[ \t]*<(?:iostream|print|syncstream)>|\bstd::w?(?:cout|cerr|clog)\b|"
    r"(?<!\w)v?printf\s*\(|\bputs\s*\(|\bputchar\s*\(|\bperror\s*\(|"
    r"\bv?fprintf\s*\(\s*std(?:out|err)\b|\bfput[cs]\s*\([^;]*\bstd(?:out|err)\b|"
    r'\bfmt::print(?:ln)?\s*\(\s*(?:"|stdout|stderr)|\bNS_LOG_\w+\s*\('
)
_PRINTING_HEADER = re.compile(
    r"#[ \t]*include[ \t]*<(?:cstdio|stdio\.h|ostream|istream|sstream|fstream)>"
)
_WALL_CLOCK = re.compile(
    r"#[ \t]*include[ \t]*<(?:chrono|ctime|time\.h|sys/time\.h)>|\bstd::chrono\b|"
    r"\b(?:std::|::)time\s*\("
)


def include_direction(tree):
    for file in tree.cpp():
        mine = (file.room, *ROOMS[file.room])
        for line, quote, path in file.includes:
            first = path.split("/")[0]
            if first in ROOMS and first not in mine:
                yield Finding(
                    file.path,
                    line,
                    "include-direction",
                    f"{file.room} includes {path}",
                    ", ".join(mine),
                )
            elif first == "tests" or first in (".", ".."):
                yield Finding(
                    file.path, line, "include-direction", path, "paths of rooms, from the root"
                )
            elif quote == '"' and "/" not in path:
                yield Finding(
                    file.path, line, "include-direction", f'"{path}"', "the path from the root"
                )


def include_library(tree):
    for file in tree.cpp():
        for line, _, path in file.includes:
            rooms = _OUTSIDE.get(path.split("/")[0])
            if rooms and file.room not in rooms:
                yield Finding(
                    file.path,
                    line,
                    "include-library",
                    f"{file.room} includes {path}",
                    f"in {', '.join(rooms)}",
                )


def two_ends(tree):
    for file in tree.cpp("mac"):
        for end, other in (("mac/ue/", "mac/gnb/"), ("mac/gnb/", "mac/ue/")):
            for line, _, path in file.includes if file.path.startswith(end) else ():
                if path.startswith(other):
                    yield Finding(
                        file.path,
                        line,
                        "two-ends",
                        f"{end} includes {path}",
                        "what crosses the air: a PDU, DCI, UCI or preamble declared outside both",
                    )


def _each(files, pattern, rule, allowed):
    for file in files:
        for line, match in file.find(pattern):
            yield Finding(file.path, line, rule, " ".join(match[0].split()), allowed)


def printing(tree):
    silent = [f for f in tree.cpp() if f.room != "scenarios" and f.path != "base/check.h"]
    yield from _each(silent, _PRINTING, "printing", "values returned; scenarios/ prints")
    pure = [f for f in silent if f.room in PURE_ROOMS]
    yield from _each(
        pure, _PRINTING_HEADER, "printing", "rooms below net know no streams and no files"
    )


def randomness(tree):
    yield from _each(tree.cpp(), _RANDOM, "randomness", "random.at(purpose, ids, index)")
    yield from _each(
        tree.tests(), _RANDOM_IN_TESTS, "randomness", "base::Random, or an engine with a fixed seed"
    )


def unordered(tree):
    yield from _each(tree.cpp(), _UNORDERED, "unordered", "containers ordered by an id")


def libm(tree):
    allowed = "base/math.h; std::sqrt, std::fabs, std::floor, std::fma"
    yield from _each(tree.cpp(*PURE_ROOMS), _LIBM, "libm", allowed)
    outside = [f for f in tree.cpp(*PURE_ROOMS) if f.room != "base"]
    yield from _each(outside, _LIBM_UNNAMED, "libm", f"{allowed}, called as base::name")


def lane_order(tree):
    yield from _each(
        tree.cpp(*PURE_ROOMS), _LANE_ORDER, "lane-order", "sums in link order, exact division"
    )


def wall_clock(tree):
    yield from _each(
        tree.cpp(*PURE_ROOMS), _WALL_CLOCK, "wall-clock", "simulated time, base::Instant"
    )


RULES = {
    "include-direction": include_direction,
    "include-library": include_library,
    "two-ends": two_ends,
    "printing": printing,
    "randomness": randomness,
    "unordered": unordered,
    "libm": libm,
    "lane-order": lane_order,
    "wall-clock": wall_clock,
}
