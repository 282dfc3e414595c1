import type {
  ShellAssignment,
  ShellCommand,
  ShellRedirect,
  ShellScript,
  ShellWord,
} from '../formats/shell/index.ts';

/**
 * The shape of a script: everything but the letters of arguments and values. Two texts of the same shape call the
 * same commands, with as many arguments, expand the same, and redirect to the same places.
 */
export function skeletonOf(script: ShellScript): string {
  return JSON.stringify(scriptShape(script));
}

type Shape = string | number | undefined | readonly Shape[];

function scriptShape(script: ShellScript): Shape {
  return script.statements.map((statement) => {
    const first = statement.commands[0]?.place.offset ?? statement.end;
    const marks = statement.raw.slice(0, first - statement.place.offset);
    return [
      marks,
      statement.operators,
      statement.isBackground ? '&' : '',
      statement.commands.map(commandShape),
    ];
  });
}

function commandShape(command: ShellCommand): Shape {
  switch (command.kind) {
    case 'function':
      return ['function', command.name, commandShape(command.body)];
    case 'compound':
      return [
        command.keyword,
        command.words.map(({ raw }) => raw),
        command.expansions.map(({ raw }) => raw),
        command.bodies.map(scriptShape),
        command.redirects.map(redirectShape),
      ];
    case 'simple': {
      const [name, ...rest] = command.words;
      return [
        command.assignments.map(assignmentShape),
        name?.raw,
        rest.map((word) =>
          readsCode(name) ? word.raw : 'kind' in word ? assignmentShape(word) : valueShape(word),
        ),
        command.redirects.map(redirectShape),
      ];
    }
  }
}

/** Whether arguments of a command may be programs themselves. */
function readsCode(name: ShellWord | ShellAssignment | undefined): boolean {
  const literal = name && 'literal' in name ? name.literal : undefined;
  return (
    literal === undefined ||
    /^(?:.*\/)?(?:\.|source|eval|trap|alias|exec|env|command|builtin|xargs|[a-z]*sh|awk|gawk|sed|find|perl|python[0-9.]*|node|ruby|lua[0-9.]*|php|tclsh[0-9.]*)$/.test(
      literal,
    )
  );
}

function assignmentShape(assignment: ShellAssignment): Shape {
  const { name, subscript, operator, value, elements } = assignment;
  return [
    name,
    subscript,
    operator,
    value ? valueShape(value) : undefined,
    elements?.map(({ key, word }) => [key, valueShape(word)]),
  ];
}

/** A literal is anything; of a word with expansions only these count, unless globs or braces make it something else. */
function valueShape(word: ShellWord): Shape {
  if (word.literal !== undefined) return 0;
  return word.expansions.length > 0 ? word.expansions.map(({ raw }) => raw) : word.raw;
}

function redirectShape({ raw, hereDocument }: ShellRedirect): Shape {
  return [raw, hereDocument?.span.raw];
}
