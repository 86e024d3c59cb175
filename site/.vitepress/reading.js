/** What makes the pages easier to read than their Markdown says. */
export function reading(markdown) {
  markdown.core.ruler.push('reading', ({ tokens }) => {
    tokens.forEach((token, index) => {
      // A cell in the head of a table that says nothing heads nothing: a screen reader would announce it again and again.
      if (token.type === 'th_open' && !tokens[index + 1].content)
        for (const part of [token, tokens[index + 2]]) part.tag = 'td'
      // A picture keeps its size on a phone, and can be scrolled, by keys as well.
      if (token.children?.length === 1 && token.children[0].attrGet('src')?.endsWith('.svg')) {
        tokens[index - 1].attrSet('class', 'picture')
        tokens[index - 1].attrSet('tabindex', '0')
      }
      // No line ends within such as --boot-timeout.
      for (const part of token.children ?? [])
        if (part.type === 'code_inline' && /^\S{1,32}$/.test(part.content)) part.attrSet('class', 'word')
    })
  })
}
