#!/usr/bin/env python3
"""Goal: each rule of tidy catches what it is for, where it stands, and lets good code pass.
Method: a small good tree gives no finding; for each rule, each bad sample laid over it gives just
one finding, of that rule, at that line. A rule without a sample fails.
"""

import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import cpp_text
import tidy
from tree import ROOMS

HOUSE = "".join(
    f"redcell_room({room}{' USES ' if uses else ''}{' '.join(uses)})\n"
    for room, uses in ROOMS.items()
)
HEADER = "// What this is for.\n#pragma once\n"
OPENING = "// Goal: it holds.\n// Method: look.\n"
GOOD = {
    "CMakeLists.txt": HOUSE,
    "base/units.h": HEADER
    + "namespace redcell::base { struct Metres { int value = 1'000'000; }; }\n",
    "phy/loss.h": HEADER
    + '#include "base/units.h"\n#include "phy/tables/band.h"\ndouble loss(double d);\n',
    "phy/loss.cpp": '#include "phy/loss.h"\n'
    "// std::exp(x), printf(x) and <random> in a comment are no code; nor is this '\n"
    "double loss(double d) { return base::exp(std::sqrt(d)) + terms.log(d); }\n",
    "phy/tables/band.csv": "# TS 38.101-1\nname\n1\n",
    "mac/ue/half.cpp": '#include "phy/loss.h"\n'
    'const char* text() { return "std::cout << rand()"; }\n',
    "net/device.cpp": '#include "ns3/node.h"\nvoid f() { Create(); }\n',
    "scenarios/schema/scenario.proto": 'syntax = "proto2";\n'
    "extend google.protobuf.FieldOptions {\n  optional string unit = 50001;\n}\n"
    'message Scenario {\n  optional double speed = 1 [(unit) = "km/h"];\n'
    "  enum Kind { FAST = 0; SLOW = 1; }\n  oneof what { Ping ping = 2; }\n"
    "  repeated Cell cell = 3;\n}\n",
    "scenarios/run.cpp": '#include "scenarios/schema/scenario.pb.h"\n'
    "void run() { use(s.speed(), s.has_ping(), s.cell_size(), o.GetExtension(schema::unit)); }\n",
    "tests/phy/loss_test.cpp": OPENING + '#include "phy/loss.h"\n'
    "void expect_loss(double d) { EXPECT_GT(d, 0.0); }\n"
    "void expect_more(double d) { expect_loss(d); }\n"
    "TEST(Loss, grows_with_distance) { expect_more(loss(1.0)); }\n",
}


def lines(count, line="  f();\n"):
    return line * count


MACHINE = "/" + "home" + "/someone/x"
WORD = "TO" + "DO"
UNFINISHED = "stu" + "b"

