// Serves the folder given as first argument until it is killed, and tells its port.
import { join } from 'node:path';
import { openObjectIntake } from '../../src/app/index.ts';
import { startHttpServer } from '../../src/http/index.ts';
import { openDiskStore } from '../../src/store/index.ts';
import { ServiceDouble } from './service-double.ts';

const folder = process.argv[2] ?? '';
const store = openDiskStore({ root: join(folder, 'store') });
const intake = openObjectIntake({ store, folder: join(folder, 'incoming') });
const server = await startHttpServer(new ServiceDouble(), intake, { port: 0 });
process.stdout.write(`${server.port}\n`);
