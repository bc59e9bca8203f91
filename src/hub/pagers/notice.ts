import type { Page } from '../../contract/room-view.ts'
import type { PagedPerson, Pager } from '../../domain/escalation/out-of-band.ts'
import { roundOf } from '../../domain/statement/statement.ts'
import type { HubContext } from '../context.ts'
import type { StoredPage } from '../store.ts'
import type { Notice } from './pager.ts'

type NoticeContext = Pick<HubContext, 'publicUrl'> & {
  readonly site: Pick<HubContext['site'], 'policy' | 'room' | 'physician'>
}

export function personIn(site: Pick<HubContext['site'], 'physician'>, to: PagedPerson) {
  if (to.kind === 'supervisor') return { physicianId: null, name: to.name }
  return { physicianId: to.physicianId, name: site.physician(to.physicianId)?.name ?? to.physicianId }
}

/** What may leave by a pager, of everything that is known of a call. */
export function noticeOf(
  ctx: NoticeContext,
  { stored, page }: { readonly stored: StoredPage; readonly page: Page },
  { key, to }: Pager,
): Notice {
  const round = roundOf(page)
  const { site } = ctx.site.policy()
  const frontDesk = site.phones.find(({ kind }) => kind === 'front-desk')
  return {
    id: `${stored.escalationId} ${key} ${round}`,
    about: 'call',
    call: {
      escalationId: stored.escalationId,
      kind: page.kind,
      drill: page.drill,
      roomId: page.roomId,
      room: ctx.site.room(page.roomId)?.name ?? page.roomId,
      pressedAt: stored.startedAt,
      round,
    },
    site: site.name,
    to,
    name: personIn(ctx.site, to).name,
    callback: ctx.site.room(page.roomId)?.phone ?? frontDesk?.number ?? null,
    link: ctx.publicUrl(),
  }
}
