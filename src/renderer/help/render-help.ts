import type { Intent, Snapshot } from '../../contract/ipc.ts'
import { isApproved, standingInWords, standingOf } from '../../domain/policy/cards-standing.ts'
import type { ReactionCard } from '../../domain/policy/policy.ts'
import type { Escalation } from '../../domain/workstation/state.ts'
import { formatClock } from '../../ui/time.ts'
import { pagersShown } from '../reaction/out-of-band.ts'
import { stagesOf } from '../reaction/receipts.ts'
import { reactionWords } from '../reaction/words.ts'
import { phonesOf, physicianName } from '../workstation/people.ts'
import { h } from './dom.ts'
import { helpWords as words } from './words.ts'

export type HelpView = {
  readonly snapshot: Snapshot | null
  /** The last refusal, in words. */
  readonly problem: string | null
  readonly soundProblem: string | null
  readonly mayCancel: boolean
  /** In UTC: an approval of the cards ends while they are shown. */
  readonly today: string
  /** Back among the cards although one is chosen. */
  readonly browsing: boolean
}

export type HelpActions = {
  readonly send: (intent: Intent) => Promise<void>
  readonly browse: () => void
}

export function renderHelp(view: HelpView, actions: HelpActions): HTMLElement {
  const { snapshot } = view
  const reaction = snapshot?.state.reaction ?? null
  return h(
    'div',
    { class: 'help' },
    h(
      'div',
      { class: 'help-scroll' },
      reaction === null || snapshot === null ? idle() : call(snapshot, reaction),
      notices(view),
      reaction !== null && view.mayCancel ? cancel(reaction, actions) : null,
      phones(snapshot, reaction, actions),
      reaction === null ? null : cards(view, reaction, actions),
    ),
    press(snapshot, actions),
  )
}

const idle = (): HTMLElement =>
  h(
    'header',
    { class: 'help-head' },
    h('h1', {}, words.idle),
    h('p', { class: 'help-soft' }, words.idleDetail),
  )

function call(snapshot: Snapshot, reaction: Escalation): HTMLElement {
  const progress = snapshot.progress.reaction
  return h(
    'header',
    { class: 'help-head help-open' },
    reaction.drill ? h('p', { class: 'help-drill' }, words.drill) : null,
    h('h1', {}, words.title),
    h('p', { class: 'help-clock', role: 'timer', label: words.since }, '0:00'),
    h(
      'p',
      progress?.telephone === true
        ? { class: 'help-progress help-loud', role: 'alert' }
        : { class: 'help-progress', role: 'status' },
      progress?.words ?? words.calling,
    ),
    reaction.unreachable === null || progress?.stage !== 'unreachable'
      ? null
      : h(
          'p',
          { class: 'help-loud', role: 'alert' },
          `${reactionWords.unreachable}: ${reaction.unreachable}`,
        ),
    h(
      'ol',
      { class: 'help-ticks' },
      ...stagesOf(reaction.receipts).map(({ stage, first }) =>
        h(
          'li',
          { class: first === null ? 'help-tick' : 'help-tick help-tick-done' },
          h('strong', {}, `${first === null ? '○' : '✓'} ${reactionWords.ticks[stage]}`),
          h(
            'span',
            {},
            first === null
              ? reactionWords.notYet
              : `${physicianName(snapshot, first.physicianId)} ${formatClock(first.at)}`,
          ),
        ),
      ),
    ),
    pagers(snapshot, reaction),
  )
}

/** Without pictures here: the words alone say how each stands. */
function pagers(snapshot: Snapshot, reaction: Escalation): HTMLElement | null {
  const { people, unpaged } = pagersShown(snapshot, reaction)
  if (people.length === 0 && unpaged === null) return null
  return h(
    'ul',
    { class: 'help-pagers', label: reactionWords.pagers },
    ...people.map(({ who, ways }) =>
      h('li', {}, h('strong', {}, who), ' ', h('span', {}, ways.map(({ words: said }) => said).join(' · '))),
    ),
    unpaged === null ? null : h('li', { class: 'help-loud' }, unpaged),
  )
}