# rule -> samples of (files laid over the good tree, path and line of the one finding)
BAD = {
    "line-length": [({"phy/a.cpp": "int a;\n// " + "x" * 98 + "\n"}, "phy/a.cpp", 2)],
    "file-length": [({"phy/a.cpp": lines(501, "int a;\n")}, "phy/a.cpp", 501)],
    "function-length": [
        ({"phy/a.cpp": "\nvoid a() {\n" + lines(69) + "}\n"}, "phy/a.cpp", 2),
        (
            {"phy/a.cpp": "struct A {\n  A() : x_{1}, y_(2) {\n" + lines(69) + "  }\n};\n"},
            "phy/a.cpp",
            2,
        ),
        ({"tests/a/b.py": "def a():\n" + lines(70, "    f()\n")}, "tests/a/b.py", 1),
    ],
    "function-parameters": [
        (
            {
                "phy/a.cpp": "template <class T>\n"
                "void a(int a, T b = {1, 2}, M<int, int> c, int d, int e) {}\n"
            },
            "phy/a.cpp",
            1,
        ),
        (
            {
                "phy/a.cpp": "struct A {\n"
                "  int operator()(int a, int b, int c, int d, int e) const {}\n};\n"
            },
            "phy/a.cpp",
            2,
        ),
    ],
    "header-opening": [
        ({"base/units.h": "#pragma once\nint a;\n"}, "base/units.h", 1),
        ({"base/units.h": "// What it is.\nint a;\n"}, "base/units.h", 1),
    ],
    "leftover": [
        ({"phy/a.cpp": f"int a;\nint b;  // {WORD} later\n"}, "phy/a.cpp", 2),
        ({"README.md": f"{WORD}: write\n"}, "README.md", 1),
        ({"phy/a.cpp": f"int {UNFINISHED} = 0;\n"}, "phy/a.cpp", 1),
    ],
    "machine-path": [({"docs/a.md": f"Start.\nSee {MACHINE}.\n"}, "docs/a.md", 2)],
    "dead-header": [
        (
            {
                "phy/a.h": HEADER,
                "phy/a.cpp": '#include "phy/a.h"\nint a;\n',
                "tests/phy/a_test.cpp": OPENING + '#include "phy/a.h"\n',
            },
            "phy/a.h",
            1,
        ),
        ({"tests/phy/a.h": HEADER}, "tests/phy/a.h", 1),
    ],
    "dead-source": [({"phy/a.cpp": '#include "phy/loss.h"\n// Later; perhaps.\n'}, "phy/a.cpp", 1)],
    "dead-table": [({"phy/tables/cqi.csv": "# clause\na\n1\n"}, "phy/tables/cqi.csv", 1)],
    "room-list": [
        (
            {"CMakeLists.txt": HOUSE.replace("phy USES base", "phy USES base mac")},
            "CMakeLists.txt",
            2,
        ),
        ({"CMakeLists.txt": HOUSE.replace("redcell_room(base)\n", "")}, "CMakeLists.txt", 1),
    ],
    "include-direction": [
        ({"phy/a.cpp": 'int a;\n#include "mac/x.h"\n'}, "phy/a.cpp", 2),
        ({"analysis/a.cpp": 'int a;\n#include "phy/loss.h"\n'}, "analysis/a.cpp", 2),
        ({"phy/a.cpp": 'int a;\n#include "loss.h"\n'}, "phy/a.cpp", 2),
        ({"phy/a.cpp": 'int a;\n#include "../phy/loss.h"\n'}, "phy/a.cpp", 2),
    ],
    "include-library": [
        ({"scenarios/a.cpp": '#include "ns3/node.h"\nint a;\n'}, "scenarios/a.cpp", 1),
        ({"scenarios/a.cpp": "#include <ns3/node.h>\nint a;\n"}, "scenarios/a.cpp", 1),
        ({"mac/a.cpp": "#include <fmt/core.h>\nint a;\n"}, "mac/a.cpp", 1),
    ],
    "two-ends": [
        ({"mac/ue/a.cpp": '#include "mac/gnb/x.h"\nint a;\n'}, "mac/ue/a.cpp", 1),
        ({"mac/gnb/a.cpp": '#include "mac/ue/x.h"\nint a;\n'}, "mac/gnb/a.cpp", 1),
    ],
    "printing": [
        ({"net/a.cpp": "#include <iostream>\nint a;\n"}, "net/a.cpp", 1),
        ({"mac/a.cpp": "#include <cstdio>\nint a;\n"}, "mac/a.cpp", 1),
        ({"phy/a.cpp": "void a() {\n  std::cerr << 1;\n}\n"}, "phy/a.cpp", 2),
        ({"analysis/a.cpp": 'void a() { std::printf("x"); }\n'}, "analysis/a.cpp", 1),
        ({"analysis/a.cpp": 'void a() { fmt::print("x"); }\n'}, "analysis/a.cpp", 1),
        ({"net/a.cpp": 'void a() { std::fprintf(stderr, "x"); }\n'}, "net/a.cpp", 1),
    ],
    "randomness": [
        ({"scenarios/a.cpp": "int a;\n#include <random>\n"}, "scenarios/a.cpp", 2),
        ({"net/a.cpp": "int a = rand();\n"}, "net/a.cpp", 1),
        ({"mac/a.cpp": "void a() { std::shuffle(b, e, g); }\n"}, "mac/a.cpp", 1),
        ({"tests/phy/a.cpp": "std::random_device seed;\n"}, "tests/phy/a.cpp", 1),
    ],
    "unordered": [
        ({"mac/a.cpp": "int a;\nstd::unordered_map<int, int> m;\n"}, "mac/a.cpp", 2),
        ({"mac/a.cpp": "std::map<const Cell*, int> m;\n"}, "mac/a.cpp", 1),
    ],
    "libm": [
        ({"phy/a.cpp": "int a;\ndouble b = std::exp(1.0);\n"}, "phy/a.cpp", 2),
        ({"terminals/a.cpp": "double b = log10(2.0);\n"}, "terminals/a.cpp", 1),
        ({"base/a.cpp": "double b = ::powf(2.0f, 2.0f);\n"}, "base/a.cpp", 1),
        ({"mac/a.cpp": "double b = __builtin_sin(2.0);\n"}, "mac/a.cpp", 1),
    ],
    "lane-order": [
        ({"phy/a.cpp": "auto a = hn::SumOfLanes(d, v);\n"}, "phy/a.cpp", 1),
        ({"phy/a.cpp": "auto a = hn::ApproximateReciprocal(v);\n"}, "phy/a.cpp", 1),
    ],
    "wall-clock": [({"mac/a.cpp": "#include <chrono>\nint a;\n"}, "mac/a.cpp", 1)],
    "test-assertion": [
        (
            {"tests/phy/a.cpp": "int a;\nTEST(A, does_nothing) { SUCCEED(); }\n"},
            "tests/phy/a.cpp",
            2,
        ),
        ({"tests/phy/a.cpp": "TEST_F(A, is_so) { EXPECT_TRUE(true); }\n"}, "tests/phy/a.cpp", 1),
        ({"tests/phy/a.cpp": "TEST_P(A, is_itself) { EXPECT_EQ(a, a); }\n"}, "tests/phy/a.cpp", 1),
        (
            {"tests/phy/a.cpp": "void g() { h(); }\nTEST(A, asks_a_mute_helper) { g(); }\n"},
            "tests/phy/a.cpp",
            2,
        ),
    ],
    "test-name": [
        ({"tests/phy/a.cpp": "TEST(A, Works) { EXPECT_TRUE(b); }\n"}, "tests/phy/a.cpp", 1),
        (
            {"tests/phy/a.cpp": "TEST(A, DISABLED_is_off) { EXPECT_TRUE(b); }\n"},
            "tests/phy/a.cpp",
            1,
        ),
    ],
    "test-opening": [
        ({"tests/phy/a_test.cpp": "// Goal: none.\nint a;\n"}, "tests/phy/a_test.cpp", 1)
    ],
    "unread-field": [
        (
            {
                "scenarios/schema/b.proto": "message B {\n  optional int32 knob = 1\n"
                '      [(unit) = "dB"];\n}\n'
            },
            "scenarios/schema/b.proto",
            2,
        ),
        (
            {"scenarios/schema/b.proto": "message B {\n  map<string, int32> knob = 1;\n}\n"},
            "scenarios/schema/b.proto",
            2,
        ),
        (
            {
                "scenarios/schema/b.proto": "extend google.protobuf.FieldOptions {\n"
                " optional int32 knob = 7;\n}\n"
            },
            "scenarios/schema/b.proto",
            2,
        ),
        (
            {
                "scenarios/schema/b.proto": "message B {\n  optional int32 knob = 1;\n}\n",
                "scenarios/set.cpp": '#include "scenarios/schema/b.pb.h"\n'
                "void f() { b.set_knob(1); }\n",
                "scenarios/other.cpp": "void f() { no_schema.knob(); }\n",
            },
            "scenarios/schema/b.proto",
            2,
        ),
    ],
}


