import { fault } from '../diagnostics/index.ts';
import type { KitDefinition } from '../formats/gentoo/index.ts';

/** Kits after their masters, otherwise in the order of the release (specification 7.4). Throws TRE004. */
export function kitOrder(kits: readonly KitDefinition[]): readonly KitDefinition[] {
  const names = new Set(kits.map(({ name }) => name));
  const ordered = new Set<KitDefinition>();
  const visit = (kit: KitDefinition, above: readonly string[]): void => {
    if (ordered.has(kit)) return;
    for (const master of kit.masters) {
      const { place } = kit;
      const line = [...above, kit.name, master].map((name) => `'${name}'`).join(' needs ');
      if (!names.has(master))
        throw fault('TRE004', { what: `kit '${kit.name}' has an unknown master '${master}'`, place });
      if (above.includes(master)) throw fault('TRE004', { what: `kits need one another: ${line}`, place });
      for (const one of kits) if (one.name === master) visit(one, [...above, kit.name]);
    }
    ordered.add(kit);
  };
  const masters = new Set(kits.flatMap((kit) => kit.masters));
  for (const kit of kits) if (masters.has(kit.name)) visit(kit, []);
  for (const kit of kits) visit(kit, []);
  return [...ordered];
}
