/** Where `extends`, `include` and `import` find templates: the text of a name, or undefined when there is none. */
export type TemplateLoader = (name: string) => string | undefined;

/** What a template is compiled with. */
export interface TemplateOptions {
  /** Name of the file, for places in problems. */
  readonly name: string;
  /** Without one, every `extends`, `include` and `import` fails with TPL003. */
  readonly loader?: TemplateLoader | undefined;
}

/** A compiled template; rendering changes neither it nor the variables. */
export interface Template {
  readonly name: string;
  /**
   * The text it makes of the variables.
   * @throws {ProblemError} TPL002 to TPL006 at the place, in whichever template that is
   */
  render(variables: Readonly<Record<string, unknown>>): string;
}

/**
 * Reads a template of Jinja2's default settings.
 * @throws {ProblemError} TPL001 or TPL006 at the place of the mistake
 */
export function compileTemplate(_text: string, options: TemplateOptions): Template {
  return {
    name: options.name,
    render: () => {
      throw new Error('the evaluator follows');
    },
  };
}
