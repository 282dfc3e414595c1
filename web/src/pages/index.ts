import type { Page } from '../page.ts';
import { auditPage } from './audit.tsx';
import { overviewPage } from './overview.tsx';
import { packagePage, packagesPage } from './packages.tsx';
import { provenancePage } from './provenance.tsx';
import { signedInPage } from './signed-in.tsx';

/** All pages that are not of one recipe kind, in the order of the navigation. */
export const pages: readonly Page[] = [
  overviewPage,
  packagesPage,
  packagePage,
  provenancePage,
  auditPage,
  signedInPage,
];
