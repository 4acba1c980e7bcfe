import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono, type MiddlewareHandler } from 'hono'

/** Everything from ourselves, nothing inline, nobody may frame us. `blob:` is the preview of a photo before it is sent. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Headers go on after the file: serve-static 2.1 makes its answer before it calls onFound, and what that sets is lost. */
export function withHeaders(cacheControl: string): MiddlewareHandler {
  return async (c, next) => {
    await next()
    c.header('Content-Security-Policy', contentPolicy)
    c.header('X-Content-Type-Options', 'nosniff')
    c.header('Referrer-Policy', 'no-referrer')
    c.header('Cross-Origin-Opener-Policy', 'same-origin')
    c.header('Cross-Origin-Resource-Policy', 'same-origin')
    c.header('Cache-Control', c.res.ok ? cacheControl : 'no-store')
  }
}

/**
 * The built page (dist/console) below /play. Names of assets carry a hash, so they may be kept for ever; the page itself
 * may not.
 */
export function playPages(consoleDir: string): Hono {
  const app = new Hono()
  const index = join(consoleDir, 'index.html')
  const page = serveStatic({ path: index })
  const below = serveStatic({ root: consoleDir, rewriteRequestPath: (path) => path.slice('/play'.length) })
  app.get('/play', (c) => c.redirect('/play/'))
  app.get('/play/', withHeaders('no-cache'), async (c, next) =>
    existsSync(index) ? page(c, next) : c.text('The page is not built: run npm run build', 503),
  )
  app.get('/play/assets/*', withHeaders('public, max-age=31536000, immutable'), below)
  app.get('/play/icon.svg', withHeaders('public, max-age=86400'), below)
  return app
}
