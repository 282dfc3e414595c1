import { pathKind } from '../../host/index.ts';
import { gentooLabel } from '../../recipes/ebin/index.ts';
import { hasPortage } from './has-portage.ts';

/** Labels of a builder with such a root, beside its own. */
export const gentooLabels = (root: string | undefined): readonly string[] =>
  hasPortage(root) ? [gentooLabel] : [];

/** Whether flags of single packages may be said in a file of their own. */
export const hasUseFolder = (root: string | undefined): boolean =>
  root !== undefined && pathKind(`${root}/etc/portage/package.use`) === 'folder';
