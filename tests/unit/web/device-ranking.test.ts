import { describe, expect, it } from 'vitest'
import {
  type DeviceInfo,
  deviceProblem,
  isDenied,
  rankDevices,
} from '../../../src/platform/web/device-ranking.ts'
import { levelOf } from '../../../src/platform/web/level-meter.ts'

const device = (deviceId: string, label: string, groupId = deviceId): DeviceInfo => ({
  deviceId,
  groupId,
  kind: 'audioinput',
  label,
})

describe('the ranking of devices', () => {
  const devices = [
    device('default', 'Default - Headset', 'g-headset'),
    device('communications', 'Communications - Headset', 'g-headset'),
    device('1', 'Webcam microphone'),
    device('2', 'Headset', 'g-headset'),
    device('3', 'Ceiling microphone'),
    { ...device('4', 'Camera'), kind: 'videoinput' as const },
  ]
  const labels = (preferred: string[]) =>
    rankDevices(devices, 'audioinput', preferred).map(({ label }) => label)

  it('is remembered ones in their order, then the default, then the rest', () => {
    expect(labels([])).toEqual(['Headset', 'Webcam microphone', 'Ceiling microphone'])
    expect(labels(['Ceiling microphone', 'Unplugged'])).toEqual([
      'Ceiling microphone',
      'Headset',
      'Webcam microphone',
    ])
  })

  it('never opens the communications role, which turns down other sound', () => {
    const only = [device('communications', 'Communications - X'), device('default', 'Default - X')]
    expect(rankDevices(only, 'audioinput', []).map(({ deviceId }) => deviceId)).toEqual(['default'])
  })

  it('is empty while the system names nothing', () => {
    expect(rankDevices([device('', '')], 'audioinput', [])).toEqual([])
  })
})

it.each([
  ['NotFoundError', 'No camera found'],
  ['NotAllowedError', 'denied by the system or by policy'],
  ['NotReadableError', 'in use by another program'],
  ['WeirdError', '(WeirdError)'],
])('says what %s means', (name, words) => {
  expect(deviceProblem(new DOMException('x', name), 'camera')).toContain(words)
  expect(isDenied(new DOMException('x', name))).toBe(name === 'NotAllowedError')
})

it('meters silence as nothing, full scale as one, and the floor as nothing', () => {
  expect(levelOf(new Float32Array(8))).toBe(0)
  expect(levelOf([1, -1, 1, -1])).toBe(1)
  expect(levelOf([0.001, -0.001])).toBeCloseTo(0)
  expect(levelOf([0.0316, -0.0316])).toBeCloseTo(0.5, 1)
})
