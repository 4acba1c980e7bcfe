import { isIP } from 'node:net'
import type { MiddlewareHandler } from 'hono'

/**
 * Lets only this site's own pages and plain tools (curl) in. Against DNS rebinding: the Host header must be one that no
 * stranger can point at us (loopback names, IP literals where the desk listens beyond loopback, or `boundHost` itself).
 * Against foreign pages: Origin must be ours, and the browser must not call the request cross-site. Answers 403.
 */
export function ownPagesOnly(boundHost: string): MiddlewareHandler {
  return async (c, next) => {
    const host = hostOf(`http://${c.req.header('host') ?? ''}`)
    if (host === undefined || !isOwnName(host.hostname, boundHost))
      return c.json({ problem: 'foreign-host', hint: 'open the page by its IP address or as localhost' }, 403)
    const origin = c.req.header('origin')
    if (origin !== undefined && hostOf(origin)?.host !== host.host) return c.json({ problem: 'foreign-origin' }, 403)
    const site = c.req.header('sec-fetch-site')
    if (site === 'cross-site' || site === 'same-site') return c.json({ problem: 'foreign-origin' }, 403)
    return next()
  }
}

function hostOf(address: string): URL | undefined {
  return URL.canParse(address) ? new URL(address) : undefined
}

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

function isOwnName(name: string, boundHost: string): boolean {
  if (loopbackNames.has(name) || name.endsWith('.localhost')) return true
  if (isLoopback(boundHost)) return false
  return name === boundHost.toLowerCase() || isIP(name.replace(/^\[|\]$/g, '')) !== 0
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\./.test(host)
}
