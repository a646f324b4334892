// Slack's Web API as emulate has it, on loopback:
//
//   node slack_emulator.mjs <port> <seed as JSON>
import net from 'node:net'
import { once } from 'node:events'
import { createEmulator } from 'emulate'

// It would listen on every address of the machine, and doesn't tell from when on.
const listen = net.Server.prototype.listen
const servers = []
net.Server.prototype.listen = function (port, ...rest) {
  servers.push(this)
  const callback = rest.find(argument => typeof argument === 'function')
  return listen.call(this, { host: '127.0.0.1', port }, callback)
}

const [port, seed] = process.argv.slice(2)
await createEmulator({ service: 'slack', port: Number(port), seed: { slack: JSON.parse(seed) } })
await Promise.all(servers.filter(server => !server.listening).map(server => once(server, 'listening')))
console.log(JSON.stringify({ answer: 'listening' }))
