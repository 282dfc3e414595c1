import { configFileName, parseFarmConfig, withEnvironment } from '../config/index.ts';
import { machine, textIfThere } from '../host/index.ts';

/** The names that Chaotic Manager's clients take for granted (specification 13.2). */
const chaotic = { target: 'chaotic-aur', source: 'chaotic-aur' };

/** Target and source that a request means when it names none: the farm's own, where there is a farm. */
export function farmNames(folder: string): { readonly target: string; readonly source: string } {
  const file = `${folder}/${configFileName}`;
  const text = textIfThere(file);
  if (text === undefined) return chaotic;
  const config = withEnvironment(parseFarmConfig(text, file), machine.variable);
  const [source] = Object.keys(config['recipe-sources']);
  return { target: config.repository, source: source ?? chaotic.source };
}
