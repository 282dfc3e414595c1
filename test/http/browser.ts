import { type Browser, chromium, type Page } from 'playwright-core';
import { findProgram } from '../../src/host/index.ts';

/** The browser of this system. */
export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: findProgram('chromium') ?? 'chromium',
    args: ['--no-sandbox'],
  });

/** A page that notes in `problems` what goes wrong in it: errors, what its policy forbids, dialogs that nobody wants. */
export async function watchedPage(
  browser: Browser,
  problems: string[],
  options: Parameters<Browser['newPage']>[0] = {},
): Promise<Page> {
  const page = await browser.newPage(options);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text())) problems.push(message.text());
  });
  page.on('dialog', (dialog) => {
    problems.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return page;
}
