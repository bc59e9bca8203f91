import tls from 'node:tls'

/**
 * Makes every TLS connection of this process trust what the operating system trusts, so that a hospital's private
 * root counts without being configured twice. Answers with what it found, for the application log.
 */
export function trustOperatingSystem(): { readonly system: number } | { readonly problem: string } {
  try {
    const system = tls.getCACertificates('system')
    tls.setDefaultCACertificates([...new Set([...tls.getCACertificates('default'), ...system])])
    return { system: system.length }
  } catch (error) {
    // A runtime without this interface still trusts its own list; a private root then shows as a named fault.
    return { problem: error instanceof Error ? error.message : String(error) }
  }
}
