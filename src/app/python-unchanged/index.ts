/**
 * The door by which `packmill py build` asks, before anything else is loaded, whether it has been ordered in the same words before and
 * nothing that counts has changed since. Whatever is not answered here is built in the usual way.
 */
import { variables, workingFolder } from '../../host/early/index.ts';
import { recallUnchanged } from '../../incremental/unchanged/index.ts';

export { sayAndEnd } from '../../host/early/index.ts';

/** Variables that decide where and from what is built. */
const counting = [
  ...[
    'CI_SANDBOX_ROOT',
    'CONTAINER_ENGINE',
    'BUILDER_IMAGE',
    'DOCKER_SOCKET',
    'PIP_INDEX_URL',
    'PACKMILL_FARM',
  ],
];

/** Where the build of a folder keeps what it has to itself. */
export const stateFolder = 'build/.state';

/** What was ordered: the words behind `py build`, and what they mean in this folder and environment. */
export const orderSign = (words: readonly string[], json: boolean): string =>
  JSON.stringify([words, json, workingFolder(), variables(counting)]);

/** What `packmill py build` with these words would say; undefined when that has to be found out. `json`: for machines. */
export function recallBuild(words: readonly string[], json: boolean): string | undefined {
  const here = workingFolder();
  const at = words.indexOf('--dir');
  const named = at === -1 ? words.find((word) => word.startsWith('--dir='))?.slice(6) : words[at + 1];
  const root = named === undefined ? here : named.startsWith('/') ? named : `${here}/${named}`;
  return recallUnchanged({
    file: `${root}/${stateFolder}/unchanged`,
    sign: orderSign(words, json),
    root,
    here,
  });
}
