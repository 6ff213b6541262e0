/** What an attempted write makes old: those things are read again at the next look. */
import { recordKeyOf } from '../core/names.ts'
import type { PlatformCall } from '../core/steps.ts'
import type { Memory } from './subject.ts'

/** Called whether the write succeeded or not: a failed one may have had its effect. */
export function afterwards(call: PlatformCall, memory: Memory, now: number): void {
  memory.sight.forget(unitsOf(call))
  if (call.do === 'createApp') memory.undeployed.add(call.app.name)
  if (call.do === 'deployApp' || call.do === 'deleteApp') memory.undeployed.delete(call.name)
  if (call.do === 'drain' && call.on) memory.drains.set(call.name, now)
  if ((call.do === 'drain' && !call.on) || call.do === 'deployApp' || call.do === 'deleteApp') {
    memory.drains.delete(call.name)
  }
}

function unitsOf(call: PlatformCall): readonly string[] {
  switch (call.do) {
    case 'addGrants':
    case 'setGrants':
      return call.object.startsWith('apps/') ? [`grants:${call.object.slice('apps/'.length)}`] : ['folder']
    case 'createApp':
      return [`grants:${call.app.name}`]
    case 'makeFolder':
    case 'deletePaths':
      return ['folder', 'bundles']
    case 'uploadBundle':
      return ['bundles']
    case 'issueToken':
    case 'storeToken':
      return ['tokens', `secret:${call.key}`, `secret:${recordKeyOf(call.key)}`]
    case 'deleteToken':
      return ['tokens']
    case 'putSecret':
      return [`secret:${call.key}`]
    default:
      return []
  }
}
