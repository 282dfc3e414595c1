import { fault } from '../diagnostics/index.ts';
import type { PkgSettings } from './pkg-info.ts';
import { setOwn } from './yaml-value.ts';

/** How layers are laid one over the other. */
export interface MergeOptions {
  /** Told the dotted name of each setting that replaces another value. */
  readonly onReplaced?: (name: string, earlier: unknown, later: unknown) => void;
  /** `true`: replacing is an error (AGN035). */
  readonly strict?: boolean;
}

/**
 * Lays settings one over the other, later ones win (specification 1.8): mappings merge at every depth, lists are
 * joined with the earlier layer first, any other value replaces. Nothing is shared with the layers: mappings and lists
 * of the result are new. Throws AGN035 in strict mode.
 */
export function mergeSettings(
  layers: readonly PkgSettings[],
  options: MergeOptions = {},
): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) mergeInto(merged, layer, '', options);
  return merged;
}

function mergeInto(
  target: Record<string, unknown>,
  layer: PkgSettings,
  prefix: string,
  options: MergeOptions,
): void {
  for (const [key, later] of Object.entries(layer)) {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    const earlier = Object.hasOwn(target, key) ? target[key] : undefined;
    if (later === undefined) continue;
    if (isMapping(earlier) && isMapping(later)) mergeInto(earlier, later, name, options);
    else if (Array.isArray(earlier) && Array.isArray(later)) earlier.push(...later.map(copyOf));
    else {
      if (earlier !== undefined && earlier !== later) replaced({ name, earlier, later }, options);
      setOwn(target, key, copyOf(later));
    }
  }
}

function replaced(
  { name, earlier, later }: { readonly name: string; readonly earlier: unknown; readonly later: unknown },
  options: MergeOptions,
): void {
  if (options.strict === true) throw fault('AGN035', { what: `setting '${name}' is set already` });
  options.onReplaced?.(name, earlier, later);
}

/** Whether a value is a plain mapping, not an object of a class. */
export function isMapping(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A copy that shares no mapping and no list; objects of classes (artifacts) stay the same ones. */
export function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (!isMapping(value)) return value;
  const made: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) setOwn(made, key, copyOf(inner));
  return made;
}
