/** @returns what takes the pieces of an event stream, and calls back with each event's name and its JSON. */
export function eventParser(onEvent) {
  let rest = ''
  let name = 'message'
  let data = []
  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) onEvent(name, JSON.parse(data.join('\n')))
        name = 'message'
        data = []
      } else if (line.startsWith('event:')) name = line.slice(6).trim()
      else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
    }
  }
}
