import type { Status } from '../../ui/StatusWord.tsx'
import type { PagesHere } from './pages-here.ts'

type Said = {
  readonly status: Status
  readonly word: string
  /** What it means, and what to do. */
  readonly detail: string
  /** What the button says, where there is something to press. */
  readonly action: string | null
}

const promise =
  'A call for help that nobody answers at a console comes to this browser as a notification, also while this page is closed. It names the site, the room and the kind of call, and nothing of a patient.'

/** How pages stand in this browser, for the person who decides it. */
export function pagesHereWords(pages: PagesHere): Said {
  switch (pages.kind) {
    case 'unknown':
      return {
        status: 'idle',
        word: 'Pages here',
        detail: 'The hub has not said yet whether it offers them.',
        action: null,
      }
    case 'not-offered':
      return {
        status: 'idle',
        word: 'Pages here: not offered by the hub',
        detail: 'Your site has not named push messages among the ways to page you.',
        action: null,
      }
    case 'unsupported':
      return {
        status: 'attention',
        word: 'Pages here: not in this browser',
        detail:
          'It takes no push messages here: a private window, a page without https, or an old version. While this page is closed you are paged by your other ways alone.',
        action: null,
      }
    case 'off':
      return {
        status: 'idle',
        word: 'Pages here: off',
        detail: `${promise} The browser will ask whether Scanside may show notifications: say Allow.`,
        action: 'Turn on pages here',
      }
    case 'turning-on':
      return {
        status: 'busy',
        word: 'Pages here: being turned on',
        detail: 'If the browser asks whether Scanside may show notifications, say Allow.',
        action: null,
      }
    case 'on':
      return { status: 'good', word: 'Pages here: on', detail: promise, action: 'Turn off pages here' }
    case 'refused':
      return {
        status: 'attention',
        word: 'Pages here: refused by this browser',
        detail:
          'Notifications are blocked for this site. Allow them in the browser’s settings for this site, then try again. While this page is closed you are paged by your other ways alone.',
        action: 'Try again',
      }
    case 'failed':
      return {
        status: 'attention',
        word: 'Pages here: not on',
        detail: `${pages.words} While this page is closed, no call reaches this browser.`,
        action: 'Try again',
      }
  }
}
