const digits = '0123456789'

/**
 * Every number one slip of the finger away: one digit typed wrong, two neighbours swapped, one left out, one too many.
 * Letters stay as they are. At most about 21 × length numbers; none for keys longer than 40 characters.
 */
export function nearNumbers(number: string): readonly string[] {
  if (number.length > 40) return []
  const near = new Set<string>()
  for (let i = 0; i <= number.length; i++) {
    const before = number.slice(0, i)
    const here = number[i] ?? ''
    const after = number.slice(i + 1)
    const next = number[i + 1]
    const isDigit = here !== '' && digits.includes(here)
    if (isDigit) {
      near.add(before + after)
      for (const digit of digits) near.add(before + digit + after)
      if (next !== undefined && digits.includes(next)) near.add(before + next + here + number.slice(i + 2))
    }
    const touchesDigit = isDigit || digits.includes(number[i - 1] ?? 'x')
    if (touchesDigit) for (const digit of digits) near.add(before + digit + here + after)
  }
  near.delete(number)
  return [...near]
}
