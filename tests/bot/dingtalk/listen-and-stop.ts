import { startDingtalk } from '../../fakes/dingtalk-server.ts'
import { deskOver, until } from './desk.ts'

// Run as a process of its own by stream-faults.test.ts: it ends by itself only if the door let go of everything.
const dingtalk = await startDingtalk({ farewellMs: 100 })
const desk = deskOver(dingtalk)
await desk.listen()
dingtalk.gateway.tellToLeave()
await until(() => dingtalk.gateway.accepted() === 2)
dingtalk.gateway.drop()
await until(() => dingtalk.gateway.accepted() === 3 && dingtalk.gateway.sockets() === 1)
dingtalk.gateway.freeze()
await until(() => dingtalk.gateway.accepted() === 4)
await desk.stop()
await dingtalk.close()
console.log(`stopped with ${dingtalk.gateway.accepted()} sockets used`)
process.on('beforeExit', () => console.log('empty'))
