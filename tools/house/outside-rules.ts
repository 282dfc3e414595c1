import { isBuiltin } from 'node:module';
import { fences, floors, harmlessNode } from '../rooms.mjs';
import { house, isTest, standingOf } from './place.ts';
import type { ImportArrow, Offence, SourceFile } from './source-file.ts';

const fenceOf: Readonly<Record<string, readonly string[]>> = fences;

/** What the command line may take from `process`: its own words, streams and end. */
const faceProcess = /^process\.(argv|std(in|out|err)|exitCode|exit)$/;

/** Rules about what lies outside the house: Node modules, npm packages, time, chance and environment. */
export function outsideOffences(files: readonly SourceFile[]): Offence[] {
  const offences: Offence[] = [];
  for (const file of files) {
    const standing = standingOf(file.path);
    if (!standing || isTest(file.path) || standing.room === 'host') continue;
    const part = standing.driver ?? standing.member;
    const here = part === undefined ? standing.room : `${standing.room}/${part}`;
    for (const arrow of file.imports) {
      if (arrow.specifier.startsWith('.')) continue;
      const found = isBuiltin(arrow.specifier)
        ? nodeOffence(standing.room, here, arrow)
        : vendorOffence(standing.room, here, arrow);
      if (found) offences.push({ ...found, path: file.path, line: arrow.line });
    }
    for (const input of file.hiddenInputs) {
      const isFace = house[standing.room]?.floor === 5;
      if (isFace && faceProcess.test(input.name)) continue;
      offences.push({
        rule: 'hidden-inputs',
        path: file.path,
        line: input.line,
        message: `'${input.name}' is an input that no test can set: take it from src/host (clock, random, environment) or as an argument`,
      });
    }
  }
  return offences;
}

type Found = Pick<Offence, 'rule' | 'message'> | undefined;

const isFencedFor = (owners: readonly string[], room: string, here: string): boolean =>
  owners.includes(room) || owners.includes(here);

function nodeOffence(room: string, here: string, arrow: ImportArrow): Found {
  const name = arrow.specifier.startsWith('node:') ? arrow.specifier : `node:${arrow.specifier}`;
  const fence = fenceOf[name];
  const allowed = house[room]?.node?.includes(name) ?? false;
  if (fence) {
    if (isFencedFor(fence, room, here)) return undefined;
    return {
      rule: 'vendor-fence',
      message: `only ${fence.join(', ')} may use '${name}': ask that room for what you need`,
    };
  }
  if (allowed) return undefined;
  if (floors[house[room]?.floor ?? 0]?.pure) {
    return {
      rule: 'pure-floors',
      message: `'${room}' is pure and imports no Node module: take the bytes or the value of '${name}' as an argument`,
    };
  }
  if (harmlessNode.includes(name)) return undefined;
  return {
    rule: 'host-only',
    message: `'${room}' reaches '${name}' through src/host, fenced so that tests can swap it: add a function to host when it lacks one`,
  };
}

function vendorOffence(room: string, here: string, arrow: ImportArrow): Found {
  const [scope, name] = arrow.specifier.split('/');
  const vendor = scope?.startsWith('@') ? `${scope}/${name}` : (scope ?? arrow.specifier);
  const fence = fenceOf[vendor];
  if (!fence) {
    return {
      rule: 'vendor-fence',
      message: `'${vendor}' has no fence yet: name its room in tools/rooms.mjs and its purpose in docs/dependencies.md`,
    };
  }
  if (isFencedFor(fence, room, here)) return undefined;
  return {
    rule: 'vendor-fence',
    message: `only ${fence.join(', ')} may use '${vendor}': ask that room for what you need`,
  };
}
