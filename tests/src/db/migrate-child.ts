// Migrates in a process of its own, which CHADAN_FAULT may kill on the way.
import { migrate } from '../../../src/db/migrate.ts'
import { enableFaults } from '../../../src/runtime/fault.ts'
import { silentLog } from '../../../src/runtime/log.ts'

enableFaults(process.env.CHADAN_FAULT)
console.log(JSON.stringify(await migrate(JSON.parse(process.argv[2] ?? ''), silentLog)))
