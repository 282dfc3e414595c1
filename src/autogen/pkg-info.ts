/** A value of a package's settings, as YAML and JSON have them. */
export type PkgValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly PkgValue[]
  | { readonly [name: string]: PkgValue };

/**
 * What is known of a package when it is handed to `generate`: settings of all layers, and where they come from
 * (specification 1.5, 1.6). Names are those that templates use; the camel-case ones are the same values, and a copy
 * made by spreading carries the first spelling only.
 */
export interface PkgInfo {
  /** Name of the package, by default the folder of the autogen. */
  readonly name: string;
  /** Category, by default the folder above. */
  readonly cat: string;
  /** As the settings say it; absent or `latest`: the newest there is. */
  readonly version?: string | undefined;
  readonly revision?: number | string | Readonly<Record<string, number | string>> | undefined;
  readonly template?: string | undefined;
  readonly template_text?: string | undefined;
  readonly template_path?: string | undefined;
  readonly templatePath?: string | undefined;
  readonly path?: string | undefined;
  /** File of the autogen. */
  readonly sub_path?: string | undefined;
  readonly subPath?: string | undefined;
  /** Folder of the autogen as an expression that ebuilds can use. */
  readonly gen_path?: string | undefined;
  readonly genPath?: string | undefined;
  /** Who generates this: the last two parts of the overlay root and the folder in it. */
  readonly autogen_id?: string | undefined;
  readonly autogenId?: string | undefined;
  readonly [name: string]: unknown;
}

/** Settings on their way to a `PkgInfo`. */
export type PkgSettings = Readonly<Record<string, unknown>>;
