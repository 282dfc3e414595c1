import type { GeneratorModule } from '../generator-module.ts';

/** Generators that come with packmill, loaded when a rule names them (specification 6). */
export const stockGenerators: Readonly<Record<string, () => Promise<GeneratorModule>>> = {
  'dirlisting-1': () => import('./dirlisting-1.ts'),
  'github-1': () => import('./github-1.ts'),
  'gitlab-1': () => import('./gitlab-1.ts'),
  'gitlab-v4-1': () => import('./gitlab-v4-1.ts'),
  'gnu-1': () => import('./gnu-1.ts'),
  'pypi-1': () => import('./pypi-1.ts'),
  'pypi-compat-1': () => import('./pypi-compat-1.ts'),
  'pypi-simple-1': () => import('./pypi-simple-1.ts'),
  'python-github-1': () => import('./python-github-1.ts'),
  'python-namespace-1': () => import('./python-namespace-1.ts'),
  'python-virtual-1': () => import('./python-virtual-1.ts'),
  simple: () => import('./simple.ts'),
  'sourceforge-1': () => import('./sourceforge-1.ts'),
};
