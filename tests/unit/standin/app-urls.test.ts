import { expect, test } from 'vitest'
import { appUrls } from '../../../tools/electron-standin/app-urls.ts'

const urls = appUrls((scheme) => scheme === 'app')

test.each([
  ['app://bundle/index.html?a=1#b', 'http://bundle.app.localhost/index.html?a=1#b'],
  ['app://bundle/', 'http://bundle.app.localhost/'],
])('%s lives at %s', (ours, loopback) => {
  expect(urls.toLoopback(ours)).toBe(loopback)
  expect(urls.fromLoopback(loopback)).toBe(ours)
})

test('an origin maps both ways, and a missing path is the root', () => {
  expect(urls.toLoopback('app://bundle')).toBe('http://bundle.app.localhost/')
  expect(urls.fromLoopback('http://bundle.app.localhost')).toBe('app://bundle')
})

test.each(['https://example.com/', 'other://bundle/x', 'about:blank', 'http://localhost:3000/', ''])(
  '%s is left alone',
  (url) => {
    expect(urls.toLoopback(url)).toBe(url)
    expect(urls.fromLoopback(url)).toBe(url)
  },
)

test('a content security policy means the same origins', () => {
  const policy = "default-src 'self' app:; connect-src https://hub.example app://bundle; img-src data: app:"
  expect(urls.rewritePolicy(policy)).toBe(
    "default-src 'self' http://*.app.localhost; connect-src https://hub.example http://bundle.app.localhost; img-src data: http://*.app.localhost",
  )
})
