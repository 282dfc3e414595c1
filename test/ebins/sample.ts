import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder with the packages that a real Portage made. */
export const sample = fileURLToPath(new URL('../../testdata/binpkgs', import.meta.url));

/** Path of build `id` of ebindemo in one of the folders. */
export const demo = (folder: 'gpkg' | 'xpak', id: number): string =>
  join(sample, folder, `app-misc/ebindemo/ebindemo-1.0-${id}.${folder === 'gpkg' ? 'gpkg.tar' : 'xpak'}`);

export interface ImageFact {
  readonly path: string;
  readonly type: 'dir' | 'file' | 'sym' | 'hard';
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly class: string;
  readonly size?: number;
  readonly sha256?: string;
  readonly target?: string;
}

/** What another program read in a package. */
export interface Facts {
  readonly file: string;
  readonly format: 'gpkg' | 'xpak';
  readonly size: number;
  readonly cpv: string;
  readonly build_id: string | null;
  readonly build_time: string;
  readonly eapi: string;
  readonly slot: string;
  readonly iuse: string;
  readonly use_in_iuse: readonly string[];
  readonly members?: readonly (readonly [string, number])[];
  readonly xpak_offset?: number;
  readonly index_len?: number;
  readonly data_len?: number;
  readonly metadata_keys: readonly string[];
  readonly image: readonly ImageFact[];
  readonly [key: string]: unknown;
}

export const facts = JSON.parse(readFileSync(join(sample, 'facts.json'), 'utf8')) as readonly Facts[];
