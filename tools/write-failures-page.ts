// Writes docs/failure-classes.md from the rules; src/failures/failures.spec.ts compares the two.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderClassesPage } from '../src/failures/render-classes-page.ts';

const page = fileURLToPath(new URL('../docs/failure-classes.md', import.meta.url));
writeFileSync(page, renderClassesPage());
console.log(`wrote ${page}`);
