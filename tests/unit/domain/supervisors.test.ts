import { describe, expect, it } from 'vitest'
import { chooseSupervisors } from '../../../src/domain/coverage/supervisors.ts'
import type { Policy } from '../../../src/domain/policy/policy.ts'
import { samplePolicy } from './scenario.ts'

const nobody = { primary: null, standby: null }
const physician = (id: string, change: Partial<Policy['physicians'][number]> = {}) => ({
  id,
  name: id,
  role: 'MD' as const,
  licenses: [{ state: 'CA', validUntil: '2027-01-01' }],
  modalities: ['CT' as const, 'MR' as const],
  ...change,
})

const policy: Policy = {
  ...samplePolicy,
  physicians: [
    physician('a'),
    physician('b'),
    physician('c'),
    physician('expired', { licenses: [{ state: 'CA', validUntil: '2026-11-01' }] }),
    physician('elsewhere', { licenses: [{ state: 'NV', validUntil: '2030-01-01' }] }),
  ],
  rooms: [{ id: 'ct-2', name: 'CT 2', modality: 'CT', bench: ['expired', 'a', 'b', 'c', 'elsewhere'] }],
}

const choose = (present: readonly string[], current = nobody as Parameters<typeof chooseSupervisors>[3]) =>
  chooseSupervisors(policy, 'ct-2', present, current)

describe('who supervises and who stands by', () => {
  it.each<[string, readonly string[], Parameters<typeof chooseSupervisors>[3], string | null, string | null]>(
    [
      ['nobody present', [], nobody, null, null],
      ['one present', ['b'], nobody, 'b', null],
      ['bench order, whatever the order of presence', ['c', 'b', 'a'], nobody, 'a', 'b'],
      ['only people of the bench', ['stranger', 'c'], nobody, 'c', null],
      ['whoever supervises stays', ['a', 'b', 'c'], { primary: 'b', standby: 'c' }, 'b', 'c'],
      ['whoever stands by stays', ['a', 'b', 'c'], { primary: 'b', standby: null }, 'b', 'a'],
      ['the standby follows a primary who has gone', ['a', 'c'], { primary: 'b', standby: 'c' }, 'c', 'a'],
      ['both gone', ['a'], { primary: 'b', standby: 'c' }, 'a', null],
      ['the licensed before the unlicensed', ['expired', 'c'], nobody, 'c', 'expired'],
      [
        'an unlicensed one gives way to a licensed one',
        ['expired', 'c'],
        { primary: 'expired', standby: 'c' },
        'c',
        'expired',
      ],
      ['an unlicensed one rather than nobody', ['elsewhere'], nobody, 'elsewhere', null],
      [
        'a licensed standby before an unlicensed one',
        ['expired', 'a', 'b'],
        { primary: 'a', standby: 'expired' },
        'a',
        'b',
      ],
      ['never the same person twice', ['a'], { primary: 'a', standby: 'a' }, 'a', null],
    ],
  )('%s', (_name, present, current, primary, standby) => {
    expect(choose(present, current)).toEqual({ primary, standby })
  })

  it('is nobody for a room that the policy does not know', () => {
    expect(chooseSupervisors(policy, 'ct-9', ['a'], nobody)).toEqual(nobody)
  })

  it('judges licences on the day that it is given', () => {
    expect(chooseSupervisors(policy, 'ct-2', ['expired', 'c'], nobody, '2026-10-01T00:00:00.000Z')).toEqual({
      primary: 'expired',
      standby: 'c',
    })
  })

  it('a primary who is not heard gives way to a licensed standby alone, and stands by then', () => {
    const at = { primary: 'a', standby: 'b' }
    const without = (current: typeof at) =>
      chooseSupervisors(policy, 'ct-2', ['a', 'b', 'c', 'expired'], current, undefined, 'a')
    expect(without(at)).toEqual({ primary: 'b', standby: 'a' })
    expect(without({ primary: 'a', standby: 'expired' })).toEqual({ primary: 'a', standby: 'b' })
    // Somebody else is not heard.
    expect(without({ primary: 'b', standby: 'c' })).toEqual({ primary: 'b', standby: 'c' })
  })

  it('a primary who was followed and is heard again takes the place back, where they may supervise', () => {
    const at = { primary: 'b', standby: 'a' }
    const returned = (id: string) =>
      chooseSupervisors(policy, 'ct-2', ['a', 'b', 'expired'], at, undefined, null, id)
    expect(returned('a')).toEqual({ primary: 'a', standby: 'b' })
    expect(returned('expired')).toEqual(at)
    expect(returned('c')).toEqual(at)
  })
})
