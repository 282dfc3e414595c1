import type { Page } from '../page.ts';
import { auditPage } from './audit.tsx';
import { overviewPage } from './overview.tsx';
import { planPage } from './plan.tsx';
import { plansPage } from './plans.tsx';
import { signedInPage } from './signed-in.tsx';
import { simulatePage } from './simulate.tsx';
import { whyPage } from './why.tsx';

/** All pages that are not of one recipe kind, in the order of the navigation. */
export const pages: readonly Page[] = [
  overviewPage,
  plansPage,
  planPage,
  whyPage,
  simulatePage,
  auditPage,
  signedInPage,
];
