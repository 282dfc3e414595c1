import type { KindFace } from '../page.ts';
import { autogenKind } from './autogen.tsx';
import { ebinKind } from './ebin.tsx';
import { pkgbuildKind } from './pkgbuild.tsx';
import { pythonKind } from './python.tsx';
import { stageKind } from './stage.tsx';

/** What each recipe kind adds to the dashboard. */
export const kinds: readonly KindFace[] = [pkgbuildKind, autogenKind, ebinKind, stageKind, pythonKind];
