import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { errorCode } from '../runtime/errors.ts'

/** True while the process runs. A zombie nobody reaps (containers without an init) counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it is there and belongs to somebody else
    return errorCode(error) === 'EPERM'
  }
  return !isZombie(pid)
}

function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false
  // "pid (name) state …"; the name may hold anything, so read after its last parenthesis
  const stat = readProc(pid, 'stat')
  return stat === '' || stat.charAt(stat.lastIndexOf(')') + 2) === 'Z'
}

/**
 * True when `pid` is the server of `cluster`: after a power cut or in a restarted container the number may belong to a
 * stranger. Told by its command line, which everybody may read; its working directory may not be read even by the root
 * of a container.
 */
export function isServerOf(pid: number, cluster: string): boolean {
  if (!isAlive(pid)) return false
  if (process.platform !== 'linux')
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).includes(cluster)
  return readProc(pid, 'cmdline').split('\0').includes(cluster)
}

/** True when a process of a dead server may still hold the cluster: such a one ends on its own within moments. */
export function hasOrphans(cluster: string): boolean {
  if (process.platform !== 'linux') return false
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return names.some((name) => readProc(Number(name), 'comm').trim() === 'postgres' && mayWorkIn(Number(name), cluster))
}

function mayWorkIn(pid: number, directory: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === directory
  } catch (error) {
    return errorCode(error) === 'EACCES'
  }
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8')
  } catch {
    // it ended while we looked
    return ''
  }
}
