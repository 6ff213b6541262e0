/**
 * Writes what follows from crds/*.crd.yaml and contracts/errors.ts: the TypeScript types, the schema as a
 * module, the reference pages and, where there is a chart, its copies of the CRDs.
 * `--check` writes nothing and exits 1 when a generated file differs from what is committed.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Schema } from '../contracts/schema.ts'
import { errorsPage, roomPage, workshopPage } from './reference-pages.ts'
import { roomTypesModule, schemaModule, typesModule } from './workshop-types.ts'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const workshopFile = 'workshop.crd.yaml'
const roomFile = 'workshoproom.crd.yaml'
const textOf = (file: string) => readFileSync(at(`crds/${file}`), 'utf8')
const schemaIn = (file: string): Schema => parse(textOf(file)).spec.versions[0].schema.openAPIV3Schema
const [root, room] = [schemaIn(workshopFile), schemaIn(roomFile)]
const chart = 'charts/workshop-operator/files'

const outputs: Record<string, string> = {
  'contracts/workshop.ts': typesModule(root),
  'contracts/crd-schema.ts': schemaModule(root, { file: workshopFile, kind: 'Workshop', name: 'crdSchema' }),
  'contracts/workshop-room.ts': roomTypesModule(room),
  'contracts/room-schema.ts': schemaModule(room, { file: roomFile, kind: 'WorkshopRoom', name: 'roomSchema' }),
  'docs/reference/workshop.md': workshopPage(root),
  'docs/reference/workshop-room.md': roomPage(room),
  'docs/reference/errors.md': errorsPage(),
  ...(existsSync(at(chart))
    ? Object.fromEntries([workshopFile, roomFile].map((file) => [`${chart}/${file}`, textOf(file)]))
    : {}),
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
