import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError } from '../../src/diagnostics/index.ts';
import { compileTemplate, Exposed } from '../../src/formats/jinja/index.ts';

/** One rendering for both engines. Objects `{__shown__, attributes}` become objects with these attributes. */
export interface RenderCase {
  readonly main: string;
  readonly templates: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What came of it: a text, or an error with its place. */
export interface RenderResult {
  readonly text?: string;
  readonly error?: string;
  readonly message?: string;
  readonly template?: string | null;
  readonly line?: number | null;
}

const script = join(import.meta.dirname, '../../testdata/jinja/render.py');
/** The system's own Python has the system's Jinja2; another one that stands before it in the path may have none. */
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

/** Renders all cases with the real Jinja2, in one process. */
export function renderForReal(cases: readonly RenderCase[]): RenderResult[] {
  const { status, stdout, stderr } = spawnSync(python, [script], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  if (status !== 0) throw new Error(`Jinja2 of Python (package python3-jinja2) does not run: ${stderr}`);
  return JSON.parse(stdout);
}

/** Variables of a case as our engine takes them. */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, revive(item)] as const);
  const revived = Object.fromEntries(entries);
  const { __shown__: printed, attributes } = revived;
  if (typeof printed !== 'string') return revived;
  const hash = (algorithm: string): string => `${algorithm}-of-${printed}`;
  return new Exposed(printed, { ...(attributes as Record<string, unknown>), hash });
}

/** The same with ours. */
export function renderWithOurs({ main, templates, variables }: RenderCase): RenderResult {
  try {
    const loader = (name: string): string | undefined => templates[name];
    const template = compileTemplate(templates[main] ?? '', { name: main, loader });
    return { text: template.render(revive(variables) as Record<string, unknown>) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    const { code, what, place } = error.problem;
    return { error: code, message: what, template: place?.file ?? null, line: place?.line ?? null };
  }
}

const codes: Readonly<Record<string, readonly string[]>> = {
  TemplateSyntaxError: ['TPL001'],
  TemplateAssertionError: ['TPL001', 'TPL006'],
  SyntaxError: ['TPL001'],
  UndefinedError: ['TPL002'],
  TemplateNotFound: ['TPL003'],
  TemplatesNotFound: ['TPL003'],
  RecursionError: ['TPL005'],
};

/** Whether both made the same text, or failed for the same kind of reason in the same line of the same template. */
export function sameOutcome(real: RenderResult, ours: RenderResult): boolean {
  if (real.text !== undefined || ours.text !== undefined) return real.text === ours.text;
  const expected = codes[real.error ?? ''] ?? ['TPL004', 'TPL005', 'TPL006'];
  if (!expected.includes(ours.error ?? '')) return false;
  // what Python itself refuses has no place there
  if (real.line === null || real.template === null) return true;
  return real.line === ours.line && real.template === ours.template;
}
