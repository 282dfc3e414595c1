"""Runs programs through the reference parser, whose folder of modules is the first argument.

Reads from standard input a list of {"root": path, "sets": {name: value}}, and prints for each what became of it:
{"elements": {name: text | [line] | null}, "errors": {name: code}, "fatal": code | null, "collected": [path], "left": [argument]}.
"""
import json
import os
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
# the parser talks on standard output, and code in files replaces it
answers = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)

import flexdata  # noqa: E402

words = [
    ("Circular", "CIRCULAR_REF"),
    ("Cannot find variable", "UNDEFINED_REF"),
    ("incomplete [[", "UNTERMINATED_BLOCK"),
    ("Multiple true", "AMBIGUOUS_CONDITION"),
    ("already defined", "DUPLICATE_ELEMENT"),
    ("already collected", "DUPLICATE_ELEMENT"),
    ("not found", "UNDEFINED_REF"),
    ("no section name", "NO_SECTION"),
    ("does not exist.", "COLLECT_NOT_FOUND"),
    ("is not a regular file", "COLLECT_NOT_FILE"),
    ("does not exist", "UNKNOWN_MODIFIER"),
    ("invalid variable", "UNKNOWN_MODIFIER"),
    ("Invalid multi-line", "UNKNOWN_MODIFIER"),
    ("non-multi", "NOT_MULTILINE"),
    ("Cannot open file", "FILE_UNREADABLE"),
    ("Error expanding variable", "UNTERMINATED_REF"),
    ("nvalid annotation", "BAD_ANNOTATION"),
    ("Expecting", "BAD_ANNOTATION"),
    ("Unexpected option", "BAD_ANNOTATION"),
    ("clause seems invalid", "BAD_ANNOTATION"),
]


def code(error):
    text = str(error)
    for part, word in words:
        if part in text:
            return word
    if isinstance(error, RecursionError):
        return "TOO_DEEP"
    return type(error).__name__


def run(job):
    program = flexdata.collection()
    fatal = None
    try:
        program.collect(job["root"], None)
        for name, value in job["sets"].items():
            program[name] = value
        program.runCollector()
    except Exception as error:
        fatal = code(error)
    elements, errors = {}, {}
    names = list(program.raw) + [name for name in program.conditionals if name not in program.raw]
    for name in names:
        try:
            if name in program.raw or program.get_condition_for(name) is not None:
                elements[name] = program[name]
        except Exception as error:
            errors[name] = code(error)
    left = [one[0] for one in program.collector]
    return {"elements": elements, "errors": errors, "fatal": fatal, "collected": program.collected, "left": left}


json.dump([run(job) for job in json.load(sys.stdin)], answers)
answers.close()
