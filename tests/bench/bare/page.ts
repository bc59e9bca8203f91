import type { SignalData } from 'simple-peer'
import SimplePeer from 'simple-peer/simplepeer.min.js'
import { io } from 'socket.io-client'

declare global {
  interface Window {
    bare: typeof bare
  }
}

// What somebody would write without Scanside: a button that shows something red on another page, and a call that
// is set up when it is needed.

const patienceMs = 20_000
const socket = io({ transports: ['websocket'] })
const clock = () => performance.timeOrigin + performance.now()
let clickedAtMs = 0
let painted = Promise.withResolvers<number>()
let camera: MediaStream | null = null
let callNumber = 0
let peer: InstanceType<typeof SimplePeer> | null = null
let presented = Promise.withResolvers<number>()

const button = document.createElement('button')
button.textContent = 'Press'
button.addEventListener('click', (event) => {
  clickedAtMs = performance.timeOrigin + event.timeStamp
  socket.emit('press', { clickedAtMs })
})
const alarm = document.createElement('div')
alarm.style.cssText = 'position: fixed; inset: 0; background: red'
const video = document.createElement('video')
video.muted = true
document.body.append(button, video)

socket.on('press', () => {
  document.body.append(alarm)
  requestAnimationFrame(() => requestAnimationFrame(() => painted.resolve(clock())))
})
socket.on('signal', ({ call, data }: { readonly call: number; readonly data: SignalData }) => {
  if (data.type === 'offer' && call > callNumber) {
    callNumber = call
    peer = makePeer(false)
  }
  // Stragglers of a call that has ended.
  if (call === callNumber) peer?.signal(data)
})

function makePeer(initiator: boolean) {
  const call = callNumber
  if (camera === null) throw new Error('open the camera first')
  const made = new SimplePeer({ initiator, stream: camera, config: { iceServers: [] } })
  made.on('signal', (data) => socket.emit('signal', { call, data }))
  made.on('stream', (stream) => {
    video.srcObject = stream
    void video.play()
    video.requestVideoFrameCallback(() => presented.resolve(clock()))
  })
  made.on('error', (error) => presented.reject(error))
  return made
}

const stateOfCall = () =>
  JSON.stringify({
    call: callNumber,
    connected: peer?.connected ?? null,
    hasStream: video.srcObject !== null,
    isPaused: video.paused,
    width: video.videoWidth,
  })

const bare = {
  connected: () => new Promise<void>((done) => (socket.connected ? done() : socket.once('connect', done))),
  /** To the server and back, ms. */
  echo: async () => {
    const startedMs = performance.now()
    await socket.emitWithAck('echo', { escalationId: crypto.randomUUID() })
    return performance.now() - startedMs
  },
  clickedAtMs: () => clickedAtMs,
  paintedAtMs: () => painted.promise,
  calm: () => {
    alarm.remove()
    painted = Promise.withResolvers<number>()
  },
  now: clock,
  /** As the product asks for them. */
  openCamera: async () => {
    camera = await navigator.mediaDevices.getUserMedia({
      video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
      audio: true,
    })
  },
  call: () => {
    const calledAtMs = clock()
    callNumber += 1
    peer = makePeer(true)
    return calledAtMs
  },
  presentedAtMs: () => {
    const impatience = setTimeout(
      () => presented.reject(new Error(`no picture: ${stateOfCall()}`)),
      patienceMs,
    )
    return presented.promise.finally(() => clearTimeout(impatience))
  },
  hangUp: () => {
    peer?.destroy()
    peer = null
    video.srcObject = null
    presented = Promise.withResolvers<number>()
  },
  closeCamera: () => {
    for (const track of camera?.getTracks() ?? []) track.stop()
    camera = null
  },
}
window.bare = bare
