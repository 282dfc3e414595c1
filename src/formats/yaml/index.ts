export { checkExpansion } from './yaml-expansion.ts';
export type { NamedNode } from './yaml-fields.ts';
export { isEmpty, YamlFields } from './yaml-fields.ts';
export type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from './yaml-node.ts';
export { readYaml } from './yaml-node.ts';
