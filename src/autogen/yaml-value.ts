import { checkExpansion, type YamlNode } from '../formats/yaml/index.ts';
import { readPlainScalar } from './plain-scalar.ts';

/**
 * The value of a document with the scalar rules of YAML 1.1 (specification 1.6). Scalars and keys for which `isLiteral`
 * says so, by the path of keys, stay the text that was written. Throws AGN003 when aliases multiply without end.
 */
export function yamlValue(
  node: YamlNode,
  options: {
    readonly isLiteral?: (path: readonly string[]) => boolean;
    /** Makes values of floats, so that `2.0` can stay `2.0` in templates. */
    readonly makeFloat?: (value: number) => unknown;
  } = {},
): unknown {
  const value = (at: YamlNode, path: readonly string[]): unknown => {
    if (at.kind === 'list') return at.items.map((item) => value(item, path));
    if (at.kind === 'map') {
      const made: Record<string, unknown> = {};
      for (const entry of at.entries) setOwn(made, entry.key, value(entry.value, [...path, entry.key]));
      return made;
    }
    if (!at.isPlain || options.isLiteral?.(path)) return at.text;
    const scalar = readPlainScalar(at.text);
    if (scalar.kind === 'null') return null;
    if (scalar.kind === 'text') return at.text;
    if (scalar.kind === 'float' && options.makeFloat) return options.makeFloat(scalar.value);
    return scalar.value;
  };
  checkExpansion(node, 'AGN003');
  return value(node, []);
}

/** `~`, `null` and nothing at all, without quotes. */
export function isNull(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.isPlain && readPlainScalar(node.text).kind === 'null';
}

/** Sets a property whatever its name: `__proto__` is a key like any other. */
export function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}
