// One sweep of the clocks in a process of its own that CHADAN_FAULT may kill between the claim and the commit.
import { type DatabaseTarget, openDatabase } from '../../src/db/client.ts'
import { enableFaults } from '../../src/runtime/fault.ts'
import { clockDesk } from './clock-desk.ts'

const { target, atMs } = JSON.parse(process.argv[2] ?? '') as { target: DatabaseTarget; atMs: number }
enableFaults(process.env.CHADAN_FAULT)
const database = openDatabase(target)
const desk = clockDesk(database, { process: 'child' })
await desk.set(atMs)
await desk.sweep()
await database.close()
