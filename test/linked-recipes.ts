import { unchecked } from './unchecked-recipe.ts';

/** A PKGBUILD of a C library in one line: what it defines, and the number of its soname. */
export function libraryRecipe(
  name: string,
  { version, soname, code }: { readonly version: string; readonly soname: number; readonly code: string },
): string {
  const file = `lib${name}.so.${soname}`;
  return recipe(name, version, {
    build: `echo '${code}' > ${name}.c
  cc -shared -fPIC -Wl,-soname,${file} -o ${file} ${name}.c`,
    package: `install -D ${file} "$pkgdir/usr/lib/${file}"
  ln -s ${file} "$pkgdir/usr/lib/lib${name}.so"`,
  });
}

/** One of a program in C; `uses`: the library that it is linked with, which is also what it depends on. */
export function programRecipe(name: string, code: string, uses?: string): string {
  return recipe(name, '1.0', {
    more: uses === undefined ? '' : `depends=(${uses})`,
    build: `echo '${code}' > main.c
  cc -o ${name} main.c ${uses === undefined ? '' : `-l${uses}`}`,
    package: `install -D ${name} "$pkgdir/usr/bin/${name}"`,
  });
}

function recipe(
  name: string,
  version: string,
  parts: { readonly more?: string; readonly build: string; readonly package: string },
): string {
  return `pkgname=${name}
pkgver=${version}
pkgrel=1
pkgdesc='made for a test'
arch=(x86_64)
license=(MIT)
options=(!strip !debug)
${parts.more ?? ''}
${unchecked}
build() {
  ${parts.build}
}
package() {
  ${parts.package}
}
`;
}
