import { z } from 'zod'
import { idSchema } from '../../domain/ids.ts'
import type { Policy } from '../../domain/policy/policy.ts'

const certificates = z.string().includes('-----BEGIN CERTIFICATE-----', 'certificates in PEM form')

const isThisComputer = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(host)

/** Encrypted, or not leaving this computer. */
const addressSchema = z.string().refine(
  (text) => {
    const url = URL.parse(text)
    if (url === null || url.username !== '' || url.password !== '') return false
    return url.protocol === 'https:' || (url.protocol === 'http:' && isThisComputer(url.hostname))
  },
  { error: 'an address like https://pages.example.org/hook, without a user name in it' },
)

const smtpSchema = z
  .strictObject({
    host: z.string().min(1),
    port: z.int().min(1).max(65535),
    /** `tls`: from the first byte (port 465). `starttls`: before anything is said (587). */
    security: z.enum(['tls', 'starttls', 'none']),
    user: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    from: z.string().regex(/^[^\r\n]*@[^\r\n]+$/, 'an address like Scanside <scanside@example.org>'),
    ca: certificates.optional(),
  })
  .refine(({ host, security }) => security !== 'none' || isThisComputer(host), {
    path: ['security'],
    error: 'starttls or tls: a message goes in the clear to a mail server on this computer alone',
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ['password'],
    error: 'user and password belong together: give both, or neither',
  })

/** What the hub alone knows of pagers: where other services are, and what proves that it is the hub. */
export const pagerSettingsSchema = z.strictObject({
  smtp: smtpSchema.optional(),
  webhooks: z
    .record(
      idSchema,
      z.strictObject({
        url: addressSchema,
        key: z.string().min(24, 'at least 24 characters, which the other side knows too'),
        ca: certificates.optional(),
      }),
    )
    .optional(),
  pagerduty: z
    .record(
      idSchema,
      z.strictObject({
        routingKey: z.string().regex(/^[A-Za-z0-9]{32}$/, 'the 32 characters of the integration key'),
        url: addressSchema.optional(),
        ca: certificates.optional(),
      }),
    )
    .optional(),
  webPush: z
    .strictObject({
      subject: z
        .string()
        .regex(/^(mailto:.+@.+|https:\/\/.+)$/, 'mailto: or https: of who runs the hub')
        .optional(),
      /** Further push services, as host:port. */
      services: z.array(z.string().min(1)).optional(),
      ca: certificates.optional(),
    })
    .optional(),
})
export type PagerSettings = z.infer<typeof pagerSettingsSchema>

/** Pagers of the site that this hub cannot use, each with its path in the site and what to do. */
export function unusablePagers(
  site: Pick<Policy, 'physicians' | 'site'>,
  settings: PagerSettings,
): readonly string[] {
  const lists = [
    ...site.physicians.map(({ pagers = [] }, index) => ({ path: `physicians.${index}.pagers`, pagers })),
    { path: 'site.supervisor.pagers', pagers: site.site.supervisor?.pagers ?? [] },
  ]
  return lists.flatMap(({ path, pagers }) =>
    pagers.flatMap((channel, index) => {
      const lacks = (what: string) => [
        `${path}.${index}: the hub is told of no ${what}; add it to the file that --pagers names`,
      ]
      if (channel.kind === 'email' && settings.smtp === undefined) return lacks('mail server (smtp)')
      if (channel.kind === 'webhook' && settings.webhooks?.[channel.target] === undefined)
        return lacks(`webhook "${channel.target}" (webhooks)`)
      if (channel.kind === 'pagerduty' && settings.pagerduty?.[channel.service] === undefined)
        return lacks(`PagerDuty service "${channel.service}" (pagerduty)`)
      return []
    }),
  )
}
