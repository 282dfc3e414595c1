"""The static pass: what the text of a module says, without running it. Works on sources and on stubs."""

import ast

_SCOPES = (ast.If, ast.Try, ast.With, ast.For, ast.While, ast.AsyncWith, ast.AsyncFor) + (
    (ast.TryStar,) if hasattr(ast, "TryStar") else ()
)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


class FunctionFacts:
    """A `def`: its node, where it stands, and the texts of its decorators."""

    __slots__ = ("facts", "node", "line", "decorators")

    def __init__(self, facts, node):
        self.facts = facts
        self.node = node
        self.line = min([node.lineno, *(one.lineno for one in node.decorator_list)])
        self.decorators = [facts.text(one) for one in node.decorator_list]

    @property
    def is_overload(self):
        return any(text.rsplit(".", 1)[-1] == "overload" for text in self.decorators)

    def has_decorator(self, *names):
        return any(text.split("(")[0].rsplit(".", 1)[-1] in names for text in self.decorators)


class ClassFacts:
    __slots__ = ("facts", "node", "line")

    def __init__(self, facts, node):
        self.facts = facts
        self.node = node
        self.line = min([node.lineno, *(one.lineno for one in node.decorator_list)])


class ModuleFacts:
    """
    functions    {qualified path: [FunctionFacts]}, in the order of the text
    classes      {qualified path: ClassFacts}
    at_line      {(first line, name): FunctionFacts}, as code objects have them
    annotations  {scope path: {name: text}}; the module's own scope is ""
    assigned     {scope path: [name]}: names that get a value, without functions, classes and imports
    imports      [(scope path, module, attribute, bound name)]; attribute None: the module itself, "*": all
    """

    def __init__(self, module, text, is_package):
        self.module = module
        self._package = module if is_package else module.rpartition(".")[0]
        self._lines = text.splitlines(keepends=True)
        self.functions = {}
        self.classes = {}
        self.at_line = {}
        self.annotations = {}
        self.assigned = {}
        self.imports = []
        self.tree = ast.parse(text)
        self._walk(self.tree.body, "")

    def text(self, node):
        """The source of an expression, on one line."""
        first, last = node.lineno - 1, node.end_lineno - 1
        if first == last:
            row = self._lines[first]
            if row.isascii():
                return row[node.col_offset : node.end_col_offset]
            return row.encode()[node.col_offset : node.end_col_offset].decode()
        return ast.unparse(node)

    def _walk(self, body, scope):
        stack = [iter(body)]
        while stack:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
            elif isinstance(node, _SCOPES):
                stack.append(iter(_blocks(node)))
            else:
                self._note(node, scope)

    def _note(self, node, scope):
        if isinstance(node, _FUNCTIONS):
            found = FunctionFacts(self, node)
            self.functions.setdefault(_join(scope, node.name), []).append(found)
            self.at_line[(found.line, node.name)] = found
        elif isinstance(node, ast.ClassDef):
            path = _join(scope, node.name)
            self.classes[path] = ClassFacts(self, node)
            self._walk(node.body, path)
        elif isinstance(node, ast.ImportFrom):
            self._note_from(node, scope)
        elif isinstance(node, ast.Import):
            for one in node.names:
                self.imports.append((scope, one.name, None, one.asname or one.name.split(".")[0]))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            self.annotations.setdefault(scope, {})[node.target.id] = self.text(node.annotation)
            self.assigned.setdefault(scope, []).append(node.target.id)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                for one in target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]:
                    if isinstance(one, ast.Name):
                        self.assigned.setdefault(scope, []).append(one.id)

    def _note_from(self, node, scope):
        module = node.module or ""
        if node.level:
            parts = self._package.split(".")
            parts = parts[: len(parts) - node.level + 1]
            module = ".".join([*parts, module] if module else parts)
        for one in node.names:
            self.imports.append((scope, module, one.name, one.asname or one.name))


def split_path(path, modules):
    """The longest beginning of a dotted path that is in `modules`, and what is below it; all of it where none is."""
    parts = path.split(".")
    for end in range(len(parts), 0, -1):
        module = ".".join(parts[:end])
        if module in modules:
            return module, ".".join(parts[end:])
    return path, ""


def _join(scope, name):
    return scope + "." + name if scope else name


def _blocks(node):
    """The statements inside of one that makes no scope of its own."""
    found = list(getattr(node, "body", ()))
    for handler in getattr(node, "handlers", ()):
        found.extend(handler.body)
    found.extend(getattr(node, "orelse", ()))
    found.extend(getattr(node, "finalbody", ()))
    return found


def read_facts(module, path, is_package):
    """Facts of a file; None when it cannot be read as Python, which other interpreters may do."""
    import tokenize

    try:
        with tokenize.open(path) as file:
            return ModuleFacts(module, file.read(), is_package)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError, LookupError):
        return None
