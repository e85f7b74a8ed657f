// The public API of @hipaalint/cdk.

export type { FailOn, HipaalintProps, Profile } from './options';
export { Hipaalint } from './plugin';
