import type { Attempt, Notice, PagerWay } from './pager.ts'
import { undelivered } from './pager.ts'
import { posted } from './post.ts'
import type { PagerSettings } from './settings.ts'
import { titleOf } from './words.ts'

type PagerDuty = { readonly kind: 'pagerduty'; readonly service: string }

const eventsAddress = 'https://events.pagerduty.com/v2/enqueue'

/** PagerDuty's Events API v2. The key of a call stays the same: a repetition joins its incident, its end resolves it. */
export function pagerDutyWay(services: PagerSettings['pagerduty']): PagerWay<PagerDuty> {
  const say = async ({ service }: PagerDuty, event: object, attempt: Attempt) => {
    const known = services?.[service]
    if (known === undefined)
      return undelivered(
        true,
        `the hub is told of no PagerDuty service "${service}": add it to its pagers file`,
      )
    return posted(
      {
        url: known.url ?? eventsAddress,
        ca: known.ca,
        name: `PagerDuty (${service})`,
        body: JSON.stringify({ routing_key: known.routingKey, ...event }),
        headers: { 'content-type': 'application/json' },
      },
      attempt,
    )
  }
  return {
    send: async (channel, notice, attempt) => {
      const sent = await say(channel, triggerOf(notice), attempt)
      // A test leaves no incident behind.
      if (sent.ok && notice.about === 'test') await say(channel, resolveOf(notice), attempt)
      return sent
    },
    end: (channel, notice, attempt) => say(channel, resolveOf(notice), attempt),
  }
}

const keyOf = ({ call, id }: Notice): string => `scanside-${call?.escalationId ?? id}`

const resolveOf = (notice: Notice) => ({ event_action: 'resolve', dedup_key: keyOf(notice) })

function triggerOf(notice: Notice) {
  const { call, site, callback, link, name } = notice
  return {
    event_action: 'trigger',
    dedup_key: keyOf(notice),
    client: 'Scanside',
    client_url: link,
    links: [{ href: link, text: 'Console' }],
    payload: {
      summary: titleOf(notice),
      source: call === null ? site : `${site}, ${call.room}`,
      severity: call === null || call.drill ? 'info' : call.kind === 'reaction' ? 'critical' : 'warning',
      ...(call && { timestamp: call.pressedAt, component: call.room, class: call.kind }),
      group: site,
      custom_details: {
        for: name,
        ...(callback && { call_back: callback }),
        ...(call && { round: call.round }),
      },
    },
  }
}
