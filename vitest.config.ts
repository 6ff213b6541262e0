import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { secondTries } from './test/support/second-tries.ts'

/** CI's machine does much else: what fails once there is tried again, and named at the end. Nowhere else. */
const retry = process.env['CI'] ? 1 : 0
/** On a machine that does much else, what is waited for may take seconds. */
const patient = { testTimeout: 20_000, expect: { poll: { timeout: 15_000 } }, retry }
const slow = { ...patient, testTimeout: 120_000, hookTimeout: 180_000 }

export default defineConfig({
  test: {
    reporters: ['default', secondTries],
    projects: [
      {
        test: {
          name: 'unit',
          environment: 'node',
          include: ['{contracts,controller,worker,emulator,scripts,test/bench}/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          ...patient,
        },
      },
      {
        plugins: [vue()],
        test: {
          name: 'component',
          environment: 'happy-dom',
          include: ['console/**/*.test.ts'],
          exclude: ['**/node_modules/**'],
          ...patient,
        },
      },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], ...slow } },
      { test: { name: 'acceptance', include: ['test/acceptance/**/*.test.ts'], fileParallelism: false, ...slow } },
      { test: { name: 'cluster', include: ['test/cluster/**/*.test.ts'], fileParallelism: false, ...slow } },
      { test: { name: 'docs', include: ['test/docs/**/*.test.ts'], fileParallelism: false, ...slow } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/e2e/setup.ts'],
          fileParallelism: false,
          ...patient,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
