import type { DescribedCommand, Offer } from './described.ts';

/** The completion script for bash, 3.2 or newer. What is found on the disk is never expanded by the shell: a name is no program. */
export function bashScript(commands: readonly DescribedCommand[]): string {
  return `# Completion of rekey for bash. Made by: rekey completion bash

_rekey_keep() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$line"); done
}

_rekey_words() {
  _rekey_keep < <(compgen -W "$1" -- "$cur")
}

_rekey_files() {
  compopt -o filenames 2>/dev/null
  _rekey_keep < <(compgen -d -- "$cur")
  local pattern
  for pattern; do _rekey_keep < <(compgen -f -X "!$pattern" -- "$cur"); done
}

_rekey_runs() {
  local dir=\${REKEY_STATE_DIR:-.rekey} at id
  for ((at = 1; at < \${#COMP_WORDS[@]} - 1; at++)); do
    if [[ \${COMP_WORDS[at]} == --state-dir ]]; then
      dir=\${COMP_WORDS[at + 1]}
      if [[ $dir == '=' ]]; then dir=\${COMP_WORDS[at + 2]-}; fi
    fi
  done
  if [[ $dir == '~/'* ]]; then dir=$HOME/\${dir:2}; fi
  for id in "$dir"/runs/*/; do
    id=\${id%/} id=\${id##*/}
    if [[ $id =~ ^[0-9]{8}T[0-9]{6}Z-[a-z2-7]{6}$ && $id == "$cur"* ]]; then COMPREPLY+=("$id"); fi
  done
}

_rekey() {
  local cur=\${COMP_WORDS[COMP_CWORD]-} prev=\${COMP_WORDS[COMP_CWORD - 1]-} command='' at
  COMPREPLY=()
  # bash breaks --option=value into three words.
  if [[ $cur == '=' ]]; then
    cur=''
  elif [[ $prev == '=' ]]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]-}
  fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$command \${COMP_WORDS[at]}" in
${commands
  .filter(({ path }) => path.length > 0)
  .map(({ path }) => `      '${keyOf(path)}') command='${path.join(' ')}' ;;`)
  .join('\n')}
    esac
  done
  case "$command $prev" in
${commands.flatMap(valuesOf).join('\n')}
  esac
  case "$command" in
${commands.map(wordsOf).join('\n')}
  esac
}

complete -F _rekey rekey
`;
}

/** How `_rekey` comes upon a command: the command above it, and its own name. */
function keyOf(path: readonly string[]): string {
  return `${path.slice(0, -1).join(' ')} ${path.at(-1) ?? ''}`;
}

function valuesOf({ path, options }: DescribedCommand): string[] {
  return options.flatMap(({ flags, value }) =>
    value === undefined
      ? []
      : [`    ${flags.map((flag) => `'${path.join(' ')} ${flag}'`).join(' | ')}) ${offered(value.offer)}return ;;`],
  );
}

function wordsOf({ path, options, commands, argument }: DescribedCommand): string {
  const flags = options.flatMap((option) => option.flags).join(' ');
  const words = commands.length > 0 ? offered(commands.map(({ name }) => name)) : offered(argument?.offer ?? 'nothing');
  const otherwise = words === '' ? ':' : words.replace(/; $/, '');
  return `    '${path.join(' ')}') if [[ $cur == -* ]]; then _rekey_words '${flags}'; else ${otherwise}; fi ;;`;
}

function offered(offer: Offer): string {
  if (typeof offer !== 'string') return `_rekey_words '${offer.join(' ')}'; `;
  const ways = {
    plan: "_rekey_files '*.yaml' '*.yml'; ",
    file: "_rekey_files '*'; ",
    directory: '_rekey_files; ',
    run: '_rekey_runs; ',
    nothing: '',
  };
  return ways[offer];
}
