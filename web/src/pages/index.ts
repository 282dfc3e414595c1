import type { Page } from '../page.ts';
import { auditPage } from './audit.tsx';
import { buildersPage } from './builders.tsx';
import { overviewPage } from './overview.tsx';
import { queuePage } from './queue.tsx';
import { rebuildsPage } from './rebuilds.tsx';
import { repositoriesPage } from './repositories.tsx';
import { repositoryPage } from './repository.tsx';
import { reviewPage, reviewsPage } from './reviews.tsx';
import { signedInPage } from './signed-in.tsx';
import { upstreamsPage } from './upstreams.tsx';

/** All pages that are not of one recipe kind, in the order of the navigation. */
export const pages: readonly Page[] = [
  overviewPage,
  queuePage,
  buildersPage,
  repositoriesPage,
  repositoryPage,
  rebuildsPage,
  upstreamsPage,
  reviewsPage,
  reviewPage,
  auditPage,
  signedInPage,
];
