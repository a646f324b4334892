// A real Wechaty gateway (wechaty-puppet-service) on loopback, in front of wechaty-puppet-mock, driven by lines of JSON:
// {"do": …} on standard input, one line that begins with {"answer" or {"error" for each on standard output.
//
//   node wechat_gateway.cjs <port> <token> [tls]
'use strict'

const readline = require('node:readline')
const { PuppetServer } = require('wechaty-puppet-service')
const { PuppetMock } = require('wechaty-puppet-mock')

const ASSISTANT = 'wxid_assistant'

class Account extends PuppetMock {
  sent = []

  // An account that was logged in once is so again, as with the session that real puppets keep.
  async onStart () {
    await super.onStart()
    setImmediate(() => { if (!this.isLoggedIn) this.login(ASSISTANT) })
  }

  async messageSendText (conversationId, text, mentionIds) {
    await super.messageSendText(conversationId, text)
    this.sent.push({ conversationId, mentionIds: mentionIds || [], text })
  }
}

const account = new Account()
const { mocker } = account

const actions = {
  contact: ({ payload }) => { mocker.createContact(payload) },
  room: ({ payload }) => { mocker.createRoom(payload) },
  // What somebody says goes the mock's own way; what isn't text it can't make with a name.
  say: ({ talker, text, to, mentions }) => {
    const place = to.includes('@') ? mocker.RoomMock.load(to) : mocker.ContactMock.load(to)
    const before = new Set(mocker.cacheMessagePayload.keys())
    mocker.ContactMock.load(talker).say(text, mentions.map(id => mocker.ContactMock.load(id))).to(place)
    return [...mocker.cacheMessagePayload.keys()].find(id => !before.has(id))
  },
  message: ({ payload }) => {
    mocker.MessageMock.create({ timestamp: Date.now(), ...payload })
    account.emit('message', { messageId: payload.id })
  },
  tell: ({ id }) => { account.emit('message', { messageId: id }) },
  sent: () => account.sent,
  login: () => { account.login(ASSISTANT) },
  logout: () => account.logout('kicked off'),
}

async function main () {
  const [port, token, tls] = process.argv.slice(2)
  const server = new PuppetServer({ endpoint: `127.0.0.1:${port}`, puppet: account, tls: { disable: !tls }, token })
  await server.start()
  console.log(JSON.stringify({ answer: 'listening' }))
  for await (const line of readline.createInterface({ input: process.stdin })) {
    try {
      const request = JSON.parse(line)
      console.log(JSON.stringify({ answer: (await actions[request.do](request)) ?? null }))
    } catch (error) {
      console.log(JSON.stringify({ error: String(error) }))
    }
  }
  process.exit(0) // whoever drives it has gone
}

main().catch(error => { console.error(error); process.exit(1) })
