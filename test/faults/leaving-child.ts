// Makes what a fault test makes outside of its folder, says where, and waits to be killed.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, ownName } from './leftovers.ts';
import { Network } from './network.ts';
import { SmallDisk } from './small-disk.ts';

const folder = folderOf(ownName());
mkdirSync(folder);
new SmallDisk(join(folder, 'disk'), 1);
const place = new Network().add();
console.log(JSON.stringify({ folder, namespace: place.namespace }));
setInterval(() => {}, 60_000);
