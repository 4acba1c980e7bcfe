/** How many walks a slow property takes: `few` in CI, CHADAN_RUNS when somebody wants to look harder. */
export function runs(few: number): number {
  return Number(process.env.CHADAN_RUNS ?? few)
}
