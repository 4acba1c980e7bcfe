const digits: Readonly<Record<string, number>> = {
  零: 0,
  〇: 0,
  一: 1,
  二: 2,
  两: 2,
  俩: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
}

/** Source of a RegExp for a small number in digits or in characters; read it with `numberOf`. */
export const numeral = '(?:\\d{1,4}|[零〇一二两俩三四五六七八九十廿百]{1,5})'

/** 12 · 十二 · 二十 · 廿一 · 一百二 → the number; undefined when it is none. */
export function numberOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text)
  const plain = text.replace('廿', '二十')
  const hundreds = /^(.?)百(.*)$/.exec(plain)
  if (hundreds) {
    const rest = hundreds[2] === '' ? 0 : numberOf((hundreds[2] ?? '').replace(/^零/, ''))
    const head = hundreds[1] === '' ? 1 : digits[hundreds[1] ?? '']
    return rest === undefined || head === undefined ? undefined : head * 100 + rest
  }
  const tens = /^(.?)十(.?)$/.exec(plain)
  if (tens) {
    const head = tens[1] === '' ? 1 : digits[tens[1] ?? '']
    const tail = tens[2] === '' ? 0 : digits[tens[2] ?? '']
    return head === undefined || tail === undefined ? undefined : head * 10 + tail
  }
  return plain.length === 1 ? digits[plain] : undefined
}
