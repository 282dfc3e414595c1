import { describe, expect, it } from 'vitest';
import { readPlainScalar } from './plain-scalar.ts';

describe('readPlainScalar', () => {
  it('reads what PyYAML reads of YAML 1.1', () => {
    const value = (text: string): unknown => {
      const scalar = readPlainScalar(text);
      return scalar.kind === 'text' ? text : scalar.kind === 'null' ? null : scalar.value;
    };
    const cases: readonly (readonly [string, unknown])[] = [
      ['', null],
      ['~', null],
      ['yes', true],
      ['Off', false],
      ['y', 'y'],
      ['N', 'N'],
      ['5', 5],
      ['-7', -7],
      ['+7', 7],
      ['1_000', 1000],
      ['010', 8],
      ['08', '08'],
      ['0x1F', 31],
      ['0b101', 5],
      ['1:30', 90],
      ['1.10', 1.1],
      ['1e3', '1e3'],
      ['1.5e3', '1.5e3'],
      ['1.5e+3', 1500],
      ['.5', 0.5],
      ['.inf', Number.POSITIVE_INFINITY],
      ['-.inf', Number.NEGATIVE_INFINITY],
      ['2024-01-02', '2024-01-02'],
      ['1.2.3', '1.2.3'],
      ['12345e67', '12345e67'],
      ['90071992547409931234', 90071992547409931234n],
    ];
    for (const [text, expected] of cases) expect([text, value(text)]).toEqual([text, expected]);
    expect(readPlainScalar('.nan')).toEqual({ kind: 'float', value: Number.NaN });
  });
});
