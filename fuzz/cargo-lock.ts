import { parseCargoLock } from '../src/autogen/languages/cargo-lock.ts';
import { ProblemError } from '../src/diagnostics/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'cargo-lock',
  check(input) {
    try {
      const { crates, gitCrates } = parseCargoLock(asText(input), 'x');
      // names become parts of addresses and of names of files
      for (const { name, version } of [...crates, ...gitCrates])
        must(/^[\w][\w-]*$/.test(name) && /^[\w.+-]+$/.test(version), 'names and versions are plain');
      for (const { checksum } of crates)
        must(checksum === undefined || /^[0-9a-f]{64}$/.test(checksum), 'a checksum is one');
      for (const { url, commit } of gitCrates)
        must(
          /^\w+:\/\//.test(url) && /^[0-9a-f]{40,64}$/.test(commit),
          'a repository has address and commit',
        );
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      must(error.problem.code === 'GEN006', 'a lock file fails with a code of its own');
    }
  },
};
