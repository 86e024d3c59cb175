/** One option. Whatever is said of it, anywhere, comes from here. */
export interface Option<Value> {
  /**
   * One sentence without its full stop, for `--help`, the tables in the
   * documents, and the beginning of its docstring.
   */
  readonly doc: string
  readonly kind: Kind<Value>
  readonly default?: Value
  /** The default in words, where it is no plain value. */
  readonly otherwise?: string
  /** What `false` means, as a sentence; where it is missing, the option cannot be `false`. */
  readonly off?: string
  readonly change: Change
  /** Flags that mean the same, such as pm2's. */
  readonly aliases?: readonly string[]
  /** No log has it. */
  readonly secret?: boolean
}

/** What becomes of a value that has changed in the program's code. */
export type Change =
  /** A reload applies it. */
  | 'reload'
  /** It is for code that runs in the workers: the new ones have it. */
  | 'worker'
  /** The same, and the first worker of the new code is replaced for it: a worker has it from its start on. */
  | 'boot'
  /** It counts when the program is started anew. */
  | 'restart'

/** What values an option can have, as code says them and as text does. */
export interface Kind<Value> {
  /**
   * @returns the value.
   * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
   */
  readonly check: (name: string, value: any) => Value
  /**
   * What the text of a flag or of a variable means. Where it is missing, the
   * option is for code alone.
   * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
   */
  readonly read?: (name: string, text: string) => Value
  /** What stands for a value in `--help`; where it is missing, the flag has none. */
  readonly placeholder?: string
  readonly unit?: 'ms' | 'bytes'
  readonly members?: Options<any>
  /** What a value that is no object says, as members. */
  readonly short?: (value: unknown) => object
}

/** An option for each property of `Given`. */
export type Options<Given> = {
  readonly [Name in keyof Given]-?: Option<Exclude<Given[Name], undefined>>
}
