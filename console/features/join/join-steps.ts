/** The way to a place as steps, from the hub's answer. Pure. */
import type { JoinState } from '@workshop/contracts/worker-api'
import type { StateView } from '../../ui/state-look.ts'

export interface JoinStep {
  readonly state: StateView
  readonly title: string
  readonly detail: string
}

const done: StateView = { family: 'ok', word: 'Done' }
const waiting: StateView = { family: 'unk', sign: 'todo', word: 'Waiting' }

export function joinSteps(join: JoinState): readonly JoinStep[] {
  const listed: JoinStep = { state: done, title: 'You are on the list', detail: join.email }
  if (join.state === 'no-seat') {
    return [
      listed,
      { state: { family: 'bad', word: 'No seat' }, title: 'No worker has room for you', detail: join.message },
    ]
  }
  const ready = join.state === 'ready'
  return [
    listed,
    { state: done, title: `Your place is ${join.worker}`, detail: 'all your sessions live there' },
    {
      state: ready ? done : { family: 'prog', word: 'Preparing' },
      title: 'The worker starts',
      detail: ready ? 'it is ready' : join.message,
    },
    { state: waiting, title: 'Your bench', detail: 'opens by itself' },
  ]
}

/** How much of the way is done, 0 to 100. */
export function joinShare(steps: readonly JoinStep[]): number {
  return Math.round((100 * steps.filter(({ state }) => state.family === 'ok').length) / steps.length)
}
