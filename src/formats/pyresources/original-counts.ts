import { fault } from '../../diagnostics/index.ts';
import type { SymbolCounts } from './entities.ts';
import { isObject, type JsonObject } from './json-objects.ts';

/** The original's counts of symbols: lines of JSON, `{"Symbol": path, "Data": counts}`. Throws MPY300 and MPY301. */
export function readCountLines(bytes: Uint8Array): ReadonlyMap<string, SymbolCounts> {
  const counts = new Map<string, SymbolCounts>();
  const text = new TextDecoder().decode(bytes);
  if (text !== '' && !text.endsWith('\n'))
    throw fault('MPY300', { what: 'the lines of symbol counts end too early' });
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const row = parseLine(line);
    if (row === undefined || typeof row['Symbol'] !== 'string' || !isObject(row['Data']))
      throw fault('MPY301', {
        what: `line ${index + 1} of symbol counts is no object with 'Symbol' and 'Data'`,
      });
    counts.set(row['Symbol'], countsOf(row['Data']));
  }
  return counts;
}

function parseLine(line: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function countsOf(data: JsonObject): SymbolCounts {
  const number = (name: string): number => (Number.isSafeInteger(data[name]) ? Number(data[name]) : 0);
  const aliases = isObject(data['ImportAliases']) ? data['ImportAliases'] : {};
  return {
    imports: number('Import'),
    names: number('Name'),
    attributes: number('Attribute'),
    expressions: number('Expr'),
    importsOfThis: number('ImportThis'),
    aliases: new Map(
      Object.entries(aliases).filter((entry): entry is [string, number] => Number.isSafeInteger(entry[1])),
    ),
  };
}
