import type { Ladder, Paging } from '../domain/escalation/out-of-band.ts'
import type { Receipts } from '../domain/workstation/state.ts'
import type { StoredPage } from './store.ts'

/** A call as both stores hold it: what has parts is JSON. */
export type PageRow = Omit<StoredPage, 'receipts' | 'ladder' | 'pagings'> & {
  readonly receipts: string
  readonly ladder: string | null
  readonly pagings: string
}

export const rowOfPage = (page: StoredPage): PageRow => ({
  ...page,
  receipts: JSON.stringify(page.receipts),
  ladder: page.ladder && JSON.stringify(page.ladder),
  pagings: JSON.stringify(page.pagings),
})

/** Written by `rowOfPage` alone. */
export const pageOfRow = (row: PageRow): StoredPage => ({
  ...row,
  receipts: JSON.parse(row.receipts) as Record<string, Receipts>,
  ladder: row.ladder === null ? null : (JSON.parse(row.ladder) as Ladder),
  pagings: JSON.parse(row.pagings) as Record<string, Paging>,
})
