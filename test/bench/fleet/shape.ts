/** What every run of the fleet bench consists of: Workshops of a hub and a worker with ten people each, fifty to a workspace, which fills it to the platform's limit of 100 apps. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const perWorkspace = 50
const peoplePerWorkshop = 10

export const workspaceOf = (workshop: number) => Math.floor(workshop / perWorkspace)

const peopleOf = (workshop: number) =>
  Array.from({ length: peoplePerWorkshop }, (_, index) => `person-${workshop}-${index}@example.com`)

/** For each workspace the people of its Workshops. */
export function peopleByWorkspace(workshops: number): readonly (readonly string[])[] {
  const all = Array.from({ length: Math.ceil(workshops / perWorkspace) }, (): string[] => [])
  for (let number = 0; number < workshops; number += 1) all[workspaceOf(number)]?.push(...peopleOf(number))
  return all
}

/** `profile`: the spec names the profile of its workspace, `w0`, `w1`, …; else the controller's own is used. */
export function specText(number: number, profile: boolean): string {
  return `apiVersion: vibeworkshop.dev/v1alpha1
kind: Workshop
metadata: {name: w${number}${profile ? '' : ', namespace: default'}}
spec:
${profile ? `  workspaceRef: {profile: w${workspaceOf(number)}}\n` : ''}  participants:
    users: [${peopleOf(number).join(', ')}]
  workers: {replicas: 1, namePrefix: w${number}}
`
}

/** Something that stands for the packaged worker. */
export async function writeWorker(folder: string): Promise<string> {
  const worker = join(folder, 'worker')
  await mkdir(worker)
  await writeFile(join(worker, 'app.yaml'), 'command: [node, server.js]\n')
  await writeFile(join(worker, 'server.js'), '// stands for the packaged worker\n')
  return worker
}

export function cpuSeconds(since?: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}
