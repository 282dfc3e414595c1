import { fileURLToPath } from 'node:url';

const file = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** What autogens may import by name wherever they lie: the same as `exports` of package.json. */
export const publicModules: Readonly<Record<string, string>> = {
  'packmill/autogen': file('../../autogen/index.ts'),
  'packmill/gentoo': file('../../formats/gentoo/index.ts'),
};
