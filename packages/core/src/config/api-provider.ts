/** A key of a provider in the config, for schemas, forms, and questions. */
export interface ApiProviderKey {
  /** The key, such as `apiKey`. */
  readonly key: string;
  /** The label of a form, such as `API key`. */
  readonly title: string;
  /** What the value is and where to find it, to follow "set it to". */
  readonly find: string;
  /** Whether the value must not be shown. @default false */
  readonly secret?: true;
  /** Whether the key can be omitted. @default false */
  readonly optional?: true;
  /** The type of the value. A `url` is an https URL. @default a string */
  readonly type?: 'boolean' | 'url';
  /** The only valid values. The first one is the most common. @default any string */
  readonly choices?: readonly [string, ...string[]];
  /** A valid value. */
  readonly example?: string;
  /** The form of a valid value, without flags. @default printable ASCII */
  readonly pattern?: RegExp;
  /** Whether forms omit the key, because hardly anyone needs it. @default false */
  readonly expert?: true;
}

/** A provider with an HTTP API that a config can select by name. */
export interface ApiProvider {
  /** The name in the config, and of the subpath of `@postern/transport-http`. */
  readonly name: string;
  readonly title: string;
  readonly keys: readonly ApiProviderKey[];
}
