import type { Command, Option } from 'commander';

/** What may follow a command. */
type Place = {
  /** The command with those above it, such as `warifu db status`. */
  readonly path: string;
  readonly words: readonly Word[];
  readonly options: readonly Word[];
  /** What may follow an option that takes a value; nothing known means a file. */
  readonly values: readonly { readonly option: string; readonly choices: readonly string[] }[];
};
type Word = { readonly name: string; readonly meaning: string };

const command = 'warifu';

/** A script for bash that completes what the program can be told; made from the program, so it cannot differ. */
export function bashCompletion(program: Command): string {
  const places = placesOf(program, command);
  const names = (words: readonly Word[]) => words.map(({ name }) => name).join(' ');
  return `# ${command} completion bash
_${command}() {
  local at=${command} word words= cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$at $word" in ${paths(places)}) at="$at $word" ;; esac
  done
  COMPREPLY=()
  case "$at $prev" in
${valueCases(places, (choices) => `words='${choices.join(' ')}'`, 'return')}
    *) case "$at" in
${places.map(({ path, words, options }) => `      '${path}') words='${names([...words, ...options])}' ;;`).join('\n')}
    esac ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _${command} ${command}
`;
}

/** The same for zsh, which also tells what each word means. */
export function zshCompletion(program: Command): string {
  const places = placesOf(program, command);
  const described = (words: readonly Word[]) =>
    words.map(({ name, meaning }) => quoted(`${name}:${meaning}`)).join(' ');
  const cases = places.map(
    ({ path, words, options }) =>
      `      '${path}') words_here=(${described(words)}) options_here=(${described(options)}) ;;`,
  );
  return `#compdef ${command}
_${command}() {
  local at=${command} word
  local -a words_here options_here
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$at $word" in ${paths(places)}) at="$at $word" ;; esac
  done
  case "$at \${words[CURRENT-1]}" in
${valueCases(places, (choices) => `words_here=(${choices.join(' ')})`, '_files; return')}
    *) case "$at" in
${cases.join('\n')}
    esac ;;
  esac
  local found=1
  (( $#words_here )) && _describe -t commands command words_here && found=0
  (( $#options_here )) && _describe -o option options_here && found=0
  (( found )) && _files
}
if [[ "$funcstack[1]" == _${command} ]]; then _${command} "$@"; else compdef _${command} ${command}; fi
`;
}

function placesOf(at: Command, path: string): Place[] {
  const help = at.createHelp();
  const commands = help.visibleCommands(at);
  const options = help.visibleOptions(at).filter(({ long }) => long !== undefined && long !== null);
  const choices = at.registeredArguments.flatMap(({ argChoices = [] }) => argChoices);
  const own: Place = {
    path,
    words: [
      ...commands.map((entry) => ({ name: entry.name(), meaning: entry.description() })),
      ...choices.map((name) => ({ name, meaning: '' })),
    ],
    options: options.map((option) => ({ name: nameOf(option), meaning: option.description })),
    values: options
      .filter(({ required, optional }) => required || optional)
      .map((option) => ({ option: nameOf(option), choices: option.argChoices ?? [] })),
  };
  return [own, ...at.commands.flatMap((entry) => placesOf(entry, `${path} ${entry.name()}`))];
}

function nameOf({ long }: Option): string {
  return long ?? '';
}

/** The pattern of every command below the program. */
function paths(places: readonly Place[]): string {
  return places
    .slice(1)
    .map(({ path }) => `'${path}'`)
    .join('|');
}

function valueCases(places: readonly Place[], offer: (choices: readonly string[]) => string, file: string): string {
  const values = places.flatMap(({ path, values }) => values.map((value) => ({ ...value, path })));
  return values
    .map(({ path, option, choices }) => `    '${path} ${option}') ${choices.length > 0 ? offer(choices) : file} ;;`)
    .join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
