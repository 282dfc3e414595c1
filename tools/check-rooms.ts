// Holds the sources against tools/rooms.mjs and the other house rules. Exit code 1 when something breaks them.
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, readSources } from './house/inspect.ts';
import { longFiles } from './house/shape-rules.ts';

const files = readSources(dirname(dirname(fileURLToPath(import.meta.url))));
const offences = inspect(files);
for (const { path, line, rule, message } of offences) console.error(`${path}:${line} ${rule}\n  ${message}`);
for (const file of longFiles(files))
  console.log(`note: ${file.path} has ${file.lines} lines, the aim is 250`);
console.log(`rooms: ${files.length} files, ${offences.length} offences`);
process.exitCode = offences.length > 0 ? 1 : 0;
