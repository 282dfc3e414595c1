// Writes docs/errors.md from the catalogue; a test in test/house-rules compares the two.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderCataloguePage } from '../src/diagnostics/index.ts';

const page = fileURLToPath(new URL('../docs/errors.md', import.meta.url));
writeFileSync(page, renderCataloguePage());
console.log(`wrote ${page}`);
