/**
 * What `work` comes to, or the error of `late` after `ms` of real time; the work itself goes on unheard. One plain timer:
 * the Clock's sleep needs an AbortController, which costs Node 20 as much as decrypting a callback.
 */
export function inTime<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms)
    work.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}
