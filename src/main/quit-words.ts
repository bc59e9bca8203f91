import type { Durability } from '../contract/ipc.ts'

/** What a person who quits in the middle of something should know first. */
export function quitWords(
  work: 'escalation' | 'session',
  durability: Durability,
): { readonly message: string; readonly detail: string } {
  const what = work === 'session' ? 'A supervised session is open.' : 'A call for help is open.'
  return {
    message: `${what} Quit Scanside all the same?`,
    detail: `The physician will lose picture and sound of this room, and the help button will not work. ${afterwards(durability)}`,
  }
}

function afterwards(durability: Durability): string {
  switch (durability.kind) {
    case 'durable':
      return goesOn
    case 'doubted':
      return durability.resumes
        ? goesOn
        : 'What is recorded stays, but the next start cannot go on from here.'
    case 'volatile':
      return 'What could not be written to the disk is lost, and the next start cannot go on from here.'
  }
}

const goesOn = 'What is recorded stays, and the next start goes on from here.'
