import { posix } from 'node:path';
import { fences } from '../rooms.mjs';
import { isTest, targetOf } from './place.ts';
import type { ImportArrow, Offence, SourceFile } from './source-file.ts';

const contracts = 'src/api/index.ts';
const fenceOf: Readonly<Record<string, readonly string[]>> = fences;

const isWeb = (path: string): boolean => path.startsWith('web/');

/** Rules about the dashboard: it stands apart, knows the contracts of the wire alone, and nothing of the house knows it. */
export function webOffences(files: readonly SourceFile[]): Offence[] {
  return files.flatMap((file) =>
    file.imports.flatMap((arrow) => {
      const message = isWeb(file.path) ? webOffence(file, arrow) : houseOffence(file, arrow);
      return message === undefined ? [] : [{ rule: 'web-apart', path: file.path, line: arrow.line, message }];
    }),
  );
}

function webOffence(file: SourceFile, { specifier }: ImportArrow): string | undefined {
  const target = targetOf(file.path, specifier);
  if (target !== undefined) {
    if (isWeb(target) || target === contracts) return undefined;
    return `the dashboard knows nothing of '${target}': what it needs comes over the wire, as ${contracts} says`;
  }
  if (isTest(file.path)) return undefined;
  const [scope = '', name] = specifier.split('/');
  const vendor = scope.startsWith('@') ? posix.join(scope, name ?? '') : scope;
  if (fenceOf[vendor]?.includes('web')) return undefined;
  return `'${vendor}' is not for browsers: only packages with a fence 'web' in tools/rooms.mjs are`;
}

function houseOffence(file: SourceFile, { specifier }: ImportArrow): string | undefined {
  const target = targetOf(file.path, specifier);
  if (target === undefined || !isWeb(target) || !file.path.startsWith('src/')) return undefined;
  return `nothing of the house runs in a browser: '${target}' is loaded by pages alone`;
}
