import type { ComponentType } from 'preact';
import { useEffect, useErrorBoundary, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { readAhead } from '../api.ts';
import { kinds } from '../kinds/index.ts';
import type { Page, PageProps } from '../page.ts';
import { pages } from '../pages/index.ts';
import { Notice } from '../pieces/notice.tsx';
import { SignIn } from '../pieces/operator.tsx';
import { Problem } from '../pieces/problem.tsx';
import { Empty } from '../pieces/values.tsx';
import { ConnectionLine } from './connection-line.tsx';
import { usePlace } from './location.ts';
import { matchPath } from './match.ts';
import { Navigation } from './navigation.tsx';
import { Person } from './person.tsx';
import { SearchBox } from './search-box.tsx';

const all: readonly Page[] = [...pages, ...kinds.flatMap((kind) => kind.pages)];

/** The page that an address leads to, with what its path says. */
function pageAt(
  path: string,
): { readonly page: Page; readonly params: Readonly<Record<string, string>> } | undefined {
  for (const page of all) {
    const params = matchPath(page.path, path);
    if (params) return { page, params };
  }
  return undefined;
}

/** The whole dashboard: what is the same on all pages, and the page that the address names. */
export function App() {
  const { path, query } = usePlace();
  const found = pageAt(path);
  const title = found ? found.page.title(found.params) : 'No such page';
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = `${title} · packmill`;
    // a new page begins where its heading is, also for those who hear it
    if (!isFirst.current) heading.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [title]);
  return (
    <>
      <a class="skip" href="#main">
        Skip to the page
      </a>
      <header class="top">
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="22" height="22" /> <span>packmill</span>
        </a>
        <SearchBox />
        <div class="top-end">
          <ConnectionLine />
          <Person />
        </div>
      </header>
      <Navigation pages={all} path={path} />
      <main id="main">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {found ? (
          <Shown key={`${found.page.path} ${path}`} page={found.page} params={found.params} query={query} />
        ) : (
          <Empty>
            Nothing is at <code>{path}</code>. <a href="/">Overview</a>
          </Empty>
        )}
      </main>
      <Notice />
      <SignIn />
    </>
  );
}

/** One page; what goes wrong in it leaves the rest of the dashboard as it is. */
function Shown({ page, params, query }: PageProps & { readonly page: Page }) {
  const [error] = useErrorBoundary();
  const View = useView(page, () => page.ahead?.(params, query) ?? []);
  if (error) return <Problem problem={{ what: 'this page cannot be shown', why: String(error) }} />;
  if (View === undefined) return <Empty>reading …</Empty>;
  if (View instanceof Error)
    return (
      <Problem
        problem={{
          what: 'this page cannot be loaded',
          why: View.message,
          next: 'Load the page again when the manager answers.',
        }}
      />
    );
  return <View params={params} query={query} />;
}

/** The component of a page. What it loads and reads is asked for at once, not when the first picture is painted. */
function useView(
  { view }: Page,
  addresses: () => readonly string[],
): ComponentType<PageProps> | Error | undefined {
  const [loading] = useState(() => {
    if (typeof view === 'function') return undefined;
    for (const address of addresses()) readAhead(address);
    return view.load().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
  });
  const [loaded, setLoaded] = useState<ComponentType<PageProps> | Error | undefined>(() =>
    typeof view === 'function' ? view : undefined,
  );
  useLayoutEffect(() => {
    let isOver = false;
    void loading?.then((one) => {
      if (!isOver) setLoaded(() => one);
    });
    return () => {
      isOver = true;
    };
  }, [loading]);
  return loaded;
}
