/** What the words on the screen mean, and what else they are called. */
export const glossary: readonly { readonly term: string; readonly meaning: string }[] = [
  {
    term: 'Direct supervision',
    meaning:
      'The regulatory term (42 CFR 410.32): the physician is immediately available during the whole test. "Virtual" or "remote contrast supervision" and "contrast coverage" are the same thing when it is done by two-way audio and video. A telephone call alone does not satisfy it.',
  },
  { term: 'Supervising physician', meaning: 'Who covers this room now. The primary is called first.' },
  { term: 'Bench', meaning: 'The physicians who can take over, in the order in which they are called.' },
  {
    term: 'On-site responder',
    meaning: 'Who treats a reaction in this building: physician, NP, PA, CNS or RN.',
  },
  { term: 'Session', meaning: 'The supervision of one contrast administration, from opening to close.' },
  {
    term: 'LIVE',
    meaning: 'Both ends decode picture and hear sound now. It is measured twice a second, never assumed.',
  },
  {
    term: 'READY',
    meaning:
      'The link is up and held without picture; it flows within a moment of opening a session or calling.',
  },
  { term: 'NOT COMPLETE', meaning: 'Picture or sound is missing in one direction; the words say which.' },
  { term: 'LOST', meaning: 'Nothing has arrived for more than two seconds. The link is being replaced.' },
  {
    term: 'Delivered, seen, accepted, on screen',
    meaning:
      'Four different facts about a call: it reached the console; it is on a visible page; the physician took it; the physician sees and hears this room. Only the last one is help.',
  },
  { term: 'Reaction', meaning: 'The loud call: alarm, cards, physician and bench.' },
  { term: 'Question', meaning: 'The quiet call: the physician is asked, nothing sounds here.' },
  { term: 'Drill', meaning: 'A practice call on the real path, marked as such everywhere.' },
  {
    term: 'Record',
    meaning:
      'What one session’s log entries say, as a document. Every entry is chained to the one before it and stays on this workstation also when it is synced.',
  },
  { term: 'Policy', meaning: 'The hub’s signed snapshot of people, credentials, rules, cards and numbers.' },
]

export const keys: readonly { readonly key: string; readonly does: string }[] = [
  { key: 'F1', does: 'Opens this page' },
  { key: 'Tab, Shift Tab', does: 'Moves between controls' },
  { key: 'Enter, Space', does: 'Presses the control in focus' },
  { key: 'Arrow keys', does: 'Move within the worklist and between choices' },
  { key: 'Escape', does: 'Closes a dialog or menu. It never cancels a call for help.' },
]
