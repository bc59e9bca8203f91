import { expect, test } from 'vitest'
import { withStartBitrate } from '../../../src/platform/web/peer-wire.ts'

const sdp = [
  'v=0',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'a=rtpmap:111 opus/48000/2',
  'a=fmtp:111 minptime=10;useinbandfec=1',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 97 103',
  'a=rtpmap:96 VP8/90000',
  'a=rtpmap:97 rtx/90000',
  'a=fmtp:97 apt=96',
  'a=rtpmap:103 H264/90000',
  'a=fmtp:103 level-asymmetry-allowed=1;packetization-mode=1',
  '',
].join('\r\n')

test('every video codec is told with what bitrate to begin, sound and retransmissions are left alone', () => {
  const changed = withStartBitrate({ type: 'answer', sdp }, 1_200_000)
  expect(changed).toMatchObject({ type: 'answer' })
  const lines = 'sdp' in changed ? changed.sdp.split('\r\n') : []
  expect(lines).toHaveLength(sdp.split('\r\n').length + 2)
  expect(lines.filter((line) => line.includes('x-google'))).toEqual([
    'a=fmtp:96 x-google-start-bitrate=1200',
    'a=fmtp:103 x-google-start-bitrate=1200',
  ])
  expect(lines.filter((line) => !line.includes('x-google')).join('\r\n')).toBe(sdp)
})

test('a candidate passes as it is', () => {
  const candidate = {
    type: 'candidate',
    candidate: { candidate: 'candidate:1 1 udp 1 192.0.2.1 9 typ host' },
  } as const
  expect(withStartBitrate(candidate, 1_200_000)).toBe(candidate)
})
