import type { KindFace } from '../page.ts';

/** What each recipe kind adds to the dashboard. */
export const kinds: readonly KindFace[] = [];
