/** One run of the product for the whole browser suite, on a copy of the first example that tests may edit. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { repository, startProduct } from '../support/product.ts'

export interface SharedProduct {
  readonly workshopUrl: string
  readonly controlRoomUrl: string
  readonly emulatorUrl: string
  readonly operatorToken: string
  /** The spec that the run watches. */
  readonly specFile: string
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly product: SharedProduct
  }
}

export async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'workshop-e2e-spec-'))
  const specFile = join(folder, 'first.workshop.yaml')
  copyFileSync(join(repository, 'examples', 'first.workshop.yaml'), specFile)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    const product = await startProduct(specFile)
    const { workshopUrl, controlRoomUrl, emulatorUrl, operatorToken } = product
    provide('product', { workshopUrl, controlRoomUrl, emulatorUrl, operatorToken, specFile })
    return async () => {
      await product.stop()
      remove()
    }
  } catch (error) {
    remove()
    throw error
  }
}
