// Opens a tunnel, prints its port and waits to be killed. Argument: JSON with server, remotePort and stateFolder.
import { systemClock } from '../../src/host/index.ts';
import { openTunnel } from '../../src/ssh/index.ts';

const options = JSON.parse(process.argv[2] ?? '{}');
const tunnel = await openTunnel({ ...options, localPort: 0, clock: systemClock });
console.log(tunnel.port);
setInterval(() => {}, 60_000);
