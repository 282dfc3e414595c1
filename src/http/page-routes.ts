import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyReply } from 'fastify';
import type { RouteContext } from './route-context.ts';
import { describeRoute, type WebServer } from './route-schema.ts';
import { logPolicy, pagePolicy as policy, webRoutes } from './web-routes.ts';

const day = { maxAge: '1d' };
/** Pages and what they load. */
export async function pageRoutes(
  server: WebServer,
  { pagesFolder, webFolder }: Pick<RouteContext, 'pagesFolder' | 'webFolder'>,
): Promise<void> {
  await server.register(fastifyStatic, { root: pagesFolder, serve: false });
  const page = pageAdder(server);
  await webRoutes(server, webFolder);
  for (const url of ['/logs.html', '/logs/logs.html']) {
    page(url, 'The log page: `?id=PKGBASE&timestamp=MS`', (reply) =>
      reply.header('content-security-policy', logPolicy).sendFile('logs.html', pagesFolder, day),
    );
  }
  commonFiles(page, pagesFolder);
  for (const file of ['logs-viewer.js', 'logs-screen.js', 'logs-viewer.css']) {
    page(`/assets/${file}`, 'A part of the log page', (reply) => reply.sendFile(file, pagesFolder, day));
  }
  for (const one of [recipesPage, pythonPage, ebinsPage, stagesPage]) wholePage(page, pagesFolder, one);
  for (const [url, file] of Object.entries(terminalFiles)) {
    page(url, 'The terminal of the log page', (reply) => reply.sendFile(basename(file), dirname(file), day));
  }
}

type AddPage = (url: string, summary: string, send: (reply: FastifyReply) => FastifyReply) => void;

const pageAdder =
  (server: WebServer): AddPage =>
  (url, summary, send) => {
    const answer = { type: typeOf(url), description: 'The file.' };
    const schema = describeRoute({ summary, tag: 'pages', answer, also: { 404: 'The file is missing.' } });
    server.get(url, { schema }, async (_request, reply) => send(reply));
  };

function commonFiles(page: AddPage, pagesFolder: string): void {
  for (const file of ['pages.css', 'tables.css', 'elements.js', 'live.js', 'sorted-rows.js', 'operator.js']) {
    page(`/assets/${file}`, 'What pages have in common', (reply) => reply.sendFile(file, pagesFolder, day));
  }
}

/** A page that is `NAME.html`, and what it loads beyond the common files. */
interface WholePage {
  readonly name: string;
  readonly summary: string;
  /** What the page is of. */
  readonly of: string;
  readonly files: readonly string[];
}

const recipesPage: WholePage = {
  name: 'recipes',
  summary: 'Recipe sources that keep themselves up to date, and their packages',
  of: 'recipes',
  files: ['recipes.js', 'recipes-table.js', 'recipes.css'],
};
const pythonPage: WholePage = {
  name: 'python',
  summary: 'Symbols of Python: `?path=DOTTED.PATH`',
  of: 'Python symbols',
  files: ['python.js', 'python.css'],
};
const ebinsPage: WholePage = {
  name: 'ebins',
  summary: 'Ebins: `?repository=NAME&ebin=CATEGORY/NAME-VERSION&use=FLAGS`',
  of: 'ebins',
  files: ['ebins.js', 'ebins-list.js', 'ebins-matrix.js', 'ebins.css'],
};
const stagesPage: WholePage = {
  name: 'stages',
  summary: 'Stages: what is built, and what mirrors have',
  of: 'stages',
  files: ['stages.js'],
};

function wholePage(page: AddPage, pagesFolder: string, { name, summary, of, files }: WholePage): void {
  page(`/${name}.html`, summary, (reply) =>
    reply.header('content-security-policy', policy).sendFile(`${name}.html`, pagesFolder, day),
  );
  for (const file of files) {
    page(`/assets/${file}`, `A part of the page of ${of}`, (reply) => reply.sendFile(file, pagesFolder, day));
  }
}

/** What the page of ebins needs, where there is no farm. */
export async function ebinPageRoutes(server: WebServer, pagesFolder: string): Promise<void> {
  await server.register(fastifyStatic, { root: pagesFolder, serve: false });
  const page = pageAdder(server);
  commonFiles(page, pagesFolder);
  wholePage(page, pagesFolder, ebinsPage);
}

const typeOf = (url: string): string =>
  url.endsWith('.js') ? 'application/javascript' : url.endsWith('.css') ? 'text/css' : 'text/html';

const terminalFiles = {
  '/assets/xterm.js': fileURLToPath(import.meta.resolve('@xterm/xterm/lib/xterm.js')),
  '/assets/xterm.css': fileURLToPath(import.meta.resolve('@xterm/xterm/css/xterm.css')),
};