def findings(overlay):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**GOOD, **overlay}.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        return tidy.check(root)


class Tidy(unittest.TestCase):
    def test_finds_nothing_in_good_code(self):
        self.assertEqual([str(finding) for finding in findings({})], [])

    def test_has_a_bad_sample_for_each_rule(self):
        self.assertEqual(set(BAD), set(tidy.RULES))

    def test_catches_each_bad_sample_once_and_in_its_place(self):
        for rule, samples in BAD.items():
            for overlay, path, line in samples:
                with self.subTest(rule=rule, files=overlay):
                    found = [(f.rule, f.path, f.line) for f in findings(overlay)]
                    self.assertEqual(found, [(rule, path, line)])

    def test_lets_a_function_of_just_70_lines_pass(self):
        self.assertEqual(findings({"phy/a.cpp": "void a() {\n" + lines(68) + "}\n"}), [])

    def test_reads_functions_as_a_compiler_does(self):
        code = cpp_text.code_only(
            "namespace a {\nstruct S : B {\n  int x_{1};\n"
            "  S(int a, int b) : B{a}, x_{b} { f([](int) {}); }\n"
            "  auto f() const -> std::map<int, int> { return {}; }\n};\n"
            "constexpr int t[] = {1, 2};\nbool operator<(A a, B b) { return true; }\n"
            'TEST(Suite, name) { R"(})"; }\n}\n'
        )
        seen = [(f.line, f.name, f.parameter_count) for f in cpp_text.functions(code)]
        self.assertEqual(seen, [(4, "S", 2), (5, "f", 0), (8, "operator<", 2), (9, "TEST", 2)])


if __name__ == "__main__":
    unittest.main()
