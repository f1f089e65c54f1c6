#!/usr/bin/env python3
"""Checks the limits that the project sets itself; prints each breach as a line with its place.

  tidy.py ROOT

Exit code 0 when nothing was found, 1 otherwise. Needs Python 3.11 and nothing else.
"""

import sys

sys.dont_write_bytecode = True  # the source tree stays as it was

import rules_border
import rules_proof
import rules_shape
from tree import Tree

RULES = {**rules_shape.RULES, **rules_border.RULES, **rules_proof.RULES}


def check(root):
    tree = Tree(root)
    return sorted({finding for rule in RULES.values() for finding in rule(tree)})


def main(arguments):
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    findings = check(arguments[0])
    for finding in findings:
        print(finding)
    print(f"tidy: {len(RULES)} rules, {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
