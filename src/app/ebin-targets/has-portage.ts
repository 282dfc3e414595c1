import { entryFacts } from '../../host/index.ts';

/** Whether a folder is a root in which Portage can be called; undefined is none. */
export const hasPortage = (root: string | undefined): root is string =>
  root !== undefined && entryFacts(`${root}/usr/bin/emerge`) !== undefined;
