import { fault, isFault } from '../../diagnostics/index.ts';
import type { UseTable } from '../../ebin-repository/index.ts';
import { runOrThrow } from '../../host/index.ts';

/** Reads a name of a repository and versions from standard input, writes each version's flags as they are set, `null` for one
 *  that Portage does not know. */
const question = `
import json, sys
import portage
from portage.versions import _pkg_str

asked = json.load(sys.stdin)
repo = asked["repo"]
settings = portage.config(clone=portage.settings)
db = portage.db[settings["EROOT"]]["porttree"].dbapi
keys = sorted(portage.auxdbkeys)
answer = {}
for cpv in asked["cpvs"]:
    try:
        metadata = dict(zip(keys, db.aux_get(cpv, keys, myrepo=repo)))
    except KeyError:
        answer[cpv] = None
        continue
    settings.setcpv(_pkg_str(cpv, metadata=metadata, settings=settings, db=db, repo=repo), mydb=metadata)
    on = set(settings["PORTAGE_USE"].split())
    flags = sorted({flag.lstrip("+-") for flag in metadata["IUSE"].split()})
    answer[cpv] = [flag if flag in on else "-" + flag for flag in flags]
json.dump(answer, sys.stdout)
`;

/**
 * The flags of ebins as they are set on this system: profile, make.conf, package.use and whatever else Portage reads (specification
 * 10.3). The environment says which configuration counts, as it does for Portage. Throws EBN091.
 */
export async function askPortage(repo: string, cpvs: readonly string[]): Promise<UseTable> {
  const refuse = (what: string, cause?: unknown): Error => {
    const why = isFault(cause) ? cause.problem.why : undefined;
    return fault('EBN091', { what, ...(why === undefined ? {} : { why }), cause });
  };
  let text: string;
  try {
    const input = Buffer.from(JSON.stringify({ repo, cpvs }));
    text = (await runOrThrow('python3', ['-c', question], { input })).stdout;
  } catch (error) {
    if (!isFault(error, 'SYS001', 'SYS003')) throw error;
    throw refuse('the Python library of Portage cannot be asked', error);
  }
  const answer = JSON.parse(text) as Record<string, readonly string[] | null>;
  const unknown = cpvs.find((cpv) => !answer[cpv]);
  if (unknown !== undefined) throw refuse(`Portage knows no '${unknown}' in the repository '${repo}'`);
  return Object.fromEntries(Object.entries(answer).map(([cpv, flags]) => [cpv, flags ?? []]));
}
