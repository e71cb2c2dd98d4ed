/**
 * Whether the mistakes that TypeScript would find are looked for as well. The build for pages that visitors load writes
 * `false` here; bundlers take the other one while an application is developed (export condition `development`).
 */
export const IS_DEVELOPMENT: boolean = true
