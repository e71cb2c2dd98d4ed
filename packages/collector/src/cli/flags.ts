/** What stood on the command line after the command's name, by the names of its options. */
export type Flags = Readonly<Record<string, string | boolean | undefined>>
