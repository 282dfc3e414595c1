import type { Page } from '../page.ts';
import { auditPage } from './audit.tsx';
import { logPage, logsPage } from './logs.tsx';
import { overviewPage } from './overview.tsx';
import { signedInPage } from './signed-in.tsx';

/** All pages that are not of one recipe kind, in the order of the navigation. */
export const pages: readonly Page[] = [overviewPage, logsPage, logPage, auditPage, signedInPage];
