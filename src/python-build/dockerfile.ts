import { type Problem, problem } from '../diagnostics/index.ts';
import { distributionStem, type PythonDistribution } from '../formats/python-graph/index.ts';
import type { InstallStep, ListedPackage } from './package-list.ts';

/** Image with the interpreters and the explorer, unless another is named. */
export const usualBase = 'packmill/python-import-exploration';

const shim = '/root/.pyenv/shims/python';
const module = 'packmill_probe';
const quoted = (text: string): string =>
  /^[\w.+=!:~-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The Dockerfile of a listed distribution (specification, 3.2): what is installed, for Python 2 where Python 3 cannot, and the call of
 * the explorer. Names keep their case, names of files do not.
 */
export function dockerfileFor({ distribution, install, extra }: ListedPackage, base = usualBase): string {
  const stem = distributionStem(distribution);
  const own = install.find(({ manager, name }) => manager === 'pip' && name === distribution.name);
  const others = install.filter((step) => step !== own);
  const apt = others.filter(({ manager }) => manager === 'apt');
  const pip = [...extra, ...others.filter(({ manager }) => manager === 'pip').map(requirement)];
  const lines = [`FROM ${base}`];
  if (apt.length > 0) {
    const packages = apt
      .map(({ name, version }) => quoted(version === '' ? name : `${name}=${version}`))
      .join(' ');
    lines.push(`RUN apt-get update && apt-get install -y ${packages}`);
  }
  if (pip.length > 0) lines.push(`RUN pip3 install ${pip.map(quoted).join(' ')}`);
  if (own !== undefined) {
    const what = quoted(requirement(own));
    lines.push(`RUN pip3 install ${what} || (pip2 install ${what} && pyenv global 2.7.16)`);
  }
  const { name, version } = distribution;
  const call = [shim, '-m', module, name, version, `${stem}.json`, `${stem}.log`];
  lines.push(`ENTRYPOINT [${call.map((word) => JSON.stringify(word)).join(', ')}]`);
  return `${lines.join('\n')}\n`;
}

const requirement = ({ name, version }: Omit<InstallStep, 'manager'>): string =>
  version === '' ? name : `${name}==${version}`;

/** What a Dockerfile says of the exploration. */
export interface Selection {
  readonly stem: string;
  readonly distribution: PythonDistribution;
  readonly toplevels: readonly string[];
  /** The interpreter, as a path in the image. */
  readonly python: string;
}

/**
 * Reads which distribution a selected Dockerfile explores from its entrypoint: `python -m MODULE NAME VERSION OUT LOG`, with
 * `--toplevel NAME...`. `file` is the name of the Dockerfile. MPY202 for one without such an entrypoint.
 */
export function readSelection(text: string, file: string): Selection | { readonly problem: Problem } {
  const joined = text.replace(/\\\n/g, ' ');
  const list = /^\s*ENTRYPOINT\s+(\[.*\])\s*$/im.exec(joined)?.[1];
  const words = list === undefined ? undefined : wordsOf(list);
  const at = words?.indexOf('-m') ?? -1;
  const [name, version] = words?.slice(at + 2) ?? [];
  if (
    words === undefined ||
    at === -1 ||
    name === undefined ||
    version === undefined ||
    name.startsWith('-')
  ) {
    return { problem: problem('MPY202', { what: `'${file}' calls no explorer`, place: { file } }) };
  }
  const option = words.indexOf('--toplevel');
  const after = option === -1 ? [] : words.slice(option + 1);
  const end = after.findIndex((word) => word.startsWith('-'));
  const toplevels = end === -1 ? after : after.slice(0, end);
  const base = file.slice(file.lastIndexOf('/') + 1);
  return { stem: base.toLowerCase(), distribution: { name, version }, toplevels, python: words[0] ?? '' };
}

function wordsOf(list: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(list);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined;
  } catch {
    return undefined;
  }
}
