/** What the hub asks of whoever watches a folder of sheets (connectors/sheet-folder.ts). */

export type FolderRead =
  | { readonly outcome: 'read'; readonly bytes: Uint8Array }
  /** As the problems of sheets: too_big, locked. */
  | { readonly outcome: 'refused'; readonly problem: string }
  /** It was written to meanwhile: the next look tells. */
  | { readonly outcome: 'changing' }

/** A file that stood still between two looks and was not settled in this state before. */
export type FolderFile = {
  /** Mappings and "the same file" are per sender: the distributor's folder. */
  readonly sender: string
  /** The distributor whose folder it is. */
  readonly shop?: string
  /** With its folder, as people see it. */
  readonly fileName: string
  /** When it was written. Epoch ms. */
  readonly toldAtMs: number
  /** Names this state of the file: path, size, time. */
  readonly state: string
  read(): Promise<FolderRead>
  /** Not given again until it changes. */
  settle(): void
}

export type SheetFolder = {
  readonly name: string
  /** As in the table of sources. */
  readonly source: string
  /** Member ids who hear what became of the files; nobody named = operations. */
  readonly tells: readonly string[]
  /** Oldest first. `problems` names what could not be looked at. Throws Unreachable when the folder itself cannot be. */
  look(): Promise<{ readonly files: readonly FolderFile[]; readonly problems: readonly string[] }>
}
