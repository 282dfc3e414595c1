import { parsePackageFileName } from '../../formats/pacman/index.ts';
import { entryFacts, kindsIn, removeEntry, textIfThere } from '../../host/index.ts';
import type { JobContext, KindServices, Material } from '../../model/index.ts';
import type { PackageSource } from './package-source.ts';
import type { PkgbuildSettings } from './pkgbuild-settings.ts';
import { packRecipeBytes } from './recipe-archive.ts';
import type { PkgbuildDetails } from './recipe-details.ts';
import { installedList } from './steps.ts';

type Context = Pick<JobContext<PkgbuildDetails>, 'recipe' | 'notes' | 'work'>;

/** What of the settings decides what is built; where local mirrors stand is no part of it. */
export type RecordedSettings = Omit<PkgbuildSettings, 'upstreams' | 'localSources' | 'repositories'>;

/**
 * Notes the recipe, as the archive that builders elsewhere get (`packRecipe`), and the settings. The store keeps the
 * archive, so that the same can be built again when its repository is gone.
 */
export async function noteRecipe(
  settings: PkgbuildSettings,
  { recipe, notes }: Pick<Context, 'recipe' | 'notes'>,
  services: Pick<KindServices, 'putBytes'>,
): Promise<void> {
  const { digest } = await services.putBytes(await packRecipeBytes(recipe.folder));
  notes.uses({ role: 'recipe', name: `${recipe.name}.tar`, digest: { sha256: digest }, isKept: true });
  const { packager, compressionLevel, sameVersion, skipCode, assumed = [] } = settings;
  const recorded: RecordedSettings = { packager, compressionLevel, sameVersion, skipCode, assumed };
  for (const [name, value] of Object.entries(recorded)) if (value !== undefined) notes.setting(name, value);
}

/** Notes what pacman took from repositories; the list goes, the folder it lies in is the recipe's from here on. */
export async function noteInstalled({ notes, work }: Pick<Context, 'notes' | 'work'>): Promise<void> {
  const path = `${work}/work/${installedList}`;
  if (entryFacts(path)?.kind !== 'file') return;
  const text = textIfThere(path) ?? '';
  removeEntry(path);
  for (const line of text.split('\n')) {
    const [, sha256, fileName] = /^([0-9a-f]{64}) [ *](?:\.\/)?(.+)$/.exec(line) ?? [];
    if (sha256 === undefined || fileName === undefined) continue;
    const { name, version, arch } = parsePackageFileName(fileName) ?? {};
    const annotations = { package: name ?? fileName, version, arch, from: 'repositories' };
    notes.uses({ role: 'dependency', name: fileName, digest: { sha256 }, annotations });
  }
}

/** Notes the sources as they were fetched and verified, before anything of the recipe could change them. */
export async function noteSources(
  { recipe, notes }: Pick<Context, 'recipe' | 'notes'>,
  services: Pick<KindServices, 'keepSource'>,
  folder: string,
): Promise<void> {
  const there = new Map(kindsIn(folder).map(({ name, kind }) => [name, kind]));
  for (const source of recipe.details.sources) {
    const kind = there.get(source.fileName);
    // those of other architectures are not there
    if (source.url === undefined || kind === undefined) continue;
    const path = `${folder}/${source.fileName}`;
    if (source.vcs === undefined && kind === 'file') notes.uses(await fileMaterial(source, path, services));
    else if (source.vcs !== undefined) notes.uses(repositoryMaterial(source, path));
  }
}

async function fileMaterial(
  { fileName, url }: PackageSource,
  path: string,
  services: Pick<KindServices, 'keepSource'>,
): Promise<Material> {
  const { digest, isKept } = await services.keepSource(path);
  return { role: 'source', name: fileName, uri: url, digest: { sha256: digest }, isKept };
}

function repositoryMaterial({ fileName, url, vcs, fragment }: PackageSource, path: string): Material {
  const revision = vcs === 'git' ? gitRevision(path, fragment) : undefined;
  return {
    role: 'source',
    name: fileName,
    uri: `${vcs}+${url}`,
    digest: revision === undefined ? {} : { gitCommit: revision },
    ...(fragment === undefined ? {} : { annotations: { fragment } }),
  };
}

const objectName = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * The commit that makepkg checks out of its mirror of a repository (PKGBUILD(5), "Using VCS sources"), read without
 * git: nothing that a repository of others configures is to run here. Undefined when it cannot be told.
 */
export function gitRevision(mirror: string, fragment: string | undefined): string | undefined {
  const [kind, value = ''] = fragment?.split('=', 2) ?? [];
  if (kind === 'commit') return objectName.test(value) ? value : undefined;
  if (kind === 'tag') return refOf(mirror, `refs/tags/${value}`);
  if (kind === 'branch') return refOf(mirror, `refs/heads/${value}`);
  if (kind !== undefined) return undefined;
  const head = fileText(`${mirror}/HEAD`)?.trim() ?? '';
  if (objectName.test(head)) return head;
  return head.startsWith('ref: ') ? refOf(mirror, head.slice(5)) : undefined;
}

/** A reference by its file or in `packed-refs`, where the commit of an annotated tag stands in the line after it. */
function refOf(mirror: string, ref: string): string | undefined {
  if (!/^refs\/[\w./+-]+$/.test(ref) || ref.split('/').includes('..')) return undefined;
  const loose = fileText(`${mirror}/${ref}`)?.trim();
  if (loose !== undefined && objectName.test(loose)) return loose;
  const lines = (fileText(`${mirror}/packed-refs`) ?? '').split('\n');
  const index = lines.findIndex((line) => line.endsWith(` ${ref}`));
  const peeled = lines[index + 1];
  const found = peeled?.startsWith('^') ? peeled.slice(1) : lines[index]?.split(' ')[0];
  return index >= 0 && found !== undefined && objectName.test(found) ? found : undefined;
}

/** Text of a regular file; a link would lead out of the folder. */
const fileText = (path: string): string | undefined =>
  entryFacts(path)?.kind === 'file' ? textIfThere(path) : undefined;
