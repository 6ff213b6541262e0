import type { WorkshopView } from '@workshop/contracts/fleet-api'
import { describe, expect, it } from 'vitest'
import { fakeView } from '../loop/fake-controller.ts'
import { showStatus, showStatusList } from './show-status.ts'
import { paintWith } from './terminal.ts'

const ready = (status: 'True' | 'False', reason: string, message: string): WorkshopView['conditions'] => [
  { type: 'Ready', status, reason, message, lastTransitionTime: '2026-11-21T14:00:00Z' },
]
const member = (ordinal: number, over = {}) => ({
  name: `vibe-worker-${ordinal}`,
  ordinal,
  state: 'Ready',
  sync: 'Synced',
  sessions: 20 + ordinal,
  revision: '7d20f1aaaa',
  message: '',
  ...over,
})
const plain = paintWith(false)

describe('showing status', () => {
  it('puts what needs somebody first and counts the rest', () => {
    const view = fakeView({
      name: 'lakehouse-day',
      conditions: ready('False', 'RollingUpdate', '8 of 10 workers are ready, vibe-worker-9 drains 7 sessions'),
      status: {
        url: 'https://vibe-hub.example.com',
        observedGeneration: 3,
        fleet: [
          ...[1, 2, 3, 5, 6, 8, 10].map((ordinal) => member(ordinal)),
          member(4, { sync: 'Drifted', message: 'compute_size edited by hand' }),
          member(7, { sync: 'Waiting', state: 'Degraded', message: 'out of memory twice', revision: 'b41c9e2f' }),
          member(9, { sync: 'Progressing', state: 'Draining', sessions: 7 }),
        ],
      },
    })
    expect(showStatus(view, plain)).toMatchInlineSnapshot(`
      "lakehouse-day   Ready False · RollingUpdate: 8 of 10 workers are ready, vibe-worker-9 drains 7 sessions
      workshop   https://vibe-hub.example.com

      APP            SYNC         HEALTH     SESSIONS  REVISION
      vibe-worker-4  Drifted      Healthy     24 / 30  7d20f1a   compute_size edited by hand
      vibe-worker-7  Waiting      Degraded    27 / 30  b41c9e2   out of memory twice
      vibe-worker-9  Progressing  Draining     7 / 30  7d20f1a
      7 more         In sync      Healthy   175 / 210  7d20f1a
      "
    `)
  })

  it('says when the spec cannot be used', () => {
    const problem = {
      code: 'WO-1104',
      where: 'spec.workers.replica',
      message: 'unknown field',
      fix: 'did you mean replicas?',
    } as const
    const view = fakeView({
      specProblems: [problem],
      suspended: true,
      conditions: ready('True', 'Ready', '2 of 2 workers are ready'),
    })
    expect(showStatus(view, plain)).toMatchInlineSnapshot(`
      "first-workshop   Ready True · Ready: 2 of 2 workers are ready · suspended
      workshop   http://vibe-hub.apps.localhost:8090

      The spec cannot be used; the last good one is kept.
        WO-1104  spec.workers.replica   unknown field
                                        did you mean replicas?

      "
    `)
  })

  it('lists several in one line each', () => {
    const views = [fakeView(), fakeView({ name: 'lakehouse-day', conditions: ready('True', 'Ready', 'all is well') })]
    expect(showStatusList(views, plain)).toMatchInlineSnapshot(`
      "default/first-workshop   Ready Unknown · nothing is known yet
      default/lakehouse-day    Ready True · Ready: all is well
      "
    `)
  })

  it('lets no message act on the terminal or begin a line', () => {
    const evil = 'gone\u001b[2J\nvibe-worker-1  all is well'
    const view = fakeView({
      conditions: ready('False', 'DeployFailed', evil),
      status: { fleet: [member(1, { message: evil })] },
    })
    expect(showStatus(view, plain)).not.toContain('\u001b')
    expect(showStatus(view, plain)).not.toContain('\nvibe-worker-1  all')
  })
})
