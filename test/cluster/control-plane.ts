/**
 * A real Kubernetes control plane for one test file: etcd, kube-apiserver and, for namespaces and owner references,
 * kube-controller-manager, on free loopback ports. Nothing of it outlives `stop`, or this process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../support/product.ts'
import { findBinaries } from './binaries.ts'
import { type ProgramResult, runProgram } from './run-program.ts'

/** Such as KUBE_EDITOR. */
type Environment = Readonly<Record<string, string>>

export interface ControlPlane {
  readonly url: string
  readonly port: number
  /** PEM that the API server's certificate is checked against: that certificate itself. */
  readonly ca: string
  /** PEM of its private key, for a proxy that clients take for the API server. */
  readonly key: string
  readonly adminToken: string
  /** File of the cluster's admin. */
  readonly kubeconfig: string
  /** A kubeconfig with another token or through another address, for people and programs that are no admins. */
  readonly kubeconfigFor: (token: string, server?: string) => Promise<string>
  /** The built kubectl, as admin unless `--kubeconfig` says otherwise. */
  readonly kubectl: (args: readonly string[], input?: string, more?: Environment) => Promise<ProgramResult>
  /** As `kubectl`, but answers stdout and throws when it fails. */
  readonly run: (args: readonly string[], input?: string) => Promise<string>
  readonly stop: () => Promise<void>
}

export interface ControlPlaneOptions {
  /** Without it a namespace stays Terminating and owned objects are not collected. */
  readonly controllerManager?: boolean
  /** Default: everything under crds/ is there and established. */
  readonly withoutCrd?: boolean
  /** Further flags of the API server, such as those of an audit log. */
  readonly serverArgs?: readonly string[]
}

/** How long a loaded machine may take to bring the API server up, ms. */
const startMs = 120_000
export const crdFolder = fileURLToPath(new URL('../../crds', import.meta.url))

export async function startControlPlane(options: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const binaries = findBinaries()
  if (!binaries) throw new Error('no etcd and kube-apiserver found: run test/cluster/build.sh')
  const folder = await mkdtemp(join(tmpdir(), 'workshop-cluster-'))
  const [etcdPort = 0, peerPort = 0, port = 0] = await freePorts(3)
  const url = `https://127.0.0.1:${port}`
  const children: Child[] = []
  const start = (name: string, args: readonly string[]) => {
    const child = startChild(join(binaries, name), args)
    children.push(child)
    return child
  }
  const stop = async () => {
    for (const child of children.splice(0).reverse()) await child.stop()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    const etcd = start('etcd', [
      `--data-dir=${join(folder, 'etcd')}`,
      '--unsafe-no-fsync',
      `--listen-client-urls=http://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=http://127.0.0.1:${etcdPort}`,
      `--listen-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peerPort}`,
      `--initial-cluster=default=http://127.0.0.1:${peerPort}`,
      '--log-level=error',
    ])
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const keyFile = join(folder, 'sa.key')
    const publicFile = join(folder, 'sa.pub')
    const tokens = join(folder, 'tokens.csv')
    const adminToken = randomBytes(16).toString('hex')
    await writeFile(keyFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
    await writeFile(publicFile, publicKey.export({ type: 'spki', format: 'pem' }))
    await writeFile(tokens, `${adminToken},admin,admin,"system:masters"\n`, { mode: 0o600 })
    const server = start('kube-apiserver', [
      `--etcd-servers=http://127.0.0.1:${etcdPort}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--cert-dir=${join(folder, 'certs')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${publicFile}`,
      `--service-account-signing-key-file=${keyFile}`,
      '--authorization-mode=RBAC',
      `--token-auth-file=${tokens}`,
      '--service-cluster-ip-range=10.96.0.0/16',
      '--endpoint-reconciler-type=none',
      ...(options.serverArgs ?? []),
    ])
    const certificate = join(folder, 'certs', 'apiserver.crt')
    await untilReady(async () => {
      const dead = [etcd, server].find((child) => child.isOver())
      if (dead) throw new Error(`a control plane program ended:\n${dead.output().slice(-2_000)}`)
      return existsSync(certificate) && (await isReady(port, readFileSync(certificate, 'utf8'), adminToken))
    })
    const ca = readFileSync(certificate, 'utf8')
    const key = readFileSync(join(folder, 'certs', 'apiserver.key'), 'utf8')
    let count = 0
    const kubeconfigFor = async (token: string, address = url) => {
      count += 1
      const file = join(folder, `kubeconfig-${count}`)
      await writeFile(file, kubeconfigText(address, ca, token), { mode: 0o600 })
      return file
    }
    const kubeconfig = await kubeconfigFor(adminToken)
    if (options.controllerManager && existsSync(join(binaries, 'kube-controller-manager'))) {
      start('kube-controller-manager', [
        `--kubeconfig=${kubeconfig}`,
        '--controllers=namespace-controller,garbage-collector-controller,serviceaccount-controller,serviceaccount-token-controller,clusterrole-aggregation-controller',
        '--leader-elect=false',
        '--secure-port=0',
        `--service-account-private-key-file=${keyFile}`,
      ])
    }
    const kubectl = (args: readonly string[], input?: string, more: Environment = {}) => {
      // A home of its own: kubectl keeps a discovery cache there, and the machine's own one is nobody's business.
      const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: kubeconfig, ...more }
      return runProgram(join(binaries, 'kubectl'), args, { env, input })
    }
    const run = async (args: readonly string[], input?: string) => {
      const { code, out, err } = await kubectl(args, input)
      if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${err}${out}`)
      return out
    }
    if (!options.withoutCrd) {
      await run(['apply', '--server-side', '-f', crdFolder])
      // Its schema is published after it is served, and `explain` asks for both.
      for (const kind of ['workshops', 'workshoprooms'])
        await untilReady(async () => (await kubectl(['explain', kind])).code === 0)
    }
    return { url, port, ca, key, adminToken, kubeconfig, kubeconfigFor, kubectl, run, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Child {
  readonly isOver: () => boolean
  readonly output: () => string
  readonly stop: () => Promise<void>
}

function startChild(program: string, args: readonly string[]): Child {
  const child: ChildProcess = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text = `${text}${chunk}`.slice(-20_000)
    })
  }
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.on('error', () => undefined)
  const isOver = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined
  const killAtExit = () => void child.kill('SIGKILL')
  process.once('exit', killAtExit)
  return {
    isOver,
    output: () => text,
    stop: async () => {
      process.off('exit', killAtExit)
      if (isOver()) return
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000)
      await ended
      clearTimeout(timer)
    },
  }
}

async function untilReady(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + startMs
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error('the API server did not get ready')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

function isReady(port: number, ca: string, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}` }
    request({ host: '127.0.0.1', port, path: '/readyz', ca, headers, agent: false, timeout: 5_000 }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
      .on('error', () => resolve(false))
      .end()
  })
}

function kubeconfigText(server: string, ca: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'test',
        cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    'current-context': 'test',
  })
}
