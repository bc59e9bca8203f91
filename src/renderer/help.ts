import { createHelpWindow } from './help/help-window.ts'

const element = document.getElementById('root')
if (element === null) throw new Error('help.html has no #root')
createHelpWindow(element)
