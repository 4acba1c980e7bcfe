import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { isLostTypeQuestion } from '../src/db/client.ts'

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/kit/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // two cores: more workers only make the real servers in the tests wait for each other
    maxWorkers: 2,
    restoreMocks: true,
    // main.ts does the same; the tests that cut connections meet it now and then
    onUnhandledError: (error) => !isLostTypeQuestion(error),
  },
})
