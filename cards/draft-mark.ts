/** Whose draft it is: its buttons work for this member only. */
export type DraftMark = { readonly id: string; readonly memberId: string; readonly expiresAtMs: number }
