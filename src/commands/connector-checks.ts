import type { OpenFeed } from '../feed-parts.ts'

const longestMs = 10_000

/** One harmless call to each connector, all at the same time; undefined = fine, else what to do about it. */
export async function checkConnectors({
  connectors,
}: Pick<OpenFeed, 'connectors'>): Promise<readonly { readonly check: string; readonly repair: string | undefined }[]> {
  return Promise.all(
    connectors.map(async ({ name, connector }) => {
      const repair = await connector.check(AbortSignal.timeout(longestMs)).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : 'it failed'),
      )
      return { check: `connector ${name}`, repair }
    }),
  )
}
