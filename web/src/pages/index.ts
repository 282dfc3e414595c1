import type { Page } from '../page.ts';
import { auditPage } from './audit.tsx';
import { buildersPage } from './builders.tsx';
import { logPage, logsPage } from './logs.tsx';
import { overviewPage } from './overview.tsx';
import { queuePage } from './queue.tsx';
import { reviewPage, reviewsPage } from './reviews.tsx';
import { signedInPage } from './signed-in.tsx';
import { upstreamsPage } from './upstreams.tsx';

/** All pages that are not of one recipe kind, in the order of the navigation. */
export const pages: readonly Page[] = [
  overviewPage,
  queuePage,
  buildersPage,
  logsPage,
  logPage,
  upstreamsPage,
  reviewsPage,
  reviewPage,
  auditPage,
  signedInPage,
];
