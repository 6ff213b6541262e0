/** Puts the workshop's skills where agents look for them. */
import { cp, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { WorkshopError } from '@workshop/contracts/errors'

const skillName = /^[a-z0-9][a-z0-9-]{0,62}$/

/** Copies each named folder of `from` into `to`. Throws WO-1160 when one does not exist. */
export async function copySkills(names: readonly string[], from: string, to: string): Promise<void> {
  for (const name of names) {
    const folder = join(from, name)
    const exists =
      skillName.test(name) &&
      (await stat(join(folder, 'SKILL.md')).then(
        () => true,
        () => false,
      ))
    if (!exists)
      throw new WorkshopError({
        code: 'WO-1160',
        message: `there is no skill ${JSON.stringify(name)}`,
        where: 'spec.skills',
      })
    await cp(folder, join(to, name), { recursive: true, force: true })
  }
}
