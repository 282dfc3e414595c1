import type { Command } from 'commander';
import type { Shell } from '../shell.ts';
import { addGenerate } from './ebin-generate.ts';
import { addInspect, addScan, addVerify } from './ebin-looks.ts';
import { addMatrix } from './ebin-matrix.ts';
import { addRequests } from './ebin-request.ts';
import { addServeEbins } from './ebin-serve.ts';
import { addFeatures, addGc, addSelect } from './ebin-user.ts';
import { addWatch } from './ebin-watch.ts';

/** `packmill ebin ...`: ebuilds that choose among binary packages by USE. */
export function addEbin(program: Command, shell: Shell): void {
  const ebin = program
    .command('ebin')
    .description('ebuilds that index prebuilt contents by combination of USE flags');
  addGenerate(ebin.command('generate'), shell);
  addGenerate(ebin.command('publish', { hidden: true }), shell);
  addWatch(ebin.command('watch'), shell);
  addScan(ebin.command('scan'), shell);
  addInspect(ebin.command('inspect'), shell);
  addMatrix(ebin.command('matrix'), shell);
  addVerify(ebin.command('verify'), shell);
  addSelect(ebin.command('select'), shell);
  addFeatures(ebin.command('features'), shell);
  addServeEbins(ebin.command('serve'), shell);
  addGc(ebin.command('gc'), shell);
  addRequests(ebin, shell);
}
