/**
 * What the tools of others make of a Workshop's status: kubectl wait, kstatus (Flux, Argo's rivals), Flux's condition
 * checks, and Argo CD with the health script of our chart. Their rules in our words (facts/operator 3.6).
 */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Condition } from '@workshop/contracts/conditions'
import { repository } from './product.ts'

/** As much of an object as readers look at. */
export interface Shown {
  readonly metadata: { readonly generation: number; readonly deletionTimestamp?: string }
  readonly spec: { readonly suspend?: boolean }
  readonly status: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] }
}

function find({ status }: Shown, type: string): Condition | undefined {
  return status.conditions?.find((each) => each.type === type)
}

const isTrue = (shown: Shown, type: string) => find(shown, type)?.status === 'True'

/** Whether `kubectl wait --for=condition=Ready` would return. */
export function waitReturns(shown: Shown): boolean {
  const ready = find(shown, 'Ready')
  const seen = ready?.observedGeneration ?? shown.status.observedGeneration ?? shown.metadata.generation
  return ready?.status === 'True' && seen >= shown.metadata.generation
}

export type Kstatus = 'Terminating' | 'InProgress' | 'Failed' | 'Current'

export function kstatus(shown: Shown): Kstatus {
  if (shown.metadata.deletionTimestamp !== undefined) return 'Terminating'
  const { observedGeneration } = shown.status
  if (observedGeneration !== undefined && observedGeneration !== shown.metadata.generation) return 'InProgress'
  if (isTrue(shown, 'Reconciling')) return 'InProgress'
  if (isTrue(shown, 'Stalled')) return 'Failed'
  const ready = find(shown, 'Ready')
  return ready === undefined || ready.status === 'True' ? 'Current' : 'InProgress'
}

/** What Flux's condition checker has against a status; empty when nothing. */
export function fluxProblems(shown: Shown): readonly string[] {
  const { conditions = [], observedGeneration = -1 } = shown.status
  const ready = find(shown, 'Ready')
  const [reconciling, stalled] = [isTrue(shown, 'Reconciling'), isTrue(shown, 'Stalled')]
  const generations = conditions.map((each) => each.observedGeneration)
  const rules: readonly (readonly [isBroken: boolean, text: string])[] = [
    [ready === undefined, 'Ready is missing'],
    [ready?.status === 'True' && (reconciling || stalled), 'Ready beside Reconciling or Stalled'],
    [reconciling && stalled, 'Reconciling and Stalled together'],
    [stalled && ready?.status !== 'False', 'Stalled, and Ready not False'],
    [ready?.status === 'Unknown' && !reconciling, 'Ready Unknown, and nobody at work'],
    [
      conditions.some(({ type, status }) => /^(Reconciling|Stalled)$/.test(type) && status !== 'True'),
      'a mark kept that is not True',
    ],
    [generations.some((each) => each === undefined), 'a condition without observedGeneration'],
    [generations.some((each) => (each ?? 0) > shown.metadata.generation), 'a generation from the future'],
    [observedGeneration > shown.metadata.generation, 'the root is from the future'],
    [
      ready?.status === 'True' && generations.some((each) => each !== observedGeneration),
      'Ready, and generations differ',
    ],
    [
      ready?.status === 'True' && generations.some((each) => (each ?? 0) < shown.metadata.generation),
      'Ready of an older spec',
    ],
    [
      conditions.some(({ reason }) => !/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/.test(reason)),
      'a reason that is no CamelCase',
    ],
    [new Set(conditions.map(({ type }) => type)).size !== conditions.length, 'a type twice'],
  ]
  return rules.flatMap(([isBroken, text]) => (isBroken ? [text] : []))
}

export const hasLua = spawnSync('lua5.4', ['-v']).status === 0

/** `Healthy`, `Progressing`, `Degraded` or `Suspended` for each, from the script that the chart ships. */
export function argoHealth(all: readonly Shown[]): readonly { readonly status: string; readonly message: string }[] {
  const script = join(repository, 'charts', 'workshop-operator', 'files', 'health.lua')
  const program = `local check = loadfile(${luaText(script)}, 't', setmetatable({}, {__index = _G}))
for _, each in ipairs(${luaValue(all)}) do
  obj = each
  local health = check()
  print(health.status .. '\\t' .. (health.message or ''):gsub('[\\n\\t]', ' '))
end`
  const { status, stdout, stderr } = spawnSync('lua5.4', ['-'], { input: program, encoding: 'utf8' })
  if (status !== 0) throw new Error(`lua5.4 ended with ${status}: ${stderr}`)
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [word = '', message = ''] = line.split('\t')
      return { status: word, message }
    })
}

function luaValue(value: unknown): string {
  if (value === null || value === undefined) return 'nil'
  if (typeof value === 'string') return luaText(value)
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return `{${value.map(luaValue).join(', ')}}`
  return `{${Object.entries(value)
    .map(([name, each]) => `[${luaText(name)}] = ${luaValue(each)}`)
    .join(', ')}}`
}

/** Bytes outside of plain text as decimal escapes, which Lua reads back as they were. */
function luaText(text: string): string {
  const bytes = [...Buffer.from(text)]
  return `"${bytes.map((byte) => (/[\w ./:;,()=-]/.test(String.fromCharCode(byte)) && byte < 128 ? String.fromCharCode(byte) : `\\${String(byte).padStart(3, '0')}`)).join('')}"`
}
