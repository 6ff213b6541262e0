/**
 * What a session may call in the workspace, with the participant's own token. The token would allow more: an agent
 * that was talked into something must not reach what a workshop never needs. Everything else is refused.
 */

export interface AllowedPath {
  readonly methods: readonly string[]
  /** `:name` is one part, `2.x` a version, `:path` the rest, in which encoded slashes are kept. */
  readonly path: string
  /** What it is for. */
  readonly why: string
  /** SDKs ask before they use any credentials; forwarded without any. */
  readonly keyless?: true
}

const get = ['GET']
const post = ['POST']
const all = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

export const allowedPaths: readonly AllowedPath[] = [
  { methods: get, path: '/.well-known/databricks-config', why: 'SDKs look the workspace up', keyless: true },
  { methods: get, path: '/api/2.0/preview/scim/v2/Me', why: 'who am I' },
  { methods: post, path: '/telemetry-ext', why: 'SDKs and the CLI report to the platform and wait for the answer' },

  { methods: ['GET', 'POST'], path: '/api/2.0/apps', why: 'list and create apps' },
  { methods: ['GET', 'PATCH', 'DELETE'], path: '/api/2.0/apps/:name', why: 'look at, change and remove an app' },
  { methods: ['GET', 'POST'], path: '/api/2.0/apps/:name/deployments', why: 'deploy an app' },
  { methods: get, path: '/api/2.0/apps/:name/deployments/:name', why: 'follow a deployment' },
  { methods: ['GET', 'POST'], path: '/api/2.0/apps/:name/update', why: 'change an app by mask' },
  { methods: post, path: '/api/2.0/apps/:name/start', why: 'start an app' },
  { methods: post, path: '/api/2.0/apps/:name/stop', why: 'stop an app' },
  { methods: get, path: '/api/2.0/apps/:name/logs', why: 'read the log of an app' },

  { methods: post, path: '/api/2.0/workspace/import', why: 'write workspace files' },
  { methods: get, path: '/api/2.0/workspace/export', why: 'read workspace files' },
  { methods: get, path: '/api/2.0/workspace/list', why: 'list folders' },
  { methods: get, path: '/api/2.0/workspace/get-status', why: 'look at one file' },
  { methods: post, path: '/api/2.0/workspace/mkdirs', why: 'make folders' },
  { methods: post, path: '/api/2.0/workspace/delete', why: 'remove files' },
  { methods: post, path: '/api/2.0/workspace-files/import-file/:path', why: 'upload files as SDK, CLI and bundles do' },
  { methods: get, path: '/api/2.0/workspace-files/:path', why: 'download files' },
  { methods: ['GET', 'POST'], path: '/api/2.0/repos', why: 'list and clone Git folders' },
  { methods: ['GET', 'PATCH', 'DELETE'], path: '/api/2.0/repos/:name', why: 'switch and remove a Git folder' },

  { methods: ['GET', 'HEAD', 'PUT', 'DELETE'], path: '/api/2.0/fs/files/:path', why: 'files in volumes' },
  { methods: ['GET', 'HEAD', 'PUT', 'DELETE'], path: '/api/2.0/fs/directories/:path', why: 'folders in volumes' },
  { methods: get, path: '/api/2.1/unity-catalog/:path', why: 'look at catalogs, schemas, tables and volumes' },
  { methods: post, path: '/api/2.1/unity-catalog/schemas', why: 'make a schema for tables' },
  { methods: post, path: '/api/2.1/unity-catalog/volumes', why: 'make a volume for files' },

  { methods: post, path: '/api/2.0/sql/statements', why: 'run SQL' },
  { methods: get, path: '/api/2.0/sql/statements/:path', why: 'fetch results' },
  { methods: post, path: '/api/2.0/sql/statements/:name/cancel', why: 'cancel a statement' },
  { methods: get, path: '/api/2.0/sql/warehouses', why: 'find a warehouse' },
  { methods: get, path: '/api/2.0/sql/warehouses/:name', why: 'look at a warehouse' },
  { methods: post, path: '/api/2.0/sql/warehouses/:name/start', why: 'wake a warehouse up' },

  { methods: all, path: '/api/2.x/jobs/:path', why: 'make, run and follow jobs' },
  { methods: ['GET', 'POST'], path: '/api/2.0/pipelines', why: 'list and make pipelines' },
  { methods: all, path: '/api/2.0/pipelines/:path', why: 'change, run and follow pipelines' },
  { methods: get, path: '/api/2.x/clusters/:path', why: 'look up runtimes and node types for jobs' },
  { methods: all, path: '/api/2.0/mlflow/:path', why: 'experiments, runs and models' },

  { methods: get, path: '/api/2.0/serving-endpoints', why: 'find model endpoints' },
  { methods: get, path: '/api/2.0/serving-endpoints/:name', why: 'look at a model endpoint' },
  { methods: get, path: '/api/2.0/serving-endpoints/:name/openapi', why: 'see what an endpoint takes' },
  { methods: post, path: '/serving-endpoints/:name/invocations', why: 'ask a model' },
  { methods: post, path: '/serving-endpoints/chat/completions', why: 'ask a model with an OpenAI client' },
  { methods: post, path: '/serving-endpoints/responses', why: 'ask a model with an OpenAI client' },
  { methods: post, path: '/serving-endpoints/embeddings', why: 'embeddings with an OpenAI client' },

  { methods: get, path: '/api/2.0/permissions/apps/:name', why: 'see who may open an app; grants stay with people' },
]
