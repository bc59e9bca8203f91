import type { Intent, IntentReply, WorkstationBridge } from '../../contract/ipc.ts'

declare global {
  interface Window {
    /** Put there by the preload before any script of the page runs; a test puts its own there. */
    readonly workstation?: WorkstationBridge
  }
}

/** The page's only door. Undefined means that it was opened outside of Scanside. */
export const findBridge = (): WorkstationBridge | undefined => window.workstation

/** A dispatch that always answers: a broken channel is a refusal in words, not an exception. */
export async function ask(bridge: WorkstationBridge, intent: Intent): Promise<IntentReply> {
  try {
    return await bridge.dispatch(intent)
  } catch (reason) {
    const why = reason instanceof Error ? reason.message : String(reason)
    return {
      ok: false,
      error: {
        kind: 'no-answer',
        message: `Scanside did not take this: ${why}. Try again; in an emergency use the telephone.`,
      },
    }
  }
}
