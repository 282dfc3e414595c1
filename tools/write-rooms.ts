// Writes the table of rooms into docs/architecture.md; a test in test/house-rules compares the two.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { roomsTable, withRoomsTable } from './house/rooms-table.ts';

const page = fileURLToPath(new URL('../docs/architecture.md', import.meta.url));
writeFileSync(page, withRoomsTable(readFileSync(page, 'utf8'), roomsTable()));
console.log(`wrote ${page}`);
