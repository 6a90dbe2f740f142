# Completion of permafrost-manage for bash; made of the program's own tables of commands and options.

# words/options that it takes/operands
_permafrost_manage_commands='
@commands@
'
# name/commands of which it is (0: of all)/what its value is called
_permafrost_manage_options='
@options@
'

# Set what there is to choose from, of lines of standard input: those that begin as the word does.
_permafrost_manage_offer() {
	local line
	while IFS= read -r line; do
		[[ $line == "$1"* ]] && COMPREPLY+=("$(printf %q "$line")")
	done
}

# A value or operand of that name, for the command of these words.
_permafrost_manage_value() {
	local word=$1 name=$2 group=$3 second=$4
	case $name/$group in
	FILE/* | PATH/*)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		;;
	*'|'*) _permafrost_manage_offer "$word" <<<"${name//|/$'\n'}" ;;
	NAME/) mapfile -t COMPREPLY < <(compgen -u -- "$word") ;;
	ROLE/* | ROLE,*) _permafrost_manage_offer "$word" <<<$'admin\nmember\nreader\nservice' ;;
	USER/* | NAME/user)
		[ "$second" = create ] ||
			_permafrost_manage_offer "$word" < <(permafrost-manage user list 2>/dev/null | cut -f 1)
		;;
	PROJECT/* | NAME/project)
		[ "$second" = create ] ||
			_permafrost_manage_offer "$word" < <(permafrost-manage project list 2>/dev/null | cut -f 1)
		;;
	esac
}

# What the value of an option is called; fails when there is no such option.
_permafrost_manage_option() {
	local name value
	while IFS=/ read -r name _ value; do
		[ "--$name" != "$1" ] || { printf '%s' "$value"; return 0; }
	done <<<"$_permafrost_manage_options"
	return 1
}

# The command that the words begin with: sets command, takes (its options) and operands.
_permafrost_manage_command() {
	local words set names
	command="" takes="" operands=""
	while IFS=/ read -r words set names; do
		[[ -n $words && "$* " == "$words "* ]] || continue
		command=$words takes=$set operands=$names
		return 0
	done <<<"$_permafrost_manage_commands"
	return 1
}

_permafrost_manage() {
	local word=${COMP_WORDS[COMP_CWORD]} said=() awaited="" n command takes operands name set
	for ((n = 1; n < COMP_CWORD; n++)); do
		if [ "${COMP_WORDS[n]}" = "=" ]; then
			awaited=$(_permafrost_manage_option "${COMP_WORDS[n - 1]}")
		elif [ -n "$awaited" ]; then
			awaited=""
		elif [[ ${COMP_WORDS[n]} == -* ]]; then
			awaited=$(_permafrost_manage_option "${COMP_WORDS[n]}")
		else
			said+=("${COMP_WORDS[n]}")
		fi
	done
	[ "$word" != "=" ] || { awaited=$(_permafrost_manage_option "${COMP_WORDS[COMP_CWORD - 1]}"); word=""; }
	COMPREPLY=()
	_permafrost_manage_command "${said[@]}"
	if [ -n "$awaited" ]; then
		_permafrost_manage_value "$word" "$awaited" "" ""
	elif [[ $word == -* ]]; then
		_permafrost_manage_offer "$word" < <(_permafrost_manage_its_options "$takes")
	elif [ -n "$command" ]; then
		local awaiting own
		read -ra awaiting <<<"$operands"
		read -ra own <<<"$command"
		_permafrost_manage_value "$word" "${awaiting[${#said[@]} - ${#own[@]}]}" "${own[@]}"
	else
		_permafrost_manage_offer "$word" < <(_permafrost_manage_words "${said[@]}")
	fi
}

# The options of commands that take those.
_permafrost_manage_its_options() {
	local name set
	printf '%s\n' --help --version
	while IFS=/ read -r name set _; do
		[ -n "$name" ] || continue
		if [ "$set" = 0 ] || [[ "|${1// /}|" == *"|$set|"* ]]; then printf '%s\n' "--$name"; fi
	done <<<"$_permafrost_manage_options"
}

# The words that commands which begin like this go on with, each once.
_permafrost_manage_words() {
	local words rest last=""
	while IFS=/ read -r words _; do
		rest="$words "
		[ $# -le 1 ] || return
		[ $# = 0 ] || { [[ $rest == "$1 "* ]] && rest=${rest#"$1 "} || continue; }
		rest=${rest%% *}
		[ -z "$rest" ] || [ "$rest" = "$last" ] || printf '%s\n' "$rest"
		last=$rest
	done <<<"$_permafrost_manage_commands"
}

complete -F _permafrost_manage permafrost-manage
