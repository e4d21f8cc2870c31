/**
 * Milliseconds that a load runs before it is measured, in every round: a short round must not measure
 * the compiler.
 */
export const WARM_UP = 400;
