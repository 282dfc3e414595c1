import { parseSrcinfo, type Srcinfo } from '../../formats/pacman/index.ts';
import type { ScheduledPackage } from './context.ts';

/** Thousands of them are read in each run, and several steps want to know. */
const known = new WeakMap<ScheduledPackage, { readonly srcinfo: Srcinfo | undefined }>();

/** What the `.SRCINFO` of a package says; undefined when there is none, or none that can be read. */
export function srcinfoOf(one: ScheduledPackage): Srcinfo | undefined {
  const found = known.get(one);
  if (found) return found.srcinfo;
  const { name, srcinfoText = '' } = one;
  const srcinfo =
    srcinfoText.trim() === '' ? undefined : parseSrcinfo(srcinfoText, `${name}/.SRCINFO`).srcinfo;
  known.set(one, { srcinfo });
  return srcinfo;
}
