"""Says what Python's 'packaging' makes of versions and specifiers. JSON in, JSON out."""

import json
import sys

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version


def version(text):
    try:
        return str(Version(text))
    except InvalidVersion:
        return None


def order(pair):
    one, two = map(Version, pair)
    return (one > two) - (one < two)


def contains(case):
    try:
        specifiers = SpecifierSet(case[1])
    except InvalidSpecifier:
        return None
    return specifiers.contains(Version(case[0]), prereleases=case[2])


asked = json.load(sys.stdin)
json.dump(
    {
        "versions": [version(text) for text in asked["versions"]],
        "orders": [order(pair) for pair in asked["orders"]],
        "specifiers": [contains(case) for case in asked["specifiers"]],
    },
    sys.stdout,
)
