import { z } from 'zod';
import { timeSpan } from './quantities.ts';

const inSource = z.string().regex(/^(?!\/)(?!.*(?:^|\/)\.{1,2}(?:\/|$))[^\0]+$/, 'a path of the source');
const anywhere = z.union([
  inSource,
  z.string().regex(/^\/[^\0]+$/, 'a path of the source, or an absolute one'),
]);
const folder = z.string().regex(/^\/[^\0]+$/, 'an absolute path');

/** Which distributions a source names, and where they come from. */
export const pythonSchema = z.strictObject({
  /** Lists of distributions; they count where the source has no Dockerfile in `dockerfiles/build`. */
  lists: z.array(inSource).default(['pip-packages']),
  /** Folders with wheels and archives of sources. */
  archives: z.array(anywhere).default(['archives']),
  /** Folders of the manager's machine with installed distributions: what comes from there is explored there. */
  sites: z.array(folder).default([]),
  /** An index for what is nowhere else. */
  index: z.url({ protocol: /^https?$/ }).optional(),
  /** The interpreter, in the root of the sandbox, and folders that it needs beyond that. */
  interpreter: folder.default('/usr/bin/python3'),
  prefixes: z.array(folder).default([]),
  /** Minor version that builders must have, such as `3.11`; default: that of the interpreter on the manager's machine. */
  version: z
    .string()
    .regex(/^3\.\d+$/, 'a minor version such as 3.11')
    .optional(),
  /** A folder with stubs, a checkout of typeshed. */
  stubs: anywhere.optional(),
  /** A folder with corpora. */
  corpora: anywhere.default('corpora'),
  /** Limit of one exploration. */
  timeout: timeSpan.prefault('30m'),
  /** Parts of the data that are made at one time. */
  jobs: z.int().min(1).max(64).default(1),
  /** A manifest with less than this share of the distributions is not published. */
  share: z.number().min(0).max(1).default(0),
});

/** Those of a source that says nothing of it. */
export const usualPython: z.output<typeof pythonSchema> = pythonSchema.parse({});

/** Settings of a source of Python distributions; spans in milliseconds. */
export type PythonConfig = z.output<typeof pythonSchema>;
