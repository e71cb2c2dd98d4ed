/** The tables stay; filters of key runs may have eight probes, which an earlier program would not find. */
export const WIDER_FILTERS = ''
