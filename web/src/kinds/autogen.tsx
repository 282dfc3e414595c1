import type { KindFace } from '../page.ts';
import { UpstreamsOf } from '../pages/upstreams.tsx';

export const autogenKind: KindFace = {
  name: 'autogen',
  label: 'Kits and autogens',
  pages: [
    {
      path: '/kits',
      title: () => 'Kits and their autogens',
      view: ({ query }) => (
        <UpstreamsOf
          query={query}
          kinds={['autogen', 'release']}
          none="No recipe source of this farm has the kind 'autogen' or 'release': docs/kits-on-a-farm.md tells how one does."
        />
      ),
      nav: { label: 'Kits', group: 'Recipes' },
    },
  ],
};
