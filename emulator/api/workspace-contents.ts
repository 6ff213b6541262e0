/** Contents of workspace files: import (JSON and multipart), import-file, export, workspace-files. */
import { ApiError, invalid } from '../http/api-error.ts'
import {
  type Answer,
  bodyOf,
  type Call,
  type Fields,
  ok,
  optionalText,
  requiredQuery,
  requiredText,
} from '../http/call.ts'
import type { Route } from '../http/router.ts'
import { canonicalPath, isFolder, type Language, type TreeNode } from '../workspace/file-tree.ts'
import type { Workspace } from '../workspace/workspace.ts'

const scope = 'workspace.workspace'

/** Documented limit of one import. */
const importLimit = 10_485_760

const formats = ['AUTO', 'SOURCE', 'HTML', 'JUPYTER', 'DBC', 'R_MARKDOWN', 'RAW']
const languages: readonly Language[] = ['PYTHON', 'SQL', 'SCALA', 'R']
const notebookHeaders: Readonly<Record<string, { readonly header: string; readonly language: Language }>> = {
  '.py': { header: '# Databricks notebook source', language: 'PYTHON' },
  '.sql': { header: '-- Databricks notebook source', language: 'SQL' },
  '.scala': { header: '// Databricks notebook source', language: 'SCALA' },
  '.r': { header: '# Databricks notebook source', language: 'R' },
}

/** What an upload becomes: a notebook loses its extension. */
export function classify(
  path: string,
  content: Buffer,
  format: string,
  language?: Language,
): { readonly path: string; readonly language?: Language } {
  if (format === 'RAW') return { path }
  if (format !== 'AUTO') return language === undefined ? { path } : { path, language }
  const extension = /\.[^./]+$/.exec(path)?.[0] ?? ''
  const bare = path.slice(0, path.length - extension.length)
  if (extension.toLowerCase() === '.ipynb') return { path: bare, language: 'PYTHON' }
  const rule = notebookHeaders[extension.toLowerCase()]
  const [firstLine] = content.subarray(0, 200).toString('utf8').split(/\r?\n/, 1)
  return rule && firstLine?.trim() === rule.header ? { path: bare, language: rule.language } : { path }
}

export function workspaceContentsRoutes(workspace: Workspace): readonly Route[] {
  const { files, fileAccess } = workspace

  /** Checks rights and writes; `onTaken` says how this API words an object that is in the way. */
  function store(
    call: Call,
    path: string,
    content: Buffer,
    as: { readonly language?: Language; readonly overwrite: boolean; readonly onTaken: (node: TreeNode) => ApiError },
  ): TreeNode {
    const held = files.get(path)
    if (held && !as.overwrite) {
      fileAccess.demand(call.caller, path, 'CAN_READ')
      throw as.onTaken(held)
    }
    if (held) fileAccess.demand(call.caller, path, 'CAN_EDIT')
    else fileAccess.demandCreate(call.caller, path)
    return files.write(path, content, as.language)
  }

  async function importObject(call: Call): Promise<Answer> {
    const { fields, content } = await importBody(call)
    const format = optionalText(fields, 'format') ?? 'SOURCE'
    if (!formats.includes(format)) throw invalid(`format must be one of ${formats.join(', ')}.`)
    const language = languages.find((known) => known === fields['language'])
    if (format === 'SOURCE' && language === undefined) throw invalid('language is required with format SOURCE.')
    if (content.length > importLimit)
      throw new ApiError(
        400,
        'MAX_NOTEBOOK_SIZE_EXCEEDED',
        `Content of more than ${importLimit} bytes cannot be imported.`,
      )
    const target = classify(canonicalPath(requiredText(fields, 'path')), content, format, language)
    store(call, target.path, content, {
      ...target,
      overwrite: fields['overwrite'] === true || fields['overwrite'] === 'true',
      onTaken: ({ path }) => new ApiError(400, 'RESOURCE_ALREADY_EXISTS', `Path (${path}) already exists.`),
    })
    return ok()
  }

  function importFile(call: Call): Answer {
    const target = classify(canonicalPath(`/${call.params['path'] ?? ''}`), call.bytes, 'AUTO')
    store(call, target.path, call.bytes, {
      ...target,
      overwrite: call.query.get('overwrite') === 'true',
      onTaken: (node) =>
        node.type === 'NOTEBOOK'
          ? new ApiError(400, '', `Path (${node.path}) already exists.`)
          : new ApiError(409, 'ALREADY_EXISTS', `File already exists at (${node.path}).`),
    })
    return ok()
  }

  function readable(call: Call, path: string): TreeNode & { readonly content: Buffer } {
    const node = files.need(canonicalPath(path))
    fileAccess.demand(call.caller, node.path, 'CAN_READ')
    const { content } = node
    if (isFolder(node) || content === undefined)
      throw new ApiError(400, 'BAD_REQUEST', `Path (${node.path}) is a folder and cannot be read.`)
    return { ...node, content }
  }

  function exportObject(call: Call): Answer {
    const node = readable(call, requiredQuery(call, 'path'))
    if (call.query.get('direct_download') === 'true') return raw(node.content)
    const fileType = /\.([^./]+)$/.exec(node.path)?.[1]
    return ok({ content: node.content.toString('base64'), ...(fileType === undefined ? {} : { file_type: fileType }) })
  }

  return [
    { method: 'POST', pattern: '/api/2.0/workspace/import', scope, run: importObject },
    { method: 'GET', pattern: '/api/2.0/workspace/export', scope, run: exportObject },
    { method: 'POST', pattern: '/api/2.0/workspace-files/import-file/*path', scope, run: importFile },
    {
      method: 'GET',
      pattern: '/api/2.0/workspace-files/*path',
      scope,
      run: (call) => raw(readable(call, `/${call.params['path'] ?? ''}`).content),
    },
  ]
}

const raw = (bytes: Buffer): Answer => ({
  status: 200,
  bytes,
  headers: { 'content-type': 'application/octet-stream' },
})

/** The fields of an import, sent as JSON (content in base64) or as a multipart form (content as a file). */
async function importBody(call: Call): Promise<{ readonly fields: Fields; readonly content: Buffer }> {
  const type = call.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) {
    const fields = bodyOf(call)
    return { fields, content: Buffer.from(optionalText(fields, 'content') ?? '', 'base64') }
  }
  const form = await new Response(new Uint8Array(call.bytes), { headers: { 'content-type': type } })
    .formData()
    .catch(() => {
      throw new ApiError(400, 'MALFORMED_REQUEST', 'The multipart form cannot be read.')
    })
  const fields: Record<string, unknown> = {}
  let content = Buffer.alloc(0)
  for (const [name, value] of form)
    if (name !== 'content') fields[name] = value
    else content = typeof value === 'string' ? Buffer.from(value) : Buffer.from(await value.arrayBuffer())
  return { fields, content }
}
