import { useState } from 'preact/hooks';
import type { PackageList } from '../../../src/api/index.ts';
import { readOnce } from '../api.ts';
import { packageAddress } from '../pieces/words.ts';
import { go } from './location.ts';
import { bestNames, type NamedPackage, namesOf } from './search-names.ts';

/** The field in the top line that leads to a package by its name, or by a part of it to all that have it. */
export function SearchBox() {
  const [known, setKnown] = useState<readonly NamedPackage[]>([]);
  const [typed, type] = useState('');
  // read when somebody is about to type: most pages are left without
  const prepare = (): void => {
    readOnce<PackageList>('/api/packages').then(
      ({ packages }) => setKnown(namesOf(packages)),
      () => {},
    );
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const text = typed.trim();
    if (text === '') return;
    const same = known.find(({ name }) => name === text);
    const [only, ...others] = bestNames(known, text);
    const found = same ?? (others.length === 0 ? only : undefined);
    go(found ? packageAddress(found.id) : `/packages?${new URLSearchParams({ q: text })}`);
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
        {typed.trim() !== '' && bestNames(known, typed).map(({ name }) => <option key={name} value={name} />)}
      </datalist>
    </form>
  );
}
