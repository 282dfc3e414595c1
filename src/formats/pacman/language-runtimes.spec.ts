import { expect, it } from 'vitest';
import { RuntimeCollector } from './language-runtimes.ts';

function runtimesOf(paths: readonly string[], header?: string) {
  const collector = new RuntimeCollector();
  for (const path of paths) collector.note(path);
  if (header !== undefined) collector.noteHeader(header);
  return collector.finish();
}

it.each([
  ['usr/lib/python3.13/site-packages/yaml/__init__.py', 'python 3.13'],
  ['usr/lib/perl5/5.40/vendor_perl/JSON.pm', 'perl 5.40'],
  ['usr/lib/x86_64-linux-gnu/perl5/5.36/JSON/XS.pm', 'perl 5.36'],
  ['usr/lib/ruby/gems/3.3.0/gems/rake-13/rake.gemspec', 'ruby 3.3.0'],
  ['usr/lib/lua/5.4/lpeg.so', 'lua 5.4'],
  ['usr/lib/node_modules/x/lib/binding/node-v115-linux-x64/x.node', 'node-abi 115'],
])('finds in %s what is needed', (path, needed) => {
  expect(runtimesOf(['usr/', path])).toEqual({ provided: [], needed: [needed] });
});

it('knows interpreters, which do not need themselves', () => {
  const python = ['usr/bin/python3.13', 'usr/lib/python3.13/site-packages/README.txt'];
  expect(runtimesOf(python)).toEqual({ provided: ['python 3.13'], needed: [] });
  const perl = ['usr/bin/perl', 'usr/lib/perl5/5.40/core_perl/Config.pm'];
  expect(runtimesOf(perl)).toEqual({ provided: ['perl 5.40'], needed: [] });
  const ruby = ['usr/bin/ruby', 'usr/lib/ruby/3.3.0/set.rb', 'usr/lib/ruby/gems/3.3.0/gems/x'];
  expect(runtimesOf(ruby)).toEqual({ provided: ['ruby 3.3.0'], needed: [] });
  expect(runtimesOf([], '#define NODE_MODULE_VERSION 127\n').provided).toEqual(['node-abi 127']);
});

it('finds nothing in files without a version', () => {
  const paths = [
    'usr/lib/python3/dist-packages/x.py',
    'usr/share/perl5/vendor_perl/X.pm',
    'usr/bin/python',
    'etc/x',
  ];
  expect(runtimesOf(paths)).toEqual({ provided: [], needed: [] });
});
