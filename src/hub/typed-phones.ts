/** A mobile number in any spelling people type: full width, +86, split by spaces or dashes. */
const spelt =
  /(?<![0-9\uff10-\uff19])(?:[1\uff11][\s-]*[3-9\uff13-\uff19](?:[\s-]*[0-9\uff10-\uff19]){9})(?![0-9\uff10-\uff19])/g

/** What somebody typed with every mobile number in it shown as 170****9354. */
export function maskedPhones(text: string): string {
  return text.replace(spelt, (phone) => {
    const digits = phone.normalize('NFKC').replace(/\D/g, '')
    return `${digits.slice(0, 3)}****${digits.slice(-4)}`
  })
}
