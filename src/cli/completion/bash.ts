import { offerText, walkText } from './cases.ts';
import type { Place } from './places.ts';

/** For `eval "$(pzm completion bash)"`. Bash 3.2, as macOS has it, is enough. */
export function bashScript(places: readonly Place[]): string {
  return `# Completion of pzm for bash, made by: pzm completion bash
_pzm_offer_words() { COMPREPLY=($(compgen -W "$*" -- "$cur")); }
_pzm_offer_names() { COMPREPLY=($(compgen -W "$(pzm completion --names "$1" 2>/dev/null)" -- "$cur")); }
_pzm_offer_files() { COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null; }

_pzm() {
  local line="\${COMP_LINE:0:COMP_POINT}" IFS=$' \\t\\n'
  local at='' expects='' word cur words
  local -i count=0
  COMPREPLY=()
  # Of the line, not of COMP_WORDS: for bash a colon ends a word, and targets have one.
  cur="\${line##*[[:space:]]}"
  read -ra words <<<"\${line%"$cur"}"
${walkText(places, `"\${words[@]:1}"`)}
${offerText(places)}
  if [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]]; then
    local before="\${cur%"\${cur##*:}"}"
    COMPREPLY=("\${COMPREPLY[@]#"$before"}")
  fi
}
complete -F _pzm pzm polar-zmanager
`;
}
