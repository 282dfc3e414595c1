import { machine, readSystemFacts } from '../host/index.ts';
import type { BuildMachine } from '../model/index.ts';

/** Version of this packmill, as package.json has it. */
export const ownVersion = '0.1.0';

/** The machine that this process runs on, as records of builds name it. */
export const ownMachine = (name: string): BuildMachine => ({
  name,
  arch: machine.processor(),
  versions: { packmill: ownVersion, node: readSystemFacts().runtime },
});
