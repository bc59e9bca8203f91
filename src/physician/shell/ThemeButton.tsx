import { useStore } from 'zustand'
import { Button } from '../../ui/Button.tsx'
import type { Theme } from './theme.ts'

export function ThemeButton({ theme }: { readonly theme: Theme }) {
  const now = useStore(theme.store)
  return (
    <Button kind="plain" size="small" icon={now === 'dark' ? 'sun' : 'moon'} onClick={theme.toggle}>
      {now === 'dark' ? 'Light' : 'Dark'}
    </Button>
  )
}
