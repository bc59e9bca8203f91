import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { courseOf, residentMb } from '../../bench/memory.ts'

it('a course says the most, and what it began and ended with', () => {
  expect(courseOf([50, 60, 70, 300, 90, 100, 110, 120])).toEqual({ maxMb: 300, firstMb: 50, lastMb: 110 })
  expect(courseOf([80])).toEqual({ maxMb: 80, firstMb: 80, lastMb: 80 })
})

it('what a process keeps in memory is what it says itself; of one that has ended nothing is', async () => {
  const own = process.memoryUsage.rss() / 1e6
  expect(Math.abs(residentMb(process.pid) - own)).toBeLessThan(own / 4)
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  expect(() => residentMb(child.pid ?? 0)).toThrow()
})
