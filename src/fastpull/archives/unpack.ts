import { dirname } from 'node:path';
import { fault, isFault, messageOf } from '../../diagnostics/index.ts';
import {
  ensureFolder,
  entryFacts,
  isDiskFull,
  linkWithin,
  makeSymlink,
  removeEntry,
  removeTree,
  writeUnpackedFile,
} from '../../host/index.ts';
import type { UnpackOptions } from '../contract.ts';
import { Landing } from './landing.ts';
import { archiveMembers, type Member } from './members.ts';

const defaultMaxBytes = 64 * 2 ** 30;

interface Scene {
  readonly archive: string;
  readonly folder: string;
  readonly landing: Landing;
  readonly maxBytes: number;
  readonly folders: Set<string>;
  bytes: number;
}

/**
 * Unpacks an archive into a folder, which is emptied first; owners, special bits and devices stay behind. Throws FPL012 for
 * a member that leads outside and FPL013 for everything else that is wrong with the archive; the folder is empty then.
 */
export async function unpackArchive(
  of: { readonly path: string; readonly finalName: string },
  folder: string,
  options: UnpackOptions = {},
): Promise<void> {
  await removeTree(folder);
  ensureFolder(folder);
  const scene: Scene = {
    archive: of.finalName,
    folder,
    landing: new Landing(of.finalName),
    maxBytes: options.maxBytes ?? defaultMaxBytes,
    folders: new Set(['', '.']),
    bytes: 0,
  };
  try {
    for await (const member of archiveMembers({ ...of, signal: options.signal })) {
      options.signal?.throwIfAborted();
      await land(scene, member);
    }
    for (const [path, destination] of scene.landing.checkedLinks()) {
      makeFolders(scene, path);
      makeSymlink(`${folder}/${path}`, destination);
    }
  } catch (error) {
    await removeTree(folder);
    ensureFolder(folder);
    throw unpackTrouble(error, of.finalName);
  }
}

function unpackTrouble(error: unknown, archive: string): unknown {
  // the archive is not to blame for a full disk, or a missing program
  if (isFault(error, 'FPL012', 'FPL013', 'SYS001', 'SYS002') || isDiskFull(error)) return error;
  if (error instanceof DOMException && error.name === 'AbortError') return error;
  const why = isFault(error) ? `${error.problem.what}.` : `${messageOf(error)}.`;
  return fault('FPL013', { what: `'${archive}' cannot be unpacked`, why, cause: error });
}

async function land(scene: Scene, member: Member): Promise<void> {
  const { landing, folder } = scene;
  const path = landing.pathOf(member.name);
  if (path === '') return;
  switch (member.kind) {
    case 'folder':
      landing.dropLink(path);
      makeFolder(scene, path);
      return;
    case 'link':
      makeWay(scene, path);
      landing.addLink(path, member.destination);
      return;
    case 'hard-link':
      landHardLink(scene, path, member.destination);
      return;
    case 'file':
      scene.bytes += member.sizeBytes;
      if (scene.bytes > scene.maxBytes) {
        throw fault('FPL013', { what: `'${scene.archive}' unpacks to more than ${scene.maxBytes} bytes` });
      }
      makeWay(scene, path);
      await writeUnpackedFile({ ...member, path: `${folder}/${path}` }, member.body);
      return;
    case 'other':
      throw fault('FPL013', {
        what: `the member '${member.name}' of '${scene.archive}' is a device or a pipe`,
      });
  }
}

function landHardLink(scene: Scene, path: string, name: string): void {
  const target = scene.landing.pathOf(name);
  const link = scene.landing.linkAt(target);
  if (target === path) return;
  makeWay(scene, path);
  if (link !== undefined) {
    scene.landing.addLink(path, link);
    return;
  }
  if (entryFacts(`${scene.folder}/${target}`)?.kind !== 'file') {
    throw fault('FPL013', {
      what: `'${path}' in '${scene.archive}' is a link to '${name}', which is no file there`,
    });
  }
  linkWithin(`${scene.folder}/${target}`, `${scene.folder}/${path}`);
}

/** Makes room for a member: its folders are there, and what had its name is gone. */
function makeWay(scene: Scene, path: string): void {
  makeFolders(scene, path);
  scene.landing.dropLink(path);
  const whole = `${scene.folder}/${path}`;
  const there = entryFacts(whole);
  if (there?.kind === 'folder') {
    throw fault('FPL013', { what: `'${path}' in '${scene.archive}' is a folder and something else as well` });
  }
  if (there) removeEntry(whole);
}

function makeFolders(scene: Scene, path: string): void {
  makeFolder(scene, dirname(path));
}

function makeFolder(scene: Scene, path: string): void {
  if (scene.folders.has(path)) return;
  const whole = `${scene.folder}/${path}`;
  if (entryFacts(whole)?.kind === 'file') removeEntry(whole);
  ensureFolder(whole);
  for (let one = path; one !== '.' && one !== ''; one = dirname(one)) scene.folders.add(one);
}
