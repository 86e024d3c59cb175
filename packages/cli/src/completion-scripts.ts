import { orderNames, stateNames } from './select.ts'

/** What of a command can be completed. */
export interface Completed {
  /** Its name, and its other names. */
  names: readonly string[]
  description: string
  options: readonly { names: readonly string[]; description: string }[]
  /** What its first argument is. */
  takes: 'program' | 'file' | 'shell' | 'nothing'
}

export const shells: readonly string[] = ['bash', 'zsh', 'fish']

/** What stands after an option, where that can be completed. */
const values: Record<string, readonly string[]> = {
  sort: orderNames,
  state: stateNames.filter((state) => !state.includes(' ')),
}

const programs = 'clustered completion names 2>/dev/null'

const asOption = (name: string): string => (name.length > 1 ? `--${name}` : `-${name}`)

function optionsOf({ options }: Completed): string[] {
  return options.flatMap(({ names }) => names.map((name) => asOption(name)))
}

/** In single quotes; what is in them means nothing to a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

const patterns = (commands: readonly Completed[], takes: Completed['takes']): string =>
  commands
    .filter((command) => command.takes === takes)
    .flatMap(({ names }) => names)
    .join('|')

export function bashScript(commands: readonly Completed[]): string {
  const cases = commands.map(
    (each) => `    ${each.names.join('|')}) options=${quoted(optionsOf(each).join(' '))} ;;`,
  )
  const known = Object.entries(values).map(
    ([option, words]) =>
      `    --${option}) COMPREPLY=($(compgen -W ${quoted(words.join(' '))} -- "$word")); return ;;`,
  )
  return `# To use it: eval "$(clustered completion bash)" in ~/.bashrc
_clustered() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} options=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(commands.flatMap(({ names }) => names).join(' '))} -- "$word"))
    return
  fi
  case $before in
${known.join('\n')}
    --user) COMPREPLY=($(compgen -u -- "$word")); return ;;
  esac
  case $command in
${cases.join('\n')}
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")); return ;;
  esac
  case $command in
    ${patterns(commands, 'program')}) COMPREPLY=($(compgen -W "$(${programs})" -- "$word")) ;;
    ${patterns(commands, 'shell')}) COMPREPLY=($(compgen -W ${quoted(shells.join(' '))} -- "$word")) ;;
    help) COMPREPLY=($(compgen -W ${quoted(commands.map(({ names }) => names[0]).join(' '))} -- "$word")) ;;
    *) compopt -o default ;;
  esac
}
complete -F _clustered clustered
`
}

export function zshScript(commands: readonly Completed[]): string {
  const described = commands.flatMap(({ names, description }) =>
    names.map((name) => `    ${quoted(`${name}:${description.replaceAll(':', '\\:')}`)}`),
  )
  const cases = commands.map(
    (each) => `    ${each.names.join('|')}) options=(${optionsOf(each).map(quoted).join(' ')}) ;;`,
  )
  const known = Object.entries(values).map(
    ([option, words]) => `    --${option}) compadd -- ${words.join(' ')}; return ;;`,
  )
  return `#compdef clustered
# To use it: eval "$(clustered completion zsh)" in ~/.zshrc, after compinit
_clustered() {
  local -a commands options
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case \${words[CURRENT-1]} in
${known.join('\n')}
    --user) _users; return ;;
  esac
  case \${words[2]} in
${cases.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then
    compadd -- $options
    return
  fi
  case \${words[2]} in
    ${patterns(commands, 'program')}) compadd -- \${(f)"$(${programs})"} ;;
    ${patterns(commands, 'shell')}) compadd -- ${shells.join(' ')} ;;
    help) _describe command commands ;;
    *) _files ;;
  esac
}
compdef _clustered clustered
`
}

export function fishScript(commands: readonly Completed[]): string {
  const lines = commands.flatMap(({ names, description, options, takes }) => {
    const seen = `-n '__fish_seen_subcommand_from ${names.join(' ')}'`
    return [
      ...names.map(
        (name) => `complete -c clustered -f -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
      ),
      ...options.map((option) => {
        const flags = option.names.map((name) => (name.length > 1 ? `-l ${name}` : `-s ${name}`)).join(' ')
        const words = option.names.flatMap((name) => values[name] ?? [])
        const argument = words.length > 0 ? ` -x -a ${quoted(words.join(' '))}` : ''
        return `complete -c clustered ${seen} ${flags}${argument} -d ${quoted(option.description)}`
      }),
      ...(takes === 'program' ? [`complete -c clustered -f ${seen} -a '(${programs})'`] : []),
      ...(takes === 'shell' ? [`complete -c clustered -f ${seen} -a '${shells.join(' ')}'`] : []),
    ]
  })
  return [
    '# To use it: clustered completion fish > ~/.config/fish/completions/clustered.fish',
    ...lines,
    '',
  ].join('\n')
}
