/** The result, or undefined after `ms`; the work goes on, and what it throws then goes to `late`. */
export async function within<T>(work: Promise<T>, ms: number, late: (error: unknown) => void): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const due = new Promise<'due'>((resolve) => {
    timer = setTimeout(() => resolve('due'), ms)
  })
  try {
    const first = await Promise.race([work, due])
    if (first !== 'due') return first
    work.catch(late)
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
