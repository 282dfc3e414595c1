import { type Compiled, Context, type Run } from './frame.ts';
import { HostValues } from './host-values.ts';
import { parseTemplate } from './parse-template.ts';
import { runBody } from './run-body.ts';
import { runTemplate } from './run-templates.ts';
import { asFault } from './trouble.ts';
import { Undefined, type Value } from './values.ts';

/** Where `extends`, `include` and `import` find templates: the text of a name, or undefined when there is none. */
export type TemplateLoader = (name: string) => string | undefined;

/** What a template is compiled with. */
export interface TemplateOptions {
  /** Name of the file, for places in problems. */
  readonly name: string;
  /** Without one, every `extends`, `include` and `import` fails with TPL003. Each name is asked for once. */
  readonly loader?: TemplateLoader | undefined;
}

/** What a template may be given: texts, numbers, lists, maps, plain objects, functions and `Exposed` objects. */
export type TemplateVariables = Readonly<Record<string, unknown>>;

/** A compiled template; rendering changes neither it nor the variables. */
export interface Template {
  readonly name: string;
  /**
   * The text it makes of the variables. A number with a fraction is a float, every other one an integer; what is
   * `undefined` is undefined there, too.
   * @throws {ProblemError} TPL001 to TPL006 at the place, in whichever template that is
   */
  render(variables: TemplateVariables): string;
}

function compile(text: string, name: string): Compiled {
  try {
    return { name, tree: parseTemplate(text, name) };
  } catch (error) {
    throw asFault(error, { file: name });
  }
}

/** The values of the variables, each made when it is first asked for. */
function valuesOf(variables: TemplateVariables): (name: string) => Value | undefined {
  const host = new HostValues();
  const known = new Map<string, Value>();
  return (name) => {
    if (!Object.hasOwn(variables, name)) return undefined;
    const value = known.get(name);
    if (value !== undefined) return value;
    const variable = variables[name];
    const made = variable === undefined ? new Undefined(`'${name}' is undefined`) : host.from(variable);
    known.set(name, made);
    return made;
  };
}

/**
 * Reads a template of Jinja2 with its default settings: nothing is escaped, the undefined prints as nothing, one line end at
 * the end of the text is dropped. Extensions and line statements are off; filters that need chance are not there.
 * @throws {ProblemError} TPL001 or TPL006 at the place of the mistake
 */
export function compileTemplate(text: string, options: TemplateOptions): Template {
  const { name, loader } = options;
  const main = compile(text, name);
  const loaded = new Map<string, Compiled | undefined>();
  const load = (wanted: string): Compiled | undefined => {
    if (!loaded.has(wanted)) {
      const found = loader?.(wanted);
      loaded.set(wanted, found === undefined ? undefined : compile(found, wanted));
    }
    return loaded.get(wanted);
  };
  return {
    name,
    render(variables) {
      const run: Run = { at: { file: name, line: 1, column: 1 }, steps: 0, load, body: runBody };
      const sink = { text: '' };
      try {
        runTemplate(run, main, { context: new Context(valuesOf(variables)), sink });
      } catch (error) {
        throw asFault(error, run.at);
      }
      return sink.text;
    },
  };
}
