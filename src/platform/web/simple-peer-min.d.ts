// The package's plain entry needs Node polyfills in a browser bundle; its minified file brings them along.
declare module 'simple-peer/simplepeer.min.js' {
  const SimplePeer: import('simple-peer').SimplePeer
  export = SimplePeer
}
