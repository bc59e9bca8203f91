import type { Alarm, AlarmsState } from './alarms.ts'

/** Alarms that wait for this physician's answer: reactions before questions, the longest waiting first. */
export function ringing({ alarms }: AlarmsState): readonly Alarm[] {
  return alarms
    .filter(({ phase }) => phase.kind === 'ringing')
    .toSorted(
      (a, b) =>
        Number(b.page.kind === 'reaction') - Number(a.page.kind === 'reaction') ||
        a.pressedMonoMs - b.pressedMonoMs,
    )
}

/** What has to sound now, if anything. A drill sounds like the real thing: that is what is being practised. */
export function soundFor(state: AlarmsState): 'high' | 'medium' | null {
  const again = state.alarms.filter((alarm) => alarm.again?.soundsUntilMs != null)
  const sounding = [...ringing(state), ...again]
  if (sounding.some(({ page }) => page.kind === 'reaction')) return 'high'
  return sounding.length > 0 ? 'medium' : null
}

export const plainTitle = 'Scanside · physician’s console'

/** The tab's title: alternates while an alarm rings, so that it moves among other tabs. */
export function titleFor(state: AlarmsState, beat: boolean): string {
  const [first, ...others] = ringing(state)
  if (first === undefined) return plainTitle
  const { page } = first
  const what = page.kind === 'reaction' ? 'REACTION' : 'Question'
  const drill = page.drill ? ' (drill)' : ''
  const more = others.length > 0 ? ` +${others.length}` : ''
  return beat ? `▲▲ ${what}${drill}: ${page.roomName}${more}` : `Answer now: ${page.siteName}${more}`
}

/** No patient data: this text leaves the page for the system's notification centre. */
export function notificationFor({ page }: Alarm): { readonly title: string; readonly body: string } {
  const drill = page.drill ? 'DRILL · ' : ''
  return page.kind === 'reaction'
    ? {
        title: `${drill}REACTION · ${page.roomName}`,
        body: `${page.siteName}: a patient reacts. Answer now.`,
      }
    : { title: `${drill}Question · ${page.roomName}`, body: `${page.siteName} asks for you.` }
}
