import { parseShell, type ShellScript, walkShell } from '../formats/shell/index.ts';
import type { Finding } from './change-report.ts';
import { type RecipeFolder, textOf } from './recipe-folder.ts';
import { expanded, missingFrom, type RecipeView } from './recipe-view.ts';
import { shownText } from './shown-text.ts';

/** When something of a recipe is executed. `read`: whenever makepkg looks at the recipe, also for its .SRCINFO. */
export type Moment = 'read' | 'build' | 'install';

/** Something that a recipe makes run. */
interface Action {
  readonly moment: Moment;
  readonly file: string;
  readonly line: number;
  /** Function, or key of a unit. */
  readonly scope: string | undefined;
  readonly text: string;
}

/** Bash of a recipe folder, with the moment at which what stands outside of functions runs. */
export interface RecipeScript {
  readonly file: string;
  readonly kind: 'recipe' | 'install';
  readonly script: ShellScript;
  readonly text: string;
  /** Where the text stops to be Bash. */
  readonly unreadable: { readonly what: string; readonly line: number | undefined } | undefined;
}

/** PKGBUILD and its install scriptlets. */
export function recipeScripts(view: RecipeView): readonly RecipeScript[] {
  const named = [...view.scalars]
    .filter(([name]) => /(?:^|: )install$/.test(name))
    .map(([, { text }]) => expanded(text, view.scalars));
  const files = [...view.folder.files.keys()].filter(
    (file) => file.endsWith('.install') || named.includes(file),
  );
  const read = (file: string): RecipeScript => {
    const text = textOf(view.folder.files.get(file));
    const shell = file === 'PKGBUILD' ? view.shell : parseShell(text ?? '', file);
    const [found] = shell.problems;
    const unreadable =
      text === undefined
        ? { what: 'its bytes are no UTF-8', line: undefined }
        : found && { what: found.what, line: found.place?.line };
    const kind = file === 'PKGBUILD' ? 'recipe' : 'install';
    return { file, kind, script: shell, text: text ?? '', unreadable };
  };
  return [...(view.folder.files.has('PKGBUILD') ? ['PKGBUILD'] : []), ...files.sort()].map(read);
}

export function momentOf(kind: RecipeScript['kind'], inFunction: string | undefined): Moment {
  if (kind === 'install') return 'install';
  return inFunction === undefined ? 'read' : 'build';
}

function actionsOf({ file, kind, script }: RecipeScript): readonly Action[] {
  const actions: Action[] = [];
  walkShell(script, ({ kind: what, node }, inFunction) => {
    if (what !== 'command' || node.kind !== 'simple') return;
    const documents = node.redirects.flatMap(({ hereDocument }) => hereDocument?.body ?? []);
    if (node.words.length === 0 && node.redirects.length === 0) return;
    const text = [node.raw, ...documents].join('\n');
    actions.push({
      moment: momentOf(kind, inFunction),
      file,
      line: node.place.line,
      scope: inFunction,
      text,
    });
  });
  return actions;
}

/** Files that make others run something, by their ending, and the lines that do. */
const units: readonly { readonly name: RegExp; readonly line: RegExp; readonly what: string }[] = [
  { name: /\.hook$/, line: /^\s*Exec\s*=/, what: 'hook of pacman' },
  {
    name: /\.(?:service|socket|timer|path|mount)$/,
    line: /^\s*(?:Exec\w*|OnCalendar)\s*=/,
    what: 'systemd unit',
  },
  { name: /\.desktop$/, line: /^\s*(?:Try)?Exec\s*=/, what: 'desktop entry' },
  { name: /\.rules$/, line: /\b(?:RUN|PROGRAM|IMPORT\{program\})/, what: 'udev rule' },
];

function unitActions(folder: RecipeFolder): readonly Action[] {
  return [...folder.files].flatMap(([file, bytes]) => {
    const unit = units.find(({ name }) => name.test(file));
    const text = unit && textOf(bytes);
    if (!unit || !text) return [];
    return text.split('\n').flatMap((line, index) => {
      if (!unit.line.test(line)) return [];
      return [{ moment: 'install' as const, file, line: index + 1, scope: unit.what, text: line }];
    });
  });
}

/** What the new side executes that the old one did not: one finding for each command. */
export function newActions(before: RecipeView, after: RecipeView): readonly Finding[] {
  const all = (view: RecipeView): readonly Action[] => [
    ...recipeScripts(view).flatMap(actionsOf),
    ...unitActions(view.folder),
  ];
  const keyOf = ({ moment, file, scope, text }: Action): string =>
    [moment, file.endsWith('.install') ? '*.install' : file, scope, text].join('\0');
  return missingFrom(all(after), all(before), keyOf).map((action) => ({
    topic: action.moment === 'install' ? 'install-time' : 'build-time',
    weight: action.moment === 'build' ? 'notice' : 'alarm',
    what: whatOf(action),
    shown: shownText(action.text),
    file: action.file,
    line: action.line,
  }));
}

function whatOf({ moment, scope, file }: Action): string {
  const known = /^(?:pkgver|prepare|build|check|package|(?:pre|post)_(?:install|upgrade|remove))$/.test(
    scope ?? '',
  );
  const within = known ? `'${scope}'` : scope?.startsWith('package_') ? "'package_…'" : 'a function';
  if (moment === 'read') return 'runs whenever the recipe is read';
  if (moment === 'build') return `runs in ${within} at build time`;
  if (scope && units.some(({ what }) => what === scope)) return `runs on the systems of users (${scope})`;
  if (scope === undefined) return `runs as root on the systems of users whenever the scriptlet is read`;
  return file.endsWith('.install') || scope ? `runs as root on the systems of users, in ${within}` : 'runs';
}
