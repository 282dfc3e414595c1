import { entryFacts, pathKind } from '../../host/index.ts';
import { gentooLabel } from '../../recipes/ebin/index.ts';

/** Whether a folder is a root in which Portage can be called; undefined is none. */
export const hasPortage = (root: string | undefined): root is string =>
  root !== undefined && entryFacts(`${root}/usr/bin/emerge`) !== undefined;

/** Labels of a builder with such a root, beside its own. */
export const gentooLabels = (root: string | undefined): readonly string[] =>
  hasPortage(root) ? [gentooLabel] : [];

/** Whether flags of single packages may be said in a file of their own. */
export const hasUseFolder = (root: string | undefined): boolean =>
  root !== undefined && pathKind(`${root}/etc/portage/package.use`) === 'folder';
