import { execFile, execFileSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { enrolAtHub } from '../../../src/platform/node/hub-enrol.ts'
import { askHub, hubAddress } from '../../../src/platform/node/hub-http.ts'

let folder: string
const servers: Server[] = []
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'scanside-tls-'))
})
afterAll(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true, force: true })
})

async function listen(server: Server): Promise<number> {
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })

type Pair = { readonly cert: Buffer; readonly key: Buffer }

/** A certificate for `name`: signed by itself, or by a root that nobody knows. */
function certificate(label: string, name: string, options: { byRoot?: boolean; days?: number } = {}): Pair {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const request = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`]
  openssl('req', ...key, ...request, '-keyout', `${label}.key`, '-out', `${label}.csr`)
  if (options.byRoot) {
    openssl('req', '-x509', ...key, '-subj', '/CN=Site root', '-keyout', 'root.key', '-out', 'root.crt')
  }
  const signer = options.byRoot
    ? ['-CA', 'root.crt', '-CAkey', 'root.key', '-CAcreateserial']
    : ['-signkey', `${label}.key`]
  const days = ['-days', String(options.days ?? 2), '-copy_extensions', 'copy']
  openssl('x509', '-req', '-in', `${label}.csr`, ...signer, ...days, '-out', `${label}.crt`)
  return {
    cert: readFileSync(join(folder, `${label}.crt`)),
    key: readFileSync(join(folder, `${label}.key`)),
  }
}
const secure = async (pair: Pair) => listen(createSecureServer(pair, (_, response) => response.end('{}')))
const plain = async (listener: RequestListener) => listen(createServer(listener))
const ask = (address: string) => askHub(address, { method: 'GET', path: '/api/version' })
const problemOf = async (address: string) => {
  const answer = await ask(address)
  if (answer.ok) throw new Error('it answered')
  return answer.error
}

describe('a request has its time', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  const arrived = Promise.withResolvers<void>()
  const silent: RequestListener = () => arrived.resolve()

  it('and is given up after that', async () => {
    const answer = problemOf(`http://127.0.0.1:${await plain(silent)}`)
    await arrived.promise
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await answer).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('it does not answer in time'),
    })
  })

  it('and leaves nothing behind once it is answered, or cut off', async () => {
    const caller = new AbortController()
    const { signal } = caller
    const request = { method: 'GET', path: '/api/version', signal } as const
    const answered = await askHub(
      `http://127.0.0.1:${await plain((_, response) => response.end('{}'))}`,
      request,
    )
    expect(answered).toEqual({ ok: true, value: { status: 200, body: {} } })
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(vi.getTimerCount()).toBe(0)

    const cut = askHub(`http://127.0.0.1:${await plain(silent)}`, request)
    caller.abort()
    expect(await cut).toMatchObject({ ok: false, error: { kind: 'unreachable' } })
    expect(await askHub('http://127.0.0.1:1', request)).toMatchObject({ ok: false })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a connection that fails is named', () => {
  it('when the certificate is self-signed', async () => {
    const port = await secure(certificate('self', 'localhost'))
    const problem = await problemOf(`https://localhost:${port}`)
    expect(problem).toMatchObject({
      kind: 'wrong-certificate',
      message: expect.stringContaining('self-signed'),
    })
  })

  it('when its issuer is unknown', async () => {
    const port = await secure(certificate('leaf', 'localhost', { byRoot: true }))
    const problem = await problemOf(`https://localhost:${port}`)
    expect(problem).toMatchObject({
      kind: 'wrong-certificate',
      message: expect.stringContaining('root certificate'),
    })
  })

  it.each([
    ['is for another name', 'name', 'hub.example.org', 2, /for another name/],
    ['has expired', 'old', 'localhost', -1, /has expired/],
    ['is good', 'good', 'localhost', 2, /answered/],
  ])(
    'when the certificate, by a root that is known, %s',
    async (_, label, name, days, words) => {
      const port = await secure(certificate(label, name, { days }))
      const source = join(import.meta.dirname, '../../../src/platform/node/hub-http.ts')
      const program = `
      import { askHub } from ${JSON.stringify(source)}
      const answer = await askHub('https://localhost:${port}', { method: 'GET', path: '/' })
      console.log(answer.ok ? 'answered' : answer.error.message)`
      // In a process of its own, because Node reads what the environment trusts once.
      const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, `${label}.crt`) }
      const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
        env,
      })
      expect(stdout).toMatch(words)
    },
    30_000,
  )

  it('when nothing listens, when its name is unknown, when it hangs up, when it does not speak TLS', async () => {
    const gone = await plain((_, response) => response.end())
    await new Promise((resolve) => servers.at(-1)?.close(resolve))
    expect((await problemOf(`http://127.0.0.1:${gone}`)).message).toMatch(/nothing listens there/)
    expect((await problemOf('https://no-such-hub.invalid')).message).toMatch(
      /name is not known|cannot be looked up/,
    )
    const rude = await listen(createTcpServer((socket) => socket.destroy()))
    expect((await problemOf(`http://127.0.0.1:${rude}`)).message).toMatch(/was cut/)
    const clear = await plain((_, response) => response.end('{}'))
    expect(await problemOf(`https://localhost:${clear}`)).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('does not speak TLS'),
    })
  })

  it('when it sends on to another address, which is not asked', async () => {
    const port = await plain((_, response) =>
      response.writeHead(302, { location: 'https://www.hospital.example/login' }).end(),
    )
    expect(await problemOf(`http://localhost:${port}`)).toMatchObject({
      kind: 'not-a-hub',
      message: expect.stringContaining('sends on to https://www.hospital.example. Check'),
    })
  })

  it('when something else than a hub answers', async () => {
    const port = await plain((_, response) => response.end('<html>It works!</html>'))
    const enrolled = await enrolAtHub({
      address: `http://127.0.0.1:${port}`,
      code: 'ABCD',
      publicKey: 'A'.repeat(43),
      hostname: 'x',
    })
    expect(enrolled).toMatchObject({ ok: false, error: { kind: 'not-a-hub' } })
  })

  it('when the hub speaks another protocol: the code is not used up', async () => {
    const asked: string[] = []
    const port = await plain((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.end(JSON.stringify({ ok: true, product: 'scanside-hub', version: '9', protocolVersion: 9 }))
    })
    const enrolled = await enrolAtHub({
      address: `http://127.0.0.1:${port}`,
      code: 'ABCD',
      publicKey: 'A'.repeat(43),
      hostname: 'x',
    })
    expect(enrolled).toMatchObject({
      ok: false,
      error: { kind: 'protocol-mismatch', message: expect.stringContaining('Update this workstation') },
    })
    expect(asked).toEqual(['GET /api/version'])
  })
})

describe('the address of a hub', () => {
  it.each([
    ['hub.example.org', 'https://hub.example.org'],
    ['https://hub.example.org:8443/', 'https://hub.example.org:8443'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://127.0.0.1:3000/some/page', 'http://127.0.0.1:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('%s is %s', (text, address) => {
    expect(hubAddress(text)).toEqual({ ok: true, value: address })
  })

  it.each(['', 'https://', 'ftp://hub', 'https://user:secret@hub', 'http://hub.example.org', 'a b c'])(
    '“%s” is none',
    (text) => {
      expect(hubAddress(text)).toMatchObject({ ok: false, error: { kind: 'bad-address' } })
    },
  )
})
