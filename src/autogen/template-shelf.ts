import { isAbsolute, join, normalize } from 'node:path';
import { fault } from '../diagnostics/index.ts';
import { compileTemplate, type Template, type TemplateLoader } from '../formats/jinja/index.ts';
import { textIfThere } from '../host/index.ts';

/** Templates of a run, each read and compiled once. */
export class TemplateShelf {
  readonly #files = new Map<string, Template>();
  readonly #texts = new Map<string, Template>();

  /**
   * The template of a file; `extends`, `include` and `import` find those of the same folder. Throws AGN018 when there is none
   * and TPL001 for a mistake in it.
   */
  file(folder: string, name: string): Template {
    const path = join(folder, name);
    let template = this.#files.get(path);
    if (!template) {
      const text = loaderOf(folder)(name);
      if (text === undefined) throw fault('AGN018', { what: `there is no template '${path}'` });
      template = compileTemplate(text, { name: path, loader: loaderOf(folder) });
      this.#files.set(path, template);
    }
    return template;
  }

  /** A template that is given as a text. `name` is for messages. Throws TPL001. */
  text(text: string, { name, folder }: { readonly name: string; readonly folder: string }): Template {
    const key = `${folder}\0${text}`;
    let template = this.#texts.get(key);
    if (!template) {
      template = compileTemplate(text, { name, loader: loaderOf(folder) });
      this.#texts.set(key, template);
    }
    return template;
  }
}

/** Never leaves the folder. */
function loaderOf(folder: string): TemplateLoader {
  return (name) => {
    const path = normalize(name);
    if (isAbsolute(path) || path === '..' || path.startsWith('../')) return undefined;
    return textIfThere(join(folder, path));
  };
}
