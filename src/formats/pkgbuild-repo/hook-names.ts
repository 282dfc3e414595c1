/** Names in `.CI` of what is applied to a recipe before makepkg runs (specification 17). */
export const interfereNames: readonly string[] = [
  'prepare',
  'prepare.sh',
  'interfere.patch',
  'PKGBUILD.prepend',
  'PKGBUILD.append',
];

/** The hook in `.CI` that updates a recipe (specification 7.9). */
export const updateHookName = 'update.sh';

/** Programs in `.CI` that run after a build (specification 17.3). */
export const endHookNames: readonly string[] = ['on-success.sh', 'on-failure.sh'];
