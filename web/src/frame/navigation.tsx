import type { NavEntry, Page } from '../page.ts';

const groups: readonly NavEntry['group'][] = ['Farm', 'Packages', 'Recipes', 'Tools'];

/** Where one can go; the present page is marked. */
export function Navigation({ pages, path }: { readonly pages: readonly Page[]; readonly path: string }) {
  const isHere = (page: Page): boolean =>
    page.path === '/' ? path === '/' : path === page.path || path.startsWith(`${page.path}/`);
  return (
    <nav aria-label="Pages">
      {groups.map((group) => {
        const here = pages.filter((page) => page.nav?.group === group);
        if (here.length === 0) return null;
        return (
          <div key={group} class="nav-group">
            <h2 id={`nav-${group}`}>{group}</h2>
            <ul aria-labelledby={`nav-${group}`}>
              {here.map((page) => (
                <li key={page.path}>
                  <a href={page.path} {...(isHere(page) ? { 'aria-current': 'page' as const } : {})}>
                    {page.nav?.label}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
