"""What is asked for, as JSON in one file."""

import json

LIMITS = {
    # seconds of wall time
    "toplevelSeconds": 600,
    "importSeconds": 60,
    # address space of one child; 0: no limit
    "memoryBytes": 0,
    # how often a top-level is begun anew without the module that ended it
    "retries": 16,
    "nodes": 2_000_000,
}


class Request:
    """
    distribution  {"name", "version"}; `builtin-stdlib` is the standard library
    output        file of the graph, as lines of JSON
    log           file for people
    facts         file for where the interpreter has its standard library
    site          folders with what is installed, in the order of the path
    toplevels     names to explore beyond those that the metadata tells
    skip          modules and paths not to enter: exact, or followed by a dot
    stubs         folders with stubs of others, `typeshed`s
    rules         "packmill", or "original" for the numbers of the original explorer
    static        "never", "fallback" (when a top-level cannot be imported), "only" (import nothing)
    jobs          children at one time
    limits        see LIMITS
    """

    def __init__(self, fields):
        distribution = fields["distribution"]
        self.name = distribution["name"]
        self.version = distribution.get("version", "")
        self.output = fields["output"]
        self.log = fields.get("log")
        self.facts = fields.get("facts")
        self.site = list(fields.get("site", []))
        self.toplevels = list(fields.get("toplevels", []))
        self.skip = list(fields.get("skip", []))
        self.stubs = list(fields.get("stubs", []))
        self.original = fields.get("rules") == "original"
        self.static = fields.get("static", "never")
        self.jobs = max(1, int(fields.get("jobs", 1)))
        self.limits = {**LIMITS, **fields.get("limits", {})}

    @property
    def is_stdlib(self):
        return self.name == "builtin-stdlib"


def read(path):
    """The request of a file. Raises ValueError, KeyError, TypeError or OSError when it is none."""
    with open(path, encoding="utf-8") as file:
        return Request(json.load(file))
