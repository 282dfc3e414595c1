// A process of its own that opens a source, fetches and lays out, until the test kills it: url folder.
import { SourceRepository } from '../../src/git/index.ts';
import { systemClock } from '../../src/host/index.ts';

const [url = '', folder = ''] = process.argv.slice(2);
const source = await SourceRepository.open({ url, folder, clock: systemClock });
process.stdout.write('opened\n');
await source.checkout(await source.fetch());
process.stdout.write('done\n');
