import { type Command, Option } from 'commander';
import { createTokenDigest, systemRandom } from '../../host/index.ts';
import type { Shell } from '../shell.ts';

/** `packmill token new`: a secret for somebody, and the line of settings that lets him in. */
export function addToken(program: Command, shell: Shell): void {
  program
    .command('token')
    .description('tokens for operators and builders')
    .command('new')
    .description('make a token; the settings keep its hash alone')
    .argument('<name>', 'whose it is')
    .addOption(
      new Option('--role <role>', 'operator (schedule, cancel, drain) or builder (fetch and hand in objects)')
        .choices(['operator', 'builder'])
        .default('operator'),
    )
    .action((name: string, { role }: { role: string }) => {
      const token = systemRandom.hex(24);
      const setting = {
        name,
        role,
        sha256: createTokenDigest(token),
      };
      shell.printJson({ token, setting });
      shell.print(
        `token (shown once; PACKMILL_TOKEN): ${token}`,
        "add to 'service.tokens' in packmill.yaml and start the manager again:",
        `  - { name: ${JSON.stringify(name)}, role: ${setting.role}, sha256: ${setting.sha256} }`,
      );
    });
}
