import {
  parseSettings,
  readPackageSettings,
  removeSetting,
  writeSetting,
} from '../src/formats/pkgbuild-repo/index.ts';
import { asText, type FuzzTarget, must } from './target.ts';

export const target: FuzzTarget = {
  name: 'settings-file',
  check(input) {
    const text = asText(input);
    const { settings } = readPackageSettings(text, 'x');
    must(
      settings.timeoutFactor > 0 && Number.isFinite(settings.timeoutFactor),
      'the time-out factor is a factor',
    );
    const before = parseSettings(text);
    const written = writeSetting(text, 'CI_FUZZ', 'a value');
    must(parseSettings(written).values.get('CI_FUZZ') === 'a value', 'what is written is read');
    must(writeSetting(written, 'CI_FUZZ', 'a value') === written, 'writing the same changes nothing');
    const removed = parseSettings(removeSetting(written, 'CI_FUZZ'));
    for (const [key, value] of before.values) {
      if (key !== 'CI_FUZZ') must(removed.values.get(key) === value, 'other settings stay as they were');
    }
  },
};
