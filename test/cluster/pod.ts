/**
 * A container of the rendered Deployment, run as a kubelet would as far as this machine can: user, arguments,
 * environment and volumes as rendered, the token of the ServiceAccount where pods have it.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from '../support/bench-fleet.ts'
import { bubbleArgs } from '../support/image.ts'
import type { ControlPlane } from './control-plane.ts'
import { type Manifest, manifestsOf } from './helm.ts'

export interface PodPlan {
  /** What Helm rendered or installed; holds one Deployment. */
  readonly manifest: string
  readonly plane: Pick<ControlPlane, 'port' | 'ca'>
  /** Of the ServiceAccount. */
  readonly token: string
  readonly namespace: string
  /** What `envFrom` would bring. */
  readonly env?: Readonly<Record<string, string>>
}

export interface Pod {
  /** Asks the named port of the container; status 0 while nobody answers. */
  readonly get: (port: string, path: string) => Promise<{ readonly status: number; readonly text: string }>
  /** As the kubelet asks the probe of this name. */
  readonly probe: (name: 'startupProbe' | 'livenessProbe' | 'readinessProbe') => Promise<number>
  readonly output: () => string
  /** SIGTERM, as the end of a pod begins; the exit code. */
  readonly stop: () => Promise<number | null>
}

/** Starts it and waits until the startup probe passes. */
export async function startPod(plan: PodPlan): Promise<Pod> {
  const deployment = manifestsOf(plan.manifest).find(({ kind }) => kind === 'Deployment')
  const { containers, securityContext, volumes } = deployment.spec.template.spec
  const [container] = containers
  const account = await mkdtemp(join(tmpdir(), 'workshop-pod-'))
  await mkdir(join(account, 'serviceaccount'))
  const given = { token: plan.token, namespace: plan.namespace, 'ca.crt': plan.plane.ca }
  for (const [name, text] of Object.entries(given)) await writeFile(join(account, 'serviceaccount', name), text)

  const child = spawn('bwrap', runOf(plan, { container, securityContext, volumes }, account), {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const get: Pod['get'] = async (port, path) => {
    const found = container.ports.find(({ name }: Manifest) => name === port)
    const answer = await fetch(`http://127.0.0.1:${found.containerPort}${path}`).catch(() => undefined)
    return answer ? { status: answer.status, text: await answer.text() } : { status: 0, text: '' }
  }
  const pod: Pod = {
    get,
    probe: async (name) => {
      const { path, port } = container[name].httpGet
      return (await get(port, path)).status
    },
    output: () => text,
    stop: async () => {
      const own = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).stdout.trim()
      if (own !== '') process.kill(Number(own), 'SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 40_000)
      const code = await ended
      clearTimeout(timer)
      await rm(account, { recursive: true, force: true })
      return code
    },
  }
  const startedOrOver = async () => child.exitCode !== null || (await pod.probe('startupProbe')) === 200
  await until('the startup probe', startedOrOver, Boolean, 60_000)
  if (child.exitCode === null) return pod
  await pod.stop()
  throw new Error(`the container ended with ${child.exitCode}: ${text}`)
}

function runOf(
  { plane, env = {} }: PodPlan,
  { container, securityContext, volumes }: Manifest,
  account: string,
): readonly string[] {
  const scratch = container.volumeMounts.map(({ name, mountPath }: Manifest) => {
    if (!volumes.some((volume: Manifest) => volume.name === name && volume.emptyDir))
      throw new Error(`what is ${name}?`)
    return mountPath
  })
  return bubbleArgs({
    args: container.args,
    user: `${securityContext.runAsUser}:${securityContext.runAsGroup}`,
    env: {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(plane.port),
      ...env,
      ...Object.fromEntries(container.env.map(({ name, value }: Manifest) => [name, value])),
    },
    scratch,
    mounts: [[join(account, 'serviceaccount'), '/var/run/secrets/kubernetes.io/serviceaccount']],
    hostname: 'operator-pod',
  })
}
