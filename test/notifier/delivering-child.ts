// Tells the story of some builds and delivers it until nothing is left: argv holds the database and the GitLab's address.
// Every life tells the whole story again, as a manager does that cannot know how far the last one came.

import { openFarmDatabase } from '../../src/database/index.ts';
import { systemClock } from '../../src/host/index.ts';
import { Notifier, notifierTables } from '../../src/notifier/index.ts';
import { buildEvent, forPackage, gitlabAt } from './notifier-scene.ts';

const [path = '', url = '', packages = '0'] = process.argv.slice(2);
const database = openFarmDatabase(path, { clock: systemClock, migrations: [notifierTables] });
const notifier = new Notifier({
  database: database.connection,
  config: gitlabAt(url, 500),
  clock: systemClock,
  report: ({ code, what }) => process.stdout.write(`${code} ${what}\n`),
});
notifier.start();
for (const what of ['pending', 'running', 'success'] as const) {
  for (let index = 0; index < Number(packages); index += 1) {
    const event = buildEvent(what, { id: `${what}-${index}`, ...forPackage(`p${index}`) });
    database.transaction(() => notifier.notify(event));
  }
}
await notifier.idle();
await notifier.stop();
process.stdout.write('idle\n');
database.close();
