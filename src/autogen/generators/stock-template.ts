import { join } from 'node:path';
import { pathKind } from '../../host/index.ts';
import type { Hub } from '../hub.ts';
import type { PkgInfo } from '../pkg-info.ts';

/** A template that comes with a generator. */
export interface StockTemplate {
  /** Of the generator, without `.tmpl`. */
  readonly name: string;
  readonly text: string;
}

/**
 * A package with its template: its own, else the one in a folder of generators, else the one that comes with packmill
 * (specification 1.7).
 */
export function withStockTemplate(hub: Hub, pkg: PkgInfo, { name, text }: StockTemplate): PkgInfo {
  if (pkg.template_text !== undefined || pkg.template !== undefined) return pkg;
  if (pkg.template_path !== undefined && isFile(pkg.template_path, `${pkg.name}.tmpl`)) return pkg;
  const file = `${name}.tmpl`;
  const folder = hub.generatorTemplates.find((one) => isFile(one, file));
  return folder === undefined
    ? { ...pkg, template_text: text }
    : { ...pkg, template: file, template_path: folder };
}

const isFile = (folder: string, name: string): boolean => pathKind(join(folder, name)) === 'file';
