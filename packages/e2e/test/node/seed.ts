/** What the chances of the Node matrix are drawn from. */
export const SEED = 20_261_121
