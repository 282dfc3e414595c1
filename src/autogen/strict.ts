import { fault } from '../diagnostics/index.ts';
import { nearestNames } from '../primitives/index.ts';

/** Names that JavaScript itself looks for on any object. */
const askedByLanguage: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  'constructor',
  'valueOf',
  'toString',
]);

const isCapital = (name: string): boolean => /^[A-Z]/.test(name);

/** Lets unknown members of an object throw AGN024; members that it has are read without a detour. */
export function strict<Value extends object>(value: Value, name: string): Value {
  const beyond = new Proxy(Object.prototype, {
    get: (_target, member, receiver) => {
      if (typeof member === 'symbol' || askedByLanguage.has(member)) {
        return Reflect.get(Object.prototype, member, receiver);
      }
      const all = nearestNames(member, Object.keys(value));
      // 'artefact' is meant to be 'artifact' and not the class 'Artifact'
      const near = all.find((one) => isCapital(one) === isCapital(member)) ?? all[0];
      throw fault('AGN024', {
        what: `'${name}.${member}' does not exist`,
        ...(near === undefined ? {} : { next: `Did you mean '${name}.${near}'?` }),
      });
    },
  });
  return Object.setPrototypeOf(value, beyond) as Value;
}
