import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder, ending in a slash. Not URL.pathname: the checkout may stand below a name with a blank. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Paths of all files below `folder`, relative to the project, sorted. Empty when the folder does not exist. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true, recursive: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length))
    .sort()
}
