/**
 * Every error that a person or a program can meet, in one table: WO-1xxx the spec, WO-2xxx the platform, WO-3xxx the
 * cluster, WO-4xxx sessions and terminals, WO-5xxx agents and gateway, WO-9xxx our own fault.
 * docs/reference/errors.md is generated from it.
 */
export const errorTable = {
  'WO-1001': { title: 'The file cannot be read', fix: 'check the path and its permissions' },
  'WO-1002': { title: 'The file is not valid YAML', fix: 'mend the line that is named' },
  'WO-1003': {
    title: 'The file is not one Workshop',
    fix: 'one document with apiVersion vibeworkshop.dev/v1alpha1 and kind Workshop',
  },
  'WO-1004': { title: 'YAML anchors and aliases are not taken', fix: 'write the value out where it is used' },
  'WO-1101': { title: 'A required field is missing', fix: 'add it' },
  'WO-1102': { title: 'The value has the wrong type', fix: 'write a value of the type that is named' },
  'WO-1103': { title: 'The value is out of range', fix: 'use a value inside the limits that are named' },
  'WO-1104': { title: 'Unknown field', fix: 'remove it, or use the name that is suggested' },
  'WO-1105': { title: 'The value is not one of the allowed words', fix: 'use one of the words that are listed' },
  'WO-1106': { title: 'The value does not have the right form', fix: 'follow the form that is named' },
  'WO-1107': { title: 'A rule between fields is broken', fix: 'follow the rule that is named' },
  'WO-1121': { title: 'A name is too long', fix: 'shorten workers.namePrefix; Databricks apps may have 30 characters' },
  'WO-1130': { title: 'One person is named twice', fix: 'remove one of the two; addresses are compared without case' },
  'WO-1131': { title: 'A roster file cannot be used', fix: 'check the file that is named' },
  'WO-1132': {
    title: 'Too many people',
    fix: 'use usersFrom or groups, or raise replicas, sessionsPerWorker or lower perUser',
  },
  'WO-1140': {
    title: 'A duration cannot be used',
    fix: 'write durations such as 90d, 24h, 30m or 45s, inside the limits that are named',
  },
  'WO-1150': { title: 'Two files name the same Workshop', fix: 'rename one, or give the files different namespaces' },
  'WO-1160': { title: 'A skill does not exist', fix: 'use a folder name under skills/' },
  'WO-1161': { title: 'No such Workshop', fix: 'see workshop status for the ones there are' },
  'WO-1170': {
    title: 'The repository cannot be read',
    fix: 'check the address, the network and the credentials of git; the last good revision goes on',
  },
  'WO-1171': {
    title: 'The repository has no such branch, tag, commit or path',
    fix: 'check what stands after # in --source; nothing is taken down because of this',
  },
  'WO-1172': { title: 'The snapshot is too large or has forbidden names', fix: 'name the folder of the specs' },
  'WO-1173': {
    title: 'The commit is not signed by somebody trusted',
    fix: 'sign it, or add the key of its author to the allowed signers',
  },
  'WO-1174': { title: 'An encrypted file cannot be read', fix: 'install sops and give the controller a key' },
  'WO-1175': {
    title: 'The spec asks for something that it may not have',
    fix: 'keep what it names inside the repository, or let the operator allow it',
  },
  'WO-1176': { title: 'No removal of this Workshop waits', fix: 'see workshop status for what waits' },
  'WO-1177': {
    title: 'The repository holds what looks like a secret',
    fix: 'revoke it, for the history keeps it; name a secretRef, a variable or a file that SOPS encrypted instead',
  },
  'WO-1178': {
    title: 'A field of the spec is ignored',
    fix: 'take it out: only the controller or the API server writes it',
  },
  'WO-2001': {
    title: 'No Databricks credentials',
    fix: 'set DATABRICKS_HOST with DATABRICKS_TOKEN, or DATABRICKS_CLIENT_ID and _SECRET, or DATABRICKS_CONFIG_PROFILE',
  },
  'WO-2002': {
    title: 'Databricks refused the credentials',
    fix: 'check that the token is alive and belongs to this workspace',
  },
  'WO-2003': { title: 'Databricks refused the request', fix: 'ask a workspace admin for the right that is named' },
  'WO-2004': {
    title: 'Databricks cannot be reached',
    fix: 'check the host and the network; the controller tries again by itself',
  },
  'WO-2005': {
    title: 'Databricks limits the request rate',
    fix: 'nothing to do; the controller waits and tries again',
  },
  'WO-2010': {
    title: 'An app of this name belongs to somebody else',
    fix: 'choose another workers.namePrefix, or set adoptionPolicy: Force if it is yours',
  },
  'WO-2011': {
    title: 'A secret scope of this name belongs to somebody else',
    fix: 'choose another credentials.secretScope',
  },
  'WO-2020': { title: 'An app did not start', fix: 'read the app log that is named' },
  'WO-2021': { title: 'A deployment failed', fix: 'read the message of the deployment' },
  'WO-2030': { title: 'The workspace has no room for more apps', fix: 'delete unused apps or lower workers.replicas' },
  'WO-2040': {
    title: 'A participant is unknown to the workspace',
    fix: 'add the person to the workspace or take them off the roster',
  },
  'WO-2090': {
    title: 'Databricks answered with an error',
    fix: 'read the message; the controller tries again by itself',
  },
  'WO-3001': {
    title: 'The cluster cannot be reached',
    fix: 'check the address in the kubeconfig and the network; the controller tries again by itself',
  },
  'WO-3002': { title: 'The cluster refused the credentials', fix: 'renew the token or certificate of the kubeconfig' },
  'WO-3003': { title: 'The cluster refused the request', fix: 'grant the right that is named, as the chart does' },
  'WO-3004': {
    title: 'No cluster is named',
    fix: 'use --kubeconfig, set KUBECONFIG, or run in a pod with a service account',
  },
  'WO-3010': {
    title: 'A referenced Secret or ConfigMap cannot be used',
    fix: 'make it in the namespace of the Workshop',
  },
  'WO-3011': {
    title: 'This reference is not taken from Kubernetes',
    fix: 'use secretRef or configMapRef in the same namespace',
  },
  'WO-3012': {
    title: 'This namespace may not use that workspace',
    fix: 'ask the operator for --allowed-hosts or --default-credentials-namespaces, or name a workspaceRef.secretRef',
  },
  'WO-3013': { title: 'This controller does not lead', fix: 'nothing to do; the leading one acts' },
  'WO-3090': { title: 'The cluster answered with an error', fix: 'read the message; the controller tries again' },
  'WO-4001': { title: 'You are not on the roster of this workshop', fix: 'ask the organiser to add your address' },
  'WO-4002': { title: 'Your place is on another worker', fix: 'follow the link' },
  'WO-4003': { title: 'You have as many sessions as this workshop allows', fix: 'end one of yours first' },
  'WO-4004': {
    title: 'This worker is full',
    fix: 'wait until somebody ends a session, or ask the organiser for more workers',
  },
  'WO-4005': { title: 'No such session', fix: 'go back to the list of sessions' },
  'WO-4006': { title: 'The request did not come from this page', fix: 'open the workshop from its own address' },
  'WO-4007': {
    title: 'This worker cannot isolate people from one another',
    fix: 'the organiser sets sessions.isolation: trusted, or uses workers where bubblewrap starts',
  },
  'WO-4008': { title: 'This worker is being drained', fix: 'wait a moment; your next session opens on a fresh worker' },
  'WO-4009': { title: 'The request cannot be understood', fix: 'check the field that is named' },
  'WO-4010': { title: 'Nobody is signed in', fix: 'open the workshop from its address and sign in' },
  'WO-4011': { title: 'The worker has no fleet file yet', fix: 'wait a moment; the controller writes it' },
  'WO-4012': { title: 'Too many connections', fix: 'close other tabs of the workshop, then reload the page' },
  'WO-4013': {
    title: 'The workshop has closed',
    fix: 'sessions that run go on; the organiser can set a later closing time',
  },
  'WO-4020': { title: 'The terminal protocol was broken', fix: 'reload the page' },
  'WO-4021': {
    title: 'The file cannot be taken',
    fix: 'choose a smaller one, or end a session whose files are no longer needed',
  },
  'WO-4030': { title: 'The session could not start', fix: 'try again; tell the organiser if it stays' },
  'WO-5001': { title: 'The key of this session is not known', fix: 'open a new session' },
  'WO-5002': { title: 'This path is not open to sessions', fix: 'use one of the documented workspace APIs' },
  'WO-5003': { title: 'The model endpoint refused', fix: 'read its message' },
  'WO-5004': { title: 'Your sign-in has no workspace token', fix: 'reload the page to sign in again' },
  'WO-5005': { title: 'This model is not part of the workshop', fix: 'use one of the models that are listed' },
  'WO-5010': { title: 'The agent is not installed on this worker', fix: 'look at the worker log' },
  'WO-9001': { title: 'The command cannot be carried out as written', fix: 'see --help' },
  'WO-9002': {
    title: 'A port is taken',
    fix: 'choose another with the option that is named, or stop the program that holds it',
  },
  'WO-9003': {
    title: 'No usable node-pty',
    fix: 'install a compiler, or use Linux x64 with glibc 2.35 or newer, where the shipped build works',
  },
  'WO-9004': { title: 'Too little memory', fix: 'close programs or use a smaller example' },
  'WO-9005': { title: 'A program that this needs is missing', fix: 'install it' },
  'WO-9006': {
    title: 'The state directory is in use',
    fix: 'stop the other controller, or give this one a directory of its own with --state-dir',
  },
  'WO-9099': { title: 'Our own mistake', fix: 'report it with the lines around this message' },
} as const satisfies Record<string, { readonly title: string; readonly fix: string }>

