import { namesIn, textIfThere } from '../../host/index.ts';
import type { Digest } from '../../primitives/index.ts';
import { generationName, generationNumber } from '../generation-name.ts';

/** A file of a tree whose bytes are an object of the store; it gets another name where the file system can. */
export interface PlacedObject {
  readonly path: string;
  readonly object: Digest;
}

/** One part of a tree: a package, or what is there without autogens. */
export interface TreePackage {
  /** `category/name`, or a name without a slash. */
  readonly name: string;
  readonly version: string;
  readonly fileName: string;
  /** A tar of its files, by their paths in the tree. */
  readonly object: Digest;
  /** An object that lists what else belongs to it, such as distfiles; it stays as long as the package does. */
  readonly facts?: Digest | undefined;
  /** Files that are objects of the store, by their paths in the tree, beside those of the tar. */
  readonly placed?: readonly PlacedObject[] | undefined;
  /** Links, by their paths in the tree. */
  readonly links?: Readonly<Record<string, string>> | undefined;
  /** The job that made it; generations of before do not know. */
  readonly from?: { readonly source: string; readonly job: string } | undefined;
}

/** What a generation consists of; a file beside its folder, written when the folder is whole. */
export interface TreeRecord {
  readonly createdMs: number;
  readonly reason: string;
  readonly packages: readonly (TreePackage & { readonly files: readonly string[] })[];
}

const emptyRecord: TreeRecord = { createdMs: 0, reason: '', packages: [] };

/** Numbers of whole generations in a folder, oldest first. */
export function wholeGenerations(folder: string): readonly number[] {
  return namesIn(folder)
    .flatMap((name) =>
      name.endsWith('.json') ? (generationNumber(name.slice(0, -'.json'.length)) ?? []) : [],
    )
    .sort((a, b) => a - b);
}

/** The record of a generation; an empty one when there is none. */
export function readRecord(folder: string, number: number | undefined): TreeRecord {
  const text = number === undefined ? undefined : textIfThere(`${folder}/${generationName(number)}.json`);
  return text === undefined ? emptyRecord : (JSON.parse(text) as TreeRecord);
}
