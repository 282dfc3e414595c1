import { useEffect } from 'preact/hooks';
import type { FarmFacts } from '../../../src/api/index.ts';
import { readOnce } from '../api.ts';
import { signal } from './signal.ts';

const home = signal<string | undefined>(undefined);
let isAsked = false;

function ask(): void {
  if (isAsked) return;
  isAsked = true;
  readOnce<FarmFacts>('/api/farm').then(
    ({ repository, arch }) => home.set(`${repository}/${arch}`),
    () => {
      // the next one who wants to know asks again
      isAsked = false;
    },
  );
}

/** What most jobs of the farm are for, `repository/arch`: only others are named so. Undefined until it is known. */
export function useHome(): string | undefined {
  useEffect(ask, []);
  return home.use();
}
