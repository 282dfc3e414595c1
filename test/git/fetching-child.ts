// A process of its own that opens a source, fetches and lays out, until the test kills it: url folder.
import { SourceRepository } from '../../src/git/index.ts';
import { systemClock } from '../../src/host/index.ts';

const [url = '', folder = ''] = process.argv.slice(2);
const source = await SourceRepository.open({ url, folder, clock: systemClock });
process.stdout.write('opened\n');
const commit = await source.fetch();
await source.layOut(commit, await source.folders(commit));
process.stdout.write('done\n');
