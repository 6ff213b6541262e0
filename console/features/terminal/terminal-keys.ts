/** Keys that a terminal keeps from the program: only what no shell or agent can tell apart otherwise. */
import type { AgentId } from '@workshop/contracts/worker-api'

type Press = Pick<KeyboardEvent, 'type' | 'key' | 'code' | 'ctrlKey' | 'shiftKey'>

/** What a key press means here; `program`: nothing, it is the program's. */
export function ownKey(press: Press, agent: AgentId, selected: boolean): 'newline' | 'copy' | 'paste' | 'program' {
  const { type, key, code, ctrlKey, shiftKey } = press
  if (type !== 'keydown') return 'program'
  if (key === 'Enter' && shiftKey && agent !== 'shell') return 'newline'
  if (!ctrlKey || !shiftKey) return 'program'
  if (code === 'KeyC' && selected) return 'copy'
  return code === 'KeyV' ? 'paste' : 'program'
}
