/**
 * Writes what follows from crds/workshop.crd.yaml and contracts/errors.ts: the TypeScript types, the schema as a
 * module, the reference pages and, where there is a chart, its copy of the CRD.
 * `--check` writes nothing and exits 1 when a generated file differs from what is committed.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Schema } from '../contracts/schema.ts'
import { errorsPage, workshopPage } from './reference-pages.ts'
import { schemaModule, typesModule } from './workshop-types.ts'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const crdText = readFileSync(at('crds/workshop.crd.yaml'), 'utf8')
const root: Schema = parse(crdText).spec.versions[0].schema.openAPIV3Schema
const chart = 'charts/workshop-operator/files'

const outputs: Record<string, string> = {
  'contracts/workshop.ts': typesModule(root),
  'contracts/crd-schema.ts': schemaModule(root),
  'docs/reference/workshop.md': workshopPage(root),
  'docs/reference/errors.md': errorsPage(),
  ...(existsSync(at(chart)) ? { [`${chart}/workshop.crd.yaml`]: crdText } : {}),
}

let drifted = false
for (const [path, text] of Object.entries(outputs)) {
  const found = existsSync(at(path)) ? readFileSync(at(path), 'utf8') : ''
  if (found === text) continue
  if (process.argv.includes('--check')) {
    drifted = true
    console.error(`${path} does not match its source: run npm run generate`)
  } else {
    mkdirSync(dirname(at(path)), { recursive: true })
    writeFileSync(at(path), text)
    console.log(`wrote ${path}`)
  }
}
process.exitCode = drifted ? 1 : 0
