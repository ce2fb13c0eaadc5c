import { offerText, walkText } from './cases.ts';
import type { Place } from './places.ts';

/** For `eval "$(pzm completion zsh)"`, after compinit. */
export function zshScript(places: readonly Place[]): string {
  return `#compdef pzm polar-zmanager
# Completion of pzm for zsh, made by: pzm completion zsh
_pzm_offer_words() { compadd -- "$@" }
_pzm_offer_names() { compadd -- \${(f)"$(pzm completion --names $1 2>/dev/null)"} }
_pzm_offer_files() { _files }

_pzm() {
  local at='' expects='' word cur="\${words[CURRENT]}"
  local -i count=0
${walkText(places, `"\${(@)words[2,CURRENT-1]}"`)}
${offerText(places)}
}
compdef _pzm pzm polar-zmanager
`;
}
