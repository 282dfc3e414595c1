import { useState } from 'preact/hooks';
import type { PackageList } from '../../../src/api/index.ts';
import { readOnce } from '../api.ts';
import { go } from './location.ts';
import { bestNames } from './search-names.ts';

/** The field in the top line that leads to a package by its name, or by a part of it to all that have it. */
export function SearchBox() {
  const [known, setKnown] = useState<readonly string[]>([]);
  const [typed, type] = useState('');
  // read when somebody is about to type: most pages are left without
  const prepare = (): void => {
    readOnce<PackageList>('/api/packages').then(
      ({ packages }) => setKnown(packages.map(({ name }) => name)),
      () => {},
    );
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = typed.trim();
    if (text === '') return;
    const [only, ...others] = bestNames(known, text);
    const found = known.includes(text) ? text : others.length === 0 ? only : undefined;
    // of several targets the page shows the farm's own, and leads to the others
    go(found ? `/packages/${encodeURIComponent(found)}` : `/packages?${new URLSearchParams({ q: text })}`);
    type('');
    (event.currentTarget as HTMLFormElement).querySelector('input')?.blur();
  };
  return (
    <form class="go-to" role="search" aria-label="All packages" onSubmit={submit}>
      <input
        type="search"
        aria-label="Go to"
        placeholder="Go to a package"
        list="all-packages"
        autocomplete="off"
        value={typed}
        onFocus={prepare}
        onInput={({ currentTarget }) => type(currentTarget.value)}
      />
      <datalist id="all-packages">
        {typed.trim() !== '' && bestNames(known, typed).map((name) => <option key={name} value={name} />)}
      </datalist>
    </form>
  );
}
