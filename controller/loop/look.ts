/** One look: who takes part, what should be there, what is there. Reads only. */
import { createHash } from 'node:crypto'
import { WorkshopError } from '@workshop/contracts/errors'
import { type Desired, desiredState } from '../core/desired.ts'
import { isDeployed } from '../core/desired-deployment.ts'
import type { Observed } from '../core/observed.ts'
import { rotationBudget } from '../core/requeue.ts'
import { rosterOf } from '../core/roster.ts'
import type { Bundle } from '../databricks/bundle.ts'
import { observe, observeGroups } from '../databricks/observe.ts'
import type { Workspace } from '../databricks/workspace.ts'
import { readNamedFile } from '../sources/spec-trust.ts'
import { probeFleet } from './probe.ts'
import type { Subject, Wish } from './subject.ts'

export interface LookContext {
  readonly workspace: Workspace
  /** Read once a pass where the spec wants our own worker. */
  readonly bundle: Bundle | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Everything is read anew. */
  readonly deep: boolean
  /** Of the rotation, what was read before this epoch ms is due. */
  readonly rotateBefore: number
}

/** Throws CallError, or WO-2001 for a token that the spec names and that is not there. */
export async function look(
  { identity, wish, room, memory }: Subject,
  context: LookContext,
): Promise<{ readonly desired: Desired; readonly observed: Observed }> {
  const { workspace, bundle } = context
  const { spec } = wish.workshop
  memory.sight.begin(context.deep, context.rotateBefore, rotationBudget)
  const me = await workspace.me()
  const groups = await observeGroups(workspace, memory.sight, spec.participants.groups)
  const givenToken = await readGivenToken(wish, context.env)
  const desired = desiredState({
    identity,
    workshop: wish.workshop,
    me,
    roster: rosterOf(spec.participants, wish.people, groups),
    bundleHash: bundle?.hash ?? '',
    room,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    ...(givenToken ? { givenToken } : {}),
  })
  const wanted = new Map(desired.apps.map((app) => [app.name, app.deployment]))
  const seen = await observe(workspace, memory.sight, {
    ...desired.names,
    marker: desired.marker,
    own: {
      marker: desired.marker,
      me: me.userName,
      participants: desired.fleet.participants,
      policy: desired.adoptionPolicy,
    },
    secretKey: desired.secretKey,
    isUndeployed: (name) => memory.undeployed.has(name),
    isAsWanted: ({ name, active, state }) => {
      const deployment = wanted.get(name)
      return !deployment || (isDeployed(deployment, active) && state === 'RUNNING')
    },
  })
  return { desired, observed: await probeFleet(workspace, seen, desired.marker, memory.drains) }
}

/** The value of a token that the spec points to; read at each look, so that a new value is taken up. */
async function readGivenToken(wish: Wish, env: LookContext['env']) {
  const { token } = wish.workshop.spec.credentials
  if (wish.givenToken !== undefined) return tokenOf(wish.givenToken.trim())
  if (token.env === undefined && token.file === undefined) return undefined
  const where = token.env === undefined ? 'spec.credentials.token.file' : 'spec.credentials.token.env'
  const text =
    token.env === undefined ? await readNamedFile(wish, token.file ?? '', env).catch(missingIsNone) : env[token.env]
  const value = text?.trim()
  if (!value) {
    const fix = 'set the variable or write the file that the spec names'
    throw new WorkshopError({ code: 'WO-2001', message: 'the token that the spec points to is not there', where, fix })
  }
  return tokenOf(value)
}

function tokenOf(value: string) {
  return { value, sha256: createHash('sha256').update(value).digest('hex') }
}

/** What is not there has its own words; a file that may not or cannot be read says why itself. */
function missingIsNone(error: unknown): undefined {
  if (error instanceof WorkshopError) throw error
}