/** A code of the table. */
export type ErrorCode = keyof typeof errorTable

/** One problem as data: what, where, what to do. Never holds a secret. */
export interface Problem {
  readonly code: ErrorCode
  /** One sentence about this very case. */
  readonly message: string
  /** Field path (`spec.workers.replicas`), resource or file. */
  readonly where?: string
  /** 1-based lines of the file that `where` speaks of. */
  readonly lines?: readonly number[]
  /** What to do, when this case knows better than the table. */
  readonly fix?: string
}

/** Carries one or more problems to the edge that shows them. */
export class WorkshopError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: Problem | readonly Problem[], options?: ErrorOptions) {
    const list = Array.isArray(problems) ? (problems as readonly Problem[]) : [problems as Problem]
    super(
      list
        .map((problem) => `${problem.code} ${problem.where ? `${problem.where}: ` : ''}${problem.message}`)
        .join('; '),
      options,
    )
    this.name = 'WorkshopError'
    this.problems = list
  }

  /** The first problem's code. */
  get code(): ErrorCode {
    return this.problems[0]?.code ?? 'WO-9099'
  }
}

/** The body of every HTTP error answer of hub, worker and controller. */
export interface ErrorBody {
  readonly error: {
    readonly code: ErrorCode
    readonly title: string
    readonly message: string
    readonly where?: string
    readonly fix: string
    readonly link?: string
  }
}

/** Turns a problem into the HTTP error body. `link` is where the person should go instead. */
export function errorBody(problem: Problem, link?: string): ErrorBody {
  const row = errorTable[problem.code]
  return {
    error: {
      code: problem.code,
      title: row.title,
      message: problem.message,
      ...(problem.where === undefined ? {} : { where: problem.where }),
      fix: problem.fix ?? row.fix,
      ...(link === undefined ? {} : { link }),
    },
  }
}

/** What an error says, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
