import type { Page } from '../page.ts';
import { overviewPage } from './overview.tsx';
import { planPage } from './plan.tsx';
import { plansPage } from './plans.tsx';
import { simulatePage } from './simulate.tsx';
import { whyPage } from './why.tsx';

/** All pages that are not of one recipe kind, in the order of the navigation. */
export const pages: readonly Page[] = [overviewPage, plansPage, planPage, whyPage, simulatePage];
