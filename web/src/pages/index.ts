import type { Page } from '../page.ts';
import { auditPage } from './audit.tsx';
import { buildersPage } from './builders.tsx';
import { jobPage } from './job.tsx';
import { logPage, logsPage } from './logs.tsx';
import { overviewPage } from './overview.tsx';
import { packagePage, packagesPage } from './packages.tsx';
import { planPage } from './plan.tsx';
import { plansPage } from './plans.tsx';
import { provenancePage } from './provenance.tsx';
import { queuePage } from './queue.tsx';
import { rebuildsPage } from './rebuilds.tsx';
import { repositoriesPage } from './repositories.tsx';
import { repositoryPage } from './repository.tsx';
import { reviewPage, reviewsPage } from './reviews.tsx';
import { signedInPage } from './signed-in.tsx';
import { simulatePage } from './simulate.tsx';
import { upstreamsPage } from './upstreams.tsx';
import { whyPage } from './why.tsx';

/** All pages that are not of one recipe kind, in the order of the navigation. */
export const pages: readonly Page[] = [
  overviewPage,
  queuePage,
  jobPage,
  plansPage,
  planPage,
  buildersPage,
  logsPage,
  logPage,
  packagesPage,
  packagePage,
  repositoriesPage,
  repositoryPage,
  rebuildsPage,
  provenancePage,
  upstreamsPage,
  reviewsPage,
  reviewPage,
  whyPage,
  simulatePage,
  auditPage,
  signedInPage,
];
