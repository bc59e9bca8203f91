// The first thing that runs on a fresh machine: plain Node, no packages, and syntax that an old Node can
// still read, so that it can say which Node is needed. Everything else is loaded after that check.
const major = Number(process.versions.node.split('.')[0])

if (major < 20) {
  process.stderr.write(
    `scanside: Node ${process.versions.node} is too old: Scanside needs Node 20 or newer.\n` +
      '  Install it from https://nodejs.org (or your package manager), then run the same command again.\n',
  )
  process.exitCode = 1
} else {
  import('./setup/bootstrap.mjs')
    .then((bootstrap) => bootstrap.bootstrap(process.argv.slice(2)))
    .then((exitCode) => {
      process.exitCode = exitCode
    })
}
