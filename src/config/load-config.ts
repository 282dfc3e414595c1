import { parseDocument } from 'yaml';
import { fault } from '../diagnostics/index.ts';
import { type FarmConfig, farmSchema } from './farm-config.ts';

/**
 * Reads the text of a `packmill.yaml`. `file` is for messages only.
 * Throws CFG002 when it is not YAML and CFG003 when a setting is unknown or wrong, with the place.
 */
export function parseFarmConfig(text: string, file: string): FarmConfig {
  const document = parseDocument(text, { prettyErrors: true, logLevel: 'error' });
  const broken = document.errors[0];
  if (broken) {
    const at = broken.linePos?.[0];
    throw fault('CFG002', {
      what: (broken.message.split('\n')[0] ?? 'the file is not YAML')
        .replace(/ at line.*$/, '')
        .toLowerCase(),
      place: { file, ...(at ? { line: at.line, column: at.col } : {}) },
    });
  }
  const result = farmSchema.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = [...(issue?.path ?? [])];
  if (issue?.code === 'unrecognized_keys') path.push(issue.keys[0] ?? '');
  const name = path.join('.');
  throw fault('CFG003', {
    what:
      issue?.code === 'unrecognized_keys'
        ? `setting '${name}' does not exist`
        : `setting '${name}' is wrong: ${(issue?.message ?? '').toLowerCase()}`,
    place: { file, ...positionOf(text, document, path) },
  });
}

function positionOf(
  text: string,
  document: ReturnType<typeof parseDocument>,
  path: readonly PropertyKey[],
): { line?: number; column?: number } {
  for (let depth = path.length; depth > 0; depth -= 1) {
    const node = document.getIn(path.slice(0, depth), true) as
      | { range?: [number, number, number] }
      | undefined;
    const offset = node?.range?.[0];
    if (offset === undefined) continue;
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
  return {};
}
