// Preloaded into a process (NODE_OPTIONS=--import): a machine whose native runtime for the text models cannot be loaded.
import { register } from 'node:module'

const hook = `export async function resolve(name, context, next) {
  if (name === 'onnxruntime-node') throw new Error('cannot open shared object file: no such file')
  return next(name, context)
}`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
