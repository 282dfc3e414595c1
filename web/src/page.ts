import type { ComponentType } from 'preact';

export interface PageProps {
  /** What stands in the places of `:name` in the page's path, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** One page of the dashboard: a module of `pages/` or of a recipe kind exports one value of this type. */
export interface Page {
  /** `/packages/:name`; `:rest*` at the end takes everything that is left, slashes too. */
  readonly path: string;
  readonly title: (params: Readonly<Record<string, string>>) => string;
  /** The page, or how it is loaded when somebody goes there: large ones should be. */
  readonly view: ComponentType<PageProps> | { readonly load: () => Promise<ComponentType<PageProps>> };
  /** Addresses that it reads first, which are asked for while the page itself is being loaded. */
  readonly ahead?: (params: Readonly<Record<string, string>>, query: URLSearchParams) => readonly string[];
  /** Its entry in the navigation; without it only links lead there. */
  readonly nav?: NavEntry;
}

export interface NavEntry {
  readonly label: string;
  readonly group: 'Farm' | 'Packages' | 'Recipes' | 'Tools';
}

/** Recipe kinds bring pages and panels of their own; nothing else knows them by name. */
export interface KindFace {
  /** As `PlannedJob.kind` says. */
  readonly name: string;
  /** For people: `PKGBUILD recipes`. */
  readonly label: string;
  readonly pages: readonly Page[];
  /** What it has to add to the page of a job or a package; undefined: nothing. */
  readonly panel?: ComponentType<PanelProps>;
}

/** A job or package of which a panel tells more. */
export interface PanelProps {
  readonly target: string;
  readonly arch: string;
  readonly name: string;
}
