/** `npm run bench -- NAME`: prints one JSON object on stdout; progress goes to stderr. */
const benches: Readonly<Record<string, () => Promise<object>>> = {
  answer: async () => (await import('./answer.ts')).answerBench(),
  approvals: async () => (await import('./approvals.ts')).approvalsBench(),
  callback: async () => (await import('./callback.ts')).callbackBench(),
  ingest: async () => (await import('./ingest.ts')).ingestBench(),
  lookup: async () => (await import('./lookup.ts')).lookupBench(),
  merge: async () => (await import('./merge.ts')).mergeBench(),
  ocr: async () => (await import('./ocr.ts')).ocrBench(),
  start: async () => (await import('./start.ts')).startBench(),
  timers: async () => (await import('./timers.ts')).timersBench(),
}

const name = process.argv[2] ?? ''
const bench = benches[name]
if (bench === undefined) {
  console.error(`Which bench? One of: ${Object.keys(benches).join(', ')}`)
  process.exit(1)
}
console.log(JSON.stringify({ bench: name, node: process.version, ...(await bench()) }, null, 2))
