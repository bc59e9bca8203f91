/**
 * Stock Chromium will not open `app://host/path`, so a page of such a scheme lives at
 * `http://host.app.localhost/path`: a secure context with an origin that stays from run to run.
 * The app itself only ever sees its own addresses.
 */
export interface AppUrls {
  readonly toLoopback: (url: string) => string
  readonly fromLoopback: (url: string) => string
  readonly rewritePolicy: (contentSecurityPolicy: string) => string
}

export function appUrls(isOurs: (scheme: string) => boolean): AppUrls {
  return {
    toLoopback(url) {
      const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url)
      const scheme = match?.[1]?.toLowerCase()
      if (scheme === undefined || !isOurs(scheme)) return url
      const rest = match?.[3] ?? ''
      return `http://${match?.[2] || 'host'}.${scheme}.localhost${rest.startsWith('/') ? '' : '/'}${rest}`
    },

    fromLoopback(url) {
      const match = /^http:\/\/([^/?#]+)\.([a-z0-9+-]+)\.localhost([/?#].*)?$/.exec(url)
      const scheme = match?.[2]
      return scheme !== undefined && isOurs(scheme) ? `${scheme}://${match?.[1]}${match?.[3] ?? ''}` : url
    },

    rewritePolicy(contentSecurityPolicy) {
      // `app:` alone, and `app://host`, as sources in a directive.
      return contentSecurityPolicy.replace(
        /(?<=[\s;]|^)([a-z][a-z0-9+-]*):(?:\/\/([^\s;/]+)[^\s;]*)?(?=[\s;]|$)/g,
        (source, scheme: string, host: string | undefined) =>
          isOurs(scheme) ? `http://${host ?? '*'}.${scheme}.localhost` : source,
      )
    },
  }
}
