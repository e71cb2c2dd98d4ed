/** The tables stay; parts of segments may be compressed with Zstandard, which an earlier program must not take for something else. */
export const ZSTANDARD_PARTS = ''
