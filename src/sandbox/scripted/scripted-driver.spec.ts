import { describe, expect, it } from 'vitest';
import type { SandboxCommand } from '../sandbox-driver.ts';
import { ScriptedDriver } from './index.ts';

const command: SandboxCommand = {
  root: { kind: 'host' },
  layer: undefined,
  layerWritable: false,
  user: 'builder',
  network: false,
  mounts: [],
  environment: {},
  workingDirectory: '/',
  command: ['make'],
  limits: { timeoutMs: 1, killGraceMs: 1, memoryBytes: undefined, processes: undefined, outputBytes: 4 },
};

describe('the scripted sandbox', () => {
  it('does what its script says and remembers what it was asked', async () => {
    const driver = new ScriptedDriver(({ command: [name] }) => ({
      output: 'hi',
      end: { kind: 'exited', code: name === 'make' ? 2 : 0 },
    }));
    let output = '';
    const onOutput = (bytes: Uint8Array): void => {
      output += Buffer.from(bytes).toString();
    };
    expect((await driver.run(command, { onOutput, signal: undefined })).end).toEqual({
      kind: 'exited',
      code: 2,
    });
    expect(output).toBe('hi');
    expect(driver.commands).toEqual([command]);
  });

  it('keeps the contract on output limits and cancellation', async () => {
    const chatty = new ScriptedDriver(() => ({ output: 'too much' }));
    const sizes: number[] = [];
    const onOutput = (bytes: Uint8Array): void => void sizes.push(bytes.byteLength);
    const { end } = await chatty.run(command, { onOutput, signal: undefined });
    expect(end).toEqual({ kind: 'too-much-output', limitBytes: 4 });
    expect(sizes).toEqual([4]);
    const hanging = new ScriptedDriver(() => ({ hangs: true }));
    const stop = new AbortController();
    const running = hanging.run(command, { onOutput, signal: stop.signal });
    stop.abort();
    expect((await running).end).toEqual({ kind: 'canceled' });
    expect((await hanging.run(command, { onOutput, signal: stop.signal })).end).toEqual({ kind: 'canceled' });
  });
});
