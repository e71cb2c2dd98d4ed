/** Why there is no figure beside the store of plain rows: it is no part of the package that is shipped. */
export const MISSING_PLAIN = 'no plain-row store was named (`--plain`)'
