// Publishes one version after the other until it is killed; says which one is done.
import { publication, publisher } from './made.ts';

const [root = '', first = '0'] = process.argv.slice(2);
const mirror = publisher();
for (let number = Number(first); ; number += 1) {
  const version = String(1000 + number);
  await mirror.publish(
    publication(root, { target: 'stage3', version, text: `stage ${version}\n`.repeat(99) }),
  );
  process.stdout.write(`${number}\n`);
}
