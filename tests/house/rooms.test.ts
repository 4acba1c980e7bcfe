import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from 'dependency-cruiser'
import { expect, test } from 'vitest'
// @ts-expect-error plain JavaScript: depcruise reads it as its configuration
import untyped from './rooms.mjs'
import { filesBelow, root } from './tree.ts'

type Rules = {
  readonly forbidden: (IForbiddenRuleType & { readonly name: string })[]
  readonly options: ICruiseOptions
}
const rules: Rules = untyped

const roots = ['src', 'bot', 'handlers', 'cards', 'tests']

async function look(baseDir: string): Promise<ICruiseResult> {
  const ruleSet = { forbidden: rules.forbidden }
  const result = await cruise(roots, { ...rules.options, ruleSet, validate: true, baseDir })
  if (typeof result.output === 'string') throw new Error(result.output)
  return result.output
}

test('every source is seen, and no import breaks a rule', async () => {
  const { modules, summary } = await look(root)
  const sources = (await Promise.all(roots.map(filesBelow))).flat().filter((path) => /\.tsx?$/.test(path))
  const seen = new Set(modules.map((module) => module.source))
  // a compiler without an API makes dependency-cruiser read nothing and call that a success
  expect(sources.filter((path) => !seen.has(path))).toEqual([])
  expect(summary.totalCruised).toBeGreaterThanOrEqual(sources.length)
  expect(summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([])
}, 60_000)

const kept = 'export const kept = 1\n'
const skeleton: Readonly<Record<string, string>> = {
  'src/main.ts': "export * from './app.ts'\n",
  'src/app.ts': kept,
  ...Object.fromEntries(
    ['chat', 'text', 'runtime', 'hub', 'connectors', 'jobs', 'db', 'understanding', 'ocr', 'seed', 'console']
      .map((room) => `src/${room}/kept.ts`)
      .concat('handlers/kept.ts', 'cards/kept.ts', 'bot/kept.ts', 'bot/wecom/kept.ts', 'bot/play/kept.ts')
      .map((path) => [path, kept]),
  ),
  'tests/kept.ts': kept,
}

const importing = (path: string) => `import { kept } from '${path}'\nexport const planted = kept\n`

/** Each rule's violation: where it stands, what stands there, and the rules that must name it. */
const plants: readonly (readonly [path: string, text: string, ...rules: readonly string[]])[] = [
  ['bot/wecom/planted.ts', importing('../../src/hub/kept.ts'), 'bot-looks-down'],
  ['handlers/planted.ts', importing('../bot/kept.ts'), 'handlers-looks-down'],
  ['cards/planted.ts', importing('../src/understanding/kept.ts'), 'cards-looks-down'],
  ['src/chat/planted.ts', importing('../runtime/kept.ts'), 'chat-looks-down'],
  ['src/text/planted.ts', importing('../chat/kept.ts'), 'text-looks-down'],
  ['src/runtime/planted.ts', importing('../text/kept.ts'), 'runtime-looks-down'],
  ['src/hub/planted.ts', importing('../chat/kept.ts'), 'hub-looks-down'],
  ['src/connectors/planted.ts', importing('../db/kept.ts'), 'connectors-looks-down'],
  ['src/jobs/planted.ts', importing('../hub/kept.ts'), 'jobs-looks-down'],
  ['src/db/planted.ts', importing('../app.ts'), 'db-looks-down'],
  ['src/understanding/planted.ts', importing('../hub/kept.ts'), 'understanding-looks-down'],
  ['src/ocr/planted.ts', importing('../chat/kept.ts'), 'ocr-looks-down'],
  ['src/seed/planted.ts', importing('../jobs/kept.ts'), 'seed-looks-down'],
  ['src/console/planted.ts', importing('../text/kept.ts'), 'console-looks-down'],
  ['cards/planted-work.ts', importing('../src/hub/kept.ts'), 'cards-take-types'],
  ['handlers/planted-work.ts', importing('../src/jobs/kept.ts'), 'handlers-take-job-types'],
  ['src/console/planted-work.ts', importing('../chat/kept.ts'), 'console-takes-types'],
  ['bot/wecom/planted-friend.ts', importing('../play/kept.ts'), 'platforms-are-strangers'],
  ['bot/planted.ts', importing('./wecom/kept.ts'), 'dispatch-is-platform-blind'],
  ['handlers/planted-sql.ts', "import postgres from 'postgres'\nexport const planted = postgres\n", 'sql-stays-home'],
  ['src/planted-wire.ts', importing('./hub/kept.ts')],
  ['src/edge.ts', importing('./planted-wire.ts'), 'edge-is-light'],
  // a circle is reported once, at its first file
  ['src/hub/planted-circle.ts', importing('./planted-round.ts'), 'no-cycle'],
  ['src/hub/planted-round.ts', "import { planted } from './planted-circle.ts'\nexport const kept = planted\n"],
  ['src/hub/planted-nowhere.ts', importing('./absent.ts'), 'resolvable'],
  ['src/hub/planted-orphan.ts', 'export const planted = 1\n', 'no-orphan'],
  ['src/hub/planted-test.ts', importing('../../tests/kept.ts'), 'no-test-code-in-product'],
  ['src/planted-dev.ts', "import fc from 'fast-check'\nexport const planted = fc\n", 'no-dev-dep-in-product'],
  ['src/planted-guest.ts', "import guest from 'semver'\nexport const planted = guest\n", 'no-undeclared-package'],
  // what the rules must let pass
  ['cards/allowed.ts', "import type { kept } from '../src/hub/kept.ts'\nexport type Allowed = typeof kept\n"],
  ['handlers/allowed.ts', importing('../src/understanding/kept.ts')],
  ['src/commands/allowed.ts', importing('../db/kept.ts')],
]

test('each rule reports its planted violation, by name and nothing else', async () => {
  const copy = await mkdtemp(join(tmpdir(), 'chadan-rooms-'))
  try {
    for (const [path, text] of [...Object.entries(skeleton), ...plants]) {
      await mkdir(dirname(join(copy, path)), { recursive: true })
      await writeFile(join(copy, path), text)
    }
    for (const name of ['package.json', 'tsconfig.json']) await copyFile(join(root, name), join(copy, name))
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
    const { summary } = await look(copy)
    const reported = summary.violations.filter(
      ({ rule, from }) => rule.name !== 'no-orphan' || from.includes('planted'),
    )
    const expected = plants.flatMap(([path, , ...names]) => names.map((name) => `${name}: ${path}`))
    expect([...new Set(reported.map(({ rule, from }) => `${rule.name}: ${from}`))].sort()).toEqual(expected.sort())
    expect(new Set(rules.forbidden.map((rule) => rule.name))).toEqual(
      new Set(plants.flatMap(([, , ...names]) => names)),
    )
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}, 60_000)
