import type { GenerationChangesBody } from '../../../src/api/index.ts';
import { count } from './words.ts';

type Change = GenerationChangesBody['libraries'][number];

/** The first of many names. */
export function someNames(names: readonly string[], most = 4): string {
  return names.length <= most
    ? names.join(', ')
    : `${names.slice(0, most - 1).join(', ')} and ${names.length - most + 1} more`;
}

function words({ name, fate, lost }: Change) {
  if (fate === 'gone')
    return (
      <>
        <code>{name}</code> is gone
      </>
    );
  if (fate === 'unknown')
    return (
      <>
        the symbols of <code>{name}</code> cannot be read
      </>
    );
  return (
    <>
      <code>{name}</code> lost {count(lost.length, 'symbol')}:{' '}
      <code title={lost.join('\n')}>{someNames(lost)}</code>
    </>
  );
}

/** What became of libraries, a line each; those that are as they were are left out. */
export function LibraryLines({ libraries }: { readonly libraries: readonly Change[] }) {
  const changed = libraries.filter(({ fate }) => fate !== 'kept');
  if (changed.length === 0) return null;
  return (
    <ul class="libraries" aria-label="Libraries that changed">
      {changed.map((one) => (
        <li key={`${one.machine} ${one.name} ${one.package}`}>
          {one.package}: {words(one)}
        </li>
      ))}
    </ul>
  );
}
