import { feedFiles } from '../src/autogen/forges/sourceforge.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'feed',
  check(input) {
    const text = asText(input);
    for (const { path, name } of feedFiles(text)) {
      must(path.startsWith('/') && name !== '' && !name.includes('/'), 'a file has a path and a name');
      must(path.endsWith(name), 'a name is the end of its path');
    }
    feedFiles(`<item><title>${' '.repeat(20_000)}${text}`);
    feedFiles('<item><title><![CDATA['.repeat(2_000) + text);
  },
};
