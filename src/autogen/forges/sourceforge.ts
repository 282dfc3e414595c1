import { fault } from '../../diagnostics/index.ts';
import type { HubCore } from '../hub-core.ts';
import {
  bothVersions,
  newestFirst,
  pinOf,
  type SourceFind,
  type VersionChoice,
  versionReader,
} from './tag-versions.ts';

/** A project of SourceForge and which of its files count. */
export interface SourceforgeOptions extends VersionChoice {
  readonly project: string;
  /** Folder among the files of the project; default: all of them. */
  readonly path?: string | undefined;
  /** In front of the version in names of files, with the hyphen. */
  readonly stem: string;
  /** Endings that count; default: the usual ones of source archives. */
  readonly formats?: readonly string[] | undefined;
}

interface FeedFile {
  /** Among the files of the project. */
  readonly path: string;
  readonly name: string;
}

const usualFormats = ['tar.xz', 'tar.bz2', 'tar.gz', 'tgz', 'tar.zst', 'tar.lz', 'zip'] as const;

/** The newest file of a project by the feed of its files. Throws GEN002 when none fits. */
export async function latestSourceforge(hub: HubCore, options: SourceforgeOptions): Promise<SourceFind> {
  const { project, path = '/', formats = usualFormats, stem } = options;
  const server = hub.upstream('sourceforge');
  const folder = `/${path.replace(/^\/+|\/+$/g, '')}`;
  const feed = await hub.getPage(`${server}/projects/${project}/rss?path=${encodeURIComponent(folder)}`);
  const pinned = pinOf(options);
  const read = versionReader(hub, options, 'standard');
  const found = feedFiles(feed).flatMap(({ path: file, name }) => {
    const format = formats.find((ending) => name.endsWith(`.${ending}`));
    if (format === undefined || !name.startsWith(stem)) return [];
    const version = read(name.slice(stem.length, -format.length - 1));
    if (version === undefined || (pinned !== undefined && version !== pinned)) return [];
    return [{ item: { path: file, name, rank: formats.indexOf(format) }, tag: name, version }];
  });
  // of one version the format that is named first
  const [newest] = newestFirst([...found].sort((a, b) => a.item.rank - b.item.rank));
  if (!newest) {
    const which = pinned === undefined ? 'fits' : `is version '${pinned}'`;
    throw fault('GEN002', { what: `no file of project '${project}' on SourceForge ${which}` });
  }
  const { path: file, name } = newest.item;
  const place = file.split('/').map(encodeURIComponent).join('/');
  const artifact = new hub.Artifact({
    url: `${server}/projects/${project}/files${place}/download`,
    finalName: name,
  });
  return { ...bothVersions(newest.version), artifacts: [artifact] };
}

/** Files of a feed, whose titles are paths among the files of the project. */
export function feedFiles(feed: string): readonly FeedFile[] {
  const items = feed.split(/<item\b/).slice(1);
  return items.flatMap((item): FeedFile[] => {
    const path = titleOf(item);
    const name = path.split('/').at(-1) ?? '';
    return path.startsWith('/') && name !== '' ? [{ path, name }] : [];
  });
}

/** The text of the first title; empty without one, and when there are tags in it. */
function titleOf(item: string): string {
  const [begin, end] = ['<title>', '</title>'];
  const from = item.indexOf(begin);
  const to = item.indexOf(end, from);
  if (from < 0 || to < 0) return '';
  const text = item.slice(from + begin.length, to).trim();
  const quoted = /^<!\[CDATA\[([\s\S]*)\]\]>$/.exec(text)?.[1];
  return (quoted ?? (text.includes('<') ? '' : text)).trim();
}