function notices({ problem, soundProblem, snapshot }: HelpView): HTMLElement {
  const lines = [
    problem,
    soundProblem === null ? null : `${words.sound}: ${soundProblem}`,
    snapshot === null || snapshot.durability.kind === 'durable' ? null : words[snapshot.durability.kind],
  ]
  return h(
    'div',
    { class: 'help-notices', role: 'alert' },
    ...lines.filter((line) => line !== null).map((line) => h('p', { class: 'help-loud' }, line)),
  )
}

function cancel(reaction: Escalation, { send }: HelpActions): HTMLElement {
  return h(
    'section',
    { class: 'help-row', label: reactionWords.cancelTitle },
    ...reactionWords.cancelReasons.map((reason) =>
      h(
        'button',
        {
          class: 'help-button',
          onPress: () => void send({ kind: 'cancel-help', escalationId: reaction.id, reason }),
        },
        `Cancel: ${reason.toLowerCase()}`,
      ),
    ),
  )
}

function phones(snapshot: Snapshot | null, reaction: Escalation | null, { send }: HelpActions): HTMLElement {
  return h(
    'ul',
    { class: 'help-phones', label: words.phones },
    ...phonesOf(snapshot?.policy ?? null).map(({ label, number }) =>
      h(
        'li',
        {},
        h('span', {}, label),
        h('strong', {}, number),
        reaction === null
          ? null
          : reaction.phonesCalled.includes(number)
            ? h('span', { class: 'help-called' }, `✓ ${words.wasCalled}`)
            : h(
                'button',
                {
                  class: 'help-button',
                  label: `${words.called}: ${label} ${number}`,
                  onPress: () => void send({ kind: 'mark-phone-called', escalationId: reaction.id, number }),
                },
                words.called,
              ),
      ),
    ),
  )
}

function cards(view: HelpView, reaction: Escalation, { send, browse }: HelpActions): HTMLElement | null {
  const { snapshot, browsing } = view
  const content = snapshot?.policy?.cards
  if (snapshot === null || content === undefined || content.items.length === 0) {
    return h('p', { class: 'help-soft' }, `${reactionWords.noCards}. ${reactionWords.noCardsDetail}`)
  }
  const { items } = content
  const chosen = browsing ? undefined : items.find(({ id }) => id === reaction.cardId)
  const standing = snapshot.cards && standingOf(snapshot.cards, view.today)
  return h(
    'section',
    { class: 'help-cards', label: reactionWords.cards },
    standing &&
      h('p', { class: isApproved(standing) ? 'help-soft' : 'help-warning' }, standingInWords(standing)),
    ...(chosen === undefined
      ? items.map((card) =>
          h(
            'button',
            {
              class: 'help-button help-card',
              onPress: () => void send({ kind: 'choose-card', escalationId: reaction.id, cardId: card.id }),
            },
            h('strong', {}, card.title),
          ),
        )
      : [
          h('h2', {}, chosen.title),
          h('ol', { class: 'help-steps' }, ...chosen.steps.map(step)),
          h('button', { class: 'help-button', onPress: browse }, reactionWords.otherCard),
        ]),
  )
}

function step({ text, dose }: ReactionCard['steps'][number]): HTMLElement {
  if (dose === null) return h('li', {}, text)
  const { drug, amount, volumeMl, concentration, route } = dose
  const line = [
    `${drug} ${amount.value} ${amount.unit}`,
    volumeMl === null ? null : `${volumeMl} mL`,
    concentration,
    route,
  ]
  return h('li', {}, text, h('p', { class: 'help-dose' }, line.filter((part) => part !== null).join(' · ')))
}

function press(snapshot: Snapshot | null, { send }: HelpActions): HTMLElement {
  const locked = snapshot?.state.operator.kind === 'locked'
  const reaction = snapshot?.state.reaction ?? null
  // During a drill a press is no repetition: it ends the practice and calls in earnest.
  const armed = reaction === null || reaction.drill
  return h(
    'button',
    {
      class: armed ? 'help-press' : 'help-press help-press-open',
      testId: 'help-button',
      onPress: () =>
        void send({
          kind: 'press-help',
          escalation: 'reaction',
          origin: locked ? 'lock-screen' : 'button',
          drill: false,
        }),
    },
    reaction === null ? words.press : reaction.drill ? words.real : words.again,
    reaction?.drill === true ? h('span', { class: 'help-press-detail' }, words.realDetail) : null,
  )
}
