import type { Problem } from '../diagnostics/index.ts';
import { type Arm, recombinedText } from './arms.ts';
import type { RecombinedKey } from './dependency-items.ts';
import { decompressorsFor } from './ebuild-text.ts';
import type { IndexOptions } from './input.ts';
import { accountDependencies, operatorDependencies } from './needed-dependencies.ts';

/** Dependencies of an ebin (specification 4.6). */
export function dependencies(arms: readonly Arm[], names: readonly string[], options: IndexOptions) {
  const problems: Problem[] = [];
  const of = (key: RecombinedKey): string => {
    const { text, problems: found } = recombinedText(key, arms, options);
    problems.push(...found);
    return text;
  };
  const [RDEPEND, PDEPEND, IDEPEND] = [of('RDEPEND'), of('PDEPEND'), of('IDEPEND')];
  const owners = arms.some(({ builds }) => builds.some(({ build }) => (build.owners ?? []).length > 0));
  const original = owners || options.keepBuildDeps ? of('DEPEND') : '';
  const accounts = owners ? accountDependencies(`${original} ${RDEPEND}`) : '';
  const DEPEND = options.keepBuildDeps ? original : `${operatorDependencies(RDEPEND)} ${accounts}`;
  const tools = decompressorsFor(names).join(' ');
  const BDEPEND = `${options.keepBuildDeps ? of('BDEPEND') : ''} ${tools}`;
  const texts = {
    RDEPEND,
    PDEPEND,
    IDEPEND,
    DEPEND,
    BDEPEND,
    LICENSE: of('LICENSE'),
    PROPERTIES: of('PROPERTIES'),
  };
  return { texts, problems };
}
