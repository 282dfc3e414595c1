import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import { pathExists } from '../host/index.ts';
import { describeRoute, type WebServer } from './route-schema.ts';

/** Nothing from elsewhere, and no scripts in pages. */
export const pagePolicy =
  "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";
/** The terminal of log pages makes style elements for its colours; scripts stay files. */
export const logPolicy = `${pagePolicy}; style-src 'self' 'unsafe-inline'`;

/** Where pages of the dashboard are; which of them there are, the dashboard itself knows. */
const places = [
  ...['queue', 'builders', 'packages', 'jobs', 'plans', 'repositories', 'upstreams', 'reviews', 'simulate'],
  ...['why', 'rebuilds', 'provenance', 'audit', 'signed-in', 'stages', 'ebins', 'kits', 'python', 'logs'],
] as const;

/** Folder with the dashboard as the set-up puts it together. */
export const builtWeb = (): string => fileURLToPath(new URL('../../web/dist', import.meta.url));

/** Address of the first page, for a folder that was never set up. */
const unbuilt =
  '<!doctype html><html lang="en"><title>packmill</title><p>The dashboard is not put together yet: <code>npm run setup</code> does that. <a href="/api/openapi.json">All routes</a></p></html>';

/** The dashboard: one document for all its pages, and the files it loads. Its folder is what `vite build` makes. */
export async function webRoutes(server: WebServer, webFolder: string): Promise<void> {
  const isBuilt = pathExists(`${webFolder}/index.html`);
  const add = (url: string, summary: string | undefined): void => {
    const isLog = url.startsWith('/logs');
    const answer = { type: 'text/html', description: 'The document of the dashboard.' };
    server.get(
      url,
      summary === undefined
        ? { schema: { hide: true } }
        : { schema: describeRoute({ summary, tag: 'pages', answer }) },
      async (_request, reply) => {
        reply.headers({
          'content-security-policy': isLog ? logPolicy : pagePolicy,
          'cache-control': 'no-cache',
        });
        if (!isBuilt) return reply.type('text/html; charset=utf-8').send(unbuilt);
        return reply.sendFile('index.html', webFolder, { cacheControl: false });
      },
    );
  };
  add('/', 'The dashboard, which also answers at the addresses of its pages');
  for (const place of places) {
    add(`/${place}`, undefined);
    add(`/${place}/*`, undefined);
  }
  if (!isBuilt) return;
  server.get('/icon.svg', { schema: { hide: true } }, async (_request, reply) =>
    reply.sendFile('icon.svg', webFolder, { maxAge: '1d' }),
  );
  await server.register(fastifyStatic, {
    root: `${webFolder}/app`,
    prefix: '/app/',
    decorateReply: false,
    index: false,
    preCompressed: true,
    // their names change with what is in them
    immutable: true,
    maxAge: '365d',
  });
}
